<?php

// Where a client's configuration comes from: an array, php.ini, the environment; and that php.ini's secrets are not shown.

declare(strict_types=1);

namespace Halkode\Tests;

$keys = Suite::KEYS;
$none = ['HALKODE_APP_ID' => null, 'HALKODE_APP_SECRET' => null, 'HALKODE_MERCHANT_KEY' => null, 'HALKODE_BASE_URL' => null];
$ini = [];
foreach ($keys as $name => $key) {
    \array_push($ini, '-d', "halkode.$name='$key'");
}
// Those of the bank at hand: its user and password are its own.
$bank_keys = [];
foreach (['client_id', 'store_key', 'api_user', 'api_password', 'base_url'] as $name) {
    $bank_keys[$name] = (string) \getenv('HALKBANK_' . \strtoupper($name));
}
$bank_ini = [];
foreach ($bank_keys as $name => $key) {
    \array_push($bank_ini, '-d', "halkbank.$name='$key'");
    $none['HALKBANK_' . \strtoupper($name)] = null;
}
$bank = \getenv('HALKODE_BASE_URL');
$show = 'try { %s; } catch (Halkode\Error $error) { echo get_class($error), " ", $error->field, ": ", $error->reason; }';
$tells = static fn (string $code, array $options, array $environment): string
    => Suite::prints(\sprintf($show, $code), $options, $environment);

