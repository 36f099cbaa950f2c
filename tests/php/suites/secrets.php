<?php

// No card number, security code or key in anything that PHP prints of a failure.

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\Error;
use Halkode\Halkbank;
use Halkode\Halkode;
use Halkode\Native\Connection;
use Halkode\Native\Failure;
use Halkode\StoreType;

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
            static fn () => new Connection('Halkode', \json_encode(['environment' => 'prod'] + Suite::KEYS)),
            static fn () => new Connection('none', \json_encode(Suite::KEYS)),
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
    'nothing of Halkbank\'s either: card, keys and user, in errors, forms and callbacks' => static function (): void {
        $keys = ['store_key' => 'GIZLI-ANAHTAR-9', 'api_user' => 'gizlikullanici', 'api_password' => 'GIZLI-PAROLA-9'];
        $secrets = [...\array_values($keys), Suite::BANK_CARD['number'], Suite::BANK_NO_FUNDS_CARD['number']];
        $client = Suite::bankClient($keys);
        $form = [
            'store_type' => StoreType::THREE_D_PAY, 'order_id' => 'A-1', 'total' => '1.00', 'ok_url' => 'https://shop.example/donus',
            'fail_url' => 'https://shop.example/donus', 'card' => Suite::BANK_CARD,
        ];
        $json = \json_encode(['api_password' => " {$keys['api_password']}"] + $keys + Suite::BANK_KEYS);
        $calls = [
            // The bank knows neither user nor password.
            static fn () => $client->sale(Suite::bankSale(Suite::invoice())),
            static fn () => $client->sale(Suite::bankSale('A-1', '1,0')),
            static fn () => $client->sale(['email' => Suite::BANK_CARD['number']] + Suite::bankSale('A-1')),
            static fn () => $client->callJson('sale', \json_encode(Suite::bankSale('A-1', '1,0'))),
            static fn () => $client->call('pay_2d', Suite::bankSale('A-1')),
            static fn () => $client->gateForm(['total' => '1,0'] + $form),
            static fn () => $client->verifyCallback(['body' => 'pan=' . Suite::BANK_CARD['number'], 'order_id' => 'A-1', 'total' => '1,0']),
            static fn () => Suite::bankClient()->sale(Suite::bankSale(Suite::invoice(), '1.00', Suite::BANK_NO_FUNDS_CARD)),
            static fn () => Suite::bankClient(['client_id' => $keys['store_key']] + $keys),
            static fn () => Suite::bankClient(['api_user' => "{$keys['api_user']}\n"] + $keys),
            static fn () => Suite::bankClient(['md_status' => 'most'] + $keys),
            static fn () => Suite::bankClient(['gateway' => 'halkode'] + $keys),
            static fn () => new Connection('Halkbank', $json),
            static fn () => new Connection('none', $json),
        ];
        foreach ($calls as $n => $call) {
            try {
                $call();
            } catch (Error | Failure | \ValueError $error) {
                $printed = printed($error);
                Suite::check(\strlen($printed) > 500, 'there is something to look at');
                foreach ($secrets as $secret) {
                    Suite::lacks($secret, $printed);
                }
                continue;
            }
            Suite::check(false, "call $n fails");
        }
        $made = $client->gateForm($form);
        Suite::contains(Suite::BANK_CARD['number'], $made->html);
        foreach ($keys as $key) {
            Suite::lacks($key, \serialize($made));
        }
        $said = $client->verifyCallback(['fields' => ['oid' => 'A-1', 'Response' => 'Error'], 'order_id' => 'A-1', 'total' => '1.00']);
        \ob_start();
        \var_dump($made, $said, $client);
        $printed = \ob_get_clean() . \print_r([$made, $said, $client], true) . \json_encode([$made, $said, $client]);
        foreach ($secrets as $secret) {
            Suite::lacks($secret, $printed);
        }
    },
    'a printed client shows nothing' => static function (): void {
        $bank_keys = ['store_key' => 'GIZLI-ANAHTAR-9'] + Suite::BANK_KEYS;
        foreach ([[new Halkode(Suite::KEYS), Suite::KEYS], [new Halkbank($bank_keys), $bank_keys]] as [$client, $keys]) {
            \ob_start();
            \var_dump($client);
            $printed = \ob_get_clean() . \print_r($client, true) . \var_export((array) $client, true);
            foreach ($keys as $key) {
                Suite::lacks($key, $printed);
            }
            Suite::throws(\Exception::class, static fn () => \serialize($client));
        }
    },
];
