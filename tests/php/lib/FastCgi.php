<?php

declare(strict_types=1);

namespace Halkode\Tests;

/** The least of FastCGI that it takes to ask php-fpm for a page. */
final class FastCgi
{
    private const BEGIN = 1;
    private const END = 3;
    private const PARAMS = 4;
    private const STDIN = 5;
    private const STDOUT = 6;

    /** @var resource */
    private $socket;

    private string $body = '';

    /** Sends a request; several may be on their way at once. */
    public function __construct(string $socket, string $script, string $query)
    {
        $this->socket = \stream_socket_client("unix://$socket", $code, $message, 10)
            ?: throw new \RuntimeException("$socket: $message");
        \stream_set_timeout($this->socket, 60);
        $params = '';
        $variables = [
            'SCRIPT_FILENAME' => $script, 'REQUEST_METHOD' => 'GET', 'QUERY_STRING' => $query, 'SERVER_PROTOCOL' => 'HTTP/1.1',
        ];
        foreach ($variables as $name => $value) {
            $params .= \pack('NN', \strlen($name) | 0x80000000, \strlen($value) | 0x80000000) . $name . $value;
        }
        $this->send(self::BEGIN, \pack('nCx5', 1, 0));
        $this->send(self::PARAMS, $params);
        $this->send(self::PARAMS, '');
        $this->send(self::STDIN, '');
    }

    private function send(int $type, string $content): void
    {
        \fwrite($this->socket, \pack('CCnnCx', 1, $type, 1, \strlen($content), 0) . $content);
    }

    /** The page's body; null when the worker went away without one. */
    public function body(): ?string
    {
        while (($head = $this->read(8)) !== null) {
            ['type' => $type, 'length' => $length, 'padding' => $padding] = \unpack('Cversion/Ctype/nid/nlength/Cpadding', $head);
            $content = $length + $padding > 0 ? \substr((string) $this->read($length + $padding), 0, $length) : '';
            if ($type === self::STDOUT) {
                $this->body .= $content;
            } elseif ($type === self::END) {
                // Now, since the worker waits for it before it serves the next one.
                \fclose($this->socket);
                return \explode("\r\n\r\n", $this->body, 2)[1] ?? '';
            }
        }
        return null;
    }

    private function read(int $length): ?string
    {
        $text = '';
        while (\strlen($text) < $length) {
            $part = \fread($this->socket, $length - \strlen($text));
            if ($part === false || $part === '') {
                return null;
            }
            $text .= $part;
        }
        return $text;
    }
}
