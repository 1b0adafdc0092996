"""How many widgets are there."""


class Stock:
    """Counts widgets by their code."""

    def __init__(self):
        self._counts = {}

    def add(self, code, count=1):
        self._counts[code] = self._counts.get(code, 0) + count

    def take(self, code, count=1):
        have = self._counts.get(code, 0)
        if have < count:
            raise LookupError(f"only {have} of {code} left")
        self._counts[code] = have - count

    def count(self, code):
        return self._counts.get(code, 0)
