<?php

// Every case of tests/conformance through this PHP's route to libhalkode, in several processes side by side.
// CASE=text runs the cases whose file or name contains the text.

declare(strict_types=1);

namespace Halkode\Tests;

require __DIR__ . '/lib/bootstrap.php';

// Most cases take milliseconds, some wait for seconds: enough processes that the slow ones wait side by side.
const PROCESSES = 24;
// How many there are at least; what stands in the files and did not run is told in any case.
const AT_LEAST = ['halkode' => 1265, 'halkbank' => 1446];
// Misspelled fields, wrong types and numbers PHP would change go by name; they are few.
const TYPED_AT_LEAST = 2680;

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
$ran = [];
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
        $ran[] = "$case->file: $case->name";
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
$problems = [];
if ($status !== 0) {
    $problems[] = 'a worker ended with an error';
}
if ($filter !== '' && $ran === []) {
    $problems[] = 'there is no such case';
}
if ($filter === '') {
    $there = Conformance::titles();
    foreach (\array_diff(\array_merge(...\array_values($there)), $ran) as $title) {
        $problems[] = "did not run: $title";
    }
    foreach (AT_LEAST as $gateway => $least) {
        $count = \count($there[$gateway] ?? []);
        echo "conformance of $gateway: $count cases\n";
        if ($count < $least) {
            $problems[] = "$gateway has $count cases; there were $least";
        }
    }
    if ($typed < TYPED_AT_LEAST) {
        $problems[] = 'too few cases went through the typed methods';
    }
}
foreach ($problems as $problem) {
    echo "FAILED $problem\n";
}
$route = \extension_loaded('halkode') ? 'the extension' : 'FFI';
echo "conformance through $route: $typed cases typed, ", \count($ran) - $typed, " by name\n";
echo \array_sum($passed), ' passed, ', \count($failed) + \count($problems), " failed\n";
exit($failed === [] && $problems === [] ? 0 : 1);
