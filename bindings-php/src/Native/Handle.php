<?php

declare(strict_types=1);

namespace Halkode\Native;

/** A client of libhalkode, freed when nobody holds it any more. */
final class Handle
{
    private readonly ?\FFI\CData $client;

    public function __construct(private readonly \FFI $library, #[\SensitiveParameter] ?string $configJson)
    {
        $client = $library->new('halkode_client *');
        $error = $library->halkode_client_new($configJson, \FFI::addr($client));
        if ($error !== null) {
            $this->client = null;
            throw $this->failure($error);
        }
        $this->client = $client;
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
