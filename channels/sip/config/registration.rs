//! `type = registration`: our own registration with somebody else.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{ConfiguredSection, OptionHelp, Problem, Reader, Section};
use obelus_sip::uri::UriBuf;

use super::auth::Auth;
use super::objects::{ObjectType, Source, Unserved, refused, served, unserved};
use super::transport::Transport;
use super::values::{self, flag, integer, proxy, sip_uri, timeout, word};

/// Our own registration with somebody else.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// With whom: the Request-URI.
    pub server_uri: UriBuf,
    /// As whom: From and To.
    pub client_uri: UriBuf,
    /// The user of our Contact.
    pub contact_user: Arc<str>,
    /// What stands behind our Contact.
    pub contact_params: Option<Arc<str>>,
    /// What we prove ourselves with.
    pub outbound_auth: Vec<Arc<Auth>>,
    /// The proxy that it goes through.
    pub outbound_proxy: Option<UriBuf>,
    /// Over what it goes; the first that fits where there is none.
    pub transport: Option<Arc<Transport>>,
    /// The endpoint of calls that come by our Contact, which is then marked.
    pub line: Option<Arc<str>>,
    /// When it is tried.
    pub pace: Pace,
    /// Whether Path is announced (RFC 3327).
    pub support_path: bool,
    /// Whether Outbound is announced (RFC 5626).
    pub support_outbound: bool,
    /// User-Agent, where it is not the usual one.
    pub user_agent: Option<Arc<str>>,
}

/// When a registration is tried, and tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The seconds of life that are asked for.
    pub expiration: u32,
    /// The first attempt comes within so many seconds.
    pub initial_delay: u32,
    /// After a failure that may pass; `None` never.
    pub retry: Option<Duration>,
    /// After 403; `None` is `fatal`.
    pub forbidden_retry: Option<Duration>,
    /// After a failure that will not pass; `None` never.
    pub fatal_retry: Option<Duration>,
    /// So many failures in a row end it.
    pub max_retries: u32,
    /// Whether a refused password is a failure that will not pass.
    pub auth_rejection_permanent: bool,
}

