<?php

// The conformance runner tells of a case that does not hold, and the tables that generated code stands on are complete.

declare(strict_types=1);

namespace Halkode\Tests;

$conformance = new Conformance(new Sandbox());
$cases = [];
foreach (Conformance::load() as $case) {
    $cases["$case->file: $case->name"] = $case;
}

/** A copy of a case with one value of it changed; where the way into a list names no item, it is the first one's. */
$changed = static function (string $title, string $path, string $json) use ($cases): \stdClass {
    $case = Tree::parse(Tree::write($cases[$title]));
    $names = \explode('/', $path);
    $last = \array_pop($names);
    $at = $case;
    $item = static fn (mixed $at, string $name) => \is_array($at) && \preg_match('/^\d+$/D', $name) !== 1 ? $at[0] : $at;
    foreach ($names as $name) {
        $at = $item($at, $name);
        $at = \is_array($at) ? $at[$name] : $at->{$name};
    }
    $item($at, $last)->{$last} = Tree::parse($json);
    return $case;
};

const SALE = 'halkode/pay_2d.json: minimal request, whole reply';
const DECLINED = 'halkode/pay_2d.json: declined by the bank: its code explains';
const REFUSED = 'halkode/pay_2d.json: total zero';
const HASH = 'halkode/hash.json: refund';
const BACK = 'halkode/verify_return.json: success bound to the order, whole claim';
const BANK_SALE = 'halkbank/sale.json: whole reply: the document in the form field DATA, in UTF-8';
const BANK_REFUSED = 'halkbank/sale.json: 121 recurring payments';
const FORM = 'halkbank/gate_form.json: 3d_pay_hosting: no card, the bank asks for it';
const STATUS = 'halkode/check_status.json: paid, whole reply: the answer is flat';

