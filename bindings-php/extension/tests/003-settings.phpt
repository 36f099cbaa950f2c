--TEST--
php.ini's settings make a client, and its secrets are not shown
--EXTENSIONS--
halkode
--INI--
halkode.app_id=a2a7cb8131890a35353629182274c756
halkode.app_secret=a9b5c28211388c7a6a705122a24e6f46
halkode.merchant_key=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
--FILE--
<?php
var_dump(ini_get('halkode.app_id'), ini_get('halkode.app_secret'), get_cfg_var('halkode.app_secret'));
var_dump(ini_get('halkode.merchant_key'), ini_get('halkode.proxy'), ini_set('halkode.timeout', '5'));
$connection = new Halkode\Native\Connection('Halkode');
echo json_decode($connection->call('status_code', '{"code":"41"}'))->code, "\n";
?>
--EXPECT--
string(32) "a2a7cb8131890a35353629182274c756"
string(8) "(hidden)"
string(8) "(hidden)"
string(8) "(hidden)"
string(0) ""
bool(false)
41
