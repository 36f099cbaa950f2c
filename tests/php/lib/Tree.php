<?php

declare(strict_types=1);

namespace Halkode\Tests;

/** A number as it was written, which PHP's own reader would make a float of. */
final class Number
{
    public function __construct(public readonly string $text)
    {
    }
}

/**
 * JSON whose numbers keep every digit: objects are stdClass, lists are arrays, numbers are Number.
 */
final class Tree
{
    private int $at = 0;

    private function __construct(#[\SensitiveParameter] private readonly string $text)
    {
    }

    public static function parse(#[\SensitiveParameter] string $text): mixed
    {
        $reader = new self($text);
        $value = $reader->value();
        if ($reader->token('') !== '' || $reader->at !== \strlen($text)) {
            throw new \RuntimeException("not JSON at byte $reader->at");
        }
        return $value;
    }

    private function token(string $pattern): string
    {
        \preg_match("/\\G\\s*($pattern)\\s*/A", $this->text, $found, 0, $this->at)
            || throw new \RuntimeException("not JSON at byte $this->at");
        $this->at += \strlen($found[0]);
        return $found[1];
    }

    private function value(): mixed
    {
        $token = $this->token('[[{]|"(?:[^"\\\\]|\\\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null');
        return match ($token[0]) {
            '{' => $this->object(),
            '[' => $this->list(),
            '"', 't', 'f', 'n' => \json_decode($token, false, 512, \JSON_THROW_ON_ERROR),
            default => new Number($token),
        };
    }

    private function object(): \stdClass
    {
        $object = new \stdClass();
        for ($next = $this->token('}?'); $next !== '}'; $next = $this->token('[,}]')) {
            $name = \json_decode($this->token('"(?:[^"\\\\]|\\\\.)*"'), false, 512, \JSON_THROW_ON_ERROR);
            $this->token(':');
            $object->{$name} = $this->value();
        }
        return $object;
    }

    private function list(): array
    {
        $list = [];
        for ($next = $this->token(']?'); $next !== ']'; $next = $this->token('[],]')) {
            $list[] = $this->value();
        }
        return $list;
    }

    public static function write(#[\SensitiveParameter] mixed $tree): string
    {
        if ($tree instanceof Number) {
            return $tree->text;
        }
        if (\is_array($tree)) {
            return '[' . \implode(',', \array_map(self::write(...), $tree)) . ']';
        }
        if ($tree instanceof \stdClass) {
            $members = [];
            foreach ((array) $tree as $name => $value) {
                $members[] = self::text((string) $name) . ':' . self::write($value);
            }
            return '{' . \implode(',', $members) . '}';
        }
        return self::text($tree);
    }

    private static function text(#[\SensitiveParameter] mixed $value): string
    {
        return \json_encode($value, \JSON_UNESCAPED_UNICODE | \JSON_UNESCAPED_SLASHES | \JSON_THROW_ON_ERROR);
    }

    /** A tree as a shop's code would hold it. */
    public static function toPhp(#[\SensitiveParameter] mixed $tree): mixed
    {
        return match (true) {
            $tree instanceof Number => \json_decode($tree->text, true, 512, \JSON_THROW_ON_ERROR),
            $tree instanceof \stdClass => \array_map(self::toPhp(...), (array) $tree),
            \is_array($tree) => \array_map(self::toPhp(...), $tree),
            default => $tree,
        };
    }

    /** What a shop's code holds as a tree; an array that is a list is one. */
    public static function fromPhp(#[\SensitiveParameter] mixed $value): mixed
    {
        return match (true) {
            \is_int($value), \is_float($value) => new Number(\json_encode($value, \JSON_PRESERVE_ZERO_FRACTION)),
            $value instanceof \stdClass => (object) \array_map(self::fromPhp(...), (array) $value),
            \is_array($value) && \array_is_list($value) => \array_map(self::fromPhp(...), $value),
            \is_array($value) => (object) \array_map(self::fromPhp(...), $value),
            default => $value,
        };
    }

    /** Whether two trees are the same, members in any order, numbers as they are written. */
    public static function same(mixed $one, mixed $other): bool
    {
        if ($one instanceof \stdClass && $other instanceof \stdClass) {
            [$one, $other] = [(array) $one, (array) $other];
            return \count($one) === \count($other)
                && \array_diff_key($one, $other) === []
                && !\in_array(false, \array_map(fn ($name) => self::same($one[$name], $other[$name]), \array_keys($one)), true);
        }
        if (\is_array($one) && \is_array($other)) {
            return \count($one) === \count($other) && !\in_array(false, \array_map(self::same(...), $one, $other), true);
        }
        if ($one instanceof Number && $other instanceof Number) {
            return $one->text === $other->text;
        }
        return $one === $other;
    }
}
