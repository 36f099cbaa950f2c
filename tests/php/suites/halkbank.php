<?php

// The second client: what is its own, and that the two do not get into each other's way.

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\BankPayment;
use Halkode\Callback;
use Halkode\CallbackOutcome;
use Halkode\CredentialsError;
use Halkode\DeclinedError;
use Halkode\Halkbank;
use Halkode\Halkode;
use Halkode\Native\Connection;
use Halkode\Native\Failure;
use Halkode\OrderState;
use Halkode\Refunded;
use Halkode\RequestError;
use Halkode\Sent;
use Halkode\SignatureError;
use Halkode\StoreType;
use Halkode\TransportError;
use Halkode\UndoneBy;

$bank = new Sandbox();
const PAGE = 'http://127.0.0.1:9/donus';

/** A form to the bank's page, ready to be asked for. */
$form = static fn (array $changes = []) => $changes + [
    'store_type' => StoreType::THREE_D_PAY_HOSTING, 'order_id' => Suite::invoice(), 'total' => '75.50',
    'ok_url' => PAGE, 'fail_url' => PAGE,
];
/** The buyer's way to the bank and back; gives the fields that come back. */
$posted = static function (Halkbank $client, array $request, array $end = ['outcome' => 'approve']) use ($bank): array {
    $gate = $client->gateForm($request);
    return $bank->visit($gate->action, \array_column($gate->toArray()['fields'], 'value', 'name'), $end);
};

