"""What a basket of widgets costs, in cents."""

TAX_PERCENT = 19
REBATES = ((100, 15), (25, 10), (10, 5))


def line_total(price, quantity):
    """Price of one line of the basket, before tax, after the rebate for many."""
    if quantity < 0:
        raise ValueError("a quantity cannot be negative")
    total = price * quantity
    return total - total * rebate_percent(quantity) // 100


def rebate_percent(quantity):
    """The more one takes, the less each costs."""
    for least, percent in REBATES:
        if quantity >= least:
            return percent
    return 0


def voucher(cents, code):
    """Takes a voucher off; what it is worth is written in its code."""
    if not code.startswith("WIDGET"):
        raise ValueError("this is no voucher of ours")
    worth = int(code.removeprefix("WIDGET"))
    return max(0, cents - worth)


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
