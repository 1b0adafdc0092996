<?php

declare(strict_types=1);

namespace Acme;

trait Seldom
{
    public function called(): int
    {
        return 1;
    }
}