return [
    'a sale on the page of the bank, voided' => static function () use ($bank, $form, $posted): void {
        $client = Suite::bankClient();
        $request = $form();
        $order = ['order_id' => $request['order_id'], 'total' => $request['total']];
        $back = $posted($client, $request);
        $said = $client->verifyCallback(['body' => \http_build_query($back)] + $order);
        Suite::same([CallbackOutcome::PAID, true, '75.50'], [$said->outcome, $said->signed, $said->total]);
        Suite::check($said == $client->verifyCallback(['fields' => $back] + $order), 'the same from fields');
        Suite::same($said->toArray(), $client->call('verify_callback', ['fields' => $back] + $order), 'and by name');
        $forgeries = [
            [['amount' => '1.00'], []],
            [['amount' => '1.00'], ['total' => '1.00']],
            [[], ['total' => '75.51']],
            [[], ['order_id' => Suite::invoice()]],
            [[], ['currency' => 'USD']],
            [['HASH' => ''], []],
        ];
        foreach ($forgeries as [$changed, $asked]) {
            $asked += $order;
            $forged = ['body' => \http_build_query($changed + $back)] + $asked;
            $error = Suite::throws(SignatureError::class, static fn () => $client->verifyCallback($forged));
            Suite::same(['verify_callback', $asked['order_id'], false], [$error->operation, $error->invoice_id, $error->in_doubt]);
        }
        Suite::same('75.50', $bank->net($order['order_id']));
        Suite::same(UndoneBy::VOID, $client->cancelOrRefund(['order_id' => $order['order_id']])->by);
        Suite::same(UndoneBy::BEFORE, $client->cancelOrRefund(['order_id' => $order['order_id']])->by);
        Suite::same(OrderState::VOIDED, $client->orderStatus(['order_id' => $order['order_id']])->state);
        Suite::same('0.00', $bank->net($order['order_id']));
    },
    'what the bank took without full authentication is not paid, whatever the buyer brings back' => static function () use (
        $bank,
        $form,
        $posted,
    ): void {
        $client = Suite::bankClient();
        $request = $form();
        $order = ['order_id' => $request['order_id'], 'total' => $request['total']];
        $back = $posted($client, $request, ['outcome' => 'approve', 'card' => Suite::BANK_HALF_CARD]);
        $confirmed = $client->confirmCallback(['fields' => $back] + $order);
        $said = [$confirmed->paid, $confirmed->state, $confirmed->callback->outcome];
        Suite::same([false, OrderState::PAID, CallbackOutcome::UNACCEPTED], $said);
        $forged = $client->confirmCallback(['body' => "oid={$order['order_id']}&Response=Error"] + $order);
        $said = [$forged->paid, $forged->state, $forged->callback->outcome, $forged->callback->signed];
        Suite::same([false, OrderState::PAID, CallbackOutcome::NOT_PAID, false], $said);
        // A shop that accepts half authentication says so.
        Suite::same(true, Suite::bankClient(['md_status' => 'half'])->confirmCallback(['fields' => $back] + $order)->paid);
        Suite::same('75.50', $bank->net($order['order_id']));
    },
    'a buyer who gives up' => static function () use ($form, $posted): void {
        $client = Suite::bankClient();
        $request = $form();
        $fields = $posted($client, $request, ['outcome' => 'cancel']);
        $said = $client->verifyCallback(['fields' => $fields, 'order_id' => $request['order_id'], 'total' => $request['total']]);
        Suite::same(CallbackOutcome::NOT_PAID, $said->outcome);
    },
    'the fields of a callback go through untouched' => static function (): void {
        $client = Suite::bankClient(['store_key' => 'anahtar|1']);
        $order = ['order_id' => Suite::invoice(), 'total' => '1.00'];
        $fields = [
            'ReturnOid' => $order['order_id'], 'EXTRA.CARDISSUER' => 'TÜRKİYE İŞ BANKASI ', 'maskedCreditCard' => '',
            'order_id' => 'my_own', ' blank ' => ' both sides ', 'firmaadi' => 'a|b\\c', '0' => 'zero', '12' => '', 'countdown' => '',
        ];
        $fields['HASH'] = $client->ver3Hash(['fields' => $fields, 'callback' => true])->hash;
        Suite::same(true, $client->verifyCallback(['fields' => $fields] + $order)->signed);
        foreach ([['EXTRA.CARDISSUER' => 'TÜRKİYE İŞ BANKASI'], ['order_id' => 'my own'], ['firmaadi' => 'a|bc'], ['0' => '']] as $spoilt) {
            $said = $client->verifyCallback(['fields' => \array_replace($fields, $spoilt)] + $order);
            Suite::same(false, $said->signed, \json_encode($spoilt));
        }
        // The body as it came keeps what PHP's own reading of it does not: a dot becomes an underscore, blanks before a name are lost.
        $body = \implode('&', \array_map(
            static fn ($name, $value) => \urlencode((string) $name) . '=' . \urlencode($value),
            \array_keys($fields),
            $fields,
        ));
        Suite::same(true, $client->verifyCallback(['body' => $body] + $order)->signed);
        \parse_str($body, $read);
        Suite::check(isset($read['EXTRA_CARDISSUER']), 'PHP has renamed a field');
        Suite::same(false, $client->verifyCallback(['fields' => $read] + $order)->signed);
        // A list is what PHP makes of fields that are called 0, 1, …
        $list = ['a', ''];
        $hash = \json_decode($client->callJson('ver3_hash', '{"fields":{"0":"a","1":""}}'))->hash;
        Suite::same($hash, $client->ver3Hash(['fields' => $list])->hash);
        $wrong = static fn () => $client->verifyCallback(['fields' => ['oid' => ['A-1']]] + $order);
        Suite::same('fields.oid', Suite::throws(RequestError::class, $wrong)->field);
    },
    'names of further fields stay as the shop wrote them' => static function () use ($form): void {
        $additional = ['my_field' => '', 'Own.Name' => 'a_b', 'EXTRA_x' => 'ğüş'];
        $fields = \array_column(Suite::bankClient()->gateForm($form(['additional' => $additional]))->toArray()['fields'], 'value', 'name');
        Suite::same($additional, \array_intersect_key($fields, $additional));
    },
    '3-D Secure that the shop completes, once' => static function () use ($bank, $form, $posted): void {
        $client = Suite::bankClient();
        $request = $form(['store_type' => StoreType::THREE_D_HOSTING]);
        $order = ['order_id' => $request['order_id'], 'total' => $request['total']];
        $said = $client->verifyCallback(['fields' => $posted($client, $request)] + $order);
        Suite::same([CallbackOutcome::AUTHENTICATED, '0.00'], [$said->outcome, $bank->net($order['order_id'])]);
        \ob_start();
        \var_dump($said);
        Suite::lacks((string) $said->md, \ob_get_clean() . \print_r($said, true) . \json_encode($said));
        Suite::check(Callback::fromArray($said->toArray()) == $said, 'it can wait in a database');
        $provision = ['md' => $said->md, 'xid' => $said->xid, 'eci' => $said->eci, 'cavv' => $said->cavv] + $order;
        Suite::same('00', $client->provision($provision)->proc_return_code);
        // Another client of the same configuration is the same one inside, and knows what was sent.
        $error = Suite::throws(RequestError::class, static fn () => Suite::bankClient()->provision($provision));
        Suite::same(Sent::NO, $error->sent);
        Suite::lacks((string) $said->md, (string) $error . \json_encode($error));
        Suite::same('75.50', $bank->net($order['order_id']));
    },
    'a lost answer: in doubt, settled as paid, charged once' => static function () use ($bank): void {
        $client = Suite::bankClient();
        $order = Suite::invoice();
        $bank->fault('api', 'done_no_answer');
        $error = Suite::throws(TransportError::class, static fn () => $client->sale(Suite::bankSale($order)));
        Suite::same([Sent::UNKNOWN, true, $order, 'sale'], [$error->sent, $error->in_doubt, $error->invoice_id, $error->operation]);
        $settled = $client->settle(['order_id' => $order, 'deadline' => 30, 'spacing' => 2]);
        Suite::same([true, OrderState::PAID, '149.90'], [$settled->decided, $settled->state, $settled->status?->captured_amount]);
        Suite::same('149.90', $bank->net($order));
    },
    'a declined card, and a refund that is too early' => static function () use ($bank): void {
        $client = Suite::bankClient();
        $order = Suite::invoice();
        $sale = Suite::bankSale($order, '149.90', Suite::BANK_NO_FUNDS_CARD);
        $error = Suite::throws(DeclinedError::class, static fn () => $client->sale($sale));
        Suite::same(['sale', $order, '51', false], [$error->operation, $error->invoice_id, $error->bank_code, $error->in_doubt]);
        Suite::contains('bakiye', (string) $error->explanation_tr);
        $client->sale(Suite::bankSale($order));
        $refund = ['order_id' => $order, 'amount' => '49.90'];
        $error = Suite::throws(DeclinedError::class, static fn () => $client->refund($refund));
        Suite::same(['CORE-2508', 'CORE-2508'], [$error->error_code, $error->toArray()['error_code']]);
        Suite::contains('CORE-2508', \json_encode($error) . "\n");
        $bank->control('halkbank/dayclose', []);
        Suite::same('00', $client->refund($refund)->proc_return_code);
        Suite::same('100.00', $bank->net($order));
    },
    'a wrong password' => static function (): void {
        $password = 'YANLIS-PAROLA-7';
        $order = Suite::invoice();
        $client = Suite::bankClient(['api_password' => $password]);
        $error = Suite::throws(CredentialsError::class, static fn () => $client->sale(Suite::bankSale($order)));
        Suite::same([false, $order], [$error->in_doubt, $error->invoice_id]);
        Suite::lacks($password, $error . \print_r($error->getTrace(), true) . \json_encode($error));
        Suite::same(OrderState::NOT_FOUND, Suite::bankClient()->orderStatus(['order_id' => $order])->state);
    },
    'amounts that could be wrong are refused before anything is sent' => static function () use ($bank): void {
        $client = Suite::bankClient();
        $bank->forgetRequests();
        foreach ([149.9, 20.0, '12,50', '12.505', '', true, ['12.50']] as $amount) {
            $sale = ['total' => $amount] + Suite::bankSale(Suite::invoice());
            $error = Suite::throws(RequestError::class, static fn () => $client->sale($sale));
            Suite::same(['total', Sent::NO, 'sale'], [$error->field, $error->sent, $error->operation]);
        }
        Suite::same(0, $bank->count('/api'), 'documents that were sent');
    },
    'operations of one name are each client\'s own' => static function (): void {
        [$halkode, $halkbank] = [Suite::client(), Suite::bankClient()];
        [$invoice, $order] = [Suite::invoice(), Suite::invoice()];
        $halkode->pay2d(Suite::sale($invoice));
        Suite::check($halkbank->sale(Suite::bankSale($order)) instanceof BankPayment, 'a payment');
        Suite::same('paid', $halkode->settle(['invoice_id' => $invoice])->state);
        Suite::same('paid', $halkbank->settle(['order_id' => $order])->state);
        $books = $halkbank->reconcile(['records' => [['invoice_id' => $order, 'amount' => '149.90']]]);
        Suite::same([true, 1, 'paid'], [$books->done, $books->matched, $books->rows[0]->gateway_state]);
        $raw = $halkbank->raw(['document' => ['OrderId' => $order, 'Extra' => ['ORDERSTATUS' => 'QUERY']]]);
        Suite::same($order, $raw->document['Extra']['ORD_ID']);
        Suite::check($halkode->refund(['invoice_id' => $invoice]) instanceof Refunded, 'a refund');
        $mistaken = [
            'invoice_id' => static fn () => $halkbank->refund(['invoice_id' => 'A-1', 'amount' => '1.00']),
            'order_id' => static fn () => $halkode->refund(['order_id' => 'A-1']),
            'path' => static fn () => $halkbank->raw(['path' => '/api/refund']),
            'document' => static fn () => $halkode->raw(['document' => []]),
        ];
        foreach ($mistaken as $field => $call) {
            Suite::same($field, Suite::throws(RequestError::class, $call)->field);
        }
        $error = Suite::throws(RequestError::class, static fn () => $halkbank->call('pay_2d', []));
        Suite::contains('order_status', $error->reason);
        foreach (Halkbank::OPERATIONS as $operation) {
            $method = \lcfirst(\str_replace('_', '', \ucwords($operation, '_')));
            Suite::check(\method_exists($halkbank, $method), "there is a method $method");
        }
    },
    'the class says which gateway, whatever the configuration says' => static function (): void {
        $refused = static fn (\Closure $make) => Suite::throws(RequestError::class, $make)->field;
        Suite::same('client_id', $refused(static fn () => new Halkode(Suite::BANK_KEYS)));
        Suite::same('app_id', $refused(static fn () => new Halkbank(Suite::KEYS)));
        Suite::same('gateway', $refused(static fn () => new Halkode(['gateway' => 'halkbank'] + Suite::BANK_KEYS)));
        Suite::same('gateway', $refused(static fn () => new Halkbank(['gateway' => 'halkbank'] + Suite::BANK_KEYS)));
        Suite::same('store_kye', $refused(static fn () => new Halkbank(['store_kye' => 'x'] + Suite::BANK_KEYS)));
        // The environment has everything, but was not asked for.
        Suite::same(['app_id', 'client_id'], [$refused(static fn () => new Halkode([])), $refused(static fn () => new Halkbank([]))]);
        $keyless = new Halkbank(['client_id' => '500100000']);
        Suite::same('store_key', $refused(static fn () => $keyless->ver3Hash(['fields' => ['a' => 'b']])));

        $kind = static function (string $client, string $json): string {
            try {
                $reply = (new Connection($client, $json))->call($client === 'Halkode' ? 'status_code' : 'response_code', '{"code":"51"}');
                return \json_decode($reply)->code;
            } catch (Failure $failure) {
                return (\json_decode($failure->json)->field ?? '') . ': ' . $failure->getMessage();
            }
        };
        $open = \substr(\json_encode(Suite::BANK_KEYS), 0, -1);
        Suite::same('51', $kind('Halkbank', "$open}"));
        Suite::same('51', $kind('Halkbank', "\n $open \n} \t\r\n"));
        Suite::same('51', $kind('Halkbank', "$open,\"gateway\":\"halkode\"}"));
        Suite::contains('client_id: ', $kind('Halkode', "$open,\"gateway\":\"halkbank\"}"));
        foreach (['{}', " {\n} ", '{"store_key":"123456"}'] as $json) {
            Suite::contains('client_id: client_id is ', $kind('Halkbank', $json));
        }
        Suite::contains('app_id: app_id is ', $kind('Halkode', '{}'));
        foreach (['', ' ', '7', '[]', 'null', '}', "$open", "$open,}", "{\"a\"}", "$open,\"a\":\"}"] as $json) {
            Suite::contains(': the configuration is not ', $kind('Halkbank', $json));
        }
    },
];
