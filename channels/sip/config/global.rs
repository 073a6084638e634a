//! `type = global`: settings of the whole driver.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{ConfiguredSection, Location, OptionHelp, Problem, Reader, suggest};
use obelus_sip::digest::Algorithm;

use super::objects::{ObjectType, Source, Unserved, refused, served, unserved};
use super::values::{self, algorithms, flag, integer, text, timeout};

/// The settings of the whole driver.
#[derive(Clone, Debug)]
pub struct Global {
    /// The section's name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// User-Agent in requests and Server in responses.
    pub user_agent: Arc<str>,
    /// The user of From where there is no better one.
    pub default_from_user: Arc<str>,
    /// The endpoint whose settings requests to a bare URI have.
    pub default_outbound_endpoint: Arc<str>,
    /// The realm of challenges where there is no better one.
    pub default_realm: Arc<str>,
    /// The algorithms of our challenges.
    pub uas_algorithms: Vec<Algorithm>,
    /// In which order endpoints are looked for.
    pub identifier_order: Vec<Identifier>,
    /// Max-Forwards of our requests.
    pub max_forwards: u8,
    /// How often connections are kept open by an empty line (RFC 5626 3.5.1); `None` never.
    pub keep_alive: Option<Duration>,
    /// How often expired contacts are looked for.
    pub expiration_check: Duration,
    /// The first OPTIONS of all contacts are spread over this time.
    pub max_initial_qualify_time: Duration,
    /// When requests of unknown senders are logged.
    pub unidentified: UnidentifiedLimits,
    /// Whether endpoints named `user@domain` are looked for.
    pub multi_domain: bool,
    /// Whether the user part of URIs ends at a `;`.
    pub ignore_uri_user_options: bool,
    /// Whether the caller's number becomes the user of Contact.
    pub use_callerid_contact: bool,
    /// Whether each refresh of a registration is a ContactStatus event.
    pub status_on_refresh: bool,
    /// Whether 180 may follow 183.
    pub allow_180_after_183: bool,
    /// Whether a re-INVITE without SDP is offered all codecs of the endpoint.
    pub all_codecs_on_empty_reinvite: bool,
    /// Which messages are logged from the start.
    pub debug: Debug,
}

/// A way of finding the endpoint of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// By an `identify` section's addresses.
    Ip,
    /// By an `identify` section's header.
    Header,
    /// By an `identify` section's Request-URI.
    RequestUri,
    /// By the user of From.
    Username,
    /// By the user name of the credentials.
    AuthUsername,
    /// The endpoint `anonymous`.
    Anonymous,
}

impl Identifier {
    /// All of them, in the order in which those that nobody named come last.
    pub const ALL: [Identifier; 6] = [
        Identifier::Ip,
        Identifier::Header,
        Identifier::RequestUri,
        Identifier::Username,
        Identifier::AuthUsername,
        Identifier::Anonymous,
    ];

    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Identifier::Ip => "ip",
            Identifier::Header => "header",
            Identifier::RequestUri => "request_uri",
            Identifier::Username => "username",
            Identifier::AuthUsername => "auth_username",
            Identifier::Anonymous => "anonymous",
        }
    }

    /// Reads a list; an unknown word is reported with the nearest of `known`.
    pub(super) fn list(
        reader: &mut Reader<'_>,
        option: &'static str,
        known: &[Identifier],
    ) -> Option<Vec<Identifier>> {
        let entry = reader.entry(option)?;
        let mut list = Vec::new();
        for word in entry.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match known.iter().find(|identifier| identifier.word().eq_ignore_ascii_case(word)) {
                Some(identifier) if list.contains(identifier) => {}
                Some(identifier) => list.push(*identifier),
                None => {
                    let nearest = suggest(word, known.iter().map(|identifier| identifier.word()));
                    let message = format!("`{option}` in [{}]: unknown word `{word}`", entry.written_in);
                    reader.report(Problem::error(entry.location.clone(), message).suggesting(nearest));
                }
            }
        }
        Some(list)
    }
}

/// When requests of unknown senders are logged: after `count` of one address within `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnidentifiedLimits {
    /// The time over which requests are counted.
    pub period: Duration,
    /// How many are not worth a line.
    pub count: u32,
    /// How often what is twice as old is forgotten.
    pub prune_interval: Duration,
}

