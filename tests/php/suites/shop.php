<?php

// What the example shop does at Halkbank where a buyer cannot bring it about: examples/buyer.py does the rest.

declare(strict_types=1);

namespace Halkode\Tests;

use Shop\BankPayments;
use Shop\Orders;

foreach (['Orders', 'BankPayments', 'pages'] as $file) {
    require_once \dirname(__DIR__, 3) . "/examples/php/$file.php";
}

$bank = new Sandbox();
$folder = \sys_get_temp_dir() . '/halkode-shop-' . \bin2hex(\random_bytes(6));
\mkdir($folder, 0700);
// Another suite forks, and its children end as well.
\register_shutdown_function(static function (int $mine) use ($folder): void {
    if (\getmypid() === $mine) {
        \array_map(\unlink(...), \glob("$folder/*"));
        \rmdir($folder);
    }
}, \getmypid());
// What it logs is its own business.
\ini_set('error_log', "$folder/log");
$orders = new Orders($folder);
$shop = new BankPayments(Suite::bankClient(), $orders);

/** An order whose buyer has been at the bank, and the body that the bank's page posts. */
$visit = static function (array $end) use ($bank, $shop): array {
    $page = $shop->begin('75.50', 'http://127.0.0.1:9/donus');
    \preg_match('/action="([^"]*)"/', $page, $action);
    \preg_match_all('/name="([^"]*)" value="([^"]*)"/', $page, $found);
    $fields = \array_map(\html_entity_decode(...), \array_combine($found[1], $found[2]));
    return [$fields['oid'], \http_build_query($bank->visit(\html_entity_decode($action[1]), $fields, $end))];
};

return [
    'what was taken without full authentication is given back' => static function () use ($bank, $shop, $visit): void {
        $half = ['outcome' => 'approve', 'card' => Suite::BANK_HALF_CARD];
        [$order, $body] = $visit($half);
        [$other, $_] = $visit($half);
        $kept_back = "oid=$other&Response=Error";
        foreach ([[$order, $body], [$other, $kept_back]] as [$order, $body]) {
            Suite::same('75.50', $bank->net($order));
            $after = $shop->confirm($order, $body);
            Suite::same(['voided', 'Kartınız doğrulanamadı; ödeme geri alındı.'], [$after['state'], $after['message']]);
            Suite::same('0.00', $bank->net($order));
            Suite::same($after, $shop->confirm($order, $body), 'a reload');
        }
    },
    'a failure that somebody made up is not the last word' => static function () use ($shop, $visit): void {
        [$order, $body] = $visit(['outcome' => 'approve']);
        [$untouched, $_] = $visit(['outcome' => 'cancel']);
        Suite::same('failed', $shop->confirm($untouched, "oid=$untouched&Response=Error")['state']);
        Suite::same('paid', $shop->confirm($order, "oid=$order&Response=Error")['state'], 'the bank has the money');
        Suite::same('paid', $shop->confirm($order, $body)['state']);
    },
    'the bank cannot be asked: in doubt until it can' => static function () use ($bank, $orders, $shop, $visit): void {
        $alone = new BankPayments(Suite::bankClient(['base_url' => 'http://127.0.0.1:1/fim', 'timeout' => 2]), $orders);
        [$order, $body] = $visit(['outcome' => 'approve']);
        Suite::same('in_doubt', $alone->confirm($order, $body)['state']);
        $after = $shop->look($orders->find($order));
        Suite::same(['paid', ''], [$after['state'], $after['message']]);
        [$half, $body] = $visit(['outcome' => 'approve', 'card' => Suite::BANK_HALF_CARD]);
        Suite::same('in_doubt', $alone->confirm($half, $body)['state']);
        Suite::same('voided', $shop->look($orders->find($half))['state']);
        Suite::same('0.00', $bank->net($half));
        [$never, $body] = $visit(['outcome' => 'cancel']);
        Suite::same('in_doubt', $alone->confirm($never, $body)['state']);
        Suite::same('in_doubt', $shop->look($orders->find($never))['state'], 'a bank that knows nothing says nothing');
        Suite::same('failed', $shop->confirm($never, $body)['state']);
    },
    'orders of one gateway are not found by the other\'s way back' => static function () use ($orders, $visit): void {
        [$order, $_] = $visit(['outcome' => 'cancel']);
        Suite::same(null, $orders->find($order, 'halkode'));
        Suite::same($order, $orders->find($order, 'halkbank')['invoice_id'] ?? null);
        Suite::same(null, $orders->find("../$order"));
    },
];
