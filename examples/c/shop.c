/*
 * A shop's whole day with HALKÖDE, and an order at Halkbank Sanal POS, in C: `make demo` runs it against the sandbox banks on this
 * machine.
 *
 * It needs the installed library (halkode.h, libhalkode) and cJSON for reading replies; the keys and the bank's address come from
 * the environment, as in a real shop. Amounts are texts from end to end. What the buyer does in a browser is played by sandbox.c.
 */

#define _POSIX_C_SOURCE 200809L

#include <cJSON.h>
#include <halkode.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sandbox.h"

/* Two test cards that the sandbox knows; its start page lists them all. */
static const char *const good_card[] = {"4155650100416111", "12", "2040", "555"};
static const char *const no_funds_card[] = {"4155650100000519", "12", "2040", "555"};

static halkode_client *client;

static void heading(const char *text)
{
    printf("\n%s\n", text);
}

static void expect(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "shop: %s\n", what);
        exit(1);
    }
}

/* An object of texts: names and values in turn. */
#define TEXTS(...) texts(__VA_ARGS__, (const char *)NULL)
static cJSON *texts(const char *name, ...)
{
    cJSON *object = cJSON_CreateObject();
    va_list rest;

    va_start(rest, name);
    for (; name != NULL; name = va_arg(rest, const char *))
        cJSON_AddStringToObject(object, name, va_arg(rest, const char *));
    va_end(rest);
    return object;
}

/* A member's text; empty when it is not there. */
static const char *text(const cJSON *object, const char *name)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return value == NULL ? "" : value;
}

static int is_true(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItem(object, name));
}

/* Calls an operation with a request, which it deletes. On success the reply is the caller's to delete. */
static halkode_error *try_call(const char *operation, cJSON *request, cJSON **reply)
{
    char *question = cJSON_PrintUnformatted(request), *answer;
    halkode_error *error = halkode_call(client, operation, question, &answer);

    *reply = error == NULL ? cJSON_Parse(answer) : NULL;
    halkode_string_free(answer);
    cJSON_free(question);
    cJSON_Delete(request);
    return error;
}

/* Calls what should succeed. */
static cJSON *call(const char *operation, cJSON *request)
{
    cJSON *reply;
    halkode_error *error = try_call(operation, request, &reply);

    if (error != NULL) {
        fprintf(stderr, "shop: %s: %s: %s\n", operation, halkode_error_kind(error), halkode_error_message(error));
        exit(1);
    }
    expect(reply != NULL, "the reply cannot be read");
    return reply;
}

/* An error as an object; frees the error. */
static cJSON *read_error(halkode_error *error)
{
    cJSON *failure = cJSON_Parse(halkode_error_json(error));
    halkode_error_free(error);
    return failure;
}

/* An invoice number is used once, even when the attempt failed. The text stays until the next one is made. */
static const char *invoice(const char *name)
{
    static char number[64];
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(number, sizeof number, "C%s%ld%06ld", name, (long)now.tv_sec, now.tv_nsec / 1000);
    return number;
}

static cJSON *order(const char *invoice_id, const char *total, const char *const card[4])
{
    cJSON *request = TEXTS("invoice_id", invoice_id, "total", total, "name", "Ayşe", "surname", "Yılmaz");

    cJSON_AddItemToObject(request, "card",
                          TEXTS("holder_name", "Ayşe Yılmaz", "number", card[0], "expiry_month", card[1], "expiry_year",
                                card[2], "cvv", card[3]));
    return request;
}

static void show_status(const char *invoice_id)
{
    cJSON *status = call(HALKODE_OP_CHECK_STATUS, TEXTS("invoice_id", invoice_id));
    const char *refunded = text(status, "total_refunded_amount");

    printf("  status: %s (%s TRY", text(status, "state"), text(status, "product_price"));
    printf(*refunded == '\0' ? ")\n" : ", refunded %s TRY)\n", refunded);
    cJSON_Delete(status);
}

