import unittest

from widgets.pricing import line_total, shipping, with_tax
from widgets.stock import Stock


class Pricing(unittest.TestCase):
    def test_a_line_costs_price_times_quantity(self):
        self.assertEqual(line_total(250, 4), 1000)

    def test_tax_is_rounded_half_up(self):
        self.assertEqual(with_tax(1000), 1190)

    def test_shipping_is_free_from_fifty_on(self):
        self.assertEqual(shipping(4999), 490)
        self.assertEqual(shipping(5000), 0)


class Counting(unittest.TestCase):
    def test_what_is_taken_is_gone(self):
        stock = Stock()
        stock.add("W-1", 3)
        stock.take("W-1")
        self.assertEqual(stock.count("W-1"), 2)


if __name__ == "__main__":
    unittest.main()
