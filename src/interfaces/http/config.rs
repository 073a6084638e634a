//! `http.conf`, typed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{
    AccessList, ConfiguredSection, Document, OptionHelp, Problem, Problems, Reader, Section,
};

use crate::tls::Files;

/// Where Asterisk listens.
const PORT: u16 = 8088;

/// Where Asterisk listens for TLS.
const TLS_PORT: u16 = 8089;

/// The certificate and key that Asterisk looks for.
const CERTIFICATE: &str = "asterisk.pem";

/// What the server calls itself where http.conf does not say.
const SERVER_NAME: &str = concat!("Obelus/", env!("CARGO_PKG_VERSION"));

/// What http.conf says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// None where it is switched off or has no address.
    pub(crate) address: Option<SocketAddr>,
    pub(crate) tls: Option<Tls>,
    /// With its slash; empty for none.
    pub(crate) prefix: String,
    pub(crate) server_name: String,
    pub(crate) session_limit: usize,
    pub(crate) inactivity: Duration,
    /// None: a connection ends with its first answer.
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) shows_status: bool,
    /// From and to.
    pub(crate) redirects: Vec<(String, String)>,
    pub(crate) restrictions: Vec<Restriction>,
}

/// TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) address: SocketAddr,
    pub(crate) files: Files,
}

/// Who may ask for what begins with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) path: String,
    pub(crate) access: AccessList,
    /// Lists of acl.conf, all of which must permit.
    pub(crate) lists: Vec<Arc<str>>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            address: None,
            tls: None,
            prefix: String::new(),
            server_name: SERVER_NAME.to_owned(),
            session_limit: 100,
            inactivity: Duration::from_secs(30),
            keep_alive: Some(Duration::from_secs(15)),
            shows_status: false,
            redirects: Vec::new(),
            restrictions: Vec::new(),
        }
    }
}

impl Config {
    /// Reads http.conf; what is wrong is left out and reported.
    pub(crate) fn load(document: &Document, problems: &mut Problems) -> Config {
        let mut config = Config::default();
        for section in document.sections_named("general") {
            let mut reader = Reader::new(section, problems);
            config = Config::read(&mut reader).unwrap_or_default();
            // What is wrong has been reported, and the default stands in for it.
            let _ = reader.finish();
        }
        for section in document.concrete().filter(|section| !section.name.eq_ignore_ascii_case("general")) {
            match Restriction::load(section, problems) {
                Some(restriction) => config.restrictions.push(restriction),
                None if section.name.starts_with('/') => {
                    // Who may come must not be guessed: nobody may.
                    config.restrictions.push(Restriction::nobody(&section.name));
                }
                None => {}
            }
        }
        config
    }

    /// Where it listens, with whether that is for TLS.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.address.into_iter().chain(self.tls.as_ref().map(|tls| tls.address))
    }
}

const fn help(name: &'static str, default: &'static str, synopsis: &'static str) -> OptionHelp {
    OptionHelp { name, default, synopsis }
}

impl ConfiguredSection for Config {
    const OPTIONS: &'static [OptionHelp] = &[
        help("enabled", "no", "Whether anything is served."),
        help("bindaddr", "", "The address to listen on; without one nothing is served."),
        help("bindport", "8088", "The port to listen on."),
        help("prefix", "", "A word that all addresses begin with."),
        help("servername", "", "What the server calls itself; empty for nothing."),
        help("sessionlimit", "100", "How many connections there may be."),
        help("session_inactivity", "30000", "Milliseconds to wait for the rest of a request."),
        help("session_keep_alive", "15000", "Milliseconds to wait for the next request; 0 ends connections."),
        help("enable_static", "no", "Files are not served yet."),
        help("enable_status", "no", "Whether /httpstatus shows how the server is set up."),
        help("redirect", "", "An address and where those who ask for it are sent; several times."),
        help("tlsenable", "no", "Whether it is served over TLS, 1.2 or 1.3, as well."),
        help("tlsbindaddr", "", "Address and port for TLS; bindaddr and 8089 by default."),
        help("tlscertfile", "asterisk.pem", "The certificate and those that vouch for it, as PEM."),
        help("tlsprivatekey", "", "The key, as PEM; in the file of the certificate by default."),
        help("tlscipher", "", "Other ciphers than the safe ones are not served."),
        help("tlsdisablev1", "yes", "TLS 1.0 is not spoken."),
        help("tlsdisablev11", "yes", "TLS 1.1 is not spoken."),
        help("tlsdisablev12", "no", "TLS 1.2 is spoken."),
        help("tlsservercipherorder", "yes", "The server's order of ciphers counts."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Config> {
        let default = Config::default();
        refuse(reader);
        let enabled = reader.boolean("enabled").unwrap_or(false);
        let port = reader.integer("bindport", 1..=u16::MAX).unwrap_or(PORT);
        let address = reader.address("bindaddr", port).filter(|_| enabled);
        let wait =
            |reader: &mut Reader<'_>, name, least| reader.duration_milliseconds(name, least..=86_400_000);
        let keep_alive = wait(reader, "session_keep_alive", 0);
        Some(Config {
            address,
            tls: tls(reader, address).filter(|_| enabled),
            prefix: prefix(reader.text("prefix").unwrap_or("")),
            server_name: reader.text("servername").map_or(default.server_name, str::to_owned),
            session_limit: reader.integer("sessionlimit", 1..=1_000_000).unwrap_or(default.session_limit),
            inactivity: wait(reader, "session_inactivity", 1).unwrap_or(default.inactivity),
            keep_alive: keep_alive.or(default.keep_alive).filter(|time| !time.is_zero()),
            shows_status: any(reader, "enable_status", "enablestatus"),
            redirects: redirects(reader),
            restrictions: Vec::new(),
        })
    }
}

/// What cannot be had, and what cannot be had otherwise.
fn refuse(reader: &mut Reader<'_>) {
    reader.unserved("enable_static", &["no"]);
    reader.unserved("enablestatic", &["no"]);
    reader.unserved("tlscipher", &["", "ALL", "DEFAULT", "HIGH"]);
    reader.unserved("tlsdisablev1", &["yes"]);
    reader.unserved("tlsdisablev11", &["yes"]);
    reader.unserved("tlsdisablev12", &["no"]);
    reader.unserved("tlsservercipherorder", &["yes"]);
}

/// An option and its old name.
fn any(reader: &mut Reader<'_>, name: &'static str, old: &'static str) -> bool {
    let (new, old) = (reader.boolean(name), reader.boolean(old));
    new.or(old).unwrap_or(false)
}

/// With one slash before it and none behind it.
fn prefix(text: &str) -> String {
    match text.trim_matches('/') {
        "" => String::new(),
        word => format!("/{word}"),
    }
}

fn tls(reader: &mut Reader<'_>, http: Option<SocketAddr>) -> Option<Tls> {
    let enabled = reader.boolean("tlsenable").unwrap_or(false);
    let own = reader.address("tlsbindaddr", TLS_PORT);
    let address = own.or(http.map(|http| SocketAddr::new(http.ip(), TLS_PORT)));
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(PathBuf::from);
    let certificate = filled(reader.text("tlscertfile")).unwrap_or_else(|| CERTIFICATE.into());
    let key = filled(reader.text("tlsprivatekey")).unwrap_or_else(|| certificate.clone());
    let address = address.filter(|_| enabled)?;
    Some(Tls { address, files: Files { certificate, key } })
}

fn redirects(reader: &mut Reader<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in reader.all("redirect") {
        let mut words = entry.value.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(from), Some(to), None) => found.push((from.to_owned(), to.to_owned())),
            _ => reader.reject(entry, "takes two addresses with a blank between"),
        }
    }
    found
}

