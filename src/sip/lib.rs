//! SIP (RFC 3261) as values: messages, transactions, dialogs, digest. No socket, clock or randomness.
//!
//! From the bottom up: [`message`] reads and writes messages over one buffer, [`header`] and [`uri`] are the views
//! of their values, [`framing`] cuts streams, [`digest`] proves passwords, [`transaction`] holds the state machines
//! of RFC 3261 17, [`session`] the calls, and [`UserAgent`] ties them together. A worker owns one user agent:
//!
//! ```no_run
//! # use obelus_sip::{UserAgent, Flow, ua::{Config, Event}};
//! # fn receive() -> (std::time::Instant, Flow, bytes::Bytes) { unreachable!() }
//! # fn send(_: obelus_sip::Transmit) {}
//! # fn act_on(_: &mut UserAgent, _: Event) {}
//! let mut agent = UserAgent::new(Config::default(), [0; 32]); // the seed must be random
//! loop {
//!     let (now, flow, bytes) = receive(); // or the time of agent.next_timeout() has come
//!     agent.handle_message(now, flow, bytes);
//!     agent.handle_timeout(now);
//!     while let Some(event) = agent.poll_event() {
//!         act_on(&mut agent, event);
//!     }
//!     while let Some(transmit) = agent.poll_transmit() {
//!         send(transmit);
//!     }
//! }
//! ```

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

pub use dialog::{DialogId, DisplayNames};
pub use entropy::{Entropy, Token};
pub use error::ParseError;
pub use method::Method;
pub use status::StatusCode;
pub use transport::{ConnectionId, Flow, Transmit, Transport, TransportId, TransportKind};
pub use ua::UserAgent;
