<?php

declare(strict_types=1);

namespace Acme;

final class Shelf
{
    /** @param list<int> $things */
    public function __construct(private array $things = [])
    {
    }

    public function take(): ?int
    {
        if ($this->things === []) {
            return null;
        }

        return array_pop($this->things);
    }

    public function state(): string
    {
        return match (count($this->things)) {
            0 => 'empty',
            1 => 'one',
            default => 'some',
        };
    }

    public function never(int $count): int
    {
        while ($count > 0) {
            --$count;
        }

        return $count;
    }
}