static void token(void)
{
    cJSON *reply = call(HALKODE_OP_TOKEN, cJSON_CreateObject());
    const cJSON *is_3d = cJSON_GetObjectItem(reply, "is_3d");

    heading("Token");
    printf("  the keys are good; is_3d: %d\n", cJSON_IsNumber(is_3d) ? is_3d->valueint : 0);
    cJSON_Delete(reply);
}

static void installment_options(void)
{
    char bin[7];
    cJSON *pos, *table;
    const cJSON *row;

    heading("What does this card cost in instalments?");
    snprintf(bin, sizeof bin, "%.6s", good_card[0]);
    pos = call(HALKODE_OP_GET_POS, TEXTS("credit_card", bin, "amount", "300.00"));
    table = TEXTS("amount", "300.00");
    cJSON_AddItemToObject(table, "data", cJSON_DetachItemFromObject(pos, "data"));
    table = call(HALKODE_OP_INSTALLMENT_TABLE, table);
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(table, "rows")) {
        const cJSON *parts = cJSON_GetObjectItem(row, "installments");
        int count = cJSON_GetArraySize(parts);
        printf("  %2d: %s", count, cJSON_GetStringValue(cJSON_GetArrayItem(parts, 0)));
        if (count > 1)
            printf("%s + %s", count > 2 ? " + …" : "", cJSON_GetStringValue(cJSON_GetArrayItem(parts, count - 1)));
        printf(" = %s TRY\n", text(row, "total"));
    }
    cJSON_Delete(pos);
    cJSON_Delete(table);
}

static void sale_and_refund(void)
{
    const char *invoice_id = invoice("SALE");
    cJSON *payment;

    heading("A sale without 3-D Secure, partly refunded");
    payment = call(HALKODE_OP_PAY_2D, order(invoice_id, "149.90", good_card));
    printf("  order: %s\n", text(payment, "order_id"));
    cJSON_Delete(payment);
    show_status(invoice_id);
    cJSON_Delete(call(HALKODE_OP_REFUND, TEXTS("invoice_id", invoice_id, "amount", "49.90")));
    printf("  refunded: 49.90 TRY\n");
    show_status(invoice_id);
}

static void sale_with_3d(void)
{
    const char *invoice_id = invoice("3D");
    cJSON *request = order(invoice_id, "75.50", good_card), *form, *confirmation;

    heading("A sale with 3-D Secure, completed by the shop");
    cJSON_AddStringToObject(request, "return_url", "http://127.0.0.1:9/donus");
    cJSON_AddStringToObject(request, "cancel_url", "http://127.0.0.1:9/iptal");
    form = call(HALKODE_OP_PAY_3D_FORM, request);
    printf("  the buyer's browser posts to: %s\n", text(form, "action"));

    /* A web server would find these fields in the query with which the browser comes back to return_url. */
    request = TEXTS("invoice_id", invoice_id, "total", "75.50");
    cJSON_AddItemToObject(request, "fields", buyer_passes_3d(form, ORDERS, invoice_id));
    confirmation = call(HALKODE_OP_CONFIRM_RETURN, request);
    printf("  state: %s\n", text(confirmation, "state"));
    expect(is_true(confirmation, "paid") && is_true(confirmation, "completed_now"), "the 3-D payment should be completed");
    cJSON_Delete(form);
    cJSON_Delete(confirmation);
}

static void pre_authorisation(void)
{
    const char *invoice_id = invoice("PRE");
    cJSON *request = order(invoice_id, "200.00", good_card);

    heading("A pre-authorisation, captured in part");
    cJSON_AddStringToObject(request, "transaction_type", "PreAuth");
    cJSON_Delete(call(HALKODE_OP_PAY_2D, request));
    show_status(invoice_id);
    cJSON_Delete(call(HALKODE_OP_CONFIRM_PAYMENT, TEXTS("invoice_id", invoice_id, "total", "180.00")));
    printf("  captured: 180.00 TRY\n");
    show_status(invoice_id);
}