return [
    'php.ini' => static function () use ($ini, $none, $bank): void {
        $options = [...$ini, '-d', "halkode.base_url=$bank", '-d', 'halkode.timeout=20'];
        Suite::same('replay', Suite::prints('echo (new Halkode())->token()->status_code === 100 ? "replay" : "";', $options, $none));
    },
    'php.ini comes before the environment, and fromEnv() is the environment alone' => static function () use ($ini, $bank): void {
        $code = 'foreach ([new Halkode(), Halkode::fromEnv()] as $client) {'
            . ' try { echo $client->token()->status_code, " "; } catch (Halkode\Error $error) { echo $error->kind, " "; } }';
        $options = [...$ini, '-d', 'halkode.base_url=http://127.0.0.1:1/ccpayment', '-d', 'halkode.connect_timeout=1'];
        Suite::same('transport 100 ', Suite::prints($code, [...$options, '-d', 'halkode.timeout=1']));
    },
    'each client has settings and variables of its own' => static function () use ($tells, $ini, $bank_ini, $none): void {
        $ask = 'echo (new Halkbank())->orderStatus(["order_id" => "NEVER-1"])->state';
        Suite::same('not_found', $tells($ask, $bank_ini, $none));
        Suite::same('not_found', $tells($ask, $ini, ['HALKODE_APP_ID' => null]), 'from the environment, beside the other one\'s php.ini');
        $ask = 'echo Halkbank::fromEnv()->orderStatus(["order_id" => "NEVER-1"])->state';
        Suite::same('not_found', $tells($ask, ['-d', 'halkbank.client_id=x'], []), 'from the environment alone');
        Suite::contains('Halkode\RequestError HALKODE_APP_ID: ', $tells('new Halkode()', $bank_ini, $none));
        Suite::contains('Halkode\RequestError HALKBANK_CLIENT_ID: ', $tells('new Halkbank()', $ini, $none));
        Suite::contains('Halkode\RequestError HALKBANK_CLIENT_ID: ', $tells('Halkbank::fromEnv()', $bank_ini, $none));
        Suite::contains('RequestError HALKBANK_MD_STATUS: ', $tells('Halkbank::fromEnv()', [], ['HALKBANK_MD_STATUS' => 'most']));
        Suite::contains('RequestError md_status: ', $tells('new Halkbank()', [...$bank_ini, '-d', 'halkbank.md_status=most'], $none));
        Suite::contains('RequestError timeout: ', $tells('new Halkbank()', [...$bank_ini, '-d', 'halkbank.timeout=301'], $none));
        $nowhere = [...$bank_ini, '-d', 'halkbank.ca_file=/nowhere.pem'];
        Suite::contains('halkbank.ca_file cannot be read', $tells('new Halkbank()', $nowhere, $none));
    },
    'without any, the missing variable is named' => static function () use ($tells, $none): void {
        Suite::contains('Halkode\RequestError HALKODE_APP_ID: HALKODE_APP_ID is not set', $tells('new Halkode()', [], $none));
    },
    'a wrong setting is told by the field' => static function () use ($tells, $ini, $none): void {
        $new = 'new Halkode()';
        Suite::contains('RequestError timeout: ', $tells($new, [...$ini, '-d', 'halkode.timeout=soon'], $none));
        Suite::contains('RequestError timeout: ', $tells($new, [...$ini, '-d', 'halkode.timeout=301'], $none));
        Suite::contains('RequestError environment: ', $tells($new, [...$ini, '-d', 'halkode.environment=prod'], $none));
        Suite::contains('halkode.ca_file cannot be read', $tells($new, [...$ini, '-d', 'halkode.ca_file=/nowhere.pem'], $none));
        Suite::contains('not UTF-8', $tells($new, [...$ini, '-d', "halkode.user_agent=\xff"], $none));
        // As a shell or a .env file cuts it.
        Suite::contains('RequestError merchant_key: ', $tells($new, [...$ini, '-d', "halkode.merchant_key='\$2y\$10'"], $none));
    },
    'certificates stand in a file' => static function () use ($tells, $ini, $none): void {
        $file = \tempnam(\sys_get_temp_dir(), 'halkode');
        \file_put_contents($file, "no certificate\n");
        Suite::contains('ca_pem holds no certificate', $tells('new Halkode()', [...$ini, '-d', "halkode.ca_file=$file"], $none));
        \unlink($file);
    },
    'secrets of php.ini are not shown' => static function () use ($ini, $none, $keys): void {
        $bank_keys = [
            'client_id' => '500100000', 'store_key' => 'GIZLI-ANAHTAR-9', 'api_user' => 'gizliisim', 'api_password' => 'GIZLI-PAROLA-9',
        ];
        if (!\extension_loaded('halkode')) {
            // Without the extension nothing can hide them, so FFI is for programs of one's own (README).
            Suite::same('', Suite::prints('echo ini_get("halkode.app_secret");', $ini, $none));
            return;
        }
        $proxy = 'http://relay:Pa55word@127.0.0.1:3128';
        $code = 'phpinfo(); var_dump(ini_get_all(), ini_get("halkode.app_secret"), get_cfg_var("halkode.app_secret"),
            get_cfg_var("halkode.merchant_key"), get_cfg_var("halkode.proxy"));
            foreach (["app_secret", "merchant_key", "proxy"] as $name) { ini_restore("halkode.$name"); var_dump(ini_get("halkode.$name")); }
            foreach (["client_id", "store_key", "api_user", "api_password"] as $name) {
                ini_restore("halkbank.$name"); var_dump(ini_get("halkbank.$name"), get_cfg_var("halkbank.$name"));
            }
            echo (new Halkode())->statusCode(["code" => "1"])->code, (new Halkbank())->responseCode(["code" => "51"])->code;';
        // phpinfo() would show the command line, where these options stand; a php.ini does not.
        $file = \tempnam(\sys_get_temp_dir(), 'halkode');
        $lines = \array_map(static fn ($name, $key) => "halkode.$name='$key'", \array_keys($keys), $keys);
        foreach ($bank_keys as $name => $key) {
            $lines[] = "halkbank.$name='$key'";
        }
        \file_put_contents($file, \implode("\n", [...$lines, "halkode.proxy=$proxy", 'extension=' . Process::extension()]));
        $bootstrap = \var_export(\dirname(__DIR__) . '/lib/bootstrap.php', true);
        $aliases = "class_alias(Halkode\\Halkode::class, 'Halkode'); class_alias(Halkode\\Halkbank::class, 'Halkbank');";
        $command = [\PHP_BINARY, '-c', $file, '-r', "require $bootstrap; $aliases $code"];
        $process = \proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes, null, []);
        $printed = \stream_get_contents($pipes[1]);
        Suite::same(0, \proc_close($process), "exit status ($printed)");
        \unlink($file);
        Suite::contains('halkode.app_secret => (hidden) => (hidden)', $printed);
        Suite::contains('halkbank.store_key => (hidden) => (hidden)', $printed);
        Suite::contains($keys['app_id'], $printed);
        foreach ([$keys['app_secret'], $keys['merchant_key'], 'Pa55word', ...\array_values($bank_keys)] as $secret) {
            Suite::lacks($secret, $printed);
        }
        Suite::check(\str_ends_with($printed, '151'), 'and the clients work');
    },
    'a change of the environment makes another client' => static function () use ($none): void {
        $code = '$client = Halkode::fromEnv(); echo $client->token()->status_code;
            putenv("HALKODE_BASE_URL=http://127.0.0.1:1/ccpayment"); putenv("HALKODE_TIMEOUT=1");
            try { Halkode::fromEnv()->token(); } catch (Halkode\TransportError $error) { echo " ", $error->sent; }
            echo " ", $client->token()->status_code;';
        Suite::same('100 no 100', Suite::prints($code));
        $code = '$ask = fn ($client) => $client->orderStatus(["order_id" => "NEVER-1"])->state;
            $client = Halkbank::fromEnv(); echo $ask($client);
            putenv("HALKBANK_BASE_URL=http://127.0.0.1:1/fim"); putenv("HALKBANK_TIMEOUT=1");
            try { $ask(Halkbank::fromEnv()); } catch (Halkode\TransportError $error) { echo " ", $error->sent; }
            echo " ", $ask($client);';
        Suite::same('not_found no not_found', Suite::prints($code));
    },
];
