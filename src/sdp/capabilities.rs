//! What an endpoint may do, and what is wished for a call: the input of every offer and answer.

use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use crate::allow::CodecList;
use crate::direction::Direction;
use crate::preference::Preference;

/// How digits go out and come in: `dtmf_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DtmfMode {
    /// As events in RTP.
    #[default]
    Rfc4733,
    /// As tones in the audio.
    Inband,
    /// As INFO requests.
    Info,
    /// As events if the other side knows them, else as tones.
    Auto,
    /// As events if the other side knows them, else as INFO requests.
    AutoInfo,
    /// Not at all.
    None,
}

/// How digits go in a call, once that is negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DtmfMethod {
    /// As events in RTP.
    Rfc4733,
    /// As tones in the audio.
    Inband,
    /// As INFO requests.
    Info,
    /// Not at all.
    None,
}

impl DtmfMode {
    /// Whether descriptions name `telephone-event`.
    #[must_use]
    pub fn offers_events(self) -> bool {
        matches!(self, Self::Rfc4733 | Self::Auto | Self::AutoInfo)
    }

    /// How digits go, now that it is known whether `telephone-event` was agreed on.
    #[must_use]
    pub fn method(self, events: bool) -> DtmfMethod {
        match self {
            Self::Rfc4733 => DtmfMethod::Rfc4733,
            Self::Auto | Self::AutoInfo if events => DtmfMethod::Rfc4733,
            Self::Auto | Self::Inband => DtmfMethod::Inband,
            Self::AutoInfo | Self::Info => DtmfMethod::Info,
            Self::None => DtmfMethod::None,
        }
    }
}

/// A value that `dtmf_mode` does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`dtmf_mode` cannot be `{0}`; it can be rfc4733, inband, info, auto, auto_info or none")]
pub struct UnknownDtmfMode(pub String);

impl FromStr for DtmfMode {
    type Err = UnknownDtmfMode;

    fn from_str(text: &str) -> Result<Self, UnknownDtmfMode> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "rfc4733" => Self::Rfc4733,
            "inband" => Self::Inband,
            "info" => Self::Info,
            "auto" => Self::Auto,
            "auto_info" => Self::AutoInfo,
            "none" => Self::None,
            _ => return Err(UnknownDtmfMode(text.to_owned())),
        })
    }
}

/// Which RTP profile an endpoint speaks: `use_avpf` and `use_received_transport`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// `RTP/AVP` and nothing else.
    #[default]
    Avp,
    /// `RTP/AVPF` and nothing else.
    Avpf,
    /// What the offer says; our own offers say `RTP/AVP`.
    Received,
}

impl Profile {
    /// Whether a stream over `transport` can be served. Encrypted ones cannot, yet.
    pub(crate) fn accepts(self, transport: &str) -> bool {
        let (avp, avpf) =
            (transport.eq_ignore_ascii_case("RTP/AVP"), transport.eq_ignore_ascii_case("RTP/AVPF"));
        match self {
            Self::Avp => avp,
            Self::Avpf => avpf,
            Self::Received => avp || avpf,
        }
    }

    pub(crate) fn offered(self) -> &'static str {
        match self {
            Self::Avp | Self::Received => "RTP/AVP",
            Self::Avpf => "RTP/AVPF",
        }
    }
}

/// How codec lists are reconciled, situation by situation; the defaults are Asterisk 22's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policies {
    /// An offer with the endpoint: `incoming_call_offer_pref`, `codec_prefs_incoming_offer`.
    pub incoming_offer: Preference,
    /// The core's wish with the endpoint, for our offer: `outgoing_call_offer_pref`,
    /// `codec_prefs_outgoing_offer`.
    pub outgoing_offer: Preference,
    /// An answer with our offer: `codec_prefs_incoming_answer`.
    pub incoming_answer: Preference,
    /// The core's wish with what both sides can, for our answer: `codec_prefs_outgoing_answer`.
    pub outgoing_answer: Preference,
    /// Whether our answer names one codec only.
    pub preferred_codec_only: bool,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            incoming_offer: Preference::LOCAL,
            outgoing_offer: Preference::REMOTE_MERGE,
            incoming_answer: Preference::PENDING,
            outgoing_answer: Preference::PENDING,
            preferred_codec_only: false,
        }
    }
}

/// All that our side brings into an offer or an answer.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// The codecs that the endpoint allows, in order.
    pub codecs: CodecList,
    /// How they are reconciled with others.
    pub policies: Policies,
    /// How digits go.
    pub dtmf: DtmfMode,
    /// Where our media is to be sent.
    pub address: IpAddr,
    /// The RTP ports of the audio streams that may be active, in their order; RTCP is on the next port.
    /// Usually there is one.
    pub ports: Vec<u16>,
    /// Which way media may flow, as seen from us: `SendOnly` or `Inactive` puts the other side on hold.
    pub direction: Direction,
    /// Whether RTCP may share the media port (RFC 5761).
    pub rtcp_mux: bool,
    /// Whether the frame length that the other side wishes counts, and not ours: `use_ptime`.
    pub use_ptime: bool,
    /// The RTP profile.
    pub profile: Profile,
    /// Whether static payload types go without `a=rtpmap`: `compact_headers`.
    pub compact: bool,
}

impl Capabilities {
    /// An endpoint with these codecs and Asterisk's defaults, and with one audio port.
    #[must_use]
    pub fn new(codecs: CodecList, address: IpAddr, port: u16) -> Self {
        Self { codecs, address, ports: vec![port], ..Self::default() }
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            codecs: CodecList::new(),
            policies: Policies::default(),
            dtmf: DtmfMode::default(),
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            ports: Vec::new(),
            direction: Direction::SendRecv,
            rtcp_mux: false,
            use_ptime: false,
            profile: Profile::Avp,
            compact: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_modes_fall_back() {
        let check = |mode: &str, events, method| {
            assert_eq!(mode.parse::<DtmfMode>().unwrap().method(events), method, "{mode}");
        };
        check("auto", true, DtmfMethod::Rfc4733);
        check("auto", false, DtmfMethod::Inband);
        check("auto_info", true, DtmfMethod::Rfc4733);
        check("AUTO_INFO", false, DtmfMethod::Info);
        check("info", true, DtmfMethod::Info);
        check("inband", true, DtmfMethod::Inband);
        check("rfc4733", false, DtmfMethod::Rfc4733);
        check("none", true, DtmfMethod::None);
        assert!("dtmf".parse::<DtmfMode>().is_err());
    }
}
