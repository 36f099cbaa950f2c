/* Every function of halkode.h used wrongly, as a program under valgrind: each misuse is an error, never a crash, and nothing leaks. */

#include <halkode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks, failed;

static void check(int holds, const char *what, int line)
{
    checks++;
    if (!holds) {
        failed++;
        fprintf(stderr, "misuse.c:%d: %s\n", line, what);
    }
}
#define CHECK(condition) check((condition), #condition, __LINE__)

/* The published test merchant. */
#define KEYS                                                                                  \
    "\"app_id\":\"a2a7cb8131890a35353629182274c756\",\"app_secret\":\"a9b5c28211388c7a6a705122a24e6f46\"," \
    "\"merchant_key\":\"$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72\""
static const char config[] = "{" KEYS "}";

/* An error of this kind that names this field; frees it. */
static void refused(halkode_error *error, const char *kind, const char *field, int line)
{
    char member[64];
    check(error != NULL, "an error is returned", line);
    snprintf(member, sizeof member, "\"field\":\"%s\"", field);
    check(strcmp(halkode_error_kind(error), kind) == 0, halkode_error_kind(error), line);
    check(halkode_error_message(error)[0] != '\0', "a message", line);
    check(strstr(halkode_error_json(error), kind) != NULL, halkode_error_json(error), line);
    check(*field == '\0' || strstr(halkode_error_json(error), member) != NULL, halkode_error_json(error), line);
    halkode_error_free(error);
}
#define REFUSED(call, field) refused((call), HALKODE_KIND_REQUEST, (field), __LINE__)

/* A call that must fail and must have cleared its last argument, whatever stood there. */
static void call_refused(const halkode_client *client, const char *operation, const char *request, const char *field, int line)
{
    char garbage = 'x';
    char *reply = &garbage;
    refused(halkode_call(client, operation, request, &reply), HALKODE_KIND_REQUEST, field, line);
    check(reply == NULL, "the reply is NULL after an error", line);
}
#define CALL_REFUSED(client, operation, request, field) call_refused((client), (operation), (request), (field), __LINE__)

static void making_a_client(void)
{
    static const char *const wrong[] = {
        "", "null", "[]", "7", "{", "{}", "{\"app_id\":7}", "{" KEYS ",\"colour\":\"red\"}", "{" KEYS ",\"base_url\":\"http://example.com\"}",
        "{" KEYS ",\"environment\":\"prod\"}", "{" KEYS ",\"timeout\":0}", "{" KEYS ",\"ca_pem\":\"-\"}", "\xff\xfe", "{\"app_id\":\"\xc3\x28\"}",
    };
    size_t i;
    halkode_client *client;

    REFUSED(halkode_client_new(config, NULL), "out");
    REFUSED(halkode_client_new(NULL, NULL), "out");
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        client = (halkode_client *)&checks;
        REFUSED(halkode_client_new(wrong[i], &client), "");
        CHECK(client == NULL);
    }
    /* From an environment in which nothing is set. */
    REFUSED(halkode_client_new(NULL, &client), "HALKODE_APP_ID");
    CHECK(client == NULL);
    halkode_client_free(NULL);
}

static void calling(const halkode_client *client)
{
    static const char code[] = "{\"code\":\"41\"}";
    char *huge = (char *)malloc(1000001);
    char *reply = NULL;

    REFUSED(halkode_call(NULL, NULL, NULL, NULL), "reply_json");
    REFUSED(halkode_call(client, HALKODE_OP_STATUS_CODE, code, NULL), "reply_json");
    CALL_REFUSED(NULL, HALKODE_OP_STATUS_CODE, code, "client");
    CALL_REFUSED(client, NULL, code, "operation");
    CALL_REFUSED(client, HALKODE_OP_STATUS_CODE, NULL, "request_json");
    CALL_REFUSED(client, "\x80", code, "operation");
    CALL_REFUSED(client, HALKODE_OP_STATUS_CODE, "{\"code\":\"\xff\"}", "request_json");
    CALL_REFUSED(client, "", code, "operation");
    CALL_REFUSED(client, "Status_Code", code, "operation");
    CALL_REFUSED(client, HALKODE_OP_STATUS_CODE, "", "");
    CALL_REFUSED(client, HALKODE_OP_STATUS_CODE, "[1]", "");
    CALL_REFUSED(client, HALKODE_OP_STATUS_CODE, "{\"code\":\"41\",\"colour\":1}", "colour");
    CALL_REFUSED(client, HALKODE_OP_STATUS_CODE, "{}", "code");
    /* Keys alone reach no gateway. */
    CALL_REFUSED(client, HALKODE_OP_CHECK_STATUS, "{\"invoice_id\":\"A-1\"}", "environment");

    CHECK(huge != NULL);
    if (huge != NULL) {
        memset(huge, '[', 1000000);
        huge[1000000] = '\0';
        CALL_REFUSED(client, HALKODE_OP_STATUS_CODE, huge, "");
        CALL_REFUSED(client, huge, code, "operation");
        free(huge);
    }

    CHECK(halkode_call(client, HALKODE_OP_STATUS_CODE, code, &reply) == NULL);
    CHECK(reply != NULL && strstr(reply, "\"known\":true") != NULL);
    halkode_string_free(reply);
    halkode_string_free(NULL);
}

static void errors(const halkode_client *client)
{
    static const char card[] =
        "{\"invoice_id\":\"A-1\",\"total\":\"1.00\",\"name\":\"A\",\"surname\":\"B\",\"card\":{\"holder_name\":\"A B\","
        "\"number\":\"4132260000000003\",\"expiry_month\":\"13\",\"expiry_year\":\"2040\",\"cvv\":\"555\"}}";
    char *reply;
    halkode_error *error = halkode_call(client, HALKODE_OP_PAY_2D, card, &reply);

    CHECK(strcmp(halkode_error_kind(NULL), "") == 0);
    CHECK(strcmp(halkode_error_message(NULL), "") == 0);
    CHECK(strcmp(halkode_error_json(NULL), "{}") == 0);
    halkode_error_free(NULL);

    /* Borrowed texts stay where they are, and hold no secret of the request. */
    CHECK(halkode_error_json(error) == halkode_error_json(error));
    CHECK(strstr(halkode_error_json(error), "\"field\":\"card.expiry_month\"") != NULL);
    CHECK(strstr(halkode_error_json(error), "\"sent\":\"no\"") != NULL);
    CHECK(strstr(halkode_error_json(error), "4132260000000003") == NULL);
    CHECK(strstr(halkode_error_json(error), "efxdERBrba") == NULL);
    halkode_error_free(error);
}

int main(void)
{
    halkode_client *client;
    halkode_error *error = halkode_client_new(config, &client);

    CHECK(error == NULL);
    CHECK(halkode_abi_version() == HALKODE_ABI);
    CHECK(strchr(halkode_version(), '.') != NULL);
    making_a_client();
    calling(client);
    errors(client);
    halkode_client_free(client);
    printf("misuse: %d passed, %d failed\n", checks - failed, failed);
    return failed != 0;
}
