"""What a basket of widgets costs, in cents."""

TAX_PERCENT = 19


def line_total(price, quantity):
    """Price of one line of the basket, before tax."""
    if quantity < 0:
        raise ValueError("a quantity cannot be negative")
    return price * quantity


def with_tax(cents):
    """Adds the tax, rounded half up."""
    return cents + (cents * TAX_PERCENT + 50) // 100


def shipping(cents, express=False):
    """Free from 50.00 on; express is never free."""
    if express:
        return 1490
    if cents >= 5000:
        return 0
    return 490
