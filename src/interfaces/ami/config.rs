//! `manager.conf`, typed.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use obelus_core::Core;
use obelus_core::action::Classes;
use obelus_core::channel::Snapshot;
use obelus_core::conf::{
    AccessList, ConfiguredSection, Document, Entry, OptionHelp, Problem, Problems, Reader, Section, suggest,
};

use crate::events::function;
use crate::filter::{Filters, Wrong};
use obelus_http::tls::Files;

/// Where Asterisk listens.
const PORT: u16 = 5038;

/// Where Asterisk listens for TLS.
const TLS_PORT: u16 = 5039;

/// The certificate and key that Asterisk looks for.
const CERTIFICATE: &str = "asterisk.pem";

/// What `manager.conf` says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `[general]`.
    pub(crate) general: General,
    /// Every other section, in order.
    pub(crate) users: Vec<Arc<User>>,
}

/// `[general]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct General {
    pub(crate) enabled: bool,
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<Tls>,
    /// `webenabled`: it is served over HTTP as well.
    pub(crate) web_enabled: bool,
    /// `httptimeout`: how long a session without a connection lasts.
    pub(crate) web_time: Duration,
    pub(crate) broken_events_action: bool,
    pub(crate) allow_multiple_login: bool,
    pub(crate) display_connects: bool,
    pub(crate) timestamp_events: bool,
    pub(crate) debug: bool,
    pub(crate) login_time: Duration,
    pub(crate) login_limit: usize,
    pub(crate) channel_variables: Vec<Arc<str>>,
    pub(crate) disabled_events: Vec<String>,
    pub(crate) slow_client: SlowClient,
    pub(crate) sequence_events: bool,
    pub(crate) resume_time: Duration,
}

/// TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) address: SocketAddr,
    pub(crate) files: Files,
}

/// What becomes of a program that does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlowClient {
    /// It loses events, and is told how many.
    Drop,
    /// It loses its connection.
    Disconnect,
}

/// Somebody who may log in.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: Arc<str>,
    /// Without one nobody can log in as this user.
    pub(crate) secret: Option<Arc<str>>,
    pub(crate) access: AccessList,
    /// Lists of acl.conf, all of which must permit him too.
    pub(crate) lists: Vec<Arc<str>>,
    pub(crate) read: Classes,
    pub(crate) write: Classes,
    pub(crate) display_connects: bool,
    pub(crate) allow_multiple_login: bool,
    /// How long the program may take to read what is written.
    pub(crate) write_timeout: Duration,
    /// For the channels that it makes.
    pub(crate) variables: Arc<[(String, String)]>,
    pub(crate) filters: Filters,
}

impl Default for General {
    fn default() -> General {
        General {
            enabled: false,
            address: (Ipv6Addr::UNSPECIFIED, PORT).into(),
            tls: None,
            web_enabled: false,
            web_time: Duration::from_secs(60),
            broken_events_action: false,
            allow_multiple_login: true,
            display_connects: true,
            timestamp_events: false,
            debug: false,
            login_time: Duration::from_secs(30),
            login_limit: 50,
            channel_variables: Vec::new(),
            disabled_events: Vec::new(),
            slow_client: SlowClient::Disconnect,
            sequence_events: false,
            resume_time: Duration::from_secs(60),
        }
    }
}

impl Config {
    /// Reads the document of `manager.conf`; what is wrong is left out and reported.
    pub fn load(document: &Document, problems: &mut Problems) -> Config {
        let mut config = Config::default();
        for section in document.sections_named("general") {
            let mut reader = Reader::new(section, problems);
            config.general = General::read(&mut reader).unwrap_or_default();
            // What is wrong has been reported, and the default stands in for it.
            let _ = reader.finish();
        }
        for section in document.concrete().filter(|section| !section.name.eq_ignore_ascii_case("general")) {
            if let Some(user) = User::load(section, &config.general, problems) {
                // A later section of the same name takes the place of the earlier one.
                config.users.retain(|known| known.name != user.name);
                config.users.push(Arc::new(user));
            }
        }
        config
    }

    /// The user of this name.
    pub(crate) fn user(&self, name: &str) -> Option<&Arc<User>> {
        self.users.iter().find(|user| user.name.eq_ignore_ascii_case(name))
    }
}