impl Restriction {
    fn nobody(path: &str) -> Restriction {
        // A list that does not exist permits nobody.
        Restriction { path: path.to_owned(), access: AccessList::default(), lists: vec!["".into()] }
    }

    fn load(section: &Section, problems: &mut Problems) -> Option<Restriction> {
        if section.name.eq_ignore_ascii_case("post_mappings") {
            if let Some(entry) = section.entries.first() {
                let reason = "files that are sent by POST are not served yet";
                problems.push(Problem::error(entry.location.clone(), reason));
            }
            return None;
        }
        let mut reader = Reader::new(section, problems);
        let restriction = Restriction::read(&mut reader);
        restriction.filter(|_| reader.finish())
    }
}

impl ConfiguredSection for Restriction {
    const OPTIONS: &'static [OptionHelp] = &[
        help("type", "", "restriction"),
        help("permit", "", "Networks that may ask; the last line that fits decides."),
        help("deny", "", "Networks that may not ask."),
        help("acl", "", "A list of acl.conf that must permit it as well."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Restriction> {
        let kind = reader.choice("type", &[("restriction", ())]);
        let access = AccessList::read(reader, "permit", "deny");
        let lists = reader.list("acl").unwrap_or_default().into_iter().map(Arc::from).collect();
        if kind.is_none() {
            reader.missing("type");
        }
        let path = reader.section().name.to_string();
        kind.map(|()| Restriction { path, access, lists })
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::{MemoryFiles, load};

    use super::*;

    fn check(text: &str, expected: &[&str]) -> Config {
        let mut problems = Problems::new();
        let document = load(&MemoryFiles::new().file("http.conf", text), "http.conf", &mut problems);
        let config = Config::load(&document, &mut problems);
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(texts, expected);
        config
    }

    #[test]
    fn asterisks_file_is_read() {
        let config = check(
            "[general]\nservername=Asterisk\nenabled=yes\nbindaddr=127.0.0.1\nprefix=/asterisk\n\
             session_keep_alive=0\nredirect = / /static/config/index.html\ntlsenable=yes\n\
             tlscertfile=/tmp/foo.pem\n[/ari]\ntype=restriction\ndeny=0.0.0.0/0\npermit=127.0.0.1\nacl=office\n",
            &[],
        );
        assert_eq!(config.address, Some("127.0.0.1:8088".parse().unwrap()));
        let tls = config.tls.unwrap();
        assert_eq!(tls.address, "127.0.0.1:8089".parse().unwrap());
        assert_eq!(tls.files.certificate, tls.files.key);
        assert_eq!((&*config.prefix, config.keep_alive), ("/asterisk", None));
        assert_eq!(config.redirects, [("/".to_owned(), "/static/config/index.html".to_owned())]);
        assert_eq!(config.restrictions.len(), 1);
        assert_eq!(&*config.restrictions[0].lists[0], "office");
    }

    #[test]
    fn nothing_is_served_without_an_address() {
        assert_eq!(check("", &[]), Config::default());
        assert_eq!(check("[general]\nenabled=yes\n", &[]).address, None);
        assert_eq!(check("[general]\nbindaddr=127.0.0.1\n", &[]).address, None);
    }

    #[test]
    fn what_is_wrong_is_named_and_lets_nobody_in() {
        let config = check(
            "[general]\nenable_static=yes\nredirect=/\n[/ari]\ntype=restriction\ndeny=everybody\n",
            &[
                "http.conf:2: `enable_static = yes` in [general] is not served yet",
                "http.conf:3: `redirect` in [general]: takes two addresses with a blank between",
                "http.conf:6: `deny` in [/ari]: `everybody` is no IP address",
            ],
        );
        assert_eq!(config.restrictions, [Restriction::nobody("/ari")]);
    }
}