static void declined_card(void)
{
    cJSON *reply, *failure;
    halkode_error *error = try_call(HALKODE_OP_PAY_2D, order(invoice("DECLINED"), "20.00", no_funds_card), &reply);

    heading("A card without funds");
    expect(strcmp(halkode_error_kind(error), HALKODE_KIND_DECLINED) == 0, "the card should have been declined");
    failure = read_error(error);
    printf("  bank's code: %s\n", text(failure, "bank_code"));
    printf("  to the buyer: %s\n", text(failure, "explanation_tr"));
    printf("  to the shop: %s\n", text(failure, "advice_tr"));
    cJSON_Delete(failure);
}

static void lost_answer(void)
{
    const char *invoice_id = invoice("LOST");
    cJSON *request, *settlement, *failure;
    halkode_error *error;
    char *charged;

    heading("A sale whose answer is lost");
    bank_loses_the_next_answer("paySmart2D");
    error = try_call(HALKODE_OP_PAY_2D, order(invoice_id, "60.00", good_card), &settlement);
    expect(error != NULL, "the answer should have been lost");
    printf("  no answer: %s\n", halkode_error_message(error));
    failure = read_error(error);
    expect(is_true(failure, "in_doubt"), "the outcome should be in doubt");
    cJSON_Delete(failure);

    /* Not paid again: asked for. */
    request = TEXTS("invoice_id", invoice_id);
    cJSON_AddNumberToObject(request, "deadline", 30);
    settlement = call(HALKODE_OP_SETTLE, request);
    charged = bank_has_charged(invoice_id);
    printf("  settled as: %s\n  the bank has charged: %s TRY\n", text(settlement, "state"), charged);
    expect(is_true(settlement, "decided") && strcmp(text(settlement, "state"), "paid") == 0, "it should be settled as paid");
    expect(strcmp(charged, "60.00") == 0, "it should be charged exactly once");
    cJSON_Delete(settlement);
    free(charged);
}

/* The other gateway: the buyer pays on the bank's own page, and changes their mind on the same day. */
static void at_halkbank(void)
{
    const char *order_id = invoice("BANK");
    cJSON *request = TEXTS("store_type", "3d_pay_hosting", "order_id", order_id, "total", "75.50", "ok_url", "http://127.0.0.1:9/donus",
                           "fail_url", "http://127.0.0.1:9/donus");
    cJSON *form, *callback, *undone;

    heading("Halkbank: a sale with 3-D Secure on the bank's page, voided on the same day");
    form = call(HALKBANK_OP_GATE_FORM, request);
    request = TEXTS("order_id", order_id, "total", "75.50");
    cJSON_AddItemToObject(request, "fields", buyer_passes_3d(form, BANK_ORDERS, order_id));
    callback = call(HALKBANK_OP_CONFIRM_CALLBACK, request);
    printf("  the bank says: %s\n", text(callback, "state"));
    expect(is_true(callback, "paid"), "the order should be paid");
    undone = call(HALKBANK_OP_CANCEL_OR_REFUND, TEXTS("order_id", order_id));
    printf("  given back by: %s\n", text(undone, "by"));
    expect(strcmp(text(undone, "by"), "void") == 0, "before the day-close, an order is voided");
    cJSON_Delete(form);
    cJSON_Delete(callback);
    cJSON_Delete(undone);
}

/* Makes the client; NULL: the whole configuration is in the environment. */
static void open_client(const char *config)
{
    halkode_error *error = halkode_client_new(config, &client);

    if (error != NULL) {
        fprintf(stderr, "shop: %s\n", halkode_error_message(error));
        halkode_error_free(error);
        exit(1);
    }
}

int main(void)
{
    open_client(NULL);
    token();
    installment_options();
    sale_and_refund();
    sale_with_3d();
    pre_authorisation();
    declined_card();
    lost_answer();
    halkode_client_free(client);

    open_client("{\"gateway\":\"halkbank\"}");
    at_halkbank();
    halkode_client_free(client);
    return 0;
}
