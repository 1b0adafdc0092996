import assert from "node:assert/strict";
import { test } from "node:test";
import { addToCart, countItems, emptyCart } from "./cart.mjs";

test("the same widget twice is one line", () => {
  const cart = emptyCart();
  addToCart(cart, "W-1");
  addToCart(cart, "W-1", 2);
  assert.equal(cart.lines.length, 1);
  assert.equal(countItems(cart), 3);
});
