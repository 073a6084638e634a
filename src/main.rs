//! The `obelus` program.
fn main() {}
