<?php

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\Error;
use Halkode\Halkbank;
use Halkode\Halkode;
use Halkode\Native\Json;

/** Loads and runs the cases of tests/conformance as its README says; the Rust runner does the same. */
final class Conformance
{
    /**
     * By the names of their folders: the class of the client, the keys of the published test merchant, and the member of a
     * replay with the address for it. Halkbank's user and password are made up: the bank publishes none.
     */
    private const GATEWAYS = [
        'halkode' => [
            'class' => Halkode::class,
            'keys' => [
                'app_id' => 'a2a7cb8131890a35353629182274c756',
                'app_secret' => 'a9b5c28211388c7a6a705122a24e6f46',
                'merchant_key' => '$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72',
            ],
            'address' => 'base_url',
        ],
        'halkbank' => [
            'class' => Halkbank::class,
            'keys' => [
                'client_id' => '500100000',
                'store_key' => '123456',
                'api_user' => 'halkbankapi',
                'api_password' => 'HALKBANK-05',
            ],
            'address' => 'halkbank_url',
        ],
    ];

    /** Whether the last case went through the typed methods. */
    public bool $typed = false;

    /** @var list<string> what is wrong with the case that runs */
    private array $found = [];

    /** @var list<array{\stdClass, string}> bundles in its reply with what they must open to */
    private array $hashes = [];

    public function __construct(private readonly Sandbox $sandbox)
    {
    }

    private static function folder(): string
    {
        return \dirname(__DIR__, 2) . '/conformance';
    }

