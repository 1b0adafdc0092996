'use strict';

function price(item, reduced = false) {
  if (!item) return 0;
  const full = item.price * (item.count ?? 1);
  return reduced ? full / 2 : full;
}

const sum = (items) => items.reduce((total, item) => total + price(item), 0);

class Cart {
  constructor(items = []) {
    this.items = items;
  }

  add(item) { this.items.push(item); return this; }

  empty() {
    for (const item of this.items) {
      if (item.kept && item.count > 1) continue;
      this.items.pop();
    }
  }

  state() {
    switch (this.items.length) {
      case 0: return 'empty';
      case 1: return 'one';
      default: return this.items.length > 9 || sum(this.items) > 100 ? 'full' : 'some';
    }
  }
}

/* istanbul ignore next */
function ignored() {
  return 1;
}

module.exports = { price, sum, Cart, ignored };
