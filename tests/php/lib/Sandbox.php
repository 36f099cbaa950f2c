<?php

declare(strict_types=1);

namespace Halkode\Tests;

/** The bank that scripts/with-sandbox.sh started, by its control API. */
final class Sandbox
{
    public readonly string $address;

    public function __construct()
    {
        $base = \getenv('HALKODE_BASE_URL') ?: throw new \RuntimeException('no bank: run this with scripts/with-sandbox.sh');
        $this->address = \preg_replace('#/ccpayment/?$#', '', $base);
    }

    /** A request in JSON text; the answer as a tree. */
    public function ask(string $method, string $path, #[\SensitiveParameter] string $body = ''): mixed
    {
        $context = \stream_context_create(['http' => [
            'method' => $method,
            'header' => "Content-Type: application/json\r\nConnection: close",
            'content' => $body,
            'ignore_errors' => true,
            'timeout' => 60,
        ]]);
        $text = \file_get_contents($this->address . $path, false, $context);
        $status = $http_response_header[0] ?? '';
        if ($text === false || !\str_contains($status, ' 200')) {
            throw new \RuntimeException("sandbox: $method $path: $status: $text");
        }
        return Tree::parse($text);
    }

    public function control(string $path, ?array $body = null): mixed
    {
        return Tree::toPhp($body === null
            ? $this->ask('GET', "/sandbox/$path")
            : $this->ask('POST', "/sandbox/$path", \json_encode((object) $body, \JSON_THROW_ON_ERROR)));
    }

    /** The next requests whose path ends so meet a fault. */
    public function fault(string $path, string $fault, int $times = 1): void
    {
        $this->control('faults', ['path' => $path, 'fault' => $fault, 'times' => $times]);
    }

    /** How often an invoice was charged. */
    public function charges(string $invoice): int
    {
        $orders = $this->control('orders');
        return \count(\array_filter($orders, fn ($order) => $order['invoice_id'] === $invoice && $order['state'] === 'Completed'));
    }

    /** What Halkbank has taken for an order, less what it gave back. */
    public function net(string $order): string
    {
        return $this->control("halkbank/orders/$order")['net'];
    }

    /**
     * Goes to Halkbank's page with the form of a shop, and ends the visit there.
     *
     * @param array<string, string> $fields
     * @param array<string, string> $end how, and with which card
     *
     * @return array<string, string> what the bank's page posts to the shop
     */
    public function visit(string $gate, #[\SensitiveParameter] array $fields, array $end = ['outcome' => 'approve']): array
    {
        $page = \file_get_contents($gate, false, \stream_context_create(['http' => [
            'method' => 'POST',
            'header' => 'Content-Type: application/x-www-form-urlencoded',
            'content' => \http_build_query($fields),
            'follow_location' => 0,
        ]]));
        $page !== false || throw new \RuntimeException("the gate $gate does not answer");
        return $this->control("halkbank/orders/{$fields['oid']}/3d", $end)['fields'];
    }

    /** How many requests have come whose path ends so, since forget(). */
    public function count(string $path): int
    {
        $requests = $this->control('requests?limit=10000');
        return \count(\array_filter($requests, fn ($request) => \str_ends_with($request['path'], $path)));
    }

    public function forgetRequests(): void
    {
        $this->ask('DELETE', '/sandbox/requests');
    }
}
