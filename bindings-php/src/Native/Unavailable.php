<?php

declare(strict_types=1);

namespace Halkode\Native;

/** There is no way to libhalkode in this PHP; the message says what to install. */
final class Unavailable extends \RuntimeException
{
}
