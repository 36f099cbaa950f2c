<?php

// The conformance runner tells of a case that does not hold, and the tables that generated code stands on are complete.

declare(strict_types=1);

namespace Halkode\Tests;

$conformance = new Conformance(new Sandbox());
$cases = [];
foreach (Conformance::load() as $case) {
    $cases["$case->file: $case->name"] = $case;
}

/** A copy of a case with one value of it changed; a list on the way stands for its first item. */
$changed = static function (string $title, string $path, string $json) use ($cases): \stdClass {
    $case = Tree::parse(Tree::write($cases[$title]));
    $names = \explode('/', $path);
    $last = \array_pop($names);
    $at = $case;
    foreach ($names as $name) {
        $at = $at->{$name};
        $at = \is_array($at) ? $at[0] : $at;
    }
    $at->{$last} = Tree::parse($json);
    return $case;
};

const SALE = 'halkode/pay_2d.json: minimal request, whole reply';
const DECLINED = 'halkode/pay_2d.json: declined by the bank: its code explains';
const REFUSED = 'halkode/pay_2d.json: total zero';
const HASH = 'halkode/hash.json: refund';
const BACK = 'halkode/verify_return.json: success bound to the order, whole claim';
const STATUS = 'halkode/check_status.json: paid, whole reply: the answer is flat';

return [
    'a case that holds passes' => static function () use ($conformance, $cases): void {
        foreach ([SALE, DECLINED, REFUSED, HASH, BACK, STATUS] as $title) {
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
        $leaks = static fn (string $text) => \count(Conformance::leaks($text, $text, $keys, $request));
        Suite::same(0, $leaks('{"kind":"request","reason":"card.cvv 1555 is not 55"}'));
        $secrets = ['replay-token', $keys['app_secret'], $keys['merchant_key'], '4155 6501 0041 6111', 'xTOKEN12345', 'cvv 555.'];
        foreach ($secrets as $secret) {
            Suite::same(1, $leaks("{\"reason\":\"$secret\"}"), $secret);
        }
        Suite::same(2, $leaks('{"reason":"4155650100416111"}'), 'bare digits, of both fields');
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
