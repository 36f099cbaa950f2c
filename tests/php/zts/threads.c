/* Many threads of one PHP process (ZTS), each with a PHP of its own, share the extension's clients. Built and run by run.sh beside it. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <sapi/embed/php_embed.h>

#define THREADS 8
#define REQUESTS 5

static const char *script;
static int failed;
static pthread_mutex_t failed_lock = PTHREAD_MUTEX_INITIALIZER;

static void serve(void)
{
	zend_file_handle file;
	zend_stream_init_filename(&file, script);
	zend_first_try {
		php_execute_script(&file);
	} zend_catch {
		EG(exit_status) = 255;
	} zend_end_try();
	zend_destroy_file_handle(&file);
}

static void *work(void *unused)
{
	(void) unused;
	(void) ts_resource(0);
	ZEND_TSRMLS_CACHE_UPDATE();
	for (int i = 0; i < REQUESTS; i++) {
		if (php_request_startup() == FAILURE) {
			EG(exit_status) = 254;
		} else {
			/* The script has a request's time limit and no web server. */
			SG(headers_sent) = 1;
			SG(request_info).no_headers = 1;
			serve();
		}
		int status = EG(exit_status);
		php_request_shutdown(NULL);
		pthread_mutex_lock(&failed_lock);
		failed += status != 0;
		pthread_mutex_unlock(&failed_lock);
	}
	ts_free_thread();
	return NULL;
}

ZEND_TSRMLS_CACHE_DEFINE()

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	if (argc != 3) {
		fprintf(stderr, "usage: threads INI-FILE SCRIPT\n");
		return 2;
	}
	php_embed_module.php_ini_path_override = argv[1];
	script = argv[2];
	if (php_embed_init(1, argv) == FAILURE) {
		return 1;
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_create(&threads[i], NULL, work, NULL);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	php_embed_shutdown();
	printf("%d requests in %d threads, %d failed\n", THREADS * REQUESTS, THREADS, failed);
	return failed != 0;
}
