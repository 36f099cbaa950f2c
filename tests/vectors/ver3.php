<?php

/**
 * The ver3 hash (docs/protocol-halkbank.md#ver3) by code that shares nothing with the core: a line of JSON in, a line of JSON out.
 *
 * In:  {"fields": [["name", "value"], …], "store_key": "…", "callback": false}; a value may be null
 * Out: {"plaintext": "…", "names": ["…"], "hash": "…"}
 */

declare(strict_types=1);

/** Doubles every backslash and puts one before every bar, in one pass. */
function escaped(string $text): string
{
    return strtr($text, ['\\' => '\\\\', '|' => '\\|']);
}

/** @return array{plaintext: string, names: list<string>, hash: string} */
function ver3(array $fields, string $storeKey, bool $callback): array
{
    $left = $callback ? ['HASH', 'ENCODING', 'COUNTDOWN'] : ['HASH', 'ENCODING'];
    $kept = [];
    $known = [];
    foreach ($fields as [$name, $value]) {
        // Of a repeated name the first counts. PHP would make a number of a key that looks like one.
        if (in_array(strtoupper($name), $left, true) || isset($known["n$name"])) {
            continue;
        }
        $known["n$name"] = true;
        $kept[] = [$name, $value ?? ''];
    }
    // Since PHP 8 strtoupper knows ASCII alone, and usort keeps the order of equals.
    usort($kept, fn (array $a, array $b): int => strcmp(strtoupper($a[0]), strtoupper($b[0])));
    $parts = array_map(fn (array $field): string => escaped($field[1]), $kept);
    $parts[] = escaped($storeKey);
    $plaintext = implode('|', $parts);

    return [
        'plaintext' => $plaintext,
        'names' => array_column($kept, 0),
        'hash' => base64_encode(hash('sha512', $plaintext, true)),
    ];
}

while (($line = fgets(STDIN)) !== false) {
    $asked = json_decode($line, true, 8, JSON_THROW_ON_ERROR);
    $answer = ver3($asked['fields'], $asked['store_key'], $asked['callback']);
    fwrite(STDOUT, json_encode($answer, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE) . "\n");
}
