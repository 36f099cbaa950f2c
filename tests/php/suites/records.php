<?php

// Replies: they cannot change, can be stored, and do not show what is secret.

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\BrowserForm;
use Halkode\PosList;

return [
    'a reply cannot be changed' => static function (): void {
        $code = Suite::offline()->statusCode(['code' => '41']);
        Suite::throws(\Error::class, static function () use ($code): void {
            $code->code = '100';
        });
        Suite::throws(\Error::class, static function () use ($code): void {
            $code->more = '100';
        });
    },
    'a reply can be stored and is the same again' => static function (): void {
        $list = Suite::client()->getPos(['credit_card' => '415565', 'amount' => '300.00']);
        $again = \unserialize(\serialize($list));
        Suite::check($again instanceof PosList && $again == $list && $again->data[0] == $list->data[0], 'equal');
        Suite::same($list->toArray(), $again->toArray());
        Suite::same($list->toArray(), \json_decode(\json_encode($list), true), 'as JSON, where nothing is secret');
        Suite::check(PosList::fromArray($list->toArray()) == $list, 'out of an array');
    },
    'a reply goes back into a request, as objects or as arrays' => static function (): void {
        $client = Suite::client();
        $list = $client->getPos(['credit_card' => '415565', 'amount' => '300.00']);
        $table = $client->installmentTable(['amount' => '300.00', 'data' => $list->data]);
        Suite::check(\count($table->rows) > 1, 'rows');
        Suite::check($table == $client->installmentTable(['amount' => '300.00', 'data' => $list->toArray()['data']]), 'the same');
        Suite::same('300.00', $table->rows[0]->total);
    },
    'tokens and forms are not shown, but are there' => static function (): void {
        $client = Suite::client();
        $token = $client->token();
        $form = $client->pay3dForm(Suite::sale(Suite::invoice()) + [
            'return_url' => 'https://shop.example/donus', 'cancel_url' => 'https://shop.example/iptal',
        ]);
        Suite::check($form instanceof BrowserForm && \str_contains($form->html, Suite::GOOD_CARD), 'the form has the card in it');
        \ob_start();
        \var_dump($token, $form);
        \print_r([$token, $form]);
        $printed = \ob_get_clean() . \json_encode([$token, $form]);
        Suite::contains('[redacted]', $printed);
        foreach ([$token->token, Suite::GOOD_CARD, $form->html] as $secret) {
            Suite::lacks($secret, $printed);
        }
        Suite::same($token->token, $token->toArray()['token']);
        Suite::same($form->fields[0]->value, $form->toArray()['fields'][0]['value']);
    },
    'what the library does not know keeps its form' => static function (): void {
        $body = ['status_code' => 100, 'pair' => ['a' => [], 'b' => new \stdClass()], 'list' => [1, '1.10', null]];
        $bank = new Sandbox();
        $answer = \json_encode(['json' => $body]);
        $opened = $bank->ask('POST', '/sandbox/replay', '{"exchanges":[{"expect":{"path":"/x","body":{"merchant_key":"{{merchant_key}}"}},'
            . '"answer":' . $answer . '}],"keys":{"merchant_key":' . \json_encode(\getenv('HALKODE_MERCHANT_KEY')) . '}}');
        $reply = Suite::client(['base_url' => $opened->base_url])->raw(['path' => '/x']);
        Suite::check($reply->body == $body, 'the body as it came');
        Suite::same(\json_encode($body), \json_encode(\json_decode(\json_encode($reply))->body), 'and again as JSON');
    },
];
