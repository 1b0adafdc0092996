"""Branches that are taken both ways, one way and not at all."""


def sign(number):
    if number < 0:
        return "negative"
    if number == 0:
        return "nothing"
    return "positive"


def total(numbers, limit=None):
    added = 0
    for number in numbers:
        if limit is not None and added + number > limit:
            break
        added += number
    else:
        added = added or 0
    return added


class Shelf:
    """A class with a method that nobody calls."""

    def __init__(self, things):
        self.things = list(things)

    def take(self):
        try:
            return self.things.pop()
        except IndexError:
            return None

    def burn(self):
        while self.things:
            self.things.pop()


def several(first, *rest): return [first,
                                   *rest]


def matched(value):
    match value:
        case int():
            return 1
        case str() if value:
            return 2
        case _:
            return 3


def left_out(value):  # pragma: no cover
    return value
