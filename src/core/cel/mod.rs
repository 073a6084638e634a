//! Channel event logging: the steps of each call as its bookkeepers want them, derived from the events of the bus.

mod backend;
mod ledger;
mod source;
mod transfers;

pub use backend::Backend;
pub use ledger::{CelEvent, CelKind, Ledger, Tracked, object};
pub use source::EventSource;
