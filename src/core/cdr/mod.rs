//! Call records: what became of each call, derived from the events of the bus.
//!
//! [`Book`] is the derivation, a value; [`LiveBook`] is the PBX's own, which reads the bus when somebody asks, so that
//! what a channel reads of its record includes what it did just before. Nothing of it costs anything while no records
//! are kept.

mod backend;
mod book;
mod entry;
#[cfg(test)]
mod golden;
mod live;
mod options;
mod pattern;
mod record;
mod source;
mod trace;

pub use backend::Backend;
pub use book::{Book, Fork};
pub use live::LiveBook;
pub use options::CdrOptions;
pub use pattern::{Pattern, Source};
pub use record::{CallRecord, Disposition, FIELDS, Shape};
pub use source::RecordSource;
