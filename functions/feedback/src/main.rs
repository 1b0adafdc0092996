//! Plugs feedback into Lambda.
fn main() {}
