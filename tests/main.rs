//! Stories of whole calls: a PBX with its configuration, phones on real loopback sockets, and what they hear.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a test program: what fails must fail loudly, and nobody uses its items"
)]

mod stories;
mod support;
