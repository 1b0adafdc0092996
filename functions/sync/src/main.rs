//! Plugs sync into Lambda.
fn main() {}
