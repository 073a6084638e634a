//! A fake network in virtual time, and phones on it.

mod faults;
mod news;
mod world;

pub(crate) use faults::Faults;
pub(crate) use news::{news, wire_name};
pub(crate) use world::{ALICE, BOB, World, address, flow, profile, sdp};
