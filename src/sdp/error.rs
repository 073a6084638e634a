//! What can go wrong with a description or a negotiation, and which SIP status says so.

use obelus_media::Codec;
use obelus_rtp::PayloadType;

/// Why a body is no usable SDP.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// A line that cannot be read.
    #[error("malformed SDP: {0}")]
    Syntax(String),
    /// No `c=` line, neither for the session nor for an active stream.
    #[error("the SDP names no address for stream {stream}")]
    MissingAddress {
        /// The number of the `m=` line, from 0.
        stream: usize,
    },
    /// A `c=` line that is neither IPv4 nor IPv6, nor a host's name.
    #[error("the SDP names the unusable address `{0}`")]
    Address(String),
    /// A payload type above 127 in an RTP stream.
    #[error("`{0}` is no RTP payload type")]
    PayloadType(String),
    /// A dynamic payload type without `a=rtpmap` (RFC 3264 5.1).
    #[error("the SDP does not say what payload type {0} is")]
    MissingRtpmap(PayloadType),
}

/// Why a description cannot be offered, answered or accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// The other side's description cannot be used.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// An audio stream is there, but none of its codecs is allowed.
    #[error("no common codec: offered are {}, allowed are {}", list(offered), list(allowed))]
    NoCommonCodec {
        /// What the other side named and is known here.
        offered: Vec<Codec>,
        /// What the endpoint may use.
        allowed: Vec<Codec>,
    },
    /// An audio stream is there, but over a transport that the endpoint does not use.
    #[error("the endpoint does not use the transport `{0}`")]
    Transport(String),
    /// There is no audio stream that is not switched off.
    #[error("no active audio stream")]
    NoAudio,
    /// There is an audio stream, but no port for it.
    #[error("no port for the audio stream")]
    NoPort,
    /// The endpoint has no codec that could be offered.
    #[error("no codec to offer")]
    NothingToOffer,
    /// An answer came, and nothing was offered.
    #[error("an answer without an offer")]
    Unexpected,
}

impl SdpError {
    /// The SIP status that refuses the request: 400 for what cannot be read, 488 for what is not agreed on.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Description(_) => 400,
            Self::NoCommonCodec { .. } | Self::Transport(_) | Self::NoAudio | Self::NoPort => 488,
            Self::NothingToOffer => 488,
            Self::Unexpected => 400,
        }
    }
}

/// Codecs as Asterisk lists them, `(ulaw|alaw)`.
pub(crate) fn list(codecs: &[Codec]) -> String {
    let names: Vec<&str> = codecs.iter().map(|codec| codec.name()).collect();
    if names.is_empty() { "(nothing)".to_owned() } else { format!("({})", names.join("|")) }
}
