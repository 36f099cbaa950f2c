/*
 * One client on both sides of a fork, while another thread is in the middle of calls: every process pays orders of its own and
 * must get its own answers. The configuration is the environment's (the test starts a sandbox with TLS).
 */

/* fork, waitpid and threads are POSIX; it is told here, as -std=c99 hides them. */
#define _POSIX_C_SOURCE 200809L

#include <halkode.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 4, PAYMENTS = 5 };

static halkode_client *client;
static pthread_mutex_t stop_lock = PTHREAD_MUTEX_INITIALIZER;
static int stop;

/* Calls, and wants to see `expected` in the reply. */
static int answered(const char *operation, const char *request, const char *expected)
{
    char *reply;
    halkode_error *error = halkode_call(client, operation, request, &reply);
    int good = error == NULL && strstr(reply, expected) != NULL;

    if (!good)
        fprintf(stderr, "%s: wanted %s, got %s%s\n", operation, expected, halkode_error_json(error), reply ? reply : "");
    halkode_error_free(error);
    halkode_string_free(reply);
    return good;
}

/* Pays orders that nobody else pays and asks for each; returns how many answers were wrong. */
static int pays_its_own(const char *who)
{
    int i, wrong = 0;

    for (i = 0; i < PAYMENTS; i++) {
        char request[512], expected[64];
        snprintf(expected, sizeof expected, "\"invoice_id\":\"%s-%d\"", who, i);
        snprintf(request, sizeof request,
                 "{%s,\"total\":\"1%d.%d0\",\"name\":\"A\",\"surname\":\"B\",\"card\":{\"holder_name\":\"A B\","
                 "\"number\":\"4155650100416111\",\"expiry_month\":\"12\",\"expiry_year\":\"2040\",\"cvv\":\"555\"}}",
                 expected, i, i);
        wrong += !answered(HALKODE_OP_PAY_2D, request, expected);
        snprintf(request, sizeof request, "{%s}", expected);
        wrong += !answered(HALKODE_OP_CHECK_STATUS, request, expected);
    }
    return wrong;
}

/* A thread that is always somewhere inside a call. */
static void *busy(void *wrong)
{
    int round = 0, stopped = 0;

    while (!stopped) {
        char who[32];
        snprintf(who, sizeof who, "BUSY%d", round++);
        *(int *)wrong += pays_its_own(who);
        pthread_mutex_lock(&stop_lock);
        stopped = stop;
        pthread_mutex_unlock(&stop_lock);
    }
    return NULL;
}

int main(void)
{
    pthread_t thread;
    pid_t children[CHILDREN];
    int i, wrong = 0, busy_wrong = 0;
    halkode_error *error = halkode_client_new(NULL, &client);

    if (error != NULL) {
        fprintf(stderr, "%s\n", halkode_error_message(error));
        halkode_error_free(error);
        return 1;
    }
    /* Connections and a token are there before the fork, and in use during it. */
    wrong += pays_its_own("BEFORE");
    if (pthread_create(&thread, NULL, busy, &busy_wrong) != 0)
        return 1;

    for (i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            char who[32];
            int bad = 0;
            snprintf(who, sizeof who, "CHILD%d", i);
            /* The first child only frees its copy, which must not hurt its parent's connections. */
            if (i > 0)
                bad = pays_its_own(who);
            halkode_client_free(client);
            _exit(bad != 0);
        }
        if (children[i] < 0)
            return 1;
        wrong += pays_its_own(i == 0 ? "PARENT0" : i == 1 ? "PARENT1" : i == 2 ? "PARENT2" : "PARENT3");
    }
    for (i = 0; i < CHILDREN; i++) {
        int status;
        if (waitpid(children[i], &status, 0) != children[i] || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "child %d failed\n", i);
            wrong++;
        }
    }
    pthread_mutex_lock(&stop_lock);
    stop = 1;
    pthread_mutex_unlock(&stop_lock);
    pthread_join(thread, NULL);
    halkode_client_free(client);
    printf("fork: %d wrong\n", wrong + busy_wrong);
    return wrong + busy_wrong != 0;
}
