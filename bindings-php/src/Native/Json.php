<?php

declare(strict_types=1);

namespace Halkode\Native;

use Halkode\RequestError;

/** Between PHP's arrays, which do not say whether they are lists or objects, and JSON. */
final class Json
{
    /** As deep as the library reads. */
    private const MAX_DEPTH = 64;

    /** A float keeps its fraction, even when that is zero, so that the library can refuse it as an amount. */
    private const WRITING = \JSON_PRESERVE_ZERO_FRACTION | \JSON_UNESCAPED_UNICODE | \JSON_UNESCAPED_SLASHES | \JSON_THROW_ON_ERROR;

    /** A request, or a configuration, as JSON; `$model` names its definition, or null where it is not known. */
    public static function write(#[\SensitiveParameter] array $request, ?string $model): string
    {
        return \json_encode(self::prepared($request, $model, '', 0), self::WRITING);
    }

    /** A reply in JSON as an object. */
    public static function read(#[\SensitiveParameter] string $json): \stdClass
    {
        return \json_decode($json, false, 512, \JSON_THROW_ON_ERROR | \JSON_BIGINT_AS_STRING);
    }

    /**
     * An object's members as an array, and so on inwards. An inner object that an array could not tell from a list (one
     * without members, for instance) stays a stdClass.
     */
    public static function members(#[\SensitiveParameter] \stdClass $object): array
    {
        return \array_map(self::plain(...), (array) $object);
    }

    private static function plain(#[\SensitiveParameter] mixed $value): mixed
    {
        if (\is_array($value)) {
            return \array_map(self::plain(...), $value);
        }
        if (!$value instanceof \stdClass) {
            return $value;
        }
        $members = self::members($value);
        return \array_is_list($members) ? (object) $members : $members;
    }

    /** A value that json_encode() writes as the library wants it; `$of` is an entry of Shapes. */
    private static function prepared(#[\SensitiveParameter] mixed $value, string|array|null $of, string $path, int $depth): mixed
    {
        if ($depth > self::MAX_DEPTH) {
            throw self::refused($path, 'is nested more than ' . self::MAX_DEPTH . ' levels deep');
        }
        return match (true) {
            \is_array($value) => self::preparedArray($value, $of, $path, $depth),
            $value instanceof Record => self::prepared($value->toArray(), Shapes::OBJECT, $path, $depth),
            $value instanceof \stdClass => (object) (array) self::prepared((array) $value, $of, $path, $depth),
            $value instanceof \BackedEnum => $value->value,
            $value instanceof \JsonSerializable => self::prepared($value->jsonSerialize(), $of, $path, $depth + 1),
            $value instanceof \Stringable => self::prepared((string) $value, $of, $path, $depth),
            \is_string($value) && !self::isUtf8($value) => throw self::refused($path, 'is not UTF-8'),
            \is_float($value) && !\is_finite($value) => throw self::refused($path, 'is not a finite number'),
            $value === null, \is_scalar($value) => $value,
            default => throw self::refused($path, 'is of a type that cannot be sent'),
        };
    }

    private static function preparedArray(
        #[\SensitiveParameter] array $array,
        string|array|null $of,
        string $path,
        int $depth,
    ): array|object {
        $list = \array_is_list($array);
        $fields = \is_string($of) ? Shapes::MODELS[$of] ?? [] : [];
        $made = [];
        foreach ($array as $name => $value) {
            if (!self::isUtf8((string) $name)) {
                throw self::refused($path, 'has a name in it that is not UTF-8');
            }
            $at = $path . ($list ? "[$name]" : ($path === '' ? $name : ".$name"));
            $made[$name] = self::prepared($value, \is_array($of) ? $of[0] : $fields[$name] ?? null, $at, $depth + 1);
        }
        // A list where a part with fields belongs stays one, so that the library says what it is.
        return $of === Shapes::OBJECT || (\is_string($of) && $made === []) ? (object) $made : $made;
    }

    private static function isUtf8(#[\SensitiveParameter] string $text): bool
    {
        return \preg_match('//u', $text) === 1;
    }

    private static function refused(string $path, string $reason): RequestError
    {
        // A name may be anything, a card number for instance.
        $field = \preg_replace('/\d{6,}/', '…', $path);
        return new RequestError(\ltrim("$field $reason"), field: $field === '' ? null : $field, sent: 'no');
    }
}
