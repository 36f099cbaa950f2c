<?php

declare(strict_types=1);

namespace Halkode\Tests;

/** Other PHP processes, with the route to libhalkode that this one has. */
final class Process
{
    /** @return list<string> what `php` must be called with to have the same route */
    public static function php(): array
    {
        $command = [\PHP_BINARY, '-d', 'zend.exception_ignore_args=0', '-d', 'zend.exception_string_param_max_len=1000000'];
        return \extension_loaded('halkode') ? [...$command, '-d', 'extension=' . self::extension()] : $command;
    }

    public static function extension(): string
    {
        return \getenv('HALKODE_EXTENSION') ?: throw new \RuntimeException('HALKODE_EXTENSION names no extension');
    }

    /**
     * Runs code to its end in a process of its own.
     *
     * @param list<string> $options further options of `php`
     * @param array<string, string|null> $environment changes; null takes a variable away
     *
     * @return array{int, string} the exit status, and everything that was printed
     */
    public static function run(string $code, array $options = [], array $environment = []): array
    {
        $bootstrap = \var_export(__DIR__ . '/bootstrap.php', true);
        $begin = "require $bootstrap; class_alias(Halkode\\Halkode::class, 'Halkode'); class_alias(Halkode\\Halkbank::class, 'Halkbank');";
        $command = [...self::php(), ...$options, '-r', "$begin $code"];
        $variables = \array_filter(\array_merge(\getenv(), $environment), static fn ($value) => $value !== null);
        $process = \proc_open($command, [['file', '/dev/null', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes, null, $variables);
        $printed = \stream_get_contents($pipes[1]);
        return [\proc_close($process), $printed];
    }
}
