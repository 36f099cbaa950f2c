/* The settings of php.ini. They are the administrator's (PHP_INI_SYSTEM); secrets among them are taken out of PHP's own tables, so that
 * neither phpinfo() nor ini_get() nor get_cfg_var() shows them. */

#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "php_halkode.h"
#include "php_ini.h"
#include "ext/json/php_json.h"
#include "main/php_streams.h"
#include "zend_smart_str.h"
#include "halkode_settings.h"

typedef enum { TEXT, SECRET, NUMBER, FILE_ } halkode_kind;

typedef struct {
	const char *client;
	const char *name;
	size_t length;
	const char *field;
	halkode_kind kind;
} halkode_setting;

/* stdio has a FILE of its own. */
#define KIND_TEXT TEXT
#define KIND_SECRET SECRET
#define KIND_NUMBER NUMBER
#define KIND_FILE FILE_

#define SETTING(client, name, field, kind) { client, name, sizeof(name) - 1, field, KIND_##kind },
static const halkode_setting settings[] = { HALKODE_SETTINGS(SETTING) };
#define COUNT ((int) (sizeof(settings) / sizeof(*settings)))

/* Secrets that php.ini gave the whole process; written while it starts, before there is a second thread. */
static zend_string *secrets[sizeof(settings) / sizeof(*settings)];

/* What a secret's setting shows. */
static zend_string *hidden;

/* While the process starts, settings are the whole process'; later those of one thread. */
static bool starting;

int halkode_setting_count(void)
{
	return COUNT;
}

const char *halkode_client_field(const char *client)
{
	for (int i = 0; i < COUNT; i++) {
		if (strcmp(settings[i].client, client) == 0) {
			return settings[i].field;
		}
	}
	return NULL;
}

void halkode_settings_each(const char *client, void (*each)(const char *name, void *context), void *context)
{
	for (int i = 0; i < COUNT; i++) {
		if (strcmp(settings[i].client, client) == 0) {
			each(settings[i].name, context);
		}
	}
}

static void forget(zend_string **secret)
{
	if (*secret != NULL) {
		halkode_wipe(*secret);
		zend_string_release(*secret);
		*secret = NULL;
	}
}

static bool is_hidden(const zend_string *value)
{
	return value != NULL && hidden != NULL && zend_string_equals(value, hidden);
}

static ZEND_INI_MH(on_secret)
{
	for (int i = 0; i < COUNT; i++) {
		if (settings[i].kind != SECRET || !zend_string_equals_cstr(entry->name, settings[i].name, settings[i].length)) {
			continue;
		}
		/* The hidden text comes back when a thread starts or a virtual host's request ends: the process' own value counts again. */
		zend_string **secret = starting ? &secrets[i] : &halkode_own_secrets()[i];
		forget(secret);
		if (new_value != NULL && !is_hidden(new_value)) {
			*secret = zend_string_init(ZSTR_VAL(new_value), ZSTR_LEN(new_value), 1);
		}
	}
	return SUCCESS;
}

#define ON_TEXT NULL
#define ON_SECRET on_secret
#define ON_NUMBER NULL
#define ON_FILE NULL
#define ENTRY(client, name, field, kind) PHP_INI_ENTRY(name, "", PHP_INI_SYSTEM, ON_##kind)

PHP_INI_BEGIN()
	HALKODE_SETTINGS(ENTRY)
PHP_INI_END()

static zend_ini_entry *find(const halkode_setting *setting)
{
	return zend_hash_str_find_ptr(EG(ini_directives), setting->name, setting->length);
}

void halkode_settings_hide(void)
{
	for (int i = 0; i < COUNT; i++) {
		zend_ini_entry *entry = settings[i].kind == SECRET ? find(&settings[i]) : NULL;
		if (entry != NULL && entry->value != NULL && ZSTR_LEN(entry->value) > 0 && !is_hidden(entry->value)) {
			zend_string_release(entry->value);
			entry->value = zend_string_copy(hidden);
		}
	}
}

