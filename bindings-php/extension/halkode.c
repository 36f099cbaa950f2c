/* PHP's low-level door to libhalkode: JSON in, JSON out. The Composer package stands on it; operations and fields are not known here. */

#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "php_halkode.h"
#include "ext/json/php_json.h"
#include "ext/spl/spl_exceptions.h"
#include "ext/standard/info.h"
#include "zend_attributes.h"
#include "zend_exceptions.h"
#include "zend_smart_str.h"
#include <halkode.h>
#include "halkode_arginfo.h"
#include "halkode_settings.h"

ZEND_BEGIN_MODULE_GLOBALS(halkode)
	zend_string **own_secrets;
ZEND_END_MODULE_GLOBALS(halkode)

ZEND_DECLARE_MODULE_GLOBALS(halkode)
#define HALKODE_G(v) ZEND_MODULE_GLOBALS_ACCESSOR(halkode, v)

#if defined(ZTS) && defined(COMPILE_DL_HALKODE)
ZEND_TSRMLS_CACHE_DEFINE()
#endif

typedef struct {
	halkode_shared *shared;
	zend_object std;
} halkode_connection;

static zend_class_entry *connection_class;
static zend_class_entry *failure_class;
static zend_object_handlers connection_handlers;

zend_string **halkode_own_secrets(void)
{
	return HALKODE_G(own_secrets);
}

static void throw_json(const char *reason, const char *json)
{
	zval failure;
	object_init_ex(&failure, failure_class);
	zend_update_property_string(zend_ce_exception, Z_OBJ(failure), ZEND_STRL("message"), reason);
	zend_update_property_string(failure_class, Z_OBJ(failure), ZEND_STRL("json"), json);
	zend_throw_exception_object(&failure);
}

void halkode_throw(halkode_error *error)
{
	throw_json(halkode_error_message(error), halkode_error_json(error));
	halkode_error_free(error);
}

void halkode_refuse(const char *field, const char *reason)
{
	zval error;
	smart_str json = {0};
	zend_string *sentence = strpprintf(0, "%s %s", field, reason);

	array_init(&error);
	add_assoc_string(&error, "kind", HALKODE_KIND_REQUEST);
	add_assoc_str(&error, "reason", zend_string_copy(sentence));
	add_assoc_string(&error, "field", field);
	add_assoc_string(&error, "sent", "no");
	add_assoc_bool(&error, "in_doubt", false);
	php_json_encode(&json, &error, 0);
	smart_str_0(&json);
	throw_json(ZSTR_VAL(sentence), ZSTR_VAL(json.s));
	smart_str_free(&json);
	zval_ptr_dtor(&error);
	zend_string_release(sentence);
}

static halkode_connection *connection_of(zend_object *object)
{
	return (halkode_connection *) ((char *) object - XtOffsetOf(halkode_connection, std));
}

static zend_object *create_connection(zend_class_entry *class_entry)
{
	halkode_connection *connection = zend_object_alloc(sizeof(*connection), class_entry);
	zend_object_std_init(&connection->std, class_entry);
	object_properties_init(&connection->std, class_entry);
	connection->std.handlers = &connection_handlers;
	return &connection->std;
}

static void free_connection(zend_object *object)
{
	halkode_connection *connection = connection_of(object);
	if (connection->shared != NULL) {
		halkode_clients_release(connection->shared);
	}
	zend_object_std_dtor(object);
}

static bool check_client(const zend_string *client)
{
	if (halkode_client_field(ZSTR_VAL(client)) == NULL) {
		zend_argument_value_error(1, "must be the name of a client");
		return false;
	}
	return true;
}

ZEND_METHOD(Halkode_Native_Connection, __construct)
{
	zend_string *client, *config_json = NULL;
	halkode_connection *connection = connection_of(Z_OBJ_P(ZEND_THIS));

	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_PATH_STR(client)
		Z_PARAM_OPTIONAL
		Z_PARAM_PATH_STR_OR_NULL(config_json)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_client(client)) {
		RETURN_THROWS();
	}
	if (connection->shared != NULL) {
		zend_throw_error(NULL, "A connection is made once");
		RETURN_THROWS();
	}
	zend_string *settings = config_json == NULL ? halkode_settings_json(ZSTR_VAL(client)) : NULL;
	if (EG(exception) == NULL) {
		connection->shared = halkode_clients_take(ZSTR_VAL(client), config_json != NULL ? config_json : settings);
	}
	if (settings != NULL) {
		halkode_wipe(settings);
		zend_string_release(settings);
	}
}

ZEND_METHOD(Halkode_Native_Connection, fromEnv)
{
	zend_string *client;

	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_PATH_STR(client)
	ZEND_PARSE_PARAMETERS_END();

	if (!check_client(client)) {
		RETURN_THROWS();
	}
	halkode_shared *shared = halkode_clients_take(ZSTR_VAL(client), NULL);
	if (shared == NULL) {
		RETURN_THROWS();
	}
	object_init_ex(return_value, connection_class);
	connection_of(Z_OBJ_P(return_value))->shared = shared;
}