/// Which SIP messages are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Debug {
    /// None.
    #[default]
    Off,
    /// All.
    All,
    /// Those from or to this address.
    Host(IpAddr),
}

impl ObjectType for Global {
    const TYPE: &'static str = "global";
    const UNSERVED: &'static [Unserved] = &[
        refused(
            "default_auth_algorithms_uac",
            &["MD5", "", "MD5,SHA-256,SHA-512-256"],
            "Challenges of all algorithms are answered, the strongest first.",
        ),
        unserved("norefersub", &["yes", "no"], "REFER is refused, and nothing is advertised for it."),
        unserved("regcontext", &[""], "Registrations make no extensions yet."),
        unserved("default_voicemail_extension", &[""], "Message waiting is not served yet."),
        unserved("mwi_tps_queue_high", &["500"], "Message waiting is not served yet."),
        unserved("mwi_tps_queue_low", &["-1"], "Message waiting is not served yet."),
        unserved("mwi_disable_initial_unsolicited", &["no", "yes"], "Message waiting is not served yet."),
        unserved(
            "taskprocessor_overload_trigger",
            &["global"],
            "Overload has limits of its own here, which refuse new calls with 503.",
        ),
    ];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

const DEFAULT_ORDER: [Identifier; 3] = [Identifier::Ip, Identifier::Username, Identifier::Anonymous];
const USER_AGENT: &str = concat!("Obelus ", env!("CARGO_PKG_VERSION"));

