//! `ParseError`: what is wrong with a message, and the status that answers it.

use crate::header::Name;
use crate::status::StatusCode;
use crate::uri::UriError;

/// Why a message cannot be served; the text fits a reason phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Nothing but line ends: a keep-alive (RFC 5626 4.4.1), not a message.
    #[error("Empty message")]
    Empty,
    /// The first line is neither a request line nor a status line.
    #[error("Not a SIP message")]
    NotSip,
    /// The message has more bytes than allowed.
    #[error("Message larger than {limit} bytes")]
    TooLarge {
        /// The most bytes a message may have.
        limit: usize,
    },
    /// The message has more header lines than allowed.
    #[error("More than {limit} headers")]
    TooManyHeaders {
        /// The most header lines a message may have.
        limit: usize,
    },
    /// A header line has more bytes than allowed.
    #[error("Header line longer than {limit} bytes")]
    LineTooLong {
        /// The most bytes a line may have.
        limit: usize,
    },
    /// The request line has more bytes than allowed.
    #[error("Request-URI longer than {limit} bytes")]
    RequestUriTooLong {
        /// The most bytes a line may have.
        limit: usize,
    },
    /// The request line is not `Method Request-URI SIP/2.0`, one space between each.
    #[error("Malformed request line")]
    RequestLine,
    /// The status line's code is not 100 to 699.
    #[error("Malformed status line")]
    StatusLine,
    /// The version is not `SIP/2.0`.
    #[error("Version Not Supported")]
    Version,
    /// The Request-URI cannot be read.
    #[error("Malformed Request-URI: {0}")]
    RequestUri(UriError),
    /// The Request-URI has a `?`, which RFC 3261 19.1.1 forbids there.
    #[error("Request-URI with headers")]
    RequestUriHeaders,
    /// The Request-URI's scheme is not served.
    #[error("Unsupported URI Scheme")]
    Scheme,
    /// A required header is not there.
    #[error("Missing {0} header")]
    Missing(Name),
    /// A header's value cannot be read.
    #[error("Invalid {0} header")]
    Invalid(Name),
    /// A header that may come once only came again.
    #[error("Repeated {0} header")]
    Repeated(Name),
    /// CSeq names another method than the request line.
    #[error("CSeq method does not match")]
    CSeqMethod,
    /// Content-Length promises more bytes than came.
    #[error("Content-Length {declared} but {present} bytes of body")]
    BodyShort {
        /// What Content-Length says.
        declared: usize,
        /// What came after the head.
        present: usize,
    },
}

impl ParseError {
    /// The status that answers a request with this fault.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::REQUEST_ENTITY_TOO_LARGE,
            Self::RequestUriTooLong { .. } => StatusCode::REQUEST_URI_TOO_LONG,
            Self::Version => StatusCode::VERSION_NOT_SUPPORTED,
            Self::Scheme => StatusCode::UNSUPPORTED_URI_SCHEME,
            Self::Empty
            | Self::NotSip
            | Self::TooManyHeaders { .. }
            | Self::LineTooLong { .. }
            | Self::RequestLine
            | Self::StatusLine
            | Self::RequestUri(_)
            | Self::RequestUriHeaders
            | Self::Missing(_)
            | Self::Invalid(_)
            | Self::Repeated(_)
            | Self::CSeqMethod
            | Self::BodyShort { .. } => StatusCode::BAD_REQUEST,
        }
    }
}
