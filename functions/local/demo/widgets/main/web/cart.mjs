// The cart in the browser.

export function emptyCart() {
  return { lines: [] };
}

export function addToCart(cart, code, quantity = 1) {
  const line = cart.lines.find((l) => l.code === code);
  if (line) {
    line.quantity += quantity;
  } else {
    cart.lines.push({ code, quantity });
  }
  return cart;
}

export function countItems(cart) {
  return cart.lines.reduce((sum, line) => sum + line.quantity, 0);
}
