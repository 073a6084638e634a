//! Route sets (RFC 3261 12.1, 12.2.1.1, 16.12).

use crate::header::{Name, NameAddr, NameAddrs};
use crate::message::Headers;
use crate::transport::TransportKind;
use crate::uri::Uri;
use std::fmt::Write as _;
use std::net::SocketAddr;

/// The Record-Route list as Route values; the request's sender takes it backwards.
pub(crate) fn route_texts(headers: &Headers, reversed: bool) -> Box<[Box<str>]> {
    let mut routes: Vec<Box<str>> = headers
        .values(Name::RecordRoute)
        .flat_map(NameAddrs::of)
        .filter(|element| NameAddr::parse(element).is_some())
        .filter_map(|element| std::str::from_utf8(element).ok().map(Box::from))
        .collect();
    if reversed {
        routes.reverse();
    }
    routes.into()
}

/// The URI inside a Route value, as text.
pub(super) fn uri_of(route: &str) -> &str {
    NameAddr::parse(route.as_bytes()).map_or(route, |address| address.uri.as_str())
}

/// A Route value with the address that the proxy's packets come from.
pub(super) fn at_source(route: &str, source: SocketAddr, kind: TransportKind) -> Option<Box<str>> {
    let address = NameAddr::parse(route.as_bytes())?;
    let uri = uri_at_source(&address.uri, source, kind)?;
    Some(format!("<{uri}>{}", address.params.as_str()).into())
}

/// A URI with the address that packets come from.
pub(super) fn uri_at_source(uri: &Uri<'_>, source: SocketAddr, kind: TransportKind) -> Option<String> {
    let uri = uri.as_sip()?;
    let scheme = if uri.secure { "sips" } else { "sip" };
    let mut text = format!("{scheme}:");
    if let Some(user) = uri.user {
        let _ = write!(text, "{user}@");
    }
    let _ = write!(text, "{}", SocketAddr::new(source.ip().to_canonical(), source.port()));
    for param in uri.params.iter().filter(|param| !param.name.eq_ignore_ascii_case("transport")) {
        let _ = write!(text, ";{}", param.name);
        if let Some(value) = param.value {
            let _ = write!(text, "={value}");
        }
    }
    if kind != TransportKind::Udp {
        let _ = write!(text, ";transport={}", kind.as_str());
    }
    Some(text)
}

/// The Request-URI and the Route values of a request to `target` over a route set.
///
/// A first route without `lr` is a strict router: it becomes the Request-URI, and the target the last route
/// (RFC 3261 12.2.1.1).
pub(crate) fn route_request<'a>(target: &'a str, routes: &'a [Box<str>]) -> (&'a str, Vec<String>) {
    let strict = routes.first().filter(|first| {
        Uri::parse(uri_of(first)).is_ok_and(|uri| uri.as_sip().is_some_and(|sip| !sip.is_loose_router()))
    });
    match strict {
        None => (without_headers(target), routes.iter().map(|route| route.to_string()).collect()),
        Some(first) => {
            let rest = routes.iter().skip(1).map(|route| route.to_string());
            (without_headers(uri_of(first)), rest.chain([format!("<{target}>")]).collect())
        }
    }
}

/// A Request-URI has no headers (RFC 3261 19.1.1), though a Contact may bring some.
fn without_headers(text: &str) -> &str {
    let headers = Uri::parse(text).ok().and_then(|uri| uri.as_sip()?.headers);
    headers.and_then(|headers| text.strip_suffix(headers)?.strip_suffix('?')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(routes: &[&str], uri: &str, expected: &[&str]) {
        let routes: Vec<Box<str>> = routes.iter().map(|&route| route.into()).collect();
        let (request_uri, values) = route_request("sip:bob@pc?Subject=x", &routes);
        assert_eq!(
            (request_uri, &values[..]),
            (uri, &expected.iter().map(ToString::to_string).collect::<Vec<_>>()[..])
        );
    }

    #[test]
    fn a_request_uri_has_no_headers_but_any_user() {
        assert_eq!(without_headers("sip:a?b@c?d=e?f"), "sip:a?b@c");
        assert_eq!(without_headers("sip:a?b@c?"), "sip:a?b@c");
        assert_eq!(without_headers("tel:1?2"), "tel:1?2");
    }

    #[test]
    fn loose_routers_are_passed_and_strict_ones_addressed() {
        check(&[], "sip:bob@pc", &[]);
        check(&["<sip:p1;lr>", "<sip:p2>"], "sip:bob@pc", &["<sip:p1;lr>", "<sip:p2>"]);
        check(&["<sip:p1?a=b>", "<sip:p2;lr>"], "sip:p1", &["<sip:p2;lr>", "<sip:bob@pc?Subject=x>"]);
    }
}
