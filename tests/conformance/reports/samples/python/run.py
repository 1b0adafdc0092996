from widgets import count, grüße

assert count.sign(3) == "positive"
assert count.sign(-3) == "negative"
assert count.total([1, 2]) == 3
assert count.Shelf([1]).take() == 1
assert count.several(1, 2) == [1, 2]
assert count.matched("a") == 2
assert grüße.greet("Ada")
