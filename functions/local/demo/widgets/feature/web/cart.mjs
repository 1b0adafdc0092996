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

export function removeFromCart(cart, code) {
  const at = cart.lines.findIndex((l) => l.code === code);
  if (at < 0) {
    throw new Error(`${code} is not in the cart`);
  }
  cart.lines.splice(at, 1);
  return cart;
}
