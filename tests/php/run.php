<?php

// The tests of the host's manners, through this PHP's route to libhalkode: scripts/with-sandbox.sh php tests/php/run.php [SUITE …]

declare(strict_types=1);

namespace Halkode\Tests;

require __DIR__ . '/lib/bootstrap.php';

echo \extension_loaded('halkode') ? "through the extension\n" : "through FFI\n";
$chosen = \array_slice($argv, 1);
foreach ($chosen ?: ['runner', 'door', 'settings', 'client', 'halkbank', 'shop', 'records', 'secrets', 'sharing'] as $suite) {
    Suite::run($suite, (static fn () => require __DIR__ . "/suites/$suite.php")());
}
exit(Suite::end());
