//! Plugs webhook into Lambda.
fn main() {}
