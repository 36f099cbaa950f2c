<?php

// No card number, security code or key in anything that PHP prints of a failure.

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\Error;
use Halkode\Halkode;
use Halkode\Native\Failure;

/** Everything that can be printed of an error. */
function printed(#[\SensitiveParameter] \Throwable $error): string
{
    \ob_start();
    \var_dump($error);
    \var_dump($error->getTrace());
    return \ob_get_clean() . $error . \print_r($error, true) . \print_r($error->getTrace(), true) . \serialize($error->getTraceAsString())
        . ($error instanceof Error ? \json_encode($error) : '');
}

return [
    'no error shows card, code or keys, arguments of its trace and all' => static function (): void {
        Suite::same('0', \ini_get('zend.exception_ignore_args'), 'arguments are in traces');
        $secrets = [Suite::GOOD_CARD, Suite::NO_FUNDS_CARD, ...\array_diff_key(Suite::KEYS, ['app_id' => 1])];
        $secrets[] = \getenv('HALKODE_APP_SECRET');
        $secrets[] = \getenv('HALKODE_MERCHANT_KEY');
        $calls = [
            static fn (Halkode $client) => $client->pay2d(Suite::sale('A-1', '1,0')),
            static fn (Halkode $client) => $client->pay2d(['total' => \NAN] + Suite::sale('A-1')),
            static fn (Halkode $client) => $client->pay2d(['name' => "\xff"] + Suite::sale('A-1')),
            static fn (Halkode $client) => $client->pay2d(['name' => Suite::GOOD_CARD] + Suite::sale('A-1')),
            static fn (Halkode $client) => $client->pay2d([Suite::GOOD_CARD => 1] + Suite::sale('A-1')),
            static fn (Halkode $client) => $client->pay2d(Suite::sale(Suite::invoice(), '20.00', Suite::NO_FUNDS_CARD)),
            static fn (Halkode $client) => $client->call('pay_2d', Suite::sale('A-1', '1,0')),
            static fn (Halkode $client) => $client->call('pay_4d', Suite::sale('A-1')),
            static fn (Halkode $client) => $client->callJson('pay_2d', \json_encode(Suite::sale('A-1', '1,0'))),
            static fn (Halkode $client) => $client->callJson('pay_2d', \json_encode(Suite::sale('A-1')) . "\0"),
            static fn (Halkode $client) => $client->saveCard(['card_number' => Suite::GOOD_CARD, 'expiry_month' => 13]),
            static fn () => new Halkode(['environment' => 'prod'] + Suite::KEYS),
            static fn () => new Halkode(['user_agent' => "\xff"] + Suite::KEYS),
            static fn () => new \Halkode\Native\Connection('Halkode', \json_encode(['environment' => 'prod'] + Suite::KEYS)),
            static fn () => new \Halkode\Native\Connection('none', \json_encode(Suite::KEYS)),
        ];
        foreach ($calls as $n => $call) {
            try {
                $call(Suite::client());
                Suite::check(false, "call $n fails");
            } catch (Error | Failure | \ValueError $error) {
                $printed = printed($error);
                Suite::check(\strlen($printed) > 500, 'there is something to look at');
                foreach ($secrets as $secret) {
                    Suite::lacks($secret, $printed);
                }
                Suite::lacks("'555'", $printed);
                Suite::lacks('"555"', $printed);
            }
        }
    },
    'a printed client shows nothing' => static function (): void {
        $client = new Halkode(Suite::KEYS);
        \ob_start();
        \var_dump($client);
        $printed = \ob_get_clean() . \print_r($client, true) . \var_export((array) $client, true);
        foreach (Suite::KEYS as $key) {
            Suite::lacks($key, $printed);
        }
        Suite::throws(\Exception::class, static fn () => \serialize($client));
    },
];
