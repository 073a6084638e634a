//! An endpoint's audio: codecs, digits, addresses and time limits.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{Entry, HostPort, Problem, Reader, suggest};
use obelus_core::media::Codec;
use obelus_sdp::allow::ListError;
use obelus_sdp::preference::{PreferenceError, Situation};
use obelus_sdp::{CodecList, DtmfMode, Policies, Preference};

use crate::config::values::{flag, timeout, word};

/// An endpoint's audio.
#[derive(Clone, Debug)]
pub struct Media {
    /// The codecs, best first.
    pub codecs: CodecList,
    /// How its codecs and those of the other side are reconciled.
    pub policies: Policies,
    /// How digits go.
    pub dtmf: DtmfMode,
    /// Whether audio is sent to where audio comes from.
    pub symmetric: bool,
    /// Our address in SDP: an address or a host name.
    pub address: Option<Box<str>>,
    /// Whether the RTP socket is bound to that address, too.
    pub bind_to_address: bool,
    /// Whether RTCP may share the port of RTP (RFC 5761).
    pub rtcp_mux: bool,
    /// Whether the frame length that the other side wishes counts.
    pub use_ptime: bool,
    /// The call ends when no packet comes for so long.
    pub timeout: Option<Duration>,
    /// The same while the call is on hold.
    pub timeout_on_hold: Option<Duration>,
    /// Silence of ours for so long is broken by a comfort noise packet.
    pub keepalive: Option<Duration>,
    /// Whether and how its audio may bypass us.
    pub direct: DirectMedia,
    /// The user name in `o=`.
    pub sdp_owner: Arc<str>,
    /// The session's name, `s=`.
    pub sdp_session: Arc<str>,
}

/// Audio that telephones send to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectMedia {
    /// Whether it may be at all.
    pub enabled: bool,
    /// Whether UPDATE is sent for it, not a re-INVITE.
    pub by_update: bool,
    /// Which side leaves the first re-INVITE out, so that two do not meet.
    pub mitigation: GlareMitigation,
    /// Whether audio that comes from another address than was told forbids it.
    pub not_behind_nat: bool,
}

/// Of which calls the first re-INVITE for direct media is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GlareMitigation {
    /// Of none.
    #[default]
    None,
    /// Of those that we made.
    Outgoing,
    /// Of those that came.
    Incoming,
}

impl DirectMedia {
    fn read(reader: &mut Reader<'_>) -> DirectMedia {
        let methods = [("invite", false), ("reinvite", false), ("update", true)];
        let sides = [
            ("none", GlareMitigation::None),
            ("outgoing", GlareMitigation::Outgoing),
            ("incoming", GlareMitigation::Incoming),
        ];
        DirectMedia {
            enabled: flag(reader, "direct_media", true),
            by_update: reader.choice("direct_media_method", &methods).unwrap_or_default(),
            mitigation: reader.choice("direct_media_glare_mitigation", &sides).unwrap_or_default(),
            not_behind_nat: flag(reader, "disable_direct_media_on_nat", false),
        }
    }
}

impl Media {
    pub(super) fn read(reader: &mut Reader<'_>) -> Media {
        Media {
            codecs: codecs(reader),
            policies: policies(reader),
            dtmf: dtmf(reader),
            symmetric: flag(reader, "rtp_symmetric", false),
            address: address(reader),
            bind_to_address: flag(reader, "bind_rtp_to_media_address", false),
            rtcp_mux: flag(reader, "rtcp_mux", false),
            use_ptime: flag(reader, "use_ptime", false),
            timeout: timeout(reader, "rtp_timeout"),
            timeout_on_hold: timeout(reader, "rtp_timeout_hold"),
            keepalive: timeout(reader, "rtp_keepalive"),
            direct: DirectMedia::read(reader),
            sdp_owner: one_word(word(reader, "sdp_owner")),
            sdp_session: word(reader, "sdp_session").unwrap_or_else(|| "Asterisk".into()),
        }
    }
}

/// RFC 8866 5.2 allows no blanks; `-` stands for no name.
fn one_word(owner: Option<Arc<str>>) -> Arc<str> {
    owner.filter(|owner| !owner.contains(char::is_whitespace)).unwrap_or_else(|| "-".into())
}

