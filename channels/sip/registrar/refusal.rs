//! `Refusal`: why a REGISTER is not accepted.

use std::sync::Arc;

use obelus_sip::StatusCode;

/// Why a REGISTER is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The endpoint has no address of record.
    #[error("it has no configured AORs")]
    NoAors,
    /// To is no SIP URI.
    #[error("it attempted to register to an AOR with a non-SIP URI")]
    WrongScheme,
    /// The endpoint has no address of record of this name.
    #[error("AOR '{name}' not found")]
    UnknownAor {
        /// The user of To.
        name: Box<str>,
    },
    /// Nobody may register there.
    #[error("AOR '{name}' has no configured max_contacts")]
    NotPermitted {
        /// The address of record.
        name: Arc<str>,
    },
    /// Contact headers are malformed or contradict each other.
    #[error("the Contact headers are not valid")]
    InvalidContacts,
    /// A proxy put a Path there that the phone does not know of (RFC 3327 5.3).
    #[error("a Path was added by a proxy, and the phone does not support it")]
    InvalidPath,
    /// The request insists on extensions that are not known here.
    #[error("the extensions {extensions} are not supported")]
    Unsupported {
        /// Their names, separated by commas.
        extensions: String,
    },
    /// It would be one contact too many.
    #[error("it will exceed max contacts of {most}")]
    TooMany {
        /// `max_contacts`.
        most: usize,
    },
    /// The life that is asked for is too short.
    #[error("the expiration is below the minimum of {minimum} seconds")]
    TooBrief {
        /// `minimum_expiration`.
        minimum: u32,
    },
    /// A later request of the same Call-ID came first.
    #[error("a later request came before it")]
    OutOfOrder,
}

impl Refusal {
    /// The response's status.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::NoAors | Refusal::NotPermitted { .. } | Refusal::TooMany { .. } => StatusCode::FORBIDDEN,
            Refusal::WrongScheme => StatusCode::UNSUPPORTED_URI_SCHEME,
            Refusal::UnknownAor { .. } => StatusCode::NOT_FOUND,
            Refusal::InvalidContacts => StatusCode::BAD_REQUEST,
            Refusal::InvalidPath | Refusal::Unsupported { .. } => StatusCode::BAD_EXTENSION,
            Refusal::TooBrief { .. } => StatusCode::INTERVAL_TOO_BRIEF,
            Refusal::OutOfOrder => StatusCode::SERVER_INTERNAL_ERROR,
        }
    }
}