return [
    'a case that holds passes' => static function () use ($conformance, $cases): void {
        foreach ([SALE, DECLINED, REFUSED, HASH, BACK, STATUS, BANK_SALE, BANK_REFUSED, FORM] as $title) {
            Suite::same([], $conformance->run($cases[$title]), $title);
        }
    },
    'a case that does not hold is told' => static function () use ($conformance, $changed): void {
        $changes = [
            [SALE, 'reply/payment_method', '2', 'reply.payment_method: expected 2'],
            [SALE, 'reply/payment_method', '1.0', 'reply.payment_method: expected 1.0'],
            [SALE, 'reply/merchant_commission', '"0.0"', 'reply.merchant_commission'],
            [SALE, 'reply/more', '1', 'reply.more: expected 1, got nothing'],
            [SALE, 'reply', '{"status_code":100}', 'expected nothing, got'],
            [SALE, 'exchanges/expect/body/total', '22.00', 'body.total: expected 22.00, got "22.00"'],
            [SALE, 'exchanges/expect/body/hash_key', '{"$hash":"22|1|TRY|x|A-1"}', 'expected a hash of'],
            [SALE, 'exchanges/expect/path', '"/api/paySmart3D"', '/api/paySmart3D'],
            [SALE, 'exchanges', '[]', 'was not expected'],
            [SALE, 'token_calls', '2', 'expected 2 requests for a token, 1 came'],
            [SALE, 'error', '{"kind":"declined"}', 'expected an error, got'],
            [DECLINED, 'error/kind', '"credentials"', 'error.kind'],
            [DECLINED, 'error/in_doubt', 'true', 'error.in_doubt: expected true'],
            [DECLINED, 'error/bank_code', 'null', 'error.bank_code'],
            [REFUSED, 'error/reason_contains', '["more than one"]', 'a text with "more than one"'],
            [REFUSED, 'exchanges', '[{"expect":{"path":"/x","body":{}},"answer":{"json":{}}}]', 'expected 1 requests, 0 came'],
            [HASH, 'reply/hash_key', '{"$hash":"5.00|A-2|x"}', 'expected a hash of'],
            [HASH, 'reply/hash_key', '{"$hash":"5.00|A-1|x","secret":"merchant_key"}', 'does not open'],
            [HASH, 'reply/plaintext', '{"$contains":["A-2"]}', 'expected a text with "A-2"'],
            [HASH, 'reply/plaintext', '{"$anything":true}', 'expected {"$anything":true}'],
            [BACK, 'sealed', '"1|23.00|A-1|VP17459141322115179|TRY"', 'sealed: '],
            [STATUS, 'reply/transaction_amount', '"23.1"', 'reply.transaction_amount'],
            [BANK_SALE, 'reply/auth_code', '"P90326"', 'reply.auth_code: expected "P90326"'],
            [BANK_SALE, 'exchanges/expect/xml/CC5Request/Total', '"100.26"', '100.26'],
            [BANK_SALE, 'exchanges/expect/xml/CC5Request/Password', '"{{store_key}}"', 'Password'],
            [BANK_SALE, 'token_calls', '1', 'expected 1 requests for a token, 0 came'],
            [BANK_REFUSED, 'error/field', '"recurring.cycle"', 'error.field: expected "recurring.cycle"'],
            [BANK_REFUSED, 'config', '{"api_password":"RequestError"}', 'repeats the secret'],
            [FORM, 'reply/fields/12/value', '{"$ver3":[["oid","A-1"]]}', 'reply: $hash: '],
            [FORM, 'reply/fields/12/value', '{"$ver3":"nothing"}', 'expected {"$ver3":"nothing"}'],
        ];
        foreach ($changes as [$title, $path, $json, $told]) {
            $problems = $conformance->run($changed($title, $path, $json));
            Suite::contains($told, \implode("\n", $problems));
        }
    },
    'an error that repeats a secret is told' => static function (): void {
        $keys = Suite::KEYS;
        $card = '{"number":"4155650100416111","cvv":"555"}';
        $request = Tree::parse("{\"card\":$card,\"note\":\"4155 6501 0041 6111\",\"card_token\":\"TOKEN12345\"}");
        $leaks = static fn (string $text, #[\SensitiveParameter] ?array $other = null, #[\SensitiveParameter] mixed $sent = null)
            => \count(Conformance::leaks($text, $text, $other ?? $keys, $sent ?? $request));
        Suite::same(0, $leaks('{"kind":"request","reason":"card.cvv 1555 is not 55"}'));
        $secrets = ['replay-token', $keys['app_secret'], $keys['merchant_key'], '4155 6501 0041 6111', 'xTOKEN12345', 'cvv 555.'];
        foreach ($secrets as $secret) {
            Suite::same(1, $leaks("{\"reason\":\"$secret\"}"), $secret);
        }
        Suite::same(2, $leaks('{"reason":"4155650100416111"}'), 'bare digits, of both fields');
        Suite::same(0, $leaks('{"body":"0123456789abcdef:12cd:ab555cd:555:/x"}'), 'the digits of a bundle are random');
        Suite::same(1, $leaks('{"body":"0123456789abcdef:12cd:ab/555"}'), 'what stands behind it is not');
        $keys = ['api_password' => 'HALKBANK-05', 'store_key' => 'anahtar-1'];
        $request = Tree::parse('{"md":"MD-OF-A-CARD"}');
        foreach ([...$keys, 'MD-OF-A-CARD'] as $secret) {
            Suite::same(1, $leaks("{\"reason\":\"$secret\"}", $keys, $request), $secret);
        }
    },
    'every case that stands in a file is loaded' => static function () use ($cases): void {
        $there = Conformance::titles();
        Suite::same(['halkbank', 'halkode'], Suite::sorted(\array_keys($there)), 'gateways');
        $titles = \array_merge(...\array_values($there));
        Suite::same($titles, \array_values(\array_unique($titles)), 'no title twice');
        Suite::same(Suite::sorted($titles), Suite::sorted(\array_keys($cases)), 'cases');
    },
    'the reader of trees keeps every digit, and refuses what is not JSON' => static function (): void {
        foreach (['{"a":102.04081632653,"b":16261626864943112345678,"c":[1.10,{},[],"\"ş",null,true,-2e3]}', '"x"', '[]'] as $text) {
            Suite::same($text, Tree::write(Tree::parse($text)));
        }
        foreach (['', '{', '{"a":1,}', '[1 2]', '01x', '{"a" 1}', 'nul', '1 1'] as $text) {
            Suite::throws(\RuntimeException::class, static fn () => Tree::parse($text));
        }
    },
];
