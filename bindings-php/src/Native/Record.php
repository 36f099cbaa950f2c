<?php

declare(strict_types=1);

namespace Halkode\Native;

/**
 * A reply: properties that cannot change, named as the fields.
 *
 * toArray() and serialize() give everything. What is printed or logged (var_dump(), print_r(), json_encode()) has
 * `[redacted]` in the place of a token, a card's token and the forms that lead to the bank.
 */
abstract readonly class Record implements \JsonSerializable
{
    protected const PLAIN = null;
    protected const OBJECT = Shapes::OBJECT;

    /** @var array<string, string|array{string}|null> what each field holds: PLAIN, OBJECT, a record, or a list of them */
    protected const FIELDS = [];

    /** @var list<string> the fields that are not shown */
    protected const SECRETS = [];

    /** @internal */
    final public static function read(#[\SensitiveParameter] \stdClass $reply): static
    {
        $values = [];
        // A later release of the library may answer more fields.
        foreach (\array_intersect_key((array) $reply, static::FIELDS) as $name => $value) {
            $of = static::FIELDS[$name];
            $values[$name] = match (true) {
                $of === self::PLAIN, $value === null => $value,
                $of === self::OBJECT => Json::members((object) $value),
                \is_array($of) => \array_map($of[0] === self::OBJECT ? Json::members(...) : [$of[0], 'read'], $value),
                default => $of::read($value),
            };
        }
        return new static(...$values);
    }

    /**
     * The reply that toArray() once gave, for instance out of a database.
     *
     * @param array<string, mixed> $fields
     */
    final public static function fromArray(#[\SensitiveParameter] array $fields): static
    {
        return static::read(Json::read(Json::write($fields, null)));
    }

    /**
     * Everything that was answered, secrets in the clear.
     *
     * @return array<string, mixed>
     */
    final public function toArray(): array
    {
        $plain = static fn (mixed $value) => $value instanceof self ? $value->toArray() : $value;
        $of = fn (string $name, mixed $value) => \is_array($value) && static::FIELDS[$name] !== self::OBJECT
            ? \array_map($plain, $value)
            : $plain($value);
        $fields = $this->answered();
        return \array_combine(\array_keys($fields), \array_map($of, \array_keys($fields), $fields));
    }

    /** As toArray(), but without secrets. */
    final public function jsonSerialize(): object
    {
        $shown = $this->__debugInfo();
        foreach (\array_keys(static::FIELDS, self::OBJECT, true) as $name) {
            if (isset($shown[$name])) {
                $shown[$name] = (object) $shown[$name];
            }
        }
        return (object) $shown;
    }

    /** @return array<string, mixed> */
    final public function __debugInfo(): array
    {
        $shown = $this->answered();
        foreach (static::SECRETS as $name) {
            if (isset($shown[$name])) {
                $shown[$name] = '[redacted]';
            }
        }
        return $shown;
    }

    /** The fields that were answered, in their order. */
    private function answered(): array
    {
        $fields = [];
        foreach (static::FIELDS as $name => $_) {
            if ($this->{$name} !== null && $this->{$name} !== []) {
                $fields[$name] = $this->{$name};
            }
        }
        return $fields;
    }
}
