'use strict';

module.exports = function never(value) {
  if (value) {
    return value;
  }
  return null;
};