    /**
     * The titles of all cases that stand in the files, by gateway; read without the code that runs them.
     *
     * @return array<string, list<string>>
     */
    public static function titles(): array
    {
        $titles = [];
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator(self::folder(), \FilesystemIterator::SKIP_DOTS));
        foreach ($files as $path => $_) {
            if (\str_ends_with($path, '.json')) {
                $file = \substr($path, \strlen(self::folder()) + 1);
                foreach (\json_decode(\file_get_contents($path), true, 512, \JSON_THROW_ON_ERROR)['cases'] as $case) {
                    $titles[\strtok($file, '/')][] = "$file: {$case['name']}";
                }
            }
        }
        return $titles;
    }

    /** @return list<\stdClass> every case; those that wait come first, so that they are not left for the end */
    public static function load(): array
    {
        $cases = [];
        $gateways = \array_keys(self::GATEWAYS);
        $folders = [...\array_map(static fn ($gateway) => "$gateway/waiting", $gateways), ...$gateways];
        foreach (\array_merge(...\array_map(static fn ($in) => \glob(self::folder() . "/$in/*.json"), $folders)) as $path) {
            $file = Tree::parse(\file_get_contents($path));
            $shared = $file->shared ?? new \stdClass();
            foreach ($file->cases as $case) {
                $case->file = \substr($path, \strlen(self::folder()) + 1);
                $case->gateway = \strtok($case->file, '/');
                $case->operation = $file->operation;
                $case->request = self::request($case->request, $shared);
                foreach ($case->exchanges ?? [] as $exchange) {
                    foreach ((array) $exchange as $name => $value) {
                        $exchange->{$name} = self::named($value, $shared);
                    }
                }
                $cases[] = $case;
            }
        }
        return $cases;
    }

    /** A text stands for the shared value of that name. */
    private static function named(mixed $value, \stdClass $shared): mixed
    {
        if (\is_string($value)) {
            $value = $shared->{$value} ?? throw new \RuntimeException("nothing shared is called $value");
        }
        return $value instanceof \stdClass ? clone $value : $value;
    }

    private static function request(mixed $request, \stdClass $shared): mixed
    {
        $request = self::named($request, $shared);
        if ($request instanceof \stdClass && isset($request->{'$with'})) {
            $whole = (array) self::named($request->{'$with'}, $shared);
            unset($request->{'$with'});
            return (object) \array_merge($whole, (array) $request);
        }
        return $request;
    }

    /** @return list<string> what is wrong; nothing when everything is as it should be */
    public function run(#[\SensitiveParameter] \stdClass $case): array
    {
        [$this->found, $this->hashes, $this->typed] = [[], [], false];
        $given = (array) ($case->config ?? []);
        ['keys' => $published, 'address' => $address] = self::GATEWAYS[$case->gateway];
        $keys = \array_merge($published, \array_intersect_key($given, $published));
        $replay = isset($case->exchanges) ? $this->open($case->exchanges, $keys) : null;
        $config = \array_merge($keys, $replay === null ? [] : ['base_url' => $replay->{$address}], $given);
        $this->call($case, \array_filter($config, static fn ($value) => $value !== null), $keys);
        if ($replay !== null) {
            $this->verdict($case, $this->close($replay->id));
        }
        foreach ($this->hashes as [$rule, $bundle]) {
            $this->checkHash('reply: $hash', $rule, $bundle, $keys);
        }
        if (isset($case->sealed)) {
            $fields = \array_change_key_case((array) ($case->request->fields ?? $case->request));
            $rule = (object) ['$hash' => $case->sealed];
            $this->checkHash('sealed', $rule, $fields['hash_key'] ?? '', $keys);
        }
        return $this->found;
    }

    private function call(
        #[\SensitiveParameter] \stdClass $case,
        #[\SensitiveParameter] array $config,
        #[\SensitiveParameter] array $keys,
    ): void {
        try {
            $reply = $this->reply($case, $config);
        } catch (Error $error) {
            $this->error($case, $error, $keys);
            return;
        }
        if (isset($case->error)) {
            $this->found[] = 'reply: expected an error, got ' . Tree::write($reply);
        } else {
            $this->differ('reply', self::withFields($case->reply, $reply), $reply);
        }
    }

    /** Through the typed method wherever PHP's array says exactly what the case does, else by name and as JSON. */
    private function reply(#[\SensitiveParameter] \stdClass $case, #[\SensitiveParameter] array $config): mixed
    {
        $class = self::GATEWAYS[$case->gateway]['class'];
        $requests = (new \ReflectionClassConstant($class, 'REQUESTS'))->getValue();
        $request = $case->request instanceof \stdClass ? Tree::toPhp($case->request) : null;
        $model = $requests[$case->operation] ?? null;
        $this->typed = $request !== null && Tree::same(Tree::parse(Json::write($request, $model)), $case->request);
        $client = new $class(Tree::toPhp((object) $config));
        if (!$this->typed) {
            return Tree::parse($client->callJson($case->operation, Tree::write($case->request)));
        }
        $method = \lcfirst(\str_replace('_', '', \ucwords($case->operation, '_')));
        return (object) (array) Tree::fromPhp($client->{$method}($request)->toArray());
    }

    /**
     * The expected reply with every `{"$ver3": "fields"}` made a rule about the fields of the form that came: the hash covers
     * a random text, so it can only be held against what stands beside it.
     */
    private static function withFields(mixed $expected, #[\SensitiveParameter] mixed $reply): mixed
    {
        if (($expected->{'$ver3'} ?? null) === 'fields') {
            return (object) ['$ver3' => \array_map(static fn ($field) => [$field->name, $field->value], $reply->fields ?? [])];
        }
        $inner = static fn (mixed $value) => self::withFields($value, $reply);
        return match (true) {
            $expected instanceof \stdClass => (object) \array_map($inner, (array) $expected),
            \is_array($expected) => \array_map($inner, $expected),
            default => $expected,
        };
    }

    private function open(array $exchanges, #[\SensitiveParameter] array $keys): \stdClass
    {
        $replay = (object) ['exchanges' => $exchanges, 'keys' => (object) $keys];
        return $this->sandbox->ask('POST', '/sandbox/replay', Tree::write($replay));
    }

    private function close(string $id): \stdClass
    {
        $verdict = $this->sandbox->ask('GET', "/sandbox/replay/$id");
        $this->sandbox->ask('DELETE', "/sandbox/replay/$id");
        return $verdict;
    }

    /** Lets the sandbox open a bundle, with crypto that is not the core's. */
    private function checkHash(string $at, \stdClass $rule, string $bundle, #[\SensitiveParameter] array $keys): void
    {
        $expect = (object) ['path' => '/hash', 'body' => (object) ['hash_key' => $rule]];
        $answer = (object) ['json' => (object) ['opened' => true]];
        $id = $this->open([(object) ['expect' => $expect, 'answer' => $answer]], $keys)->id;
        $this->sandbox->ask('POST', "/replay/$id/ccpayment/hash", Tree::write((object) ['hash_key' => $bundle]));
        foreach ($this->close($id)->problems as $problem) {
            $this->found[] = "$at: $problem";
        }
    }

    private function verdict(\stdClass $case, \stdClass $verdict): void
    {
        \array_push($this->found, ...$verdict->problems);
        $expected = \count($case->exchanges);
        if ($verdict->seen->text !== (string) $expected || $verdict->complete !== true) {
            $this->found[] = "conversation: expected $expected requests, {$verdict->seen->text} came";
        }
        // The bank knows no tokens.
        $tokens = $case->token_calls->text ?? ($case->gateway === 'halkode' && $expected > 0 ? '1' : '0');
        if ($verdict->token_calls->text !== $tokens) {
            $this->found[] = "conversation: expected $tokens requests for a token, {$verdict->token_calls->text} came";
        }
    }

    private function differ(string $at, mixed $expected, mixed $actual): void
    {
        if ($expected instanceof \stdClass && \preg_grep('/^\$/', \array_keys((array) $expected))) {
            $this->differByRule($at, $expected, $actual);
        } elseif ($expected instanceof \stdClass && $actual instanceof \stdClass) {
            $this->differMembers($at, (array) $expected, (array) $actual);
        } elseif (\is_array($expected) && \is_array($actual) && \count($expected) === \count($actual)) {
            foreach ($expected as $n => $value) {
                $this->differ("{$at}[$n]", $value, $actual[$n]);
            }
        } elseif (!Tree::same($expected, $actual)) {
            $this->found[] = "$at: expected " . Tree::write($expected) . ', got ' . Tree::write($actual);
        }
    }

    private function differMembers(string $at, array $expected, array $actual): void
    {
        foreach ($expected as $name => $value) {
            if (\array_key_exists($name, $actual)) {
                $this->differ("$at.$name", $value, $actual[$name]);
            } else {
                $this->found[] = "$at.$name: expected " . Tree::write($value) . ', got nothing';
            }
        }
        foreach (\array_diff_key($actual, $expected) as $name => $value) {
            $this->found[] = "$at.$name: expected nothing, got " . Tree::write($value);
        }
    }

    private function differByRule(string $at, \stdClass $rule, mixed $actual): void
    {
        if (($rule->{'$subset'} ?? null) === true) {
            $this->differSubset($at, $rule, $actual);
            return;
        }
        $got = Tree::write($actual);
        $name = \array_key_first((array) $rule);
        $value = $rule->{$name};
        if ($name === '$any' && $value === true) {
            if ($actual === null || $actual === '') {
                $this->found[] = "$at: expected any value, got $got";
            }
        } elseif ($name === '$contains' && \is_string($actual)) {
            foreach ($value as $wanted) {
                if (!\str_contains($actual, $wanted)) {
                    $this->found[] = "$at: expected a text with \"$wanted\", got $got";
                }
            }
        } elseif (\is_string($actual) && (($name === '$hash' && \is_string($value)) || ($name === '$ver3' && \is_array($value)))) {
            $this->hashes[] = [$rule, $actual];
        } else {
            $this->found[] = "$at: expected " . Tree::write($rule) . ", got $got";
        }
    }

    private function differSubset(string $at, \stdClass $rule, mixed $actual): void
    {
        if (!$actual instanceof \stdClass) {
            $this->found[] = "$at: expected an object, got " . Tree::write($actual);
            return;
        }
        foreach (\array_diff_key((array) $rule, ['$subset' => true]) as $name => $value) {
            if ($value === null ? isset($actual->{$name}) : !isset($actual->{$name})) {
                $got = isset($actual->{$name}) ? Tree::write($actual->{$name}) : 'nothing';
                $this->found[] = "$at.$name: expected " . Tree::write($value) . ", got $got";
            } elseif ($value !== null) {
                $this->differ("$at.$name", $value, $actual->{$name});
            }
        }
    }

    private function error(#[\SensitiveParameter] \stdClass $case, Error $error, #[\SensitiveParameter] array $keys): void
    {
        $told = Tree::fromPhp($error->toArray());
        $text = Tree::write($told);
        if (!isset($case->error)) {
            $this->found[] = "error: expected a reply, got $text";
            return;
        }
        $before = \count($this->found);
        $subset = (array) $case->error;
        foreach ((array) ($subset['reason_contains'] ?? []) as $wanted) {
            if (!\str_contains($error->reason, $wanted)) {
                $this->found[] = "error.reason: expected a text with \"$wanted\", got \"$error->reason\"";
            }
        }
        unset($subset['reason_contains']);
        $this->differSubset('error', (object) $subset, $told);
        $class = 'Halkode\\' . \ucfirst($error->kind) . 'Error';
        if ($error::class !== $class || $error->getMessage() !== $error->reason) {
            $this->found[] = 'error: is a ' . $error::class . ' that says ' . $error->getMessage();
        }
        if (\count($this->found) > $before) {
            $this->found[] = "the whole error: $text";
        }
        $printed = $text . "\n" . $error . "\n" . \print_r($error->getTrace(), true);
        \array_push($this->found, ...self::leaks($text, $printed, $keys, $case->request));
    }

    /** @return list<string> secrets of the client and card data of the request that an error repeats */
    public static function leaks(
        string $text,
        #[\SensitiveParameter] string $printed,
        #[\SensitiveParameter] array $keys,
        #[\SensitiveParameter] mixed $request,
    ): array {
        $secrets = \array_intersect_key($keys, \array_flip(['app_secret', 'merchant_key', 'store_key', 'api_password']));
        $secrets[] = 'replay-token';
        $codes = [];
        self::collect($request, '', $secrets, $codes);
        $found = [];
        foreach ($secrets as $secret) {
            if (\is_string($secret) && \strlen($secret) >= 8 && \str_contains($printed, $secret)) {
                $found[] = "error: repeats the secret $secret: $text";
            }
        }
        // A security code is short: it counts where it stands alone; lines of a trace have numbers too, and a bundle (its
        // Base64 has __ for /) is random.
        $text = \preg_replace('/[0-9a-f]{16}:[0-9a-f]{4}:[A-Za-z0-9+=_:]*/', '', $text);
        foreach (\array_intersect(\preg_split('/\D+/', $text), $codes) as $code) {
            $found[] = "error: repeats the security code $code: $text";
        }
        return $found;
    }

    private static function collect(
        #[\SensitiveParameter] mixed $value,
        string|int $name,
        #[\SensitiveParameter] array &$secrets,
        #[\SensitiveParameter] array &$codes,
    ): void {
        if ($value instanceof \stdClass || \is_array($value)) {
            foreach ((array) $value as $inner => $member) {
                self::collect($member, \is_array($value) ? $name : $inner, $secrets, $codes);
            }
            return;
        }
        $text = $value instanceof Number ? $value->text : (string) $value;
        if ($name === 'cvv' && \strlen($text) >= 3) {
            $codes[] = $text;
        } elseif (\in_array($name, ['number', 'card_number', 'card_token', 'identity_number', 'md'], true)) {
            $secrets[] = $text;
        } elseif ($name !== 'cvv') {
            // Whatever field a card number came in by, no error repeats it.
            \array_push($secrets, ...self::cardNumbers($text));
        }
    }

    /** @return list<string> every card number in a text, as it stands there and as bare digits */
    private static function cardNumbers(#[\SensitiveParameter] string $text): array
    {
        $found = [];
        foreach (\preg_split('/[^0-9 -]+/', $text) as $run) {
            $digits = \preg_replace('/\D/', '', $run);
            $sum = 0;
            foreach (\array_reverse(\str_split($digits)) as $place => $digit) {
                $doubled = $place % 2 === 0 ? (int) $digit : 2 * (int) $digit;
                $sum += $doubled > 9 ? $doubled - 9 : $doubled;
            }
            if (\strlen($digits) >= 13 && \strlen($digits) <= 19 && $sum % 10 === 0) {
                \array_push($found, \trim($run), $digits);
            }
        }
        return $found;
    }
}
