<?php

/** @generate-class-entries */

namespace Halkode\Native;

/**
 * A client of libhalkode: JSON in, JSON out. Connections with one configuration share one client of the process.
 *
 * @strict-properties
 * @not-serializable
 */
final class Connection
{
    /** `$client` is the client's name; without a configuration php.ini's settings are taken, or else the environment. */
    public function __construct(string $client, #[\SensitiveParameter] ?string $configJson = null) {}

    /** From the environment, whatever php.ini says. */
    public static function fromEnv(string $client): Connection {}

    public function call(string $operation, #[\SensitiveParameter] string $requestJson): string {}

    /** The release of libhalkode. */
    public static function version(): string {}
}

/** A call failed; the package makes a Halkode\Error of it. */
final class Failure extends \RuntimeException
{
    /** The error as the JSON object that halkode.h describes. */
    public readonly string $json;
}
