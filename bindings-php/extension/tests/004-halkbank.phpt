--TEST--
The other gateway is a client of its own, whatever its configuration calls itself
--EXTENSIONS--
halkode
--INI--
halkbank.client_id=500100000
halkbank.store_key=123456
--FILE--
<?php
use Halkode\Native\{Connection, Failure};

var_dump(ini_get('halkbank.client_id'), ini_get('halkbank.store_key'), get_cfg_var('halkbank.store_key'));
$request = '{"fields":{"oid":"A-1","Instalment":"","a.b":"x|y"}}';
$json = '{"client_id":"500100000","store_key":"123456"';
foreach ([null, "$json}", " $json } \n", "$json,\"gateway\":\"halkode\"}"] as $config) {
    echo json_decode((new Connection('Halkbank', $config))->call('ver3_hash', $request))->plaintext, "\n";
}
foreach ([['Halkbank', '{ }'], ['Halkode', '{}'], ['Halkode', "$json,\"gateway\":\"halkbank\"}"], ['Halkbank', '[]'], ['Halkbank', '']] as $made) {
    try {
        new Connection(...$made);
    } catch (Failure $failure) {
        echo json_decode($failure->json)->field ?? '-', ': ', $failure->getMessage(), "\n";
    }
}
?>
--EXPECTF--
string(8) "(hidden)"
string(8) "(hidden)"
string(8) "(hidden)"
x\|y||A-1|[store_key]
x\|y||A-1|[store_key]
x\|y||A-1|[store_key]
x\|y||A-1|[store_key]
client_id: client_id is %s
app_id: app_id is %s
client_id: client_id is not a field here; %s
-: the configuration is not an object
-: the configuration is not JSON %s
