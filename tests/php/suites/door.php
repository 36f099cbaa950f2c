<?php

// The low-level door: the extension is what its stub says, and the class that stands in for it is interchangeable with it.

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\Native\Connection;
use Halkode\Native\Failure;
use Halkode\Native\Settings;

/** Everything a caller sees of the two classes, as lines of text. */
const DESCRIBE = <<<'PHP'
    $lines = [];
    foreach ([Halkode\Native\Connection::class, Halkode\Native\Failure::class] as $name) {
        $class = new ReflectionClass($name);
        $lines[] = "$name final=" . (int) $class->isFinal() . ' parent=' . ($class->getParentClass() ?: null)?->getName();
        foreach ($class->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
            if ($method->class !== $name) {
                continue;
            }
            $parameters = array_map(static fn (ReflectionParameter $parameter) =>
                implode(' ', array_map(static fn ($attribute) => '#[' . $attribute->getName() . ']', $parameter->getAttributes()))
                . $parameter->getType() . ' $' . $parameter->getName()
                . ($parameter->isDefaultValueAvailable() ? ' = ' . json_encode($parameter->getDefaultValue()) : ''),
                $method->getParameters());
            $type = str_replace('self', $name, (string) $method->getReturnType());
            $lines[] = "$name::{$method->getName()}(" . implode(', ', $parameters) . "): $type static=" . (int) $method->isStatic();
        }
        foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
            if ($property->class === $name) {
                $lines[] = "$name {$property->getType()} \${$property->getName()} readonly=" . (int) $property->isReadOnly();
            }
        }
    }
    sort($lines);
    echo implode("\n", $lines);
    PHP;

$folder = \dirname(__DIR__, 3) . '/bindings-php/extension';
$extension = \extension_loaded('halkode');

$tests = [
    'the classes are what the stub says' => static function () use ($folder, $extension): void {
        $stub = \var_export("$folder/halkode.stub.php", true);
        // Without the extension and without the package, so that the names are free.
        \exec(\escapeshellarg(\PHP_BINARY) . ' -n -r ' . \escapeshellarg("require $stub; " . DESCRIBE), $expected, $status);
        Suite::same(0, $status, 'exit status');
        $actual = \explode("\n", Suite::prints(DESCRIBE));
        if (!$extension) {
            // The stand-in has a constructor more for its own use.
            $actual = \array_values(\preg_grep('/Failure::of\(/', $actual, \PREG_GREP_INVERT));
        }
        Suite::check(\count($expected) === 7, 'the stub describes seven things: ' . \implode("\n", $expected));
        Suite::same($expected, $actual);
    },
    'the arginfo was made from the stub' => static function () use ($folder): void {
        \preg_match('/Stub hash: (\w+)/', \file_get_contents("$folder/halkode_arginfo.h"), $found);
        Suite::same(\sha1(\file_get_contents("$folder/halkode.stub.php")), $found[1], 'stub hash; run generate.sh beside it');
    },
    'a text with a NUL is refused, not cut' => static function (): void {
        $connection = new Connection('Halkode', \json_encode(Suite::KEYS));
        Suite::throws(\ValueError::class, static fn () => new Connection('Halkode', \json_encode(Suite::KEYS) . "\0{}"));
        Suite::throws(\ValueError::class, static fn () => $connection->call("status_code\0", '{"code":"1"}'));
        $error = Suite::throws(\ValueError::class, static fn () => $connection->call('status_code', "{\"code\":\"1\"}\0"));
        Suite::contains('must not contain any null bytes', $error->getMessage());
    },
    'there are clients of known names only' => static function (): void {
        Suite::throws(\ValueError::class, static fn () => new Connection('Halkopde', '{}'));
        Suite::throws(\ValueError::class, static fn () => Connection::fromEnv('halkode'));
    },
    'a failure carries the whole error' => static function (): void {
        $failure = Suite::throws(Failure::class, static fn () => new Connection('Halkode', '{"app_id":7}'));
        $error = \json_decode($failure->json, true);
        Suite::same(['request', 'app_id', 'no'], [$error['kind'], $error['field'], $error['sent']]);
        Suite::same($error['reason'], $failure->getMessage());
        Suite::throws(\Error::class, static function () use ($failure): void {
            $failure->json = '';
        });
    },
    'a connection can be neither copied to a file nor given properties' => static function () use ($extension): void {
        $connection = new Connection('Halkode', \json_encode(Suite::KEYS));
        Suite::throws(\Exception::class, static fn () => \serialize($connection));
        if ($extension) {
            Suite::throws(\Error::class, static fn () => clone $connection);
            Suite::throws(\Error::class, static fn () => $connection->more = 1);
            Suite::throws(\Error::class, static fn () => $connection->__construct('Halkode', \json_encode(Suite::KEYS)));
        }
    },
];
if ($extension) {
    $tests += [
        'the extension has the settings that the package knows' => static function (): void {
            $known = \array_column(Settings::ALL, 1);
            \sort($known);
            Suite::same($known, \array_keys(\ini_get_all('halkode', true)));
            foreach (\ini_get_all('halkode', true) as $name => $entry) {
                Suite::same(\INI_SYSTEM, $entry['access'], $name);
                Suite::same(false, \ini_set($name, 'x'), "ini_set of $name");
            }
        },
        'phpinfo() names the extension, the library and how many clients there are' => static function (): void {
            $printed = Suite::prints('$c = new Halkode(Halkode\Tests\Suite::KEYS); (new ReflectionExtension("halkode"))->info();');
            Suite::contains('libhalkode => ' . Connection::version(), $printed);
            Suite::contains('Clients of this process => 1', $printed);
            Suite::same(\phpversion('halkode'), Connection::version(), 'release of the extension and of the library');
        },
    ];
} else {
    $tests += [
        'without extension and FFI the message says what to install' => static function (): void {
            foreach ([['ffi.enable=0', []], ['ffi.enable=1', ['HALKODE_LIBRARY' => '/nowhere/libhalkode.so.1']]] as [$option, $env]) {
                [$status, $printed] = Process::run('new Halkode();', ['-d', $option], $env);
                Suite::same(255, $status, 'exit status');
                Suite::contains('Unavailable: halkode needs its PHP extension (in php.ini: extension=halkode), or FFI', $printed);
            }
        },
    ];
}
return $tests;
