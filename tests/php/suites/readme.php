<?php

// Every example of bindings-php/README.md does what it says.

declare(strict_types=1);

namespace Halkode\Tests;

$text = \file_get_contents(\dirname(__DIR__, 3) . '/bindings-php/README.md');
/** The blocks of a section in a language. */
$blocks = static function (string $section, string $language) use ($text): array {
    $behind = \explode("\n## $section\n", $text, 2)[1] ?? throw new \RuntimeException("there is no section $section");
    \preg_match_all("/^```$language\n(.*?)^```$/ms", \explode("\n## ", $behind, 2)[0], $found);
    return $found[1];
};
$order = static fn (string $invoice) => "\$order = (object) ['invoice_id' => '$invoice', 'total' => '75.50'];";

return [
    'First payment' => static function () use ($blocks): void {
        [$block] = $blocks('First payment', 'php');
        Suite::contains('paid, order VP', Suite::prints(inFile($block)));
        Suite::same('Partial Refund', (new Sandbox())->control('orders/ORDER-1001-1')['state'] ?? null, 'and refunded in part');
    },
    'Configuration' => static function () use ($blocks): void {
        [$block] = $blocks('Configuration', 'php');
        Suite::same('known', Suite::prints(inFile($block, '', 'echo $client->statusCode(["code" => "41"])->known ? "known" : "";')));
        $ini = $blocks('Configuration', 'ini')[0] . $blocks('Halkbank', 'ini')[0];
        $settings = \parse_ini_string($ini);
        $known = \array_column(\Halkode\Native\Settings::ALL, 1);
        Suite::same([], \array_diff(\array_keys($settings), $known), 'unknown settings');
        Suite::same(Suite::KEYS['merchant_key'], $settings['halkode.merchant_key']);
        // Those that are only named.
        \preg_match_all('/\bhalk(?:ode|bank)\.\w+/', $ini, $named);
        \sort($named[0]);
        \sort($known);
        Suite::same($known, \array_values(\array_unique($named[0])), 'settings that the README names');
    },
    '3-D Secure' => static function () use ($blocks, $order): void {
        [$form, $return] = $blocks('3-D Secure', 'php');
        $bank = new Sandbox();
        $invoice = Suite::invoice();
        $page = Suite::prints(inFile($form, $order($invoice)));
        Suite::contains('<form', $page);
        Suite::contains('cc_no', $page);
        // The buyer posts the page with a card, and comes back from the bank.
        $fields = inputs($page);
        $card = [
            'cc_holder_name' => 'Ayşe Yılmaz', 'cc_no' => Suite::GOOD_CARD, 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '555',
        ];
        \preg_match('/action="([^"]*)"/', $page, $action);
        \file_get_contents(\html_entity_decode($action[1]), false, \stream_context_create(['http' => [
            'method' => 'POST',
            'header' => 'Content-Type: application/x-www-form-urlencoded',
            'content' => \http_build_query($card + $fields),
            'follow_location' => 0,
        ]]));
        $back = $bank->control("orders/$invoice/3d", ['outcome' => 'approve'])['fields'];
        $came = $order($invoice) . '$_GET = ' . \var_export($back, true) . ';';
        Suite::same('Teşekkürler!', Suite::prints(inFile($return, $came)));
        Suite::same(1, $bank->charges($invoice), 'charges');
        Suite::same('Bu dönüş siparişle uyuşmuyor.', Suite::prints(inFile($return, "$came \$order->total = '7.50';")));
    },
    'Halkbank' => static function () use ($blocks, $text): void {
        [$form, $return, $cancel] = $blocks('Halkbank', 'php');
        $bank = new Sandbox();
        $order = static fn (string $id, string $total = '75.50') => "\$order = (object) ['order_id' => '$id', 'total' => '$total'];";
        $come_back = static function (string $id, array $end) use ($bank, $form, $order): string {
            $page = Suite::prints(inFile($form, $order($id)));
            \preg_match('/action="([^"]*)"/', $page, $action);
            $fields = inputs($page);
            Suite::same([$id, '75.50', '3d_pay_hosting'], [$fields['oid'], $fields['amount'], $fields['storetype']]);
            return \http_build_query($bank->visit(\html_entity_decode($action[1]), $fields, $end));
        };
        [$paid, $half, $given_up] = [Suite::invoice(), Suite::invoice(), Suite::invoice()];
        $body = $come_back($paid, ['outcome' => 'approve']);
        Suite::same('200 Teşekkürler!', served(inFile($return, $order($paid)), $body));
        Suite::same('400 Bu dönüş siparişle uyuşmuyor.', served(inFile($return, $order($paid, '7.50')), $body));
        $body = $come_back($half, ['outcome' => 'approve', 'card' => Suite::BANK_HALF_CARD]);
        Suite::same('200 Kartınız doğrulanamadı.', served(inFile($return, $order($half)), $body));
        Suite::same('200 Kartınız doğrulanamadı.', served(inFile($return, $order($half)), "oid=$half&Response=Error"));
        $body = $come_back($given_up, ['outcome' => 'cancel']);
        $said = served(inFile($return, $order($given_up)), $body);
        Suite::check(\str_starts_with($said, '200 ') && !\str_contains($said, 'Teşekkürler'), "the buyer is told why: $said");
        Suite::same('200 Ödeme tamamlanmadı.', served(inFile($return, $order($given_up)), "oid=$given_up&Response=Error"));
        Suite::same('75.50', $bank->net($paid));
        Suite::same('voided', Suite::prints(inFile($cancel, $order($paid))));
        Suite::same('it had been given back before', Suite::prints(inFile($cancel, $order($paid))));
        Suite::same('0.00', $bank->net($paid));
        foreach (\Halkode\Native\Settings::ALL as [$client, $setting, $field]) {
            if ($client === 'Halkbank' && !\in_array($field, ['connect_timeout', 'timeout', 'proxy', 'ca_pem', 'user_agent'], true)) {
                Suite::check(\preg_match("/^\|.*`$field`/m", $text) === 1, "$setting is in the table");
            }
        }
    },
    'Errors' => static function () use ($blocks, $text): void {
        [$block] = $blocks('Errors', 'php');
        Suite::contains('amount: amount ', Suite::prints(inFile($block)));
        foreach (\glob(\dirname(__DIR__, 3) . '/bindings-php/src/?*Error.php') as $file) {
            Suite::contains('| `' . \basename($file, '.php') . '` |', $text);
        }
    },
    'every example was run' => static function () use ($text): void {
        Suite::same(10, \substr_count($text, "\n```php\n") + \substr_count($text, "\n```ini\n"), 'examples');
    },
];

