//! Plugs upload into Lambda.
fn main() {}
