<?php

// Under PHP-FPM: one client for each worker, kept from request to request; secrets of the pool hidden; workers that die do no harm.

declare(strict_types=1);

namespace Halkode\Tests;

/** A php-fpm of its own with three workers; the pool's configuration gives the keys. */
final class Fpm
{
    public const WORKERS = 3;

    private const SETTINGS = [
        'halkode.app_id' => 'HALKODE_APP_ID',
        'halkode.app_secret' => 'HALKODE_APP_SECRET',
        'halkode.merchant_key' => 'HALKODE_MERCHANT_KEY',
        'halkode.base_url' => 'HALKODE_BASE_URL',
        'halkbank.client_id' => 'HALKBANK_CLIENT_ID',
        'halkbank.store_key' => 'HALKBANK_STORE_KEY',
        'halkbank.api_user' => 'HALKBANK_API_USER',
        'halkbank.api_password' => 'HALKBANK_API_PASSWORD',
        'halkbank.base_url' => 'HALKBANK_BASE_URL',
    ];

    private readonly string $folder;

    /** @var resource */
    private $process;

    /** @var resource */
    private $said;

    public function __construct()
    {
        $this->folder = \sys_get_temp_dir() . '/halkode-fpm-' . \bin2hex(\random_bytes(6));
        \mkdir($this->folder, 0700);
        $settings = '';
        foreach (self::SETTINGS as $setting => $variable) {
            $settings .= "php_admin_value[$setting] = '" . \getenv($variable) . "'\n";
        }
        \file_put_contents("$this->folder/pool.conf", "[global]\nerror_log = /proc/self/fd/2\nlog_level = notice\n[shop]\n"
            . "listen = $this->folder/socket\npm = static\npm.max_children = " . self::WORKERS . "\n$settings");
        $command = [
            self::binary(), '-n', '-F', '-O', '-d', 'extension=' . Process::extension(), '-y', "$this->folder/pool.conf",
            ...(\posix_geteuid() === 0 ? ['-R'] : []),
        ];
        $environment = \array_filter(\getenv(), static fn ($name) => !\preg_match('/^HALK(ODE|BANK)_/', $name), \ARRAY_FILTER_USE_KEY);
        $this->process = \proc_open($command, [['file', '/dev/null', 'r'], 1 => \STDERR, 2 => ['pipe', 'w']], $pipes, null, $environment);
        // Whatever happens to the tests, it must not outlive them.
        \register_shutdown_function(static fn ($process) => \is_resource($process) && \proc_terminate($process), $this->process);
        $said = '';
        while (($line = \fgets($pipes[2])) !== false) {
            $said .= $line;
            if (\str_contains($line, 'ready to handle connections')) {
                // Kept open: what it says from now on is a few lines, and nobody's business.
                $this->said = $pipes[2];
                return;
            }
        }
        throw new \RuntimeException("php-fpm did not start: $said");
    }

    private static function binary(): string
    {
        foreach (\explode(':', \getenv('PATH') . ':/usr/sbin') as $folder) {
            foreach (['php-fpm', 'php-fpm' . \PHP_MAJOR_VERSION . '.' . \PHP_MINOR_VERSION] as $name) {
                if (\is_executable("$folder/$name")) {
                    return "$folder/$name";
                }
            }
        }
        throw new \RuntimeException('php-fpm is missing; on Debian and Ubuntu: apt-get install php-fpm');
    }

    public function ask(string $do, string $invoice = '', string $tell = ''): FastCgi
    {
        $query = ['do' => $do, 'invoice' => $invoice] + ($tell === '' ? [] : ['tell' => $tell]);
        return new FastCgi("$this->folder/socket", \dirname(__DIR__) . '/fpm_page.php', \http_build_query($query));
    }

    /** @return list<array> what came of as many payments at once, each with its invoice */
    public function payAtOnce(int $count): array
    {
        $invoices = \array_map(Suite::invoice(...), \array_fill(0, $count, null));
        $requests = \array_map(fn (string $invoice) => $this->ask('pay', $invoice), $invoices);
        return \array_map(
            static fn (FastCgi $request, string $invoice) => \json_decode((string) $request->body(), true) + ['invoice' => $invoice],
            $requests,
            $invoices,
        );
    }

    /** A file that a worker writes its number to once somebody reads it. */
    public function pipe(): string
    {
        $pipe = "$this->folder/" . \bin2hex(\random_bytes(4));
        \posix_mkfifo($pipe, 0600);
        return $pipe;
    }

