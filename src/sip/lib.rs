//! SIP (RFC 3261) as values: messages, transactions, dialogs, digest. No socket, clock or randomness.

mod arena;
pub mod digest;
mod entropy;
mod error;
pub mod framing;
mod grammar;
mod hashing;
pub mod header;
pub mod message;
mod method;
mod status;
mod timers;
pub mod transaction;
mod transport;
pub mod uri;

pub use entropy::{Entropy, Token};
pub use error::ParseError;
pub use method::Method;
pub use status::StatusCode;
pub use transport::{ConnectionId, Flow, Transmit, Transport, TransportId, TransportKind};
