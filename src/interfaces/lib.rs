//! The ways in for people and programs: the console and the log.

pub mod console;
pub mod control;
pub mod host;
pub mod logger;
mod usage;
pub mod version;
