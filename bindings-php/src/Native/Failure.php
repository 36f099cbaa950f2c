<?php

declare(strict_types=1);

namespace Halkode\Native;

// The extension brings this class; here it stands in for it.
if (!\class_exists(Failure::class, false)) {
    /** A call failed; the package makes a Halkode\Error of it. */
    final class Failure extends \RuntimeException
    {
        /** The error as the JSON object that halkode.h describes. */
        public readonly string $json;

        /** @internal */
        public static function of(string $json): self
        {
            $failure = new self(\json_decode($json, true, 512, \JSON_THROW_ON_ERROR)['reason']);
            $failure->json = $json;
            return $failure;
        }
    }
}