    public function stop(): int
    {
        \proc_terminate($this->process, \SIGQUIT);
        $status = \proc_close($this->process);
        \array_map(\unlink(...), \glob("$this->folder/*"));
        \rmdir($this->folder);
        return $status;
    }
}

if (!\extension_loaded('halkode')) {
    throw new \RuntimeException('this suite is about the extension');
}
$bank = new Sandbox();
$fpm = new Fpm();
$paid = static function (array $answers) use ($bank): void {
    foreach ($answers as ['reply' => $reply, 'invoice' => $invoice]) {
        Suite::same([100, $invoice], [$reply['status_code'] ?? $reply, $reply['invoice_id'] ?? null]);
        Suite::same(1, $bank->charges($invoice), 'charges');
    }
};

return [
    'one token for each worker, whatever it serves' => static function () use ($bank, $fpm, $paid): void {
        $bank->forgetRequests();
        // Each worker is busy with one of the first payments, so that all of them serve.
        $bank->fault('paySmart2D', 'delay:1000', Fpm::WORKERS);
        $answers = $fpm->payAtOnce(Fpm::WORKERS);
        $paid($answers);
        Suite::same(Fpm::WORKERS, \count(\array_unique(\array_column($answers, 'worker'))), 'workers');
        Suite::same(Fpm::WORKERS, $bank->count('/token'), 'tokens');
        for ($round = 0; $round < 5; $round++) {
            $paid($fpm->payAtOnce(8));
        }
        Suite::same(Fpm::WORKERS, $bank->count('/token'), 'tokens after forty more payments');
        Suite::same(Fpm::WORKERS + 40, $bank->count('paySmart2D'), 'payments');
    },
    'both gateways, each with the settings of its own' => static function () use ($bank, $fpm): void {
        $orders = \array_map(Suite::invoice(...), \array_fill(0, 2 * Fpm::WORKERS, null));
        $requests = \array_map(static fn (string $order) => $fpm->ask('pay_at_halkbank', $order), $orders);
        foreach ($requests as $n => $request) {
            $reply = \json_decode((string) $request->body(), true)['reply'];
            Suite::same(['00', $orders[$n]], [$reply['proc_return_code'] ?? $reply, $reply['order_id'] ?? null]);
            Suite::same('20.00', $bank->net($orders[$n]));
        }
    },
    'the secrets of the pool are not shown' => static function () use ($fpm): void {
        for ($again = 0; $again < 2 * Fpm::WORKERS; $again++) {
            $page = (string) $fpm->ask('info')->body();
            Suite::contains('(hidden)', $page);
            Suite::contains((string) \getenv('HALKODE_APP_ID'), $page);
            $secrets = ['HALKODE_APP_SECRET', 'HALKODE_MERCHANT_KEY', 'HALKBANK_CLIENT_ID', 'HALKBANK_API_USER', 'HALKBANK_API_PASSWORD'];
            foreach ($secrets as $name) {
                Suite::lacks((string) \getenv($name), \html_entity_decode($page));
            }
            // The store key that the bank publishes is too short to be looked for everywhere.
            \preg_match_all('/halkbank\.store_key(.*)/', \strip_tags($page), $found);
            Suite::check($found[0] !== [], 'it is on the page');
            Suite::lacks((string) \getenv('HALKBANK_STORE_KEY'), \implode("\n", $found[1]));
        }
    },
    'a worker that is killed in a payment does no harm' => static function () use ($bank, $fpm, $paid): void {
        $invoice = Suite::invoice();
        $bank->fault('paySmart2D', 'delay:2000');
        $pipe = $fpm->pipe();
        $request = $fpm->ask('pay', $invoice, $pipe);
        \posix_kill((int) \file_get_contents($pipe), \SIGKILL);
        Suite::same(null, $request->body(), 'the answer of a killed worker');
        $settled = \json_decode((string) $fpm->ask('settle', $invoice)->body(), true)['reply'];
        // It depends on when exactly the worker died; what is said must be what happened.
        Suite::check(\in_array($settled['state'], ['paid', 'not_found'], true), "settled as {$settled['state']}");
        Suite::same($settled['state'] === 'paid' ? 1 : 0, $bank->charges($invoice), 'charges');
        $bank->control('reset', []);
        $paid($fpm->payAtOnce(8));
    },
    'it ends when it is told to' => static function () use ($fpm): void {
        Suite::same(0, $fpm->stop(), 'exit status');
    },
];
