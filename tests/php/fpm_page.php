<?php

// What the workers of suites/fpm.php run.

declare(strict_types=1);

require __DIR__ . '/../../bindings-php/src/autoload.php';

use Halkode\Error;
use Halkode\Halkbank;
use Halkode\Halkode;

if ($_GET['do'] === 'info') {
    \phpinfo();
    \var_dump(\ini_get_all('halkode'), \get_cfg_var('halkode.app_secret'));
    return;
}
if (isset($_GET['tell'])) {
    \file_put_contents($_GET['tell'], \getmypid());
}
$card = [
    'holder_name' => 'Ayşe Yılmaz', 'number' => '4155650100416111', 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '555',
];
try {
    $reply = match ($_GET['do']) {
        'pay' => (new Halkode())->pay2d([
            'invoice_id' => $_GET['invoice'], 'total' => '20.00', 'name' => 'Ayşe', 'surname' => 'Yılmaz', 'card' => $card,
        ]),
        'pay_at_halkbank' => (new Halkbank())->sale([
            'order_id' => $_GET['invoice'],
            'total' => '20.00',
            'card' => ['number' => '4531444531442283', 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '001'],
        ]),
        'settle' => (new Halkode())->settle(['invoice_id' => $_GET['invoice'], 'deadline' => 6, 'spacing' => 2]),
    };
} catch (Error $error) {
    $reply = $error;
}
echo \json_encode(['worker' => \getmypid(), 'reply' => $reply]);
