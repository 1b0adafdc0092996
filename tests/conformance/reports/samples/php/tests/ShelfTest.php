<?php

declare(strict_types=1);

namespace Acme;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/../src/Shelf.php';

/** @covers \Acme\Shelf */
final class ShelfTest extends TestCase
{
    public function testTakesTheLast(): void
    {
        $shelf = new Shelf([1, 2]);
        self::assertSame(2, $shelf->take());
        self::assertSame('one', $shelf->state());
    }
}
