/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 103c2752837debcd899dbaa1f552583610314540 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Halkode_Native_Connection___construct, 0, 0, 1)
	ZEND_ARG_TYPE_INFO(0, client, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, configJson, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Halkode_Native_Connection_fromEnv, 0, 1, Halkode\\\116ative\\Connection, 0)
	ZEND_ARG_TYPE_INFO(0, client, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Halkode_Native_Connection_call, 0, 2, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, operation, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, requestJson, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Halkode_Native_Connection_version, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()


ZEND_METHOD(Halkode_Native_Connection, __construct);
ZEND_METHOD(Halkode_Native_Connection, fromEnv);
ZEND_METHOD(Halkode_Native_Connection, call);
ZEND_METHOD(Halkode_Native_Connection, version);


static const zend_function_entry class_Halkode_Native_Connection_methods[] = {
	ZEND_ME(Halkode_Native_Connection, __construct, arginfo_class_Halkode_Native_Connection___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Halkode_Native_Connection, fromEnv, arginfo_class_Halkode_Native_Connection_fromEnv, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Halkode_Native_Connection, call, arginfo_class_Halkode_Native_Connection_call, ZEND_ACC_PUBLIC)
	ZEND_ME(Halkode_Native_Connection, version, arginfo_class_Halkode_Native_Connection_version, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_FE_END
};


static const zend_function_entry class_Halkode_Native_Failure_methods[] = {
	ZEND_FE_END
};

static zend_class_entry *register_class_Halkode_Native_Connection(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Halkode\\Native", "Connection", class_Halkode_Native_Connection_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;


	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "__construct", sizeof("__construct") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	zend_add_parameter_attribute(zend_hash_str_find_ptr(&class_entry->function_table, "call", sizeof("call") - 1), 1, ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);

	return class_entry;
}

static zend_class_entry *register_class_Halkode_Native_Failure(zend_class_entry *class_entry_RuntimeException)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Halkode\\Native", "Failure", class_Halkode_Native_Failure_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_RuntimeException);
	class_entry->ce_flags |= ZEND_ACC_FINAL;

	zval property_json_default_value;
	ZVAL_UNDEF(&property_json_default_value);
	zend_string *property_json_name = zend_string_init("json", sizeof("json") - 1, 1);
	zend_declare_typed_property(class_entry, property_json_name, &property_json_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_json_name);

	return class_entry;
}
