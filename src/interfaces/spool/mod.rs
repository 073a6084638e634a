//! Call files: a file in `outgoing` of the spool folder is a call to make.

mod attempt;
mod call_file;
mod folder;
mod module;
mod queue;
#[cfg(test)]
mod stories;
mod watch;

pub use module::SpoolModule;