impl ObjectType for Registration {
    const TYPE: &'static str = "registration";
    const UNSERVED: &'static [Unserved] = &[
        refused("security_negotiation", &["no"], "Security agreement (RFC 3329) is not served yet."),
        unserved("security_mechanisms", &[""], "Security agreement (RFC 3329) is not served yet."),
    ];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for Registration {
    const OPTIONS: &'static [OptionHelp] = &[
        served("server_uri", "", "The URI of the registrar; required."),
        served("client_uri", "", "The URI that we register, which stands in To; required."),
        served("contact_user", "s", "The user of our Contact, which calls then come to."),
        served("contact_header_params", "", "Parameters behind our Contact."),
        served("outbound_auth", "", "The `auth` sections that answer challenges, each for its realm."),
        served("outbound_proxy", "", "A SIP URI that requests are sent to."),
        served("transport", "", "The transport of requests; the first that fits where empty."),
        served("line", "no", "Our Contact is marked, so that calls by it belong to `endpoint`."),
        served("endpoint", "", "The endpoint of calls by our marked Contact."),
        served("expiration", "3600", "Seconds of life that are asked for."),
        served("max_random_initial_delay", "10", "The first attempt comes within so many seconds."),
        served(
            "retry_interval",
            "60",
            "Seconds until the next attempt after a failure that may pass; 0 never.",
        ),
        served(
            "forbidden_retry_interval",
            "0",
            "Seconds until the next attempt after 403; 0 is as after other final failures.",
        ),
        served("fatal_retry_interval", "0", "Seconds until the next attempt after a final failure; 0 never."),
        served("max_retries", "10", "So many failures in a row end it."),
        served("auth_rejection_permanent", "yes", "A refused password is a final failure."),
        served("support_path", "no", "Path is announced (RFC 3327)."),
        served("support_outbound", "no", "Outbound is announced (RFC 5626)."),
        served("user_agent", "", "User-Agent, that of `global` where empty."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Registration> {
        values::unserved(reader, Registration::UNSERVED);
        for linked in ["outbound_auth", "transport"] {
            reader.entry(linked);
        }
        let (server_uri, client_uri) = (uri(reader, "server_uri"), uri(reader, "client_uri"));
        Some(Registration {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            contact_user: word(reader, "contact_user").unwrap_or_else(|| "s".into()),
            contact_params: word(reader, "contact_header_params"),
            outbound_auth: Vec::new(),
            outbound_proxy: proxy(reader, "outbound_proxy"),
            transport: None,
            line: line(reader),
            pace: pace(reader),
            support_path: flag(reader, "support_path", false),
            support_outbound: flag(reader, "support_outbound", false),
            user_agent: word(reader, "user_agent"),
            // Last, so that everything else has been read.
            server_uri: server_uri?,
            client_uri: client_uri?,
        })
    }
}

fn uri(reader: &mut Reader<'_>, name: &'static str) -> Option<UriBuf> {
    let Some(entry) = reader.entry(name).filter(|entry| !entry.value.is_empty()) else {
        reader.missing(name);
        return None;
    };
    let uri = sip_uri(&entry.value);
    if uri.is_none() {
        reader.reject(entry, &format!("`{}` is not a SIP URI such as sip:alice@example.com", entry.value));
    }
    uri
}

/// `line` and `endpoint` want each other.
fn line(reader: &mut Reader<'_>) -> Option<Arc<str>> {
    let (line, endpoint) = (flag(reader, "line", false), word(reader, "endpoint"));
    if line == endpoint.is_some() {
        return endpoint;
    }
    let section = reader.section();
    let (has, lacks) = if line { ("line", "endpoint") } else { ("endpoint", "line") };
    let place = section.entry(has).map_or(&section.location, |entry| &entry.location).clone();
    let message = format!("[{}] has `{has}` without `{lacks}`", section.name);
    reader.report(Problem::error(place, message));
    None
}

fn pace(reader: &mut Reader<'_>) -> Pace {
    let retry = match reader.entry("retry_interval") {
        Some(_) => timeout(reader, "retry_interval"),
        None => Some(Duration::from_secs(60)),
    };
    Pace {
        expiration: integer(reader, "expiration", 3600),
        initial_delay: integer(reader, "max_random_initial_delay", 10),
        retry,
        forbidden_retry: timeout(reader, "forbidden_retry_interval"),
        fatal_retry: timeout(reader, "fatal_retry_interval"),
        max_retries: integer(reader, "max_retries", 10),
        auth_rejection_permanent: flag(reader, "auth_rejection_permanent", true),
    }
}

impl Registration {
    /// Whether nothing has changed, in it or in what it refers to.
    pub(crate) fn is_same(&self, other: &Registration) -> bool {
        let auths = |registration: &Registration| registration.outbound_auth.clone();
        let (own, others) = (auths(self), auths(other));
        self.source.says_the_same(&other.source)
            && own.len() == others.len()
            && own.iter().zip(&others).all(|(own, other)| own.source.says_the_same(&other.source))
            && self.transport.as_ref().map(|transport| &transport.name)
                == other.transport.as_ref().map(|transport| &transport.name)
    }

    /// The endpoint of a line must be there.
    pub(super) fn review(
        &self,
        section: &Section,
        is_endpoint: impl Fn(&str) -> bool,
        problems: &mut Vec<Problem>,
    ) {
        let Some(endpoint) = self.line.as_deref().filter(|endpoint| !is_endpoint(endpoint)) else { return };
        let place = section.entry("endpoint").map_or(&section.location, |entry| &entry.location);
        let message = format!("`endpoint` of [{}]: there is no endpoint `{endpoint}`", self.name);
        problems.push(Problem::warning(place.clone(), message));
    }
}
