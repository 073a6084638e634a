//! Channel event logging: the steps of each call as its bookkeepers want them, derived from the events of the bus.

mod ledger;
mod source;

pub use ledger::{CelEvent, CelKind, Ledger, Tracked};
pub use source::EventSource;
