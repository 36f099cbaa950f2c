#ifndef PHP_HALKODE_H
#define PHP_HALKODE_H

#include "php.h"

extern zend_module_entry halkode_module_entry;
#define phpext_halkode_ptr &halkode_module_entry

/* settings.c: php.ini's settings. */
zend_result halkode_settings_startup(int type, int module_number);
void halkode_settings_shutdown(int type, int module_number);
void halkode_settings_hide(void);
void halkode_settings_end_thread(zend_string **own_secrets);
int halkode_setting_count(void);

/* Calls back with the name of each setting of a client. */
void halkode_settings_each(const char *client, void (*each)(const char *name, void *context), void *context);

/* The settings of a client as its configuration in JSON; NULL without an exception when there are none. */
zend_string *halkode_settings_json(const char *client);

/* The first field of a client's configuration; NULL when there is no client of this name. */
const char *halkode_client_field(const char *client);

/* clients.c: the clients of this process, one for each configuration. */
typedef struct halkode_shared halkode_shared;

void halkode_clients_startup(void);
void halkode_clients_shutdown(void);
uint32_t halkode_clients_count(void);

/* Takes the client of a configuration, and makes it when it is not there; NULL with an exception when that fails. Without a
 * configuration it is made from the environment. */
halkode_shared *halkode_clients_take(const char *client, zend_string *config_json);
void halkode_clients_release(halkode_shared *shared);
const struct halkode_client *halkode_clients_get(const halkode_shared *shared);

/* halkode.c: throws what went wrong, and frees it. */
struct halkode_error;
void halkode_throw(struct halkode_error *error);
void halkode_refuse(const char *field, const char *reason);

/* The secrets that this thread was given on top of the process' own (a pool of FPM, a virtual host). */
zend_string **halkode_own_secrets(void);

/* Zeroes a string that held a secret. */
static inline void halkode_wipe(zend_string *string)
{
	ZEND_SECURE_ZERO(ZSTR_VAL(string), ZSTR_LEN(string));
}

#endif
