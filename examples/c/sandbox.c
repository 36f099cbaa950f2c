/* A small HTTP client for this machine, and on it what sandbox.h promises. */

#define _POSIX_C_SOURCE 200809L

#include "sandbox.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void give_up(const char *what)
{
    fprintf(stderr, "sandbox: %s\n", what);
    exit(1);
}

/* A text that grows. */
struct text {
    char *bytes;
    size_t length, room;
};

static void append(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->room) {
        text->room = (text->length + length + 1) * 2;
        text->bytes = realloc(text->bytes, text->room);
        if (text->bytes == NULL)
            give_up("out of memory");
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static void append_text(struct text *text, const char *more)
{
    append(text, more, strlen(more));
}

/* Name or value of a form field as application/x-www-form-urlencoded. */
static void append_encoded(struct text *text, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

    for (; *value != '\0'; value++) {
        char escaped[4];
        if (strchr(plain, *value) != NULL) {
            append(text, value, 1);
        } else {
            snprintf(escaped, sizeof escaped, "%%%02X", (unsigned)(unsigned char)*value);
            append_text(text, escaped);
        }
    }
}

static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = {0}, *found, *at;
    int connection = -1;

    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        give_up("the host is not known");
    for (at = found; at != NULL && connection < 0; at = at->ai_next) {
        connection = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (connection >= 0 && connect(connection, at->ai_addr, at->ai_addrlen) != 0) {
            close(connection);
            connection = -1;
        }
    }
    freeaddrinfo(found);
    if (connection < 0)
        give_up("no connection");
    return connection;
}

/* Sends one request to http://host:port/path and gives back the body of the answer. */
static char *http(const char *method, const char *url, const char *content_type, const char *body)
{
    struct text request = {0}, answer = {0};
    char host[256], port[8], path[1024], length[32], buffer[4096];
    const char *content;
    int connection;
    size_t sent = 0;
    ssize_t got;

    if (sscanf(url, "http://%255[^:/]:%7[0-9]%1023s", host, port, path) != 3)
        give_up("the address is not http://host:port/path; the C demo speaks to a sandbox without TLS");
    snprintf(length, sizeof length, "%zu", strlen(body));
    append_text(&request, method);
    append_text(&request, " ");
    append_text(&request, path);
    append_text(&request, " HTTP/1.0\r\nHost: ");
    append_text(&request, host);
    append_text(&request, "\r\nContent-Type: ");
    append_text(&request, content_type);
    append_text(&request, "\r\nContent-Length: ");
    append_text(&request, length);
    append_text(&request, "\r\n\r\n");
    append_text(&request, body);

    connection = connect_to(host, port);
    while (sent < request.length) {
        ssize_t part = write(connection, request.bytes + sent, request.length - sent);
        if (part <= 0)
            give_up("the request could not be sent");
        sent += (size_t)part;
    }
    while ((got = read(connection, buffer, sizeof buffer)) > 0)
        append(&answer, buffer, (size_t)got);
    close(connection);
    free(request.bytes);

    content = answer.bytes == NULL ? NULL : strstr(answer.bytes, "\r\n\r\n");
    if (got < 0 || content == NULL)
        give_up("no answer");
    /* "HTTP/1.0 200 OK" */
    if (answer.bytes[9] != '2' && answer.bytes[9] != '3')
        give_up(content + 4);
    memmove(answer.bytes, content + 4, strlen(content + 4) + 1);
    return answer.bytes;
}

/* Asks the sandbox's control API; a body that is not empty is posted. */
static cJSON *control(const char *path, const char *body)
{
    const char *base = getenv("HALKODE_BASE_URL");
    struct text url = {0};
    char *answer;
    cJSON *json;

    if (base == NULL || strstr(base, "/ccpayment") == NULL)
        give_up("HALKODE_BASE_URL is not a sandbox's");
    append(&url, base, (size_t)(strstr(base, "/ccpayment") - base));
    append_text(&url, "/sandbox/");
    append_text(&url, path);
    answer = http(*body == '\0' ? "GET" : "POST", url.bytes, "application/json", body);
    json = cJSON_Parse(answer);
    if (json == NULL)
        give_up("the answer is not JSON");
    free(url.bytes);
    free(answer);
    return json;
}

/* A member that must be a text. */
static const char *member(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    if (text == NULL)
        give_up(name);
    return text;
}

cJSON *buyer_passes_3d(const cJSON *form, const char *orders, const char *number)
{
    const cJSON *field;
    struct text body = {0}, path = {0};
    cJSON *back, *fields;

    cJSON_ArrayForEach(field, cJSON_GetObjectItem(form, "fields")) {
        append_text(&body, body.length == 0 ? "" : "&");
        append_encoded(&body, member(field, "name"));
        append_text(&body, "=");
        append_encoded(&body, member(field, "value"));
    }
    free(http("POST", member(form, "action"), "application/x-www-form-urlencoded", body.bytes));

    /* At the bank: the right one-time code. */
    append_text(&path, orders);
    append_text(&path, "/");
    append_encoded(&path, number);
    append_text(&path, "/3d");
    back = control(path.bytes, "{\"outcome\":\"approve\"}");
    fields = cJSON_DetachItemFromObject(back, "fields");
    if (fields == NULL)
        give_up("the browser brought nothing back");
    cJSON_Delete(back);
    free(body.bytes);
    free(path.bytes);
    return fields;
}

void bank_loses_the_next_answer(const char *path)
{
    cJSON *fault = cJSON_CreateObject();
    char *body;

    cJSON_AddStringToObject(fault, "path", path);
    cJSON_AddStringToObject(fault, "fault", "done_no_answer");
    cJSON_AddNumberToObject(fault, "times", 1);
    body = cJSON_PrintUnformatted(fault);
    cJSON_Delete(fault);
    cJSON_Delete(control("faults", body));
    cJSON_free(body);
}

char *bank_has_charged(const char *invoice_id)
{
    struct text path = {0}, charged = {0};
    cJSON *order;

    append_text(&path, "orders/");
    append_encoded(&path, invoice_id);
    order = control(path.bytes, "");
    append_text(&charged, member(order, "charged"));
    cJSON_Delete(order);
    free(path.bytes);
    return charged.bytes;
}
