//! `pjsip set logger`: which messages are printed, and how; and which are kept for `pjsip show history`.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use obelus_core::conf::Network;
use obelus_core::{Core, verbose};
use obelus_sip::TransportKind;

use crate::config::Debug;
use crate::history::History;

/// Which messages are printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those from or to these networks; empty stands for all.
    pub networks: Vec<Network>,
    /// Those of these methods, in capitals; empty stands for all.
    pub methods: Vec<String>,
}

/// The switch and its filter, read for every message.
#[derive(Debug, Default)]
pub struct Trace {
    is_on: AtomicBool,
    filter: ArcSwap<Filter>,
    /// The messages that are kept.
    pub history: History,
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To us.
    Received,
    /// From us.
    Transmitted,
}

impl Trace {
    /// A switch as `debug` of the configuration asks for.
    pub fn new(debug: Debug) -> Trace {
        let trace = Trace::default();
        trace.configure(debug);
        trace
    }

    /// Sets what `debug` of the configuration asks for.
    pub fn configure(&self, debug: Debug) {
        match debug {
            Debug::Off => self.set(None),
            Debug::All => self.set(Some(Filter::default())),
            Debug::Host(address) => {
                self.set(Some(Filter { networks: vec![host(address)], ..Filter::default() }));
            }
        }
    }

    /// Prints what passes the filter from now on, or nothing.
    pub fn set(&self, filter: Option<Filter>) {
        self.is_on.store(filter.is_some(), Ordering::Release);
        self.filter.store(Arc::new(filter.unwrap_or_default()));
    }

    /// The filter, while anything is printed.
    pub fn filter(&self) -> Option<Arc<Filter>> {
        self.is_on.load(Ordering::Acquire).then(|| self.filter.load_full())
    }

    /// Prints a message, and keeps it, if that is wanted.
    pub fn show(&self, core: &Core, way: Way, kind: TransportKind, remote: SocketAddr, bytes: &[u8]) {
        if self.history.is_on() {
            self.history.record(core.clock.now().into(), way, remote, bytes);
        }
        if !self.is_on.load(Ordering::Relaxed) || !self.filter.load().wants(remote.ip(), bytes) {
            return;
        }
        let what = if bytes.starts_with(b"SIP/2.0 ") { "response" } else { "request" };
        let direction = match way {
            Way::Received => format!("Received SIP {what} ({} bytes) from", bytes.len()),
            Way::Transmitted => format!("Transmitting SIP {what} ({} bytes) to", bytes.len()),
        };
        let text = String::from_utf8_lossy(bytes);
        let text = masked(&text);
        verbose!(core, 0, "<--- {direction} {}:{remote} --->\n{text}", kind.as_str());
    }
}

impl Filter {
    fn wants(&self, address: IpAddr, bytes: &[u8]) -> bool {
        let address = address.to_canonical();
        let by_network =
            self.networks.is_empty() || self.networks.iter().any(|network| network.contains(address));
        let by_method = || {
            let method = method_of(bytes);
            self.methods.iter().any(|wanted| method.eq_ignore_ascii_case(wanted.as_bytes()))
        };
        by_network && (self.methods.is_empty() || by_method())
    }
}

/// The message without what would let its reader log in or listen: answers to challenges and keys of SRTP.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let is_secret = |line: &str| hides(line).is_some();
    if !text.lines().any(is_secret) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match hides(line) {
            Some((from, to)) => {
                shown.push_str(line.get(..from).unwrap_or_default());
                shown.push_str("****");
                shown.push_str(line.get(to..).unwrap_or_default());
            }
            None => shown.push_str(line),
        }
    }
    Cow::Owned(shown)
}

/// Where the secret of a line is, if it has one.
fn hides(line: &str) -> Option<(usize, usize)> {
    let lower = line.to_ascii_lowercase();
    let (begin, ends): (usize, &[char]) = if lower.starts_with("a=crypto:") {
        (lower.find("inline:")? + "inline:".len(), &['|', ' ', '\r', '\n'])
    } else if lower.starts_with("authorization:") || lower.starts_with("proxy-authorization:") {
        match lower.find("response=") {
            Some(at) => (at + "response=".len(), &[',', '\r', '\n']),
            // Another scheme than digest: all of it may be the secret.
            None => (lower.find(':')? + 1, &['\r', '\n']),
        }
    } else {
        return None;
    };
    let rest = line.get(begin..)?;
    Some((begin, begin + rest.find(ends).unwrap_or(rest.len())))
}

fn host(address: IpAddr) -> Network {
    let address = address.to_canonical();
    Network { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
}

/// The method of a request, or of the request that a response answers, read from CSeq.
fn method_of(bytes: &[u8]) -> &[u8] {
    if !bytes.starts_with(b"SIP/2.0 ") {
        return bytes.split(|byte| *byte == b' ').next().unwrap_or_default();
    }
    let is_cseq = |line: &&[u8]| line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"cseq:"));
    let line = bytes.split(|byte| *byte == b'\n').find(is_cseq).unwrap_or_default();
    line.trim_ascii().rsplit(|byte| *byte == b' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(networks: &[&str], methods: &[&str], address: &str, message: &str, expected: bool) {
        let filter = Filter {
            networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
            methods: methods.iter().map(|&method| method.to_owned()).collect(),
        };
        let wants = filter.wants(address.parse().unwrap(), message.as_bytes());
        assert_eq!(wants, expected, "{address} {message}");
    }

    #[test]
    fn hosts_and_methods_narrow_what_is_printed() {
        let response = "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\n\r\n";
        check(&[], &[], "192.0.2.1", "BYE sip:a SIP/2.0\r\n", true);
        check(&["192.0.2.0/24"], &[], "::ffff:192.0.2.1", "BYE sip:a SIP/2.0\r\n", true);
        check(&["192.0.2.0/24"], &[], "192.0.3.1", "BYE sip:a SIP/2.0\r\n", false);
        check(&[], &["REGISTER"], "192.0.2.1", response, true);
        check(&[], &["INVITE"], "192.0.2.1", response, false);
        check(&[], &["INVITE"], "192.0.2.1", "INVITE sip:a SIP/2.0\r\n", true);
    }

    #[test]
    fn secrets_are_not_printed() {
        let check = |text: &str, expected: &str| assert_eq!(masked(text), expected);
        check("INVITE sip:a SIP/2.0\r\nTo: <sip:a>\r\n\r\n", "INVITE sip:a SIP/2.0\r\nTo: <sip:a>\r\n\r\n");
        check(
            "Authorization: Digest username=\"bob\", response=\"0af\", uri=\"sip:a\"\r\nTo: a\r\n",
            "Authorization: Digest username=\"bob\", response=****, uri=\"sip:a\"\r\nTo: a\r\n",
        );
        check("proxy-authorization: Basic Ym9i\n", "proxy-authorization:****\n");
        check(
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20\r\n",
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:****|2^20\r\n",
        );
    }

    #[test]
    fn the_switch_begins_as_configured() {
        let trace = Trace::new(Debug::Host("192.0.2.1".parse().unwrap()));
        assert_eq!(trace.filter().map(|filter| filter.networks.len()), Some(1));
        trace.set(None);
        assert_eq!(trace.filter(), None);
    }
}
