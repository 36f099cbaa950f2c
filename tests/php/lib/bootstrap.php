<?php

declare(strict_types=1);

namespace Halkode\Tests;

\error_reporting(\E_ALL);
// A warning is a mistake here, never a line that scrolls by.
\set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if (\error_reporting() & $level) {
        throw new \ErrorException($message, 0, $level, $file, $line);
    }
    return false;
});

require \dirname(__DIR__, 3) . '/bindings-php/src/autoload.php';
foreach (['Tree', 'Sandbox', 'Conformance', 'Process', 'FastCgi', 'Suite'] as $class) {
    require __DIR__ . "/$class.php";
}
