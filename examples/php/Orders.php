<?php

declare(strict_types=1);

namespace Shop;

/**
 * The orders of this example: a JSON file each, locked while it changes. A real shop uses its database, with a row lock in
 * the place of flock(), and writes the order before the bank is asked: a crash must not forget a payment.
 */
final class Orders
{
    public function __construct(private readonly string $folder)
    {
    }

    /**
     * A new order with a new number, which both gateways take: a gateway refuses one it has heard before, HALKÖDE even after a
     * failure. It knows its gateway, since only that one may say what became of it.
     */
    public function add(string $gateway, string $total): array
    {
        $order = [
            'invoice_id' => 'EX-' . \strtoupper(\bin2hex(\random_bytes(10))),
            'gateway' => $gateway,
            'state' => 'waiting',
            'total' => $total,
            'refunded' => '0.00',
            'message' => '',
        ];
        \file_put_contents($this->file($order['invoice_id']), \json_encode($order, \JSON_THROW_ON_ERROR));
        return $order;
    }

    /** Null when there is no such order, or when it is another gateway's. */
    public function find(mixed $invoice, ?string $gateway = null): ?array
    {
        if (!\is_string($invoice) || \preg_match('/^EX-[0-9A-F]{20}$/D', $invoice) !== 1 || !\is_file($this->file($invoice))) {
            return null;
        }
        $order = \json_decode(\file_get_contents($this->file($invoice)), true, 512, \JSON_THROW_ON_ERROR);
        return $gateway === null || $order['gateway'] === $gateway ? $order : null;
    }

    public function forget(string $invoice): void
    {
        \unlink($this->file($invoice));
    }

    /**
     * Changes an order; nobody else does meanwhile, so that a page that is opened twice asks the bank twice and not at once.
     *
     * @param \Closure(array): array $change
     */
    public function change(string $invoice, \Closure $change): array
    {
        $file = \fopen($this->file($invoice), 'r+');
        \flock($file, \LOCK_EX);
        try {
            $order = $change(\json_decode(\stream_get_contents($file), true, 512, \JSON_THROW_ON_ERROR));
            $text = \json_encode($order, \JSON_THROW_ON_ERROR);
            \rewind($file);
            \fwrite($file, $text);
            \ftruncate($file, \strlen($text));
            return $order;
        } finally {
            \fclose($file);
        }
    }

    private function file(string $invoice): string
    {
        return "$this->folder/$invoice.json";
    }
}