ZEND_METHOD(Halkode_Native_Connection, call)
{
	zend_string *operation, *request_json;
	halkode_connection *connection = connection_of(Z_OBJ_P(ZEND_THIS));
	char *reply;

	ZEND_PARSE_PARAMETERS_START(2, 2)
		Z_PARAM_PATH_STR(operation)
		Z_PARAM_PATH_STR(request_json)
	ZEND_PARSE_PARAMETERS_END();

	if (connection->shared == NULL) {
		zend_throw_error(NULL, "The connection was not made");
		RETURN_THROWS();
	}
	halkode_error *error =
		halkode_call(halkode_clients_get(connection->shared), ZSTR_VAL(operation), ZSTR_VAL(request_json), &reply);
	if (error != NULL) {
		halkode_throw(error);
		RETURN_THROWS();
	}
	RETVAL_STRING(reply);
	halkode_string_free(reply);
}

ZEND_METHOD(Halkode_Native_Connection, version)
{
	ZEND_PARSE_PARAMETERS_NONE();
	RETURN_STRING(halkode_version());
}

static PHP_GINIT_FUNCTION(halkode)
{
#if defined(ZTS) && defined(COMPILE_DL_HALKODE)
	ZEND_TSRMLS_CACHE_UPDATE();
#endif
	halkode_globals->own_secrets = pecalloc(halkode_setting_count(), sizeof(zend_string *), 1);
}

static PHP_GSHUTDOWN_FUNCTION(halkode)
{
	halkode_settings_end_thread(halkode_globals->own_secrets);
	pefree(halkode_globals->own_secrets, 1);
}

static PHP_MINIT_FUNCTION(halkode)
{
	if (halkode_abi_version() != HALKODE_ABI) {
		php_error_docref(NULL, E_CORE_WARNING, "halkode: the installed libhalkode speaks another ABI");
		return FAILURE;
	}
	connection_class = register_class_Halkode_Native_Connection();
	connection_class->create_object = create_connection;
	memcpy(&connection_handlers, &std_object_handlers, sizeof(connection_handlers));
	connection_handlers.offset = XtOffsetOf(halkode_connection, std);
	connection_handlers.free_obj = free_connection;
	connection_handlers.clone_obj = NULL;
	failure_class = register_class_Halkode_Native_Failure(spl_ce_RuntimeException);
	halkode_clients_startup();
	return halkode_settings_startup(type, module_number);
}

static PHP_MSHUTDOWN_FUNCTION(halkode)
{
	halkode_settings_shutdown(type, module_number);
	halkode_clients_shutdown();
	return SUCCESS;
}

static PHP_RINIT_FUNCTION(halkode)
{
#if defined(ZTS) && defined(COMPILE_DL_HALKODE)
	ZEND_TSRMLS_CACHE_UPDATE();
#endif
	/* What a pool of FPM or a virtual host set since. */
	halkode_settings_hide();
	return SUCCESS;
}

static PHP_MINFO_FUNCTION(halkode)
{
	char clients[16];
	snprintf(clients, sizeof(clients), "%u", halkode_clients_count());
	php_info_print_table_start();
	php_info_print_table_row(2, "halkode", "enabled");
	php_info_print_table_row(2, "Version", PHP_HALKODE_VERSION);
	php_info_print_table_row(2, "libhalkode", halkode_version());
#ifdef HALKODE_STATIC
	php_info_print_table_row(2, "libhalkode is", "part of the extension");
#else
	php_info_print_table_row(2, "libhalkode is", "the system's shared library");
#endif
	php_info_print_table_row(2, "Clients of this process", clients);
	php_info_print_table_end();
	DISPLAY_INI_ENTRIES();
}

static const zend_module_dep halkode_dependencies[] = {
	ZEND_MOD_REQUIRED("hash")
	ZEND_MOD_REQUIRED("json")
	ZEND_MOD_REQUIRED("spl")
	ZEND_MOD_END
};

zend_module_entry halkode_module_entry = {
	STANDARD_MODULE_HEADER_EX,
	NULL,
	halkode_dependencies,
	"halkode",
	NULL,
	PHP_MINIT(halkode),
	PHP_MSHUTDOWN(halkode),
	PHP_RINIT(halkode),
	NULL,
	PHP_MINFO(halkode),
	PHP_HALKODE_VERSION,
	PHP_MODULE_GLOBALS(halkode),
	PHP_GINIT(halkode),
	PHP_GSHUTDOWN(halkode),
	NULL,
	STANDARD_MODULE_PROPERTIES_EX
};

#ifdef COMPILE_DL_HALKODE
ZEND_GET_MODULE(halkode)
#endif
