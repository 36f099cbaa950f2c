<?php

// A small shop: a checkout without and with 3-D Secure at two gateways, refunds, and what to do when an answer is lost. run.sh
// starts it. Keys and addresses of the gateways come from the environment (HALKODE_…, HALKBANK_…).

declare(strict_types=1);

namespace Shop;

use Halkode\Error;
use Halkode\Halkbank;
use Halkode\Halkode;
use Halkode\RequestError;
use Halkode\SignatureError;

// In a shop of your own: require 'vendor/autoload.php';
require __DIR__ . '/../../bindings-php/src/autoload.php';
require __DIR__ . '/Orders.php';
require __DIR__ . '/Payments.php';
require __DIR__ . '/BankPayments.php';
require __DIR__ . '/pages.php';

$orders = new Orders(\getenv('SHOP_ORDERS'));
$payments = new Payments(Halkode::fromEnv(), $orders);
$bankPayments = new BankPayments(Halkbank::fromEnv(), $orders);
$method = $_SERVER['REQUEST_METHOD'];
$path = \parse_url($_SERVER['REQUEST_URI'], \PHP_URL_PATH);
$look = static fn (array $order): array => $order['gateway'] === BankPayments::GATEWAY
    ? $bankPayments->look($order)
    : $payments->look($order);
// The address the buyer comes back to is the shop's own, never the Host that a request claims to have called.
$shop = "http://127.0.0.1:{$_SERVER['SERVER_PORT']}";
$form = static fn (string $name): string => \is_string($_POST[$name] ?? null) ? \trim($_POST[$name]) : '';

/** Sends the browser to an order. */
function seeOrder(array $order): void
{
    \header("Location: /orders/{$order['invoice_id']}", true, 303);
}

function problem(int $status, string $problem): void
{
    \http_response_code($status);
    echo problemPage($problem);
}

/** The word that only this shop's own pages know; forms from elsewhere have none. */
function csrf(): string
{
    \session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'use_strict_mode' => true]);
    return $_SESSION['csrf'] ??= \bin2hex(\random_bytes(16));
}

try {
    if ($path === '/return') {
        // The bank's page sends the browser here, by GET or by a POST from another site: no CSRF word can come with it, and no
        // session cookie (SameSite=Lax). So the order is found by its number, and the gateway is asked.
        $fields = $_POST + $_GET;
        $order = $orders->find($fields['invoice_id'] ?? null, Payments::GATEWAY);
        $order === null ? problem(404, 'Böyle bir sipariş yok.') : seeOrder($payments->confirm($order['invoice_id'], $fields));
    } elseif ("$method $path" === 'POST /halkbank/return') {
        // The same from Halkbank, always by POST. The body goes to the library as it came: the bank's signature covers every value in
        // the order of the names, and PHP makes underscores of dots in the names of $_POST.
        $order = $orders->find($_POST['oid'] ?? null, BankPayments::GATEWAY);
        $order === null
            ? problem(404, 'Böyle bir sipariş yok.')
            : seeOrder($bankPayments->confirm($order['invoice_id'], \file_get_contents('php://input')));
    } elseif ($method === 'POST' && !\hash_equals(csrf(), $form('csrf'))) {
        problem(403, 'Sayfanın süresi dolmuş; lütfen yeniden deneyin.');
    } elseif ("$method $path" === 'GET /') {
        echo checkoutPage(csrf());
    } elseif ("$method $path" === 'POST /pay') {
        seeOrder($payments->pay($form('total'), [
            'holder_name' => $form('holder_name'),
            'number' => \str_replace(' ', '', $form('card_number')),
            'expiry_month' => $form('expiry_month'),
            'expiry_year' => $form('expiry_year'),
            'cvv' => $form('cvv'),
        ]));
    } elseif ("$method $path" === 'POST /pay-3d') {
        echo $payments->begin3d($form('total'), "$shop/return");
    } elseif ("$method $path" === 'POST /halkbank/pay') {
        echo $bankPayments->begin($form('total'), "$shop/halkbank/return");
    } elseif (\preg_match('#^/orders/([^/]+)(/refund|/cancel)?$#D', $path, $found) !== 1 || ($order = $orders->find($found[1])) === null) {
        problem(404, 'Böyle bir sayfa yok.');
    } elseif (isset($found[2])) {
        // In a real shop these belong behind the login of its staff.
        match ([$method, $found[2], $order['gateway']]) {
            ['POST', '/refund', Payments::GATEWAY] => seeOrder($payments->refund($order['invoice_id'], $form('amount'))),
            ['POST', '/cancel', BankPayments::GATEWAY] => seeOrder($bankPayments->cancel($order['invoice_id'])),
            default => problem(404, 'Böyle bir sayfa yok.'),
        };
    } elseif (\str_contains($_SERVER['HTTP_ACCEPT'] ?? '', 'application/json')) {
        \header('Content-Type: application/json');
        echo \json_encode($look($order), \JSON_UNESCAPED_UNICODE | \JSON_THROW_ON_ERROR);
    } else {
        echo orderPage($look($order), csrf());
    }
} catch (RequestError $error) {
    problem(400, "Girilen bilgide bir sorun var: $error->reason");
} catch (SignatureError $error) {
    \error_log((string) $error);
    problem(400, 'Bu dönüş siparişle uyuşmuyor.');
} catch (Error $error) {
    \error_log((string) $error);
    problem(502, $error->explanation_tr ?? 'Banka ile görüşülemiyor; lütfen biraz sonra yeniden deneyin.');
}