zend_result halkode_settings_startup(int type, int module_number)
{
	hidden = zend_string_init_interned(ZEND_STRL("(hidden)"), 1);
	starting = true;
	REGISTER_INI_ENTRIES();
	starting = false;
	halkode_settings_hide();
	/* get_cfg_var() reads what was in the file. */
	for (int i = 0; i < COUNT; i++) {
		zval *read = settings[i].kind == SECRET ? cfg_get_entry(settings[i].name, settings[i].length) : NULL;
		if (read != NULL && Z_TYPE_P(read) == IS_STRING) {
			zend_string_release(Z_STR_P(read));
			ZVAL_INTERNED_STR(read, hidden);
		}
	}
	return SUCCESS;
}

void halkode_settings_shutdown(int type, int module_number)
{
	UNREGISTER_INI_ENTRIES();
	for (int i = 0; i < COUNT; i++) {
		forget(&secrets[i]);
	}
}

void halkode_settings_end_thread(zend_string **own_secrets)
{
	for (int i = 0; i < COUNT; i++) {
		forget(&own_secrets[i]);
	}
}

/* A whole number as such; anything else as it stands, for the library to refuse. */
static void add_number(zval *config, const char *field, zend_string *value)
{
	zend_long number;
	if (is_numeric_string(ZSTR_VAL(value), ZSTR_LEN(value), &number, NULL, false) == IS_LONG) {
		add_assoc_long(config, field, number);
	} else {
		add_assoc_stringl(config, field, ZSTR_VAL(value), ZSTR_LEN(value));
	}
}

/* The administrator's file may lie outside of what open_basedir leaves to scripts. */
static bool add_file(zval *config, const halkode_setting *setting, zend_string *path)
{
	php_stream *stream =
		php_stream_open_wrapper(ZSTR_VAL(path), "rb", STREAM_DISABLE_OPEN_BASEDIR, NULL);
	zend_string *contents = stream != NULL ? php_stream_copy_to_mem(stream, PHP_STREAM_COPY_ALL, 0) : NULL;
	if (stream != NULL) {
		php_stream_close(stream);
	}
	if (contents == NULL) {
		halkode_refuse(setting->name, "cannot be read");
		return false;
	}
	add_assoc_str(config, setting->field, contents);
	return true;
}

static bool add(zval *config, int i)
{
	const halkode_setting *setting = &settings[i];
	zend_ini_entry *entry = find(setting);
	zend_string *value = entry != NULL ? entry->value : NULL;
	if (setting->kind == SECRET) {
		value = halkode_own_secrets()[i] != NULL ? halkode_own_secrets()[i] : secrets[i];
	}
	if (value == NULL || ZSTR_LEN(value) == 0) {
		return true;
	}
	switch (setting->kind) {
		case FILE_:
			return add_file(config, setting, value);
		case NUMBER:
			add_number(config, setting->field, value);
			return true;
		default:
			/* A copy: the original belongs to the process, whose threads must not count references to it. */
			add_assoc_stringl(config, setting->field, ZSTR_VAL(value), ZSTR_LEN(value));
			return true;
	}
}

zend_string *halkode_settings_json(const char *client)
{
	zval config;
	smart_str json = {0};
	bool complete = true;

	array_init(&config);
	for (int i = 0; i < COUNT && complete; i++) {
		complete = strcmp(settings[i].client, client) != 0 || add(&config, i);
	}
	if (complete && zend_hash_num_elements(Z_ARRVAL(config)) > 0) {
		/* Room for everything from the start: growing would leave copies of secrets behind. */
		smart_str_alloc(&json, 16384, 0);
		if (php_json_encode(&json, &config, 0) == SUCCESS) {
			smart_str_0(&json);
		} else {
			halkode_refuse("php.ini", "has a setting of this client that is not UTF-8");
			smart_str_free(&json);
			json.s = NULL;
		}
	}
	zval *value;
	ZEND_HASH_FOREACH_VAL(Z_ARRVAL(config), value) {
		if (Z_TYPE_P(value) == IS_STRING && !ZSTR_IS_INTERNED(Z_STR_P(value))) {
			halkode_wipe(Z_STR_P(value));
		}
	} ZEND_HASH_FOREACH_END();
	zval_ptr_dtor(&config);
	return json.s;
}
