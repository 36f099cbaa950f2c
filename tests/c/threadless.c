/* The library keeps its promise to start no thread: here pthread_create counts, and refuses. */

#include <halkode.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int asked;

/* The dynamic linker finds this one before the C library's. Parameters as in pthread.h, which would clash. */
int pthread_create(void *thread, const void *attributes, void *(*start)(void *), void *argument);

int pthread_create(void *thread, const void *attributes, void *(*start)(void *), void *argument)
{
    (void)thread, (void)attributes, (void)start, (void)argument;
    asked++;
    return EAGAIN;
}

int main(void)
{
    static const char order[] =
        "{\"invoice_id\":\"ALONE\",\"total\":\"1.00\",\"name\":\"A\",\"surname\":\"B\",\"card\":{\"holder_name\":\"A B\","
        "\"number\":\"4155650100416111\",\"expiry_month\":\"12\",\"expiry_year\":\"2040\",\"cvv\":\"555\"}}";
    halkode_client *client;
    halkode_error *error = halkode_client_new(NULL, &client);
    char *reply = NULL;
    int good;

    if (error == NULL)
        error = halkode_call(client, HALKODE_OP_PAY_2D, order, &reply);
    good = error == NULL && strstr(reply, "\"invoice_id\":\"ALONE\"") != NULL;
    if (!good)
        fprintf(stderr, "%s\n", halkode_error_json(error));
    halkode_string_free(reply);
    halkode_error_free(error);
    halkode_client_free(client);
    printf("threads asked for: %d\n", asked);
    return !good || asked != 0;
}
