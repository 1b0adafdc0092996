//! Plugs oauth into Lambda.
fn main() {}
