//! Stories of whole sessions: a program on one end of a pipe, a PBX in virtual time on the other.

mod answers;
mod calls;
pub(crate) mod house;
mod listening;
mod logging_in;
mod records;
