<?php

declare(strict_types=1);

namespace Halkode\Native;

use Halkode\Error;
use Halkode\RequestError;
use Halkode\Sent;

/**
 * What every client can do: call operations by name. Clients with one configuration share token and connections, for as
 * long as the PHP process lives.
 */
abstract class Client
{
    protected const NAME = '';
    protected const CONFIG = '';

    /** @var array<string, string> the definition of each operation's request */
    protected const REQUESTS = [];

    private Connection $connection;

    /** @throws Error */
    public function __construct(#[\SensitiveParameter] ?array $config = null)
    {
        self::checkRelease();
        // By a member of this name the library is told which client to make; here the class says that.
        if (isset($config['gateway'])) {
            throw new RequestError('gateway is not a field here', field: 'gateway', sent: Sent::NO);
        }
        try {
            $json = $config === null ? null : Json::write($config, static::CONFIG);
            $this->connection = new Connection(static::NAME, $json);
        } catch (Failure $failure) {
            throw Error::read($failure->json);
        }
    }

    /**
     * A client made from the environment, whatever php.ini says.
     *
     * @throws Error
     */
    public static function fromEnv(): static
    {
        self::checkRelease();
        $client = (new \ReflectionClass(static::class))->newInstanceWithoutConstructor();
        try {
            $client->connection = Connection::fromEnv(static::NAME);
        } catch (Failure $failure) {
            throw Error::read($failure->json);
        }
        return $client;
    }

    /**
     * Calls an operation by its name; the reply as plain arrays, its secrets in the clear.
     *
     * @param array<string, mixed> $request
     *
     * @return array<string, mixed>
     *
     * @throws Error
     */
    public function call(string $operation, #[\SensitiveParameter] array $request = []): array
    {
        return Json::members($this->exchange($operation, $request));
    }

    /**
     * Calls an operation by its name, JSON in and JSON out: for numbers that PHP would change.
     *
     * @throws Error
     */
    public function callJson(string $operation, #[\SensitiveParameter] string $request): string
    {
        try {
            return $this->connection->call($operation, $request);
        } catch (Failure $failure) {
            throw Error::read($failure->json);
        }
    }

    protected function exchange(string $operation, #[\SensitiveParameter] array $request): \stdClass
    {
        try {
            $json = Json::write($request, static::REQUESTS[$operation] ?? null);
        } catch (RequestError $error) {
            throw new RequestError($error->reason, operation: $operation, field: $error->field, sent: $error->sent);
        }
        return Json::read($this->callJson($operation, $json));
    }

    /** An older library could answer less than this package reads, and after a payment is no time to find out. */
    private static function checkRelease(): void
    {
        $library = Connection::version();
        if (\version_compare($library, Header::RELEASE, '<')) {
            throw new Unavailable("libhalkode $library is older than this package; it needs " . Header::RELEASE);
        }
    }
}
