<?php

// Clients of one configuration share token and connections; processes that fork do not.

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\Halkode;

$bank = new Sandbox();

/** Another configuration for the same bank, so that a test begins without a token. */
$fresh = static fn () => ['user_agent' => 'test/' . \bin2hex(\random_bytes(6))];
$ask = static fn (Halkode $client) => $client->installments()->status_code;

return [
    'clients of one configuration share a token' => static function () use ($bank, $fresh, $ask): void {
        $config = $fresh();
        $bank->forgetRequests();
        for ($i = 0; $i < 5; $i++) {
            Suite::same(100, $ask(Suite::client($config)));
        }
        Suite::same([5, 1], [$bank->count('installments'), $bank->count('/token')], 'requests');
        Suite::same(100, $ask(Suite::client($fresh())));
        Suite::same(2, $bank->count('/token'), 'tokens after another configuration');
    },
    'of many configurations those in use are kept, and some that are not' => static function () use ($bank, $fresh, $ask): void {
        $mine = $fresh();
        $used = Suite::client($mine);
        $ask($used);
        $bank->forgetRequests();
        for ($i = 0; $i < 200; $i++) {
            new Halkode(['user_agent' => "many/$i"] + Suite::KEYS);
        }
        if (\extension_loaded('halkode')) {
            \ob_start();
            (new \ReflectionExtension('halkode'))->info();
            \preg_match('/Clients of this process => (\d+)/', \ob_get_clean(), $found);
            Suite::check((int) $found[1] <= 64, "no more than 64 clients, not $found[1]");
        }
        Suite::same(100, $ask($used));
        Suite::same(0, $bank->count('/token'), 'tokens');
    },
    'a client is used on both sides of a fork' => static function () use ($bank, $fresh, $ask): void {
        $client = Suite::client($fresh());
        $ask($client);
        $bank->forgetRequests();
        $children = [];
        for ($i = 0; $i < 4; $i++) {
            $child = \pcntl_fork();
            if ($child === 0) {
                $good = 0;
                for ($n = 0; $n < 5; $n++) {
                    $invoice = Suite::invoice();
                    $good += (int) ($client->pay2d(Suite::sale($invoice))->invoice_id === $invoice);
                }
                exit($good);
            }
            $children[] = $child;
        }
        for ($n = 0; $n < 5; $n++) {
            $invoice = Suite::invoice();
            Suite::same($invoice, $client->pay2d(Suite::sale($invoice))->invoice_id);
        }
        foreach ($children as $child) {
            \pcntl_waitpid($child, $status);
            Suite::check(\pcntl_wifexited($status), 'the child ends by itself');
            Suite::same(5, \pcntl_wexitstatus($status), 'payments of the child');
        }
        Suite::same(100, $ask($client));
        Suite::same(25, $bank->count('paySmart2D'), 'payments');
        Suite::same(4, $bank->count('/token'), 'tokens: one for each child, none for the parent');
    },
];
