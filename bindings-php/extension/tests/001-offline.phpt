--TEST--
An operation that needs no network
--EXTENSIONS--
halkode
--FILE--
<?php
$keys = [
    'app_id' => 'a2a7cb8131890a35353629182274c756',
    'app_secret' => 'a9b5c28211388c7a6a705122a24e6f46',
    'merchant_key' => '$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72',
];
$connection = new Halkode\Native\Connection('Halkode', json_encode($keys));
$sealed = json_decode($connection->call('hash', '{"layout":"refund","parts":{"amount":"5.00","invoice_id":"A-1"}}'));
echo $sealed->plaintext, "\n";
$opened = json_decode($connection->call('open_hash', json_encode(['hash_key' => $sealed->hash_key, 'layout' => 'refund'])));
var_dump($opened->fits, $opened->parts[1]->value);
var_dump(Halkode\Native\Connection::version() === phpversion('halkode'));
?>
--EXPECT--
5.00|A-1|[redacted]
bool(true)
string(3) "A-1"
bool(true)
