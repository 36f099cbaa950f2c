<?php

declare(strict_types=1);

namespace Halkode\Native;

/** A client of libhalkode, freed when nobody holds it any more. */
final class Handle
{
    private readonly ?\FFI\CData $client;

    /** `$client` is the client's name; without a configuration the environment is asked. */
    public function __construct(
        private readonly \FFI $library,
        string $client,
        #[\SensitiveParameter] ?string $configJson,
    ) {
        $made = $library->new('halkode_client *');
        $error = $library->halkode_client_new(self::named($client, $configJson), \FFI::addr($made));
        if ($error !== null) {
            $this->client = null;
            throw $this->failure($error);
        }
        $this->client = $made;
    }

    /**
     * A configuration with the name of its client as its last member, so that it counts whatever stands before it. With
     * nothing but a name the library asks the environment. What is no object stays as it is: the library says so.
     */
    private static function named(string $client, #[\SensitiveParameter] ?string $configJson): string
    {
        if ($configJson === null) {
            return "{\"gateway\":\"$client\"}";
        }
        $open = \rtrim($configJson, " \t\n\r");
        if (!\str_ends_with($open, '}')) {
            return $configJson;
        }
        $open = \rtrim(\substr($open, 0, -1), " \t\n\r");
        // An empty configuration lacks everything, and must not become that of the environment.
        $fields = \array_column(Settings::ALL, 2, 0);
        $missing = \str_ends_with($open, '{') ? "\"$fields[$client]\":null" : '';
        return "$open$missing,\"gateway\":\"$client\"}";
    }

    public function call(string $operation, #[\SensitiveParameter] string $requestJson): string
    {
        $reply = $this->library->new('char *');
        $error = $this->library->halkode_call($this->client, $operation, $requestJson, \FFI::addr($reply));
        if ($error !== null) {
            throw $this->failure($error);
        }
        try {
            return \FFI::string($reply);
        } finally {
            $this->library->halkode_string_free($reply);
        }
    }

    private function failure(\FFI\CData $error): Failure
    {
        $failure = Failure::of($this->library->halkode_error_json($error));
        $this->library->halkode_error_free($error);
        return $failure;
    }

    public function __destruct()
    {
        if ($this->client !== null) {
            $this->library->halkode_client_free($this->client);
        }
    }
}
