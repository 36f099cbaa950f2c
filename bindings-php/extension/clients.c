/* The clients of this process, one for each configuration: requests that one worker serves share token and connections. */

#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "php_halkode.h"
#include "ext/hash/php_hash.h"
#include "ext/hash/php_hash_sha.h"
#include "zend_smart_str.h"
#include <halkode.h>

#ifdef ZTS
# include "TSRM.h"
# ifndef PHP_WIN32
#  include <pthread.h>
# endif
#endif

/* How many clients are kept that nobody uses just now: a platform may serve many merchants from one worker. */
#define KEPT 64
#define KEY_SIZE 32

struct halkode_shared {
	halkode_client *client;
	char key[KEY_SIZE];
	uint32_t users;
	uint64_t taken;
};

static HashTable clients;
static uint64_t takings;

#ifdef ZTS
static MUTEX_T mutex;
# define LOCK() tsrm_mutex_lock(mutex)
# define UNLOCK() tsrm_mutex_unlock(mutex)
#else
# define LOCK()
# define UNLOCK()
#endif

#if defined(ZTS) && !defined(PHP_WIN32)
/* A fork while another thread holds the lock would leave the child with a lock that nobody gives back. */
static void hold(void)
{
	LOCK();
}

static void let_go(void)
{
	UNLOCK();
}
#endif

static void destroy(zval *entry)
{
	halkode_shared *shared = Z_PTR_P(entry);
	halkode_client_free(shared->client);
	pefree(shared, 1);
}

void halkode_clients_startup(void)
{
	zend_hash_init(&clients, 8, NULL, destroy, 1);
#ifdef ZTS
	mutex = tsrm_mutex_alloc();
# ifndef PHP_WIN32
	pthread_atfork(hold, let_go, let_go);
# endif
#endif
}

void halkode_clients_shutdown(void)
{
	zend_hash_destroy(&clients);
	/* The lock stays: a fork while the process ends would still take it. */
}

uint32_t halkode_clients_count(void)
{
	LOCK();
	uint32_t count = zend_hash_num_elements(&clients);
	UNLOCK();
	return count;
}

static void digest(PHP_SHA256_CTX *context, const char *text, size_t length)
{
	/* With the NUL that ends it, so that two texts never run into one another. */
	PHP_SHA256Update(context, (const unsigned char *) text, length + 1);
}

/* What the environment says for a setting. getenv() is asked for each: PHP loads extensions so that `environ` here need not be the
 * one that the process uses. */
static void digest_variable(const char *name, void *context)
{
	char variable[64];
	size_t length = 0;
	for (; name[length] != '\0' && length < sizeof(variable) - 1; length++) {
		variable[length] = name[length] == '.' ? '_' : toupper((unsigned char) name[length]);
	}
	variable[length] = '\0';
	const char *value = getenv(variable);
	/* An empty variable counts as none. */
	digest(context, value != NULL ? value : "", value != NULL ? strlen(value) : 0);
}

/* The digest of a configuration, so that no second copy of the keys is kept. */
static void make_key(char key[KEY_SIZE], const char *client, const zend_string *config_json)
{
	PHP_SHA256_CTX context;
	PHP_SHA256Init(&context);
	digest(&context, client, strlen(client));
	if (config_json != NULL) {
		digest(&context, "json", 4);
		digest(&context, ZSTR_VAL(config_json), ZSTR_LEN(config_json));
	} else {
		digest(&context, "environment", 11);
		halkode_settings_each(client, digest_variable, &context);
	}
	PHP_SHA256Final((unsigned char *) key, &context);
	ZEND_SECURE_ZERO(&context, sizeof(context));
}

/* Frees the client that was not used for the longest time, when there are too many. */
static void make_room(void)
{
	halkode_shared *oldest = NULL, *shared;
	if (zend_hash_num_elements(&clients) < KEPT) {
		return;
	}
	ZEND_HASH_FOREACH_PTR(&clients, shared) {
		if (shared->users == 0 && (oldest == NULL || shared->taken < oldest->taken)) {
			oldest = shared;
		}
	} ZEND_HASH_FOREACH_END();
	if (oldest != NULL) {
		char key[KEY_SIZE];
		memcpy(key, oldest->key, KEY_SIZE);
		zend_hash_str_del(&clients, key, KEY_SIZE);
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A configuration with the name of its client as its last member, so that it counts whatever stands before it. With nothing but a
 * name the library asks the environment. What is no object stays as it is: the library says so. */
static zend_string *named(const char *client, const zend_string *config_json)
{
	if (config_json == NULL) {
		return strpprintf(0, "{\"gateway\":\"%s\"}", client);
	}
	const char *text = ZSTR_VAL(config_json);
	size_t close = ZSTR_LEN(config_json);
	while (close > 0 && is_blank(text[close - 1])) {
		close--;
	}
	if (close == 0 || text[--close] != '}') {
		return zend_string_init(text, ZSTR_LEN(config_json), 0);
	}
	size_t end = close;
	while (end > 0 && is_blank(text[end - 1])) {
		end--;
	}
	smart_str named = {0};
	/* Room for everything from the start: growing would leave copies of secrets behind. */
	smart_str_alloc(&named, ZSTR_LEN(config_json) + 128, 0);
	smart_str_appendl(&named, text, end);
	if (end > 0 && text[end - 1] == '{') {
		/* An empty configuration lacks everything, and must not become that of the environment. */
		smart_str_append_printf(&named, "\"%s\":null", halkode_client_field(client));
	}
	smart_str_append_printf(&named, ",\"gateway\":\"%s\"", client);
	smart_str_appends(&named, text + close);
	smart_str_0(&named);
	return named.s;
}

static halkode_error *make(const char *client, const zend_string *config_json, halkode_client **made)
{
	zend_string *config = named(client, config_json);
	halkode_error *error = halkode_client_new(ZSTR_VAL(config), made);
	halkode_wipe(config);
	zend_string_release(config);
	return error;
}

static halkode_shared *find_or_make(const char *client, const zend_string *config_json, halkode_error **error)
{
	char key[KEY_SIZE];
	make_key(key, client, config_json);
	halkode_shared *shared = zend_hash_str_find_ptr(&clients, key, KEY_SIZE);
	if (shared == NULL) {
		halkode_client *made;
		*error = make(client, config_json, &made);
		if (*error != NULL) {
			return NULL;
		}
		make_room();
		shared = pecalloc(1, sizeof(*shared), 1);
		shared->client = made;
		memcpy(shared->key, key, KEY_SIZE);
		zend_hash_str_add_new_ptr(&clients, key, KEY_SIZE, shared);
	}
	shared->users++;
	shared->taken = ++takings;
	return shared;
}

halkode_shared *halkode_clients_take(const char *client, zend_string *config_json)
{
	halkode_error *error = NULL;
	LOCK();
	if (config_json == NULL) {
		tsrm_env_lock();
	}
	halkode_shared *shared = find_or_make(client, config_json, &error);
	if (config_json == NULL) {
		tsrm_env_unlock();
	}
	UNLOCK();
	if (error != NULL) {
		halkode_throw(error);
	}
	return shared;
}

void halkode_clients_release(halkode_shared *shared)
{
	LOCK();
	shared->users--;
	UNLOCK();
}

const halkode_client *halkode_clients_get(const halkode_shared *shared)
{
	return shared->client;
}