const fn help(name: &'static str, default: &'static str, synopsis: &'static str) -> OptionHelp {
    OptionHelp { name, default, synopsis }
}

impl ConfiguredSection for General {
    const OPTIONS: &'static [OptionHelp] = &[
        help("enabled", "no", "Whether programs may connect."),
        help("port", "5038", "The port to listen on."),
        help("bindaddr", "::", "The address to listen on."),
        help("brokeneventsaction", "no", "Whether `Events` leaves out answers as Asterisk once did."),
        help("allowmultiplelogin", "yes", "Whether a user may be logged in several times."),
        help("displayconnects", "yes", "Whether the console tells who comes and goes."),
        help("timestampevents", "no", "Whether events carry their time."),
        help("debug", "no", "Whether events carry their number and messages are logged."),
        help("authtimeout", "30", "Seconds that a program has to log in."),
        help("authlimit", "50", "How many may be connected without having logged in."),
        help("channelvars", "", "Variables of a channel that its events carry, with commas between."),
        help("disabledevents", "", "Events that nobody gets, with commas between."),
        help(
            "slowclient",
            "disconnect",
            "drop or disconnect: what becomes of a program that does not read. Not in Asterisk.",
        ),
        help(
            "sequenceevents",
            "no",
            "Whether every event carries its number and its time on a clock that never jumps. Not in Asterisk.",
        ),
        help(
            "resumetime",
            "60",
            "Seconds for which events are kept for a program that lost its connection. Not in Asterisk.",
        ),
        help("webenabled", "no", "Whether programs may come over HTTP as well; see http.conf."),
        help("httptimeout", "60", "Seconds after which a session over HTTP ends that nobody asks in."),
        help("tlsenable", "no", "Whether programs may connect over TLS, 1.2 or 1.3."),
        help("tlsbindaddr", "", "Address and port for TLS; that of bindaddr and 5039 by default."),
        help("tlscertfile", "asterisk.pem", "The certificate and those that vouch for it, as PEM."),
        help("tlsprivatekey", "", "The key, as PEM; in the file of the certificate by default."),
        help("tlscipher", "", "Other ciphers than the safe ones are not served."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<General> {
        let default = General::default();
        reader.unserved("tlscipher", &["", "ALL", "DEFAULT", "HIGH"]);
        let port = reader.integer("port", 1..=u16::MAX).unwrap_or(PORT);
        let host = reader.ip("bindaddr").unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        let flag = |reader: &mut Reader<'_>, name, default| reader.boolean(name).unwrap_or(default);
        let slow = [("drop", SlowClient::Drop), ("disconnect", SlowClient::Disconnect)];
        Some(General {
            enabled: flag(reader, "enabled", default.enabled),
            address: SocketAddr::new(host, port),
            tls: tls(reader, host),
            web_enabled: flag(reader, "webenabled", false),
            web_time: reader.duration_seconds("httptimeout", 1..=86_400).unwrap_or(default.web_time),
            broken_events_action: flag(reader, "brokeneventsaction", false),
            allow_multiple_login: flag(reader, "allowmultiplelogin", default.allow_multiple_login),
            display_connects: flag(reader, "displayconnects", default.display_connects),
            timestamp_events: flag(reader, "timestampevents", false),
            debug: flag(reader, "debug", false),
            login_time: reader.duration_seconds("authtimeout", 1..=86_400).unwrap_or(default.login_time),
            login_limit: reader.integer("authlimit", 1..=1_000_000).unwrap_or(default.login_limit),
            channel_variables: channel_variables(reader),
            disabled_events: words(reader, "disabledevents"),
            slow_client: reader.choice("slowclient", &slow).unwrap_or(default.slow_client),
            sequence_events: flag(reader, "sequenceevents", false),
            resume_time: reader.duration_seconds("resumetime", 0..=86_400).unwrap_or(default.resume_time),
        })
    }
}

fn tls(reader: &mut Reader<'_>, host: IpAddr) -> Option<Tls> {
    let enabled = reader.boolean("tlsenable").unwrap_or(false);
    let address = reader.address("tlsbindaddr", TLS_PORT).unwrap_or(SocketAddr::new(host, TLS_PORT));
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(PathBuf::from);
    let certificate = filled(reader.text("tlscertfile")).unwrap_or_else(|| CERTIFICATE.into());
    let key = filled(reader.text("tlsprivatekey")).unwrap_or_else(|| certificate.clone());
    enabled.then_some(Tls { address, files: Files { certificate, key } })
}

fn words(reader: &mut Reader<'_>, name: &'static str) -> Vec<String> {
    reader.list(name).unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Variables, and functions whose answer every event has with it; others would have to be called for each event.
fn channel_variables(reader: &mut Reader<'_>) -> Vec<Arc<str>> {
    let Some(entry) = reader.entry("channelvars") else { return Vec::new() };
    let names = entry.value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let is_known = |name: &&str| function(name).is_none_or(|(name, item)| Snapshot::has_function(name, item));
    let (found, unknown): (Vec<&str>, Vec<&str>) = names.partition(is_known);
    if !unknown.is_empty() {
        reader.reject(entry, &format!("these functions are not served: {}", unknown.join(", ")));
    }
    found.into_iter().map(Arc::from).collect()
}

impl User {
    /// Whether he may come from there.
    pub(crate) fn permits(&self, core: &Core, address: IpAddr) -> bool {
        self.access.permits(address) && core.access_lists.load().permit(&self.lists, address)
    }

    fn load(section: &Section, general: &General, problems: &mut Problems) -> Option<User> {
        let mut reader = Reader::new(section, problems);
        let user = User::read_with(&mut reader, general);
        // A user that is half right might be let in from where he should not.
        reader.finish().then_some(user)
    }

    fn read_with(reader: &mut Reader<'_>, general: &General) -> User {
        User {
            name: reader.section().name.clone(),
            secret: reader.text("secret").map(Arc::from),
            access: AccessList::read(reader, "permit", "deny"),
            lists: words(reader, "acl").into_iter().map(Arc::from).collect(),
            read: classes(reader, "read"),
            write: classes(reader, "write"),
            display_connects: reader.boolean("displayconnects").unwrap_or(general.display_connects),
            allow_multiple_login: reader
                .boolean("allowmultiplelogin")
                .unwrap_or(general.allow_multiple_login),
            write_timeout: reader
                .duration_milliseconds("writetimeout", 100..=3_600_000)
                .unwrap_or(Duration::from_millis(100)),
            variables: variables(reader),
            filters: filters(reader),
        }
    }
}

impl ConfiguredSection for User {
    const OPTIONS: &'static [OptionHelp] = &[
        help("secret", "", "The password."),
        help("deny", "", "Networks that the user may not come from."),
        help("permit", "", "Networks that he may come from; the last line that fits decides."),
        help("acl", "", "Lists of acl.conf that must permit him as well, with commas between."),
        help("read", "", "The classes of events that he gets."),
        help("write", "", "The classes of actions that he may use."),
        help("displayconnects", "yes", "Whether the console tells of him."),
        help("allowmultiplelogin", "yes", "Whether he may be logged in several times."),
        help("writetimeout", "100", "Milliseconds in which a program must read."),
        help("setvar", "", "A variable for the channels that he makes: name=value."),
        help("eventfilter", "", "Which events he gets; `eventfilter(criteria)` too."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<User> {
        Some(User::read_with(reader, &General::default()))
    }
}

fn classes(reader: &mut Reader<'_>, name: &'static str) -> Classes {
    let mut all = Classes::NONE;
    for entry in reader.all(name) {
        match Classes::parse(&entry.value) {
            Ok(classes) => all = classes,
            Err(word) => {
                let message = format!("unknown class `{word}` of `{name}` in [{}]", entry.written_in);
                let nearest = suggest(&word, Classes::words());
                // Asterisk counts such words for nothing, and configurations have them.
                reader.report(Problem::warning(entry.location.clone(), message).suggesting(nearest));
                all = Classes::mask(&entry.value.replace(' ', "")).unwrap_or_default();
            }
        }
    }
    all
}

/// The last one first, as Asterisk keeps them.
fn variables(reader: &mut Reader<'_>) -> Arc<[(String, String)]> {
    let mut found = Vec::new();
    for entry in reader.all("setvar") {
        match entry.value.split_once('=') {
            Some((name, value)) => found.push((name.trim().to_owned(), value.trim().to_owned())),
            None => reader.reject(entry, &format!("`{}` is not name=value", entry.value)),
        }
    }
    found.reverse();
    found.into()
}

fn filters(reader: &mut Reader<'_>) -> Filters {
    let mut filters = Filters::default();
    // The name alone is an option as well as the beginning of others.
    let _ = reader.all("eventfilter");
    for entry in reader.entries_with_prefix("eventfilter") {
        if let Err(message) = add_filter(&mut filters, entry) {
            reader.reject(entry, &message);
        }
    }
    filters
}

fn add_filter(filters: &mut Filters, entry: &Entry) -> Result<(), String> {
    let behind = entry.key.get("eventfilter".len()..).unwrap_or_default().trim();
    let criteria = match behind {
        "" => None,
        behind => Some(
            behind
                .strip_prefix('(')
                .and_then(|inner| inner.strip_suffix(')'))
                .ok_or("the criteria stand in parentheses")?,
        ),
    };
    filters.add(criteria, &entry.value).map_err(|wrong| match wrong {
        Wrong::Expression(reason) | Wrong::Format(reason) => reason,
    })
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::{MemoryFiles, documentation_gaps, load};

    use super::*;

    fn check(text: &str, expected: &[&str]) -> Config {
        let files = MemoryFiles::new().file("manager.conf", text);
        let mut problems = Problems::new();
        let document = load(&files, "manager.conf", &mut problems);
        let config = Config::load(&document, &mut problems);
        problems.sort();
        let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{text}");
        config
    }

    #[test]
    fn every_option_is_documented() {
        assert_eq!(documentation_gaps::<General>(), Vec::<String>::new());
        let gaps = documentation_gaps::<User>();
        assert_eq!(gaps, Vec::<String>::new());
    }

    #[test]
    fn a_usual_file_is_read() {
        let config = check(
            "[general]\nenabled = yes\nbindaddr = 127.0.0.1\nport = 5040\nchannelvars = foo, CHANNEL(accountcode)\n\
             [admin]\nsecret = s3cret\nread = all\nwrite = call,originate\nsetvar = a=1\nsetvar = b=2\n\
             eventfilter = !Event: RTCP\neventfilter(name(Hangup)) =\nwritetimeout = 5000\n\
             deny = 0.0.0.0/0\npermit = 127.0.0.1\n",
            &[],
        );
        assert_eq!(config.general.address, "127.0.0.1:5040".parse().unwrap());
        assert_eq!(config.general.channel_variables, ["foo".into(), "CHANNEL(accountcode)".into()]);
        let admin = config.user("Admin").unwrap();
        assert_eq!((admin.read, admin.write), (Classes::ALL, Classes::CALL | Classes::ORIGINATE));
        assert_eq!(admin.variables.first().map(|pair| &*pair.0), Some("b"));
        assert!(admin.access.permits("127.0.0.1".parse().unwrap()));
        assert!(!admin.access.permits("192.0.2.1".parse().unwrap()));
        assert!(admin.filters.pass("Hangup", "Event: Hangup\r\n"));
        assert!(!admin.filters.pass("Newchannel", "Event: Newchannel\r\n"));
    }

    #[test]
    fn a_user_that_is_wrong_cannot_log_in() {
        let config = check(
            "[general]\nenabled = yes\nwebenabled = maybe\n[a]\nsecret = x\ndeny = everybody\n\
             [b]\npermit = nobody\n[c]\nsecert = x\n[d]\nread = call,dailplan\n[e]\neventfilter = (\n",
            &[
                "manager.conf:3: `webenabled` in [general]: `maybe` is not yes or no",
                "manager.conf:6: `deny` in [a]: `everybody` is no IP address",
                "manager.conf:8: `permit` in [b]: `nobody` is no IP address",
                "manager.conf:10: unknown option `secert` in [c]; did you mean `secret`?",
                "manager.conf:12: unknown class `dailplan` of `read` in [d]; did you mean `dialplan`?",
                "manager.conf:14: `eventfilter` in [e]: regex parse error:\n    (\n    ^\nerror: unclosed group",
            ],
        );
        let names: Vec<&str> = config.users.iter().map(|user| &*user.name).collect();
        assert_eq!(names, ["d"]);
        assert_eq!(config.user("d").unwrap().read, Classes::CALL);
    }
}
