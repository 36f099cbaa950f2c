<?php

// What `valgrind` watches: the extension's objects, settings, replies and failures, without a payment.

declare(strict_types=1);

require __DIR__ . '/../../bindings-php/src/autoload.php';

$client = Halkode\Halkode::fromEnv();
for ($i = 0; $i < 70; $i++) {
    $many = new Halkode\Halkode([
        'app_id' => 'a2a7cb8131890a35353629182274c756',
        'app_secret' => 'a9b5c28211388c7a6a705122a24e6f46',
        'merchant_key' => '$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72',
        'user_agent' => "many/$i",
    ]);
}
$bank = Halkode\Halkbank::fromEnv();
for ($i = 0; $i < 3; $i++) {
    $other = new Halkode\Halkbank(['client_id' => '500100000', 'store_key' => '123456', 'user_agent' => "many/$i"]);
}
$callback = ['body' => 'oid=A-1&Response=Error&clientid=500100000', 'order_id' => 'A-1', 'total' => '1.00'];
$good = $bank->orderStatus(['order_id' => 'NEVER-1'])->state === 'not_found' && $other->verifyCallback($callback)->outcome === 'not_paid'
    && $client->token()->status_code === 100 && $many->statusCode(['code' => '41'])->known;
$failures = 0;
$wrong = [
    static fn () => $client->pay2d([]),
    static fn () => $client->callJson('refund', '{'),
    static fn () => new Halkode\Halkode(['app_id' => 'x']),
    static fn () => $bank->sale([]),
    static fn () => new Halkode\Halkbank([]),
    static fn () => new Halkode\Halkbank(['client_id' => 'x']),
    // From php.ini, which has keys that cannot be.
    static fn () => new Halkode\Halkode(),
    static fn () => new Halkode\Halkbank(),
];
foreach ($wrong as $call) {
    try {
        $call();
    } catch (Halkode\RequestError) {
        $failures++;
    }
}
exit($good && $failures === \count($wrong) ? 0 : 1);