/** @return array<string, string> the fields of a page's form */
function inputs(string $page): array
{
    $fields = [];
    \preg_match_all('/<input[^>]*>/', $page, $inputs);
    foreach ($inputs[0] as $input) {
        if (\preg_match('/name="([^"]*)"/', $input, $name) === 1) {
            \preg_match('/value="([^"]*)"/', $input, $value);
            $fields[$name[1]] = \html_entity_decode($value[1] ?? '');
        }
    }
    return $fields;
}

/** What PHP's own server answers to a POST, whose body only a server has: the status, and the page. */
function served(string $code, #[\SensitiveParameter] string $body): string
{
    $file = \tempnam(\sys_get_temp_dir(), 'halkode');
    \file_put_contents($file, '<?php require ' . \var_export(\dirname(__DIR__) . '/lib/bootstrap.php', true) . "; $code");
    $process = \proc_open([...Process::php(), '-S', '127.0.0.1:0', $file], [['file', '/dev/null', 'r'], 2 => ['pipe', 'w']], $pipes);
    try {
        // It says which port it took once it listens.
        $said = '';
        do {
            $line = \fgets($pipes[2]);
            $said .= $line;
        } while ($line !== false && \preg_match('#\((http://[0-9.:]+)\) started$#', \trim($line), $address) !== 1);
        Suite::check($line !== false, "php -S starts: $said");
        $page = \file_get_contents($address[1], false, \stream_context_create(['http' => [
            'method' => 'POST',
            'header' => 'Content-Type: application/x-www-form-urlencoded',
            'content' => $body,
            'ignore_errors' => true,
            'timeout' => 60,
        ]]));
        return \explode(' ', $http_response_header[0])[1] . " $page";
    } finally {
        \proc_terminate($process);
        \proc_close($process);
        \unlink($file);
    }
}

/** Code that runs a block of its own file, where its `use` lines may stand; with what comes before it and after it. */
function inFile(string $block, string $before = '', string $after = ''): string
{
    $uses = \implode("\n", \preg_grep('/^use /', \explode("\n", $block)));
    $rest = \implode("\n", \preg_grep('/^use /', \explode("\n", $block), \PREG_GREP_INVERT));
    $file = \tempnam(\sys_get_temp_dir(), 'halkode');
    \file_put_contents($file, "<?php\nnamespace Example;\n$uses\n$before\n$rest\n$after");
    $name = \var_export($file, true);
    return "\$file = $name; register_shutdown_function(static fn () => unlink(\$file)); require \$file;";
}
