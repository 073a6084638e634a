//! SIP (RFC 3261) as values: messages, transactions, dialogs, digest. No socket, clock or randomness.

mod arena;
mod dialog;
pub mod digest;
mod entropy;
mod error;
pub mod framing;
mod grammar;
mod hashing;
pub mod header;
pub mod message;
mod method;
pub mod session;
mod status;
mod timers;
pub mod transaction;
mod transport;
pub mod ua;
pub mod uri;

pub use dialog::DialogId;
pub use entropy::{Entropy, Token};
pub use error::ParseError;
pub use method::Method;
pub use status::StatusCode;
pub use transport::{ConnectionId, Flow, Transmit, Transport, TransportId, TransportKind};
pub use ua::UserAgent;
