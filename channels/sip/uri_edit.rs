//! SIP URIs with another user, host or parameter.

use std::fmt::Write as _;
use std::net::SocketAddr;

use obelus_sip::TransportKind;
use obelus_sip::uri::{SipUri, Uri, UriBuf, percent_encode_user};

/// A URI to be written anew from the parts of another.
struct Draft<'a> {
    secure: bool,
    user: Option<&'a str>,
    password: Option<&'a str>,
    host_port: String,
    params: String,
    headers: Option<&'a str>,
}

impl<'a> Draft<'a> {
    fn of(uri: &SipUri<'a>) -> Draft<'a> {
        let mut host_port = uri.host().as_str().to_owned();
        if let Some(port) = uri.port() {
            let _ = write!(host_port, ":{port}");
        }
        Draft {
            secure: uri.secure,
            user: uri.user,
            password: uri.password,
            host_port,
            params: uri.params.as_str().to_owned(),
            headers: uri.headers,
        }
    }

    /// The URI; the original where the parts make none.
    fn finish(&self, original: &SipUri<'_>) -> UriBuf {
        let mut text = String::from(if self.secure { "sips:" } else { "sip:" });
        if let Some(user) = self.user {
            text.push_str(user);
            if let Some(password) = self.password {
                let _ = write!(text, ":{password}");
            }
            text.push('@');
        }
        text.push_str(&self.host_port);
        text.push_str(&self.params);
        if let Some(headers) = self.headers {
            let _ = write!(text, "?{headers}");
        }
        text.parse().unwrap_or_else(|_| UriBuf::from(Uri::Sip(*original)))
    }
}

/// Host and port of an address as a URI has them: IPv6 in brackets.
fn host_port(address: SocketAddr) -> String {
    SocketAddr::new(address.ip().to_canonical(), address.port()).to_string()
}

/// The parameters without those of a name.
fn without(uri: &SipUri<'_>, name: &str) -> String {
    let mut text = String::new();
    for param in uri.params.iter().filter(|param| !param.name.eq_ignore_ascii_case(name)) {
        let _ = write!(text, ";{}", param.name);
        if let Some(value) = param.value {
            let _ = write!(text, "={value}");
        }
    }
    text
}

/// The URI as it is seen from here: at the address that its packets come from, over this transport.
pub(crate) fn at_source(uri: &SipUri<'_>, source: SocketAddr, transport: TransportKind) -> UriBuf {
    let mut params = without(uri, "transport");
    if transport != TransportKind::Udp {
        let _ = write!(params, ";transport={}", transport.as_str());
    }
    Draft { host_port: host_port(source), params, ..Draft::of(uri) }.finish(uri)
}

/// The URI with another user, which is escaped where it must be.
pub(crate) fn with_user(uri: &SipUri<'_>, user: &str) -> UriBuf {
    let user = percent_encode_user(user);
    Draft { user: Some(&user), password: None, ..Draft::of(uri) }.finish(uri)
}

/// The URI with `user=phone` if its user is a number: digits, `*`, `#`, and letters A to D, with an optional `+`.
pub(crate) fn with_user_phone(uri: &SipUri<'_>) -> Option<UriBuf> {
    let user = uri.user?;
    let digits = user.strip_prefix('+').unwrap_or(user);
    let is_number = !user.is_empty() && digits.bytes().all(|digit| b"0123456789*#ABCDabcd".contains(&digit));
    let params = without(uri, "user") + ";user=phone";
    is_number.then(|| Draft { params, ..Draft::of(uri) }.finish(uri))
}

/// The URI without a parameter, and the parameter's value, if there is one.
pub(crate) fn without_param<'a>(uri: &SipUri<'a>, name: &str) -> Option<(UriBuf, &'a str)> {
    let value = uri.params.value(name)?;
    Some((Draft { params: without(uri, name), ..Draft::of(uri) }.finish(uri), value))
}

/// The URI with one more parameter, in the place of one of the same name.
pub(crate) fn with_param(uri: &SipUri<'_>, name: &str, value: &str) -> UriBuf {
    let params = format!("{};{name}={value}", without(uri, name));
    Draft { params, ..Draft::of(uri) }.finish(uri)
}

/// The URI at another host and port, written as in a URI.
pub(crate) fn at_host(uri: &SipUri<'_>, host_port: &str) -> UriBuf {
    Draft { host_port: host_port.to_owned(), ..Draft::of(uri) }.finish(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, edit: impl Fn(&SipUri<'_>) -> UriBuf, expected: &str) {
        let uri = Uri::parse(text).unwrap();
        assert_eq!(edit(uri.as_sip().unwrap()).as_str(), expected, "{text}");
    }

    #[test]
    fn a_contact_is_seen_where_its_packets_come_from() {
        let at = |source: &str, kind| {
            let source = source.parse().unwrap();
            move |uri: &SipUri<'_>| at_source(uri, source, kind)
        };
        check(
            "sip:a:pw@10.0.0.1;ob;x=1",
            at("192.0.2.1:5071", TransportKind::Udp),
            "sip:a:pw@192.0.2.1:5071;ob;x=1",
        );
        check(
            "sip:a@10.0.0.1:5;transport=udp",
            at("192.0.2.1:6", TransportKind::Tcp),
            "sip:a@192.0.2.1:6;transport=TCP",
        );
        check("sip:10.0.0.1;transport=TCP", at("[2001:db8::1]:5", TransportKind::Udp), "sip:[2001:db8::1]:5");
        check("sip:a@h", at("[::ffff:192.0.2.1]:5", TransportKind::Udp), "sip:a@192.0.2.1:5");
    }

    #[test]
    fn users_are_replaced_and_escaped() {
        check("sip:a@h;lr", |uri| with_user(uri, "b c"), "sip:b%20c@h;lr");
        check("sips:h:5061?a=b", |uri| with_user(uri, "+49"), "sips:+49@h:5061?a=b");
    }

    #[test]
    fn only_numbers_become_phones() {
        let phone = |text: &str| {
            let uri = Uri::parse(text).unwrap();
            with_user_phone(uri.as_sip().unwrap()).map(|uri| uri.to_string())
        };
        assert_eq!(phone("sip:+4930@h").as_deref(), Some("sip:+4930@h;user=phone"));
        assert_eq!(phone("sip:*43#@h;user=ip").as_deref(), Some("sip:*43#@h;user=phone"));
        assert_eq!(phone("sip:alice@h"), None);
        assert_eq!(phone("sip:h"), None);
    }

    #[test]
    fn a_parameter_is_taken_out() {
        let uri = Uri::parse("sip:a@192.0.2.1:5;x-ast-orig-host=10.0.0.1:5060;ob").unwrap();
        let (rest, value) = without_param(uri.as_sip().unwrap(), "x-ast-orig-host").unwrap();
        assert_eq!((rest.as_str(), value), ("sip:a@192.0.2.1:5;ob", "10.0.0.1:5060"));
        check("sip:a@192.0.2.1:5;ob", |uri| at_host(uri, "10.0.0.1:5060"), "sip:a@10.0.0.1:5060;ob");
    }
}
