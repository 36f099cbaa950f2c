<?php

declare(strict_types=1);

namespace Halkode\Native;

/** libhalkode, reached through FFI where the extension is not there. */
final class Library
{
    private const ABI = 1;

    private static ?\FFI $functions = null;

    /** The library's functions, loaded once. */
    public static function functions(): \FFI
    {
        return self::$functions ??= self::load();
    }

    private static function load(): \FFI
    {
        $name = \PHP_OS_FAMILY === 'Darwin' ? 'libhalkode.1.dylib' : 'libhalkode.so.1';
        $file = \getenv('HALKODE_LIBRARY') ?: $name;
        if (!\class_exists(\FFI::class)) {
            throw self::unavailable('this PHP has no FFI');
        }
        try {
            $functions = \FFI::cdef(Header::C, $file);
        } catch (\FFI\Exception $error) {
            throw self::unavailable($error->getMessage());
        }
        if ($functions->halkode_abi_version() !== self::ABI) {
            throw self::unavailable("$file speaks another ABI");
        }
        return $functions;
    }

    private static function unavailable(string $why): Unavailable
    {
        return new Unavailable(
            'halkode needs its PHP extension (in php.ini: extension=halkode), or FFI and the C library libhalkode; '
            . "the extension is not loaded, and FFI cannot be used: $why"
        );
    }
}
