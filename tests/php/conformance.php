<?php

// Every case of tests/conformance through this PHP's route to libhalkode, in several processes side by side.
// CASE=text runs the cases whose file or name contains the text.

declare(strict_types=1);

namespace Halkode\Tests;

require __DIR__ . '/lib/bootstrap.php';

// Most cases take milliseconds, some wait for seconds: enough processes that the slow ones wait side by side.
const PROCESSES = 24;
const AT_LEAST = 1244;
// Misspelled fields, wrong types and numbers PHP would change go by name; they are few.
const TYPED_AT_LEAST = 1200;

$filter = \getenv('CASE') ?: '';
$cases = \array_values(\array_filter(
    Conformance::load(),
    static fn ($case) => $filter === '' || \str_contains("$case->file: $case->name", $filter),
));

/** Starts a worker; gives its standard input and output. */
$start = static function (): array {
    $command = [...Process::php(), __DIR__ . '/conformance_worker.php'];
    $process = \proc_open($command, [['pipe', 'r'], ['pipe', 'w'], \STDERR], $pipes);
    return ['process' => $process, 'in' => $pipes[0], 'out' => $pipes[1], 'case' => null];
};

$next = 0;
$typed = 0;
$passed = [];
$failed = [];
$give = static function (array &$worker) use (&$next, $cases): void {
    $worker['case'] = $cases[$next++] ?? null;
    if ($worker['case'] === null) {
        \fclose($worker['in']);
    } else {
        \fwrite($worker['in'], Tree::write($worker['case']) . "\n");
    }
};
$workers = \array_map($start, \range(1, \min(PROCESSES, \max(1, \count($cases)))));
foreach ($workers as &$worker) {
    $give($worker);
}
unset($worker);
while ($busy = \array_filter($workers, static fn ($worker) => $worker['case'] !== null)) {
    $ready = \array_column($busy, 'out');
    $none = null;
    \stream_select($ready, $none, $none, null);
    foreach ($workers as &$worker) {
        if ($worker['case'] === null || !\in_array($worker['out'], $ready, true)) {
            continue;
        }
        $case = $worker['case'];
        $line = \fgets($worker['out']);
        if ($line === false) {
            // The process is gone; the next one takes its place.
            $result = ['typed' => false, 'found' => ['the PHP process died']];
            \fclose($worker['in']);
            $worker = $start();
        } else {
            $result = \json_decode($line, true, 512, \JSON_THROW_ON_ERROR);
        }
        $typed += (int) $result['typed'];
        if ($result['found'] === []) {
            $passed[$case->file] = ($passed[$case->file] ?? 0) + 1;
        } else {
            $failed["$case->file: $case->name"] = $result['found'];
        }
        $give($worker);
    }
    unset($worker);
}
$status = \array_sum(\array_map(static fn ($worker) => \abs(\proc_close($worker['process'])), $workers));

foreach ($passed as $file => $count) {
    echo "  $file: $count\n";
}
foreach ($failed as $title => $found) {
    echo "FAILED $title\n    ", \implode("\n    ", $found), "\n";
}
$ran = \array_sum($passed) + \count($failed);
$problems = \array_filter([
    'a worker ended with an error' => $status !== 0,
    'cases are missing' => $ran !== \count($cases) || ($filter === '' ? $ran < AT_LEAST : $ran === 0),
    'too few cases went through the typed methods' => $filter === '' && $typed < TYPED_AT_LEAST,
]);
foreach ($problems as $problem => $_) {
    echo "FAILED $problem\n";
}
$route = \extension_loaded('halkode') ? 'the extension' : 'FFI';
echo "conformance through $route: $typed cases typed, ", $ran - $typed, " by name\n";
echo \array_sum($passed), ' passed, ', \count($failed) + \count($problems), " failed\n";
exit($failed === [] && $problems === [] ? 0 : 1);
