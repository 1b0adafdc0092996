def greet(name=None):
    return f"Grüße, {name}" if name else "Grüße"


def unused():
    pass
