//! SIP (RFC 3261) as values: messages, transactions, dialogs, digest. No socket, clock or randomness.

mod error;
pub mod framing;
mod grammar;
pub mod header;
pub mod message;
mod method;
mod status;
pub mod uri;

pub use error::ParseError;
pub use method::Method;
pub use status::StatusCode;
