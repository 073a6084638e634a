//! SDP offer and answer (RFC 3264) and codec negotiation.
//!
//! A [`Description`] is what the other side wrote; [`Capabilities`] are what an endpoint may do; a
//! [`Session`] makes offers and answers out of both and says what was [`Negotiated`].

pub mod allow;
pub mod preference;

mod capabilities;
mod description;
mod direction;
mod error;
mod format;
mod local;
mod negotiated;
mod numbers;
mod parameters;
#[cfg(test)]
mod properties;
mod session;
#[cfg(test)]
mod stories;
mod stream;
#[cfg(test)]
mod testing;
mod tidy;

pub use allow::CodecList;
pub use capabilities::{Capabilities, DtmfMethod, DtmfMode, Policies, Profile};
pub use description::{Description, Origin};
pub use direction::Direction;
pub use error::{DescriptionError, SdpError};
pub use format::Format;
pub use negotiated::{Declined, Dtmf, Negotiated, Outcome, Outgoing};
pub use parameters::{Opus, Parameters};
pub use preference::Preference;
pub use session::{Answer, Session};
pub use stream::{Host, MediaKind, Payload, RtcpAddress, Stream};
