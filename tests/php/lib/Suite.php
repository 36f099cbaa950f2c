<?php

declare(strict_types=1);

namespace Halkode\Tests;

use Halkode\Halkbank;
use Halkode\Halkode;

/** Runs tests and says what came of them; a test that checks nothing has failed. */
final class Suite
{
    public const GOOD_CARD = '4155650100416111';
    public const NO_FUNDS_CARD = '4155650100000519';

    /** The published test merchant. */
    public const KEYS = [
        'app_id' => 'a2a7cb8131890a35353629182274c756',
        'app_secret' => 'a9b5c28211388c7a6a705122a24e6f46',
        'merchant_key' => '$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72',
    ];

    /** Halkbank's; user and password are made up, for the bank publishes none. */
    public const BANK_KEYS = [
        'client_id' => '500100000',
        'store_key' => '123456',
        'api_user' => 'halkbankapi',
        'api_password' => 'HALKBANK-05',
    ];

    /** The test card that Halkbank publishes, and one without funds. */
    public const BANK_CARD = ['number' => '4531444531442283', 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '001'];
    public const BANK_NO_FUNDS_CARD = ['number' => '4920940000000519', 'cvv' => '000'] + self::BANK_CARD;

    /** With this one 3-D Secure comes out as half authenticated. */
    public const BANK_HALF_CARD = '5404350000000026';

    private static int $checks = 0;
    private static int $passed = 0;
    private static int $failed = 0;

    /** @param array<string, \Closure(): void> $tests */
    public static function run(string $name, #[\SensitiveParameter] array $tests): void
    {
        foreach ($tests as $title => $test) {
            self::$checks = 0;
            try {
                $test();
                self::check(self::$checks > 0, 'the test checks something');
                self::$passed++;
                echo "  $name: $title\n";
            } catch (\Throwable $error) {
                self::$failed++;
                echo "FAILED $name: $title\n    ", \get_debug_type($error), ': ', $error->getMessage(), "\n    ",
                    $error->getFile(), ':', $error->getLine(), "\n", $error->getTraceAsString(), "\n";
            }
        }
    }

    /** The last line; the exit status. */
    public static function end(): int
    {
        echo self::$passed, ' passed, ', self::$failed, " failed\n";
        return self::$failed === 0 && self::$passed > 0 ? 0 : 1;
    }

    public static function check(bool $holds, string $what): void
    {
        self::$checks++;
        if (!$holds) {
            throw new \RuntimeException("not so: $what");
        }
    }

    public static function same(mixed $expected, mixed $actual, string $what = 'value'): void
    {
        $shown = static fn (mixed $value) => \var_export($value, true);
        self::check($expected === $actual, "$what: expected {$shown($expected)}, got {$shown($actual)}");
    }

    public static function contains(string $wanted, string $text): void
    {
        self::check(\str_contains($text, $wanted), "\"$wanted\" is in: $text");
    }

    public static function lacks(string $unwanted, string $text): void
    {
        self::check(!\str_contains($text, $unwanted), "\"$unwanted\" is not in: $text");
    }

    /**
     * What the work throws, which must be of this class.
     *
     * @template T of \Throwable
     *
     * @param class-string<T> $class
     *
     * @return T
     */
    public static function throws(string $class, \Closure $work): \Throwable
    {
        try {
            $work();
        } catch (\Throwable $error) {
            self::same($class, $error::class, "the error ({$error->getMessage()})");
            return $error;
        }
        throw new \RuntimeException("nothing was thrown where a $class was expected");
    }

    /** A process that ends well; gives what it printed. */
    public static function prints(string $code, array $options = [], array $environment = []): string
    {
        [$status, $printed] = Process::run($code, $options, $environment);
        self::check($status === 0, "the process ends with 0, not $status: $printed");
        return $printed;
    }

    /** @param list<string> $texts */
    public static function sorted(array $texts): array
    {
        \sort($texts);
        return $texts;
    }

    public static function invoice(): string
    {
        return 'PHP-' . \bin2hex(\random_bytes(8));
    }

    /** A sale, ready to be sent. */
    public static function sale(string $invoice, string $total = '149.90', string $card = self::GOOD_CARD): array
    {
        return [
            'invoice_id' => $invoice,
            'total' => $total,
            'name' => 'Ayşe',
            'surname' => 'Yılmaz',
            'card' => [
                'holder_name' => 'Ayşe Yılmaz', 'number' => $card, 'expiry_month' => '12', 'expiry_year' => '2040', 'cvv' => '555',
            ],
        ];
    }

    /** A client without a gateway, for what needs no network. */
    public static function offline(): Halkode
    {
        return new Halkode(self::KEYS);
    }

    /** A client of the bank at hand; what is given differs. */
    public static function client(#[\SensitiveParameter] array $config = []): Halkode
    {
        $keys = [];
        foreach (['app_id', 'app_secret', 'merchant_key', 'base_url'] as $name) {
            $keys[$name] = \getenv('HALKODE_' . \strtoupper($name));
        }
        return new Halkode($config + $keys);
    }

    /** A sale at Halkbank, ready to be sent. */
    public static function bankSale(string $order, string $total = '149.90', array $card = self::BANK_CARD): array
    {
        return ['order_id' => $order, 'total' => $total, 'card' => $card];
    }

    /** A client of Halkbank at the bank at hand; what is given differs. */
    public static function bankClient(#[\SensitiveParameter] array $config = []): Halkbank
    {
        $keys = [];
        foreach ([...\array_keys(self::BANK_KEYS), 'base_url'] as $name) {
            $keys[$name] = \getenv('HALKBANK_' . \strtoupper($name));
        }
        return new Halkbank($config + $keys);
    }
}
