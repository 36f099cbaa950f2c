<?php

// Runs the cases that come line by line on standard input, and says of each what is wrong with it.

declare(strict_types=1);

namespace Halkode\Tests;

require __DIR__ . '/lib/bootstrap.php';

$conformance = new Conformance(new Sandbox());
while (($line = \fgets(\STDIN)) !== false) {
    try {
        $found = $conformance->run(Tree::parse($line));
    } catch (\Throwable $error) {
        $found = [$error::class . ': ' . $error->getMessage() . ' at ' . $error->getFile() . ':' . $error->getLine()];
    }
    echo \json_encode(['typed' => $conformance->typed, 'found' => $found], \JSON_THROW_ON_ERROR | \JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
