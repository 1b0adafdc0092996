//! Tests, one file for each promise.
