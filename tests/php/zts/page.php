<?php

// What the threads of threads.c run: php.ini's settings make the client, are hidden, and the payment is the right one.

declare(strict_types=1);

require_once __DIR__ . '/../../../bindings-php/src/autoload.php';

$invoice = 'ZTS-' . \bin2hex(\random_bytes(8));
$payment = (new Halkode\Halkode())->pay2d([
    'invoice_id' => $invoice,
    'total' => '20.00',
    'name' => 'Ayşe',
    'surname' => 'Yılmaz',
    'card' => [
        'holder_name' => 'Ayşe Yılmaz', 'number' => '4155650100416111', 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '555',
    ],
]);
// The other client in the same thread, whose keys are among php.ini's settings too.
$known = (new Halkode\Halkbank())->orderStatus(['order_id' => $invoice])->state === 'not_found';
try {
    (new Halkode\Halkode())->refund(['invoice_id' => $invoice, 'amount' => '1,0']);
    $refused = false;
} catch (Halkode\RequestError) {
    $refused = true;
}
$hidden = \ini_get('halkode.app_secret') === '(hidden)' && \get_cfg_var('halkode.merchant_key') === '(hidden)'
    && \ini_get('halkbank.store_key') === '(hidden)' && \get_cfg_var('halkbank.api_password') === '(hidden)';
exit($payment->invoice_id === $invoice && $known && $refused && $hidden ? 0 : 1);
