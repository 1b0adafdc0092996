'use strict';

const assert = require('node:assert');
const { price, sum, Cart } = require('./src/cart.js');

assert.equal(price(null), 0);
assert.equal(price({ price: 4 }), 4);
assert.equal(sum([{ price: 1, count: 3 }]), 3);
assert.equal(new Cart().add({ price: 1 }).add({ price: 2 }).state(), 'some');
