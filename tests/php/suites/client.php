<?php

// What a shop meets: payments, and everything that can go wrong with them.

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\CredentialsError;
use Halkode\DeclinedError;
use Halkode\Error;
use Halkode\Halkode;
use Halkode\PaymentState;
use Halkode\RequestError;
use Halkode\Sent;
use Halkode\SignatureError;
use Halkode\TransportError;

enum Coin: string
{
    case Lira = 'TRY';
}

$bank = new Sandbox();

return [
    'a sale, its status, and a refund' => static function () use ($bank): void {
        $client = Suite::client();
        $invoice = Suite::invoice();
        $payment = $client->pay2d(Suite::sale($invoice));
        Suite::same([100, $invoice, true], [$payment->status_code, $payment->invoice_id, $payment->hash_verified]);
        Suite::same(1, $bank->charges($invoice), 'charges');
        Suite::same(PaymentState::PAID, $client->checkStatus(['invoice_id' => $invoice])->state);
        Suite::same(false, $client->refund(['invoice_id' => $invoice, 'amount' => '49.90'])->pending);
        $status = $client->call('check_status', ['invoice_id' => $invoice]);
        Suite::same(['partially_refunded', '49.90'], [$status['state'], $status['total_refunded_amount']]);
    },
    'a declined card' => static function () use ($bank): void {
        $invoice = Suite::invoice();
        $error = Suite::throws(
            DeclinedError::class,
            static fn () => Suite::client()->pay2d(Suite::sale($invoice, '20.00', Suite::NO_FUNDS_CARD)),
        );
        Suite::same(['declined', 'pay_2d', false, Sent::YES], [$error->kind, $error->operation, $error->in_doubt, $error->sent]);
        Suite::same([$invoice, $error->reason], [$error->invoice_id, $error->getMessage()]);
        Suite::check($error instanceof Error && $error instanceof \RuntimeException, 'an Error and a RuntimeException');
        Suite::check($error->status_code !== null && $error->bank_code === '51', "codes: $error->status_code, $error->bank_code");
        Suite::contains('bakiye', (string) $error->explanation_tr);
        Suite::same($error->toArray(), \json_decode(\json_encode($error), true), 'as JSON');
        Suite::same(0, $bank->charges($invoice), 'charges');
    },
    'a wrong key' => static function (): void {
        $client = Suite::client(['app_secret' => \str_repeat('0', 32)]);
        $error = Suite::throws(CredentialsError::class, static fn () => $client->token());
        Suite::same(['credentials', false], [$error->kind, $error->in_doubt]);
    },
    'amounts that could be wrong are refused before anything is sent' => static function () use ($bank): void {
        $client = Suite::client();
        $bank->forgetRequests();
        $wrong = [
            149.9, 20.0, '12,50', '12.505', '', ' 1', '1e3', true, ['12.50'], \INF,
        ];
        foreach ($wrong as $amount) {
            $error = Suite::throws(
                RequestError::class,
                static fn () => $client->pay2d(['total' => $amount] + Suite::sale(Suite::invoice())),
            );
            Suite::same(['total', 'no', false, 'pay_2d'], [$error->field, $error->sent, $error->in_doubt, $error->operation]);
        }
        Suite::same(0, $bank->count('paySmart2D'), 'payments that were sent');
        $payment = $client->pay2d(['total' => 25] + Suite::sale(Suite::invoice()));
        Suite::same(100, $payment->status_code, 'whole lira as a number');
    },
    'a closed port: nothing happened' => static function (): void {
        $client = Suite::client(['base_url' => 'http://127.0.0.1:1/ccpayment', 'timeout' => 4]);
        $invoice = Suite::invoice();
        $error = Suite::throws(TransportError::class, static fn () => $client->pay2d(Suite::sale($invoice)));
        Suite::same([Sent::NO, false, $invoice], [$error->sent, $error->in_doubt, $error->invoice_id]);
    },
    'a lost answer: in doubt, settled as paid, charged once' => static function () use ($bank): void {
        $client = Suite::client();
        $invoice = Suite::invoice();
        $bank->fault('paySmart2D', 'done_no_answer');
        $error = Suite::throws(TransportError::class, static fn () => $client->pay2d(Suite::sale($invoice)));
        Suite::same([Sent::UNKNOWN, true, $invoice], [$error->sent, $error->in_doubt, $error->invoice_id]);
        $settled = $client->settle(['invoice_id' => $invoice, 'deadline' => 30, 'spacing' => 2]);
        Suite::same([true, PaymentState::PAID], [$settled->decided, $settled->state]);
        Suite::same(1, $bank->charges($invoice), 'charges');
    },
    'no answer within the time limit: in doubt' => static function () use ($bank): void {
        $client = Suite::client(['timeout' => 2]);
        $client->token();
        $bank->fault('paySmart2D', 'hang');
        $began = \hrtime(true);
        $error = Suite::throws(TransportError::class, static fn () => $client->pay2d(Suite::sale(Suite::invoice())));
        Suite::same([Sent::UNKNOWN, true], [$error->sent, $error->in_doubt]);
        Suite::check(\hrtime(true) - $began < 20e9, 'the limit of two seconds is kept');
    },
    'a signal during a call does not put it in doubt' => static function () use ($bank): void {
        $client = Suite::client();
        $client->token();
        $came = 0;
        \pcntl_async_signals(true);
        \pcntl_signal(\SIGUSR1, static function () use (&$came): void {
            $came++;
        });
        $bank->fault('paySmart2D', 'delay:1500');
        // Another process sends signals until it is told that the payment is over.
        [$here, $there] = \stream_socket_pair(\STREAM_PF_UNIX, \STREAM_SOCK_STREAM, 0);
        $child = \pcntl_fork();
        if ($child === 0) {
            do {
                \posix_kill(\posix_getppid(), \SIGUSR1);
                [$ready, $none] = [[$there], null];
            } while (\stream_select($ready, $none, $none, 0, 100_000) === 0);
            // Nothing of the parent's is to end with this process.
            \posix_kill(\posix_getpid(), \SIGKILL);
        }
        try {
            $payment = $client->pay2d(Suite::sale(Suite::invoice()));
        } finally {
            \fwrite($here, '.');
            \pcntl_waitpid($child, $status);
            \pcntl_signal(\SIGUSR1, \SIG_DFL);
        }
        Suite::same(100, $payment->status_code);
        Suite::check($came > 0, 'signals came');
    },
    'by name: arrays, and JSON as it is' => static function (): void {
        $client = Suite::offline();
        Suite::same($client->statusCode(['code' => '41'])->toArray(), $client->call('status_code', ['code' => '41']));
        Suite::same($client->call('status_code', ['code' => '41']), \json_decode($client->callJson('status_code', '{"code":"41"}'), true));
        $error = Suite::throws(RequestError::class, static fn () => $client->call('pay2d'));
        Suite::contains('pay_2d', $error->reason);
        $error = Suite::throws(RequestError::class, static fn () => $client->callJson('refund', '{'));
        Suite::contains('not JSON', $error->reason);
        Suite::check(\in_array('pay_2d', Halkode::OPERATIONS, true), 'the operations are listed');
        foreach (Halkode::OPERATIONS as $operation) {
            $method = \lcfirst(\str_replace('_', '', \ucwords($operation, '_')));
            Suite::check(\method_exists($client, $method), "there is a method $method");
        }
    },
    'what an empty array means is known from the definition' => static function (): void {
        $form = ['return_url' => 'https://shop.example/donus', 'cancel_url' => 'https://shop.example/iptal'];
        $sale = \array_diff_key(Suite::sale(Suite::invoice()), ['card' => true]);
        $client = Suite::client();
        $made = $client->pay3dForm($sale + $form + ['items' => [], 'billing' => [], 'additional' => []]);
        Suite::contains('<form', $made->html);
        $error = Suite::throws(RequestError::class, static fn () => $client->pay3dForm($sale + $form + ['items' => ['name' => 'x']]));
        Suite::same('items', $error->field);
        $error = Suite::throws(RequestError::class, static fn () => $client->pay3dForm($sale + $form + ['billing' => ['x']]));
        Suite::same('billing', $error->field);
        // A browser may send a field called 0.
        Suite::throws(SignatureError::class, static fn () => $client->verifyReturn(['fields' => ['x'], 'invoice_id' => 'A-1']));
    },
    'values of other classes' => static function (): void {
        $client = Suite::offline();
        $number = new class () implements \Stringable {
            public function __toString(): string
            {
                return '22.00';
            }
        };
        $decimal = new class () implements \JsonSerializable {
            public function jsonSerialize(): string
            {
                return '22.00';
            }
        };
        $parts = (object) ['total' => $number, 'installments_number' => '1', 'currency_code' => Coin::Lira, 'invoice_id' => 'A-1'];
        $sealed = $client->hash(['layout' => 'payment', 'parts' => $parts]);
        Suite::contains('22.00|1|TRY|', $sealed->plaintext);
        $parts->total = $decimal;
        Suite::same($sealed->plaintext, $client->hash(['layout' => 'payment', 'parts' => $parts])->plaintext);
    },
    'what cannot be sent is told by its field' => static function (): void {
        $client = Suite::client();
        $deep = [];
        for ($i = 0; $i < 70; $i++) {
            $deep = ['a' => $deep];
        }
        $endless = [];
        $endless['a'] = &$endless;
        $wrong = [
            ['surname' => "Y\xfdlmaz", 'surname', 'is not UTF-8'],
            ['items' => [['name' => 'x', 'price' => \NAN]], 'items[0].price', 'is not a finite number'],
            ['additional' => ['x' => static fn () => 1], 'additional.x', 'of a type that cannot be sent'],
            ['additional' => $deep, 'additional' . \str_repeat('.a', 64), 'levels deep'],
            ['additional' => $endless, 'additional' . \str_repeat('.a', 64), 'levels deep'],
            ['additional' => ["\xff" => 1], 'additional', 'not UTF-8'],
            ['additional' => ['4155650100416111' => "\xff"], 'additional.…', 'additional.… is not UTF-8'],
        ];
        foreach ($wrong as $case) {
            [$field, $reason] = [\array_pop($case), null];
            [$reason, $field] = [$field, \array_pop($case)];
            $error = Suite::throws(RequestError::class, static fn () => $client->pay2d($case + Suite::sale(Suite::invoice())));
            Suite::same([$field, Sent::NO, 'pay_2d'], [$error->field, $error->sent, $error->operation]);
            Suite::contains($reason, $error->reason);
        }
        $error = Suite::throws(RequestError::class, static fn () => new Halkode(['app_id' => "\xff"] + Suite::KEYS));
        Suite::same('app_id', $error->field);
        $error = Suite::throws(RequestError::class, static fn () => new Halkode(['app_key' => 'x'] + Suite::KEYS));
        Suite::same('app_key', $error->field);
    },
    'a shop can make errors for its own tests' => static function (): void {
        $error = new DeclinedError('no funds', bank_code: '51');
        Suite::same(['declined', 'no funds', '51', false], [$error->kind, $error->getMessage(), $error->bank_code, $error->in_doubt]);
        $unknown = Error::read('{"kind":"later","reason":"a kind of a later release","in_doubt":true}');
        Suite::same([Error::class, 'later', true], [$unknown::class, $unknown->kind, $unknown->in_doubt]);
    },
];