impl ConfiguredSection for Global {
    const OPTIONS: &'static [OptionHelp] = &[
        served("user_agent", USER_AGENT, "User-Agent of requests and Server of responses."),
        served(
            "default_outbound_endpoint",
            "default_outbound_endpoint",
            "The endpoint whose settings requests to a bare URI have.",
        ),
        served(
            "default_from_user",
            "asterisk",
            "The user of From where the caller has no number and `from_user` is not set.",
        ),
        served("default_realm", "asterisk", "The realm of challenges where `realm` is not set."),
        served(
            "default_auth_algorithms_uas",
            "MD5",
            "The algorithms of our challenges: `MD5`, `SHA-256`, `SHA-512-256`.",
        ),
        served(
            "endpoint_identifier_order",
            "ip,username,anonymous",
            "In which order endpoints are looked for, of `ip`, `username`, `auth_username`, `header`, `request_uri`, `anonymous`; the others follow.",
        ),
        served("max_forwards", "70", "Max-Forwards of requests, 1 to 255."),
        served(
            "keep_alive_interval",
            "90",
            "Seconds between empty lines that keep connections open; 0 sends none.",
        ),
        served(
            "contact_expiration_check_interval",
            "30",
            "Seconds between looks for expired contacts; an expired one is rung no more in any case.",
        ),
        served(
            "max_initial_qualify_time",
            "0",
            "Seconds over which the first OPTIONS are spread; at most, and if 0, `qualify_frequency`.",
        ),
        served(
            "unidentified_request_period",
            "5",
            "Seconds over which requests of an unknown sender are counted.",
        ),
        served(
            "unidentified_request_count",
            "5",
            "How many of them, from one address, are worth a log line.",
        ),
        served("unidentified_request_prune_interval", "30", "Seconds between clearings of these counts."),
        served(
            "disable_multi_domain",
            "no",
            "Endpoints and dial strings of the form `user@domain` are not looked for.",
        ),
        served("ignore_uri_user_options", "no", "The user of a URI ends at a `;`."),
        served("use_callerid_contact", "no", "The caller's number becomes the user of our Contact."),
        served(
            "send_contact_status_on_update_registration",
            "no",
            "Each refresh of a registration is a ContactStatus event.",
        ),
        served("allow_sending_180_after_183", "no", "180 may be sent after 183."),
        served(
            "all_codecs_on_empty_reinvite",
            "no",
            "A re-INVITE without SDP is offered all codecs, not only those in use.",
        ),
        served("debug", "no", "SIP messages are logged: `yes`, `no`, or those of one address."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Global> {
        values::unserved(reader, Global::UNSERVED);
        let defaults = Global::default();
        let or = |read: Arc<str>, default: &Arc<str>| if read.is_empty() { default.clone() } else { read };
        Some(Global {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            user_agent: or(text(reader, "user_agent"), &defaults.user_agent),
            default_from_user: or(text(reader, "default_from_user"), &defaults.default_from_user),
            default_outbound_endpoint: or(
                text(reader, "default_outbound_endpoint"),
                &defaults.default_outbound_endpoint,
            ),
            default_realm: or(text(reader, "default_realm"), &defaults.default_realm),
            uas_algorithms: some_algorithms(reader, "default_auth_algorithms_uas"),
            identifier_order: identifier_order(reader),
            max_forwards: reader.integer("max_forwards", 1..=255).unwrap_or(defaults.max_forwards),
            keep_alive: reader
                .duration_seconds("keep_alive_interval", 0..=86_400)
                .map_or(defaults.keep_alive, |every| Some(every).filter(|every| !every.is_zero())),
            expiration_check: reader
                .duration_seconds("contact_expiration_check_interval", 1..=86_400)
                .unwrap_or(defaults.expiration_check),
            max_initial_qualify_time: timeout(reader, "max_initial_qualify_time").unwrap_or_default(),
            unidentified: unidentified(reader, defaults.unidentified),
            multi_domain: !flag(reader, "disable_multi_domain", false),
            ignore_uri_user_options: flag(reader, "ignore_uri_user_options", false),
            use_callerid_contact: flag(reader, "use_callerid_contact", false),
            status_on_refresh: flag(reader, "send_contact_status_on_update_registration", false),
            allow_180_after_183: flag(reader, "allow_sending_180_after_183", false),
            all_codecs_on_empty_reinvite: flag(reader, "all_codecs_on_empty_reinvite", false),
            debug: debug(reader),
        })
    }
}

impl Default for Global {
    fn default() -> Global {
        Global {
            name: Arc::from("global"),
            source: Source::at(Location::new("pjsip.conf", 0)),
            user_agent: USER_AGENT.into(),
            default_from_user: "asterisk".into(),
            default_outbound_endpoint: "default_outbound_endpoint".into(),
            default_realm: "asterisk".into(),
            uas_algorithms: vec![Algorithm::Md5],
            identifier_order: complete_order(DEFAULT_ORDER.to_vec()),
            max_forwards: 70,
            keep_alive: Some(Duration::from_secs(90)),
            expiration_check: Duration::from_secs(30),
            max_initial_qualify_time: Duration::ZERO,
            unidentified: UnidentifiedLimits {
                period: Duration::from_secs(5),
                count: 5,
                prune_interval: Duration::from_secs(30),
            },
            multi_domain: true,
            ignore_uri_user_options: false,
            use_callerid_contact: false,
            status_on_refresh: false,
            allow_180_after_183: false,
            all_codecs_on_empty_reinvite: false,
            debug: Debug::Off,
        }
    }
}

fn some_algorithms(reader: &mut Reader<'_>, name: &'static str) -> Vec<Algorithm> {
    let algorithms = algorithms(reader, name);
    if algorithms.is_empty() { vec![Algorithm::Md5] } else { algorithms }
}

fn identifier_order(reader: &mut Reader<'_>) -> Vec<Identifier> {
    let list = Identifier::list(reader, "endpoint_identifier_order", &Identifier::ALL);
    complete_order(list.unwrap_or_else(|| DEFAULT_ORDER.to_vec()))
}

/// Those that are not named follow, as in Asterisk.
fn complete_order(mut order: Vec<Identifier>) -> Vec<Identifier> {
    let rest = Identifier::ALL.into_iter().filter(|identifier| !order.contains(identifier));
    order.extend(rest.collect::<Vec<_>>());
    order
}

fn unidentified(reader: &mut Reader<'_>, defaults: UnidentifiedLimits) -> UnidentifiedLimits {
    let mut seconds = |name, default| reader.duration_seconds(name, 1..=86_400).unwrap_or(default);
    let period = seconds("unidentified_request_period", defaults.period);
    let prune_interval = seconds("unidentified_request_prune_interval", defaults.prune_interval);
    let count = integer(reader, "unidentified_request_count", defaults.count);
    UnidentifiedLimits { period, count, prune_interval }
}

fn debug(reader: &mut Reader<'_>) -> Debug {
    let parse = |text: &str| match text {
        "" => Some(Debug::Off),
        _ if obelus_core::conf::is_true(text) => Some(Debug::All),
        _ if obelus_core::conf::is_false(text) => Some(Debug::Off),
        _ => text.parse().ok().map(Debug::Host),
    };
    reader.parsed("debug", "yes, no or an IP address", parse).unwrap_or_default()
}
