//! The ways in for people and programs: AGI, the console and the log.

pub mod acl;
pub mod agi;
pub mod cdr;
pub mod cel;
pub mod console;
pub mod control;
pub mod host;
pub mod logger;
pub mod spool;
mod usage;
pub mod version;