fn codecs(reader: &mut Reader<'_>) -> CodecList {
    let mut codecs = CodecList::new();
    let entries = reader.all_of(&["allow", "disallow"]);
    for entry in &entries {
        let result = match entry.key.eq_ignore_ascii_case("allow") {
            true => codecs.allow(&entry.value),
            false => codecs.disallow(&entry.value),
        };
        result.unwrap_or_else(|errors| errors.iter().for_each(|error| report(reader, entry, error)));
    }
    match entries.last() {
        Some(last) if codecs.is_empty() => {
            reader.reject(last, "no audio codec is left, so that no call is possible");
        }
        Some(_) => {}
        None => {
            let section = reader.section();
            let message = format!("[{}] has no `allow`, so that no call is possible", section.name);
            reader.report(Problem::warning(section.location.clone(), message));
        }
    }
    codecs
}

fn report(reader: &mut Reader<'_>, entry: &Entry, error: &ListError) {
    let nearest = match error {
        ListError::UnknownCodec(name) => suggest(name, Codec::names()),
        ListError::Framing { .. } => None,
    };
    let message = format!("`{}` in [{}]: {error}", entry.key, entry.written_in);
    reader.report(Problem::error(entry.location.clone(), message).suggesting(nearest));
}

fn dtmf(reader: &mut Reader<'_>) -> DtmfMode {
    let modes = [
        ("rfc4733", DtmfMode::Rfc4733),
        ("inband", DtmfMode::Inband),
        ("info", DtmfMode::Info),
        ("auto", DtmfMode::Auto),
        ("auto_info", DtmfMode::AutoInfo),
        ("none", DtmfMode::None),
    ];
    reader.choice("dtmf_mode", &modes).unwrap_or_default()
}

fn address(reader: &mut Reader<'_>) -> Option<Box<str>> {
    let entry = reader.entry("media_address").filter(|entry| !entry.value.is_empty())?;
    match entry.value.parse() {
        Ok(HostPort { host, port: None }) => Some(host.into()),
        Ok(_) | Err(_) => {
            reader.reject(entry, &format!("`{}` is not an address or host name", entry.value));
            None
        }
    }
}

type Parse<'p> = &'p dyn Fn(&str) -> Result<Preference, PreferenceError>;

/// `incoming_call_offer_pref` rules over `codec_prefs_incoming_offer` where both are given: it is the one that
/// Asterisk acts on.
fn policies(reader: &mut Reader<'_>) -> Policies {
    let mut policies = Policies::default();
    let mut read = |name, target: &mut Preference, parse: Parse<'_>| {
        let Some(entry) = reader.entry(name).filter(|entry| !entry.value.is_empty()) else { return };
        match parse(&entry.value) {
            Ok(preference) => *target = preference,
            Err(error) => reader.reject(entry, &error.to_string()),
        }
    };
    let prefs = |situation| move |text: &str| Preference::parse(text, situation);
    read("codec_prefs_incoming_offer", &mut policies.incoming_offer, &prefs(Situation::IncomingOffer));
    read("codec_prefs_outgoing_offer", &mut policies.outgoing_offer, &prefs(Situation::OutgoingOffer));
    read("codec_prefs_incoming_answer", &mut policies.incoming_answer, &prefs(Situation::IncomingAnswer));
    read("codec_prefs_outgoing_answer", &mut policies.outgoing_answer, &prefs(Situation::OutgoingAnswer));
    read("incoming_call_offer_pref", &mut policies.incoming_offer, &Preference::incoming_call_offer);
    read("outgoing_call_offer_pref", &mut policies.outgoing_offer, &Preference::outgoing_call_offer);
    policies.preferred_codec_only = flag(reader, "preferred_codec_only", false);
    let both = policies.preferred_codec_only && policies.incoming_offer != Preference::LOCAL;
    if let Some(entry) = reader.section().entry("preferred_codec_only").filter(|_| both) {
        reader.reject(entry, "it cannot be combined with `incoming_call_offer_pref`");
    }
    policies
}
