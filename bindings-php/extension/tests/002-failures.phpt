--TEST--
What goes wrong is an exception that carries the whole error; no argument is in its trace
--EXTENSIONS--
halkode
--INI--
zend.exception_ignore_args=0
--FILE--
<?php
use Halkode\Native\{Connection, Failure};

$keys = '{"app_id":"a2a7cb8131890a35353629182274c756","app_secret":"a9b5c28211388c7a6a705122a24e6f46",'
    . '"merchant_key":"$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72"';
try {
    new Connection('Halkode', $keys . ',"environment":"prod"}');
} catch (Failure $failure) {
    echo $failure->getMessage(), "\n", json_decode($failure->json)->field, "\n", $failure->getTraceAsString(), "\n";
}
$connection = new Connection('Halkode', $keys . '}');
try {
    $connection->call('pay_2d', '{"card":{"number":"4155650100416111"},"total":1.5}');
} catch (Failure $failure) {
    echo json_decode($failure->json)->kind, "\n", $failure->getTraceAsString(), "\n";
}
foreach ([fn () => $connection->call("hash\0", '{}'), fn () => $connection->call('hash', "{}\0"), fn () => new Connection('X')] as $call) {
    try {
        $call();
    } catch (ValueError $error) {
        echo $error->getMessage(), "\n";
    }
}
?>
--EXPECTF--
environment must be one of test, live
environment
#0 %s(%d): Halkode\Native\Connection->__construct('Halkode', Object(SensitiveParameterValue))
#1 {main}
request
#0 %s(%d): Halkode\Native\Connection->call('pay_2d', Object(SensitiveParameterValue))
#1 {main}
Halkode\Native\Connection::call(): Argument #1 ($operation) must not contain any null bytes
Halkode\Native\Connection::call(): Argument #2 ($requestJson) must not contain any null bytes
Halkode\Native\Connection::__construct(): Argument #1 ($client) must be the name of a client
