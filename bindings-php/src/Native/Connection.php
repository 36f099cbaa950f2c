<?php

declare(strict_types=1);

namespace Halkode\Native;

// The extension brings this class; here it stands in for it, by FFI.
if (!\class_exists(Connection::class, false)) {
    /** A client of libhalkode: JSON in, JSON out. Connections with one configuration share one client of the process. */
    final class Connection
    {
        /** How many clients a process keeps that nobody uses just now. */
        private const KEPT = 64;

        /** @var array<string, Handle> by configuration, the one used last at the end */
        private static array $clients = [];

        private readonly Handle $handle;

        public function __construct(string $client, #[\SensitiveParameter] ?string $configJson = null)
        {
            self::refuseNul($configJson, 2, 'configJson');
            $configJson ??= self::settings($client);
            $this->handle = $configJson === null ? self::fromEnv($client)->handle : self::client($client, $configJson);
        }

        /** From the environment, whatever php.ini says. */
        public static function fromEnv(string $client): self
        {
            $connection = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
            $connection->handle = self::client($client, null);
            return $connection;
        }

        public function call(string $operation, #[\SensitiveParameter] string $requestJson): string
        {
            self::refuseNul($operation, 1, 'operation');
            self::refuseNul($requestJson, 2, 'requestJson');
            return $this->handle->call($operation, $requestJson);
        }

        /** The release of libhalkode. */
        public static function version(): string
        {
            return Library::functions()->halkode_version();
        }

        private static function client(string $client, #[\SensitiveParameter] ?string $configJson): Handle
        {
            if (!\in_array($client, \array_column(Settings::ALL, 0), true)) {
                throw new \ValueError(self::class . ': there is no client of this name');
            }
            $library = Library::functions();
            // The digest, so that no second copy of the keys is kept.
            $key = \hash('sha256', "$client\0" . ($configJson ?? "\0" . self::environment($client)));
            $handle = self::$clients[$key] ?? new Handle($library, $client, $configJson);
            unset(self::$clients[$key]);
            self::$clients[$key] = $handle;
            if (\count(self::$clients) > self::KEPT) {
                \array_shift(self::$clients);
            }
            return $handle;
        }

        /** Everything in the environment that makes a difference to a client. */
        private static function environment(string $client): string
        {
            $values = [];
            foreach (Settings::ALL as [$of, $setting]) {
                if ($of === $client) {
                    $values[] = (string) \getenv(\strtoupper(\strtr($setting, '.', '_')));
                }
            }
            return \implode("\0", $values);
        }

        /** php.ini's settings as a configuration; null when there are none. */
        private static function settings(string $client): ?string
        {
            $config = [];
            foreach (Settings::ALL as [$of, $setting, $field, $kind]) {
                $value = (string) \get_cfg_var($setting);
                if ($of === $client && $value !== '') {
                    $config[$field] = match ($kind) {
                        'NUMBER' => \preg_match('/^\d{1,9}$/D', $value) === 1 ? (int) $value : $value,
                        'FILE' => self::contents($setting, $value),
                        default => $value,
                    };
                }
            }
            if ($config === []) {
                return null;
            }
            try {
                return \json_encode($config, \JSON_THROW_ON_ERROR);
            } catch (\JsonException) {
                throw self::refused("$client's settings in php.ini", 'are not UTF-8');
            }
        }

        private static function contents(string $setting, string $file): string
        {
            $contents = @\file_get_contents($file);
            return $contents === false ? throw self::refused($setting, 'cannot be read') : $contents;
        }

        private static function refused(string $field, string $reason): Failure
        {
            $error = ['kind' => 'request', 'reason' => "$field $reason", 'field' => $field, 'sent' => 'no', 'in_doubt' => false];
            return Failure::of(\json_encode($error, \JSON_THROW_ON_ERROR));
        }

        /** A C text ends at its first NUL; what stands behind it would be lost silently. */
        private static function refuseNul(#[\SensitiveParameter] ?string $text, int $at, string $name): void
        {
            if ($text !== null && \str_contains($text, "\0")) {
                throw new \ValueError(self::class . ": Argument #$at (\$$name) must not contain any null bytes");
            }
        }
    }
}
