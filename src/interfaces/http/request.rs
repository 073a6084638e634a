//! A request as handlers see it: the address below their name, names and values, the whole body.

use std::net::SocketAddr;

use bytes::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use hyper::http::Extensions;
use hyper::{HeaderMap, Method};

/// A request whose body has been read.
#[derive(Debug)]
pub struct Request {
    /// `GET`, `POST` ….
    pub method: Method,
    /// The address as it came, without what stands behind `?`.
    pub path: String,
    /// What follows the handler's name and its slash, decoded; empty for the name itself.
    pub below: String,
    /// What stands behind `?`.
    pub query: Parameters,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Where it comes from.
    pub remote: SocketAddr,
    /// Where it came in.
    pub local: SocketAddr,
    /// Whether it came over TLS.
    pub is_secure: bool,
    /// What the server keeps beside the request: the way to another protocol.
    pub extensions: Extensions,
}

/// Names and values in their order, decoded.
pub type Parameters = Vec<(String, String)>;

/// Reads `name=value&…`; a plus sign is a blank.
pub fn parameters(text: &str) -> Parameters {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Resolves `+` and `%41`; what is no escape stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = || {
            let digits = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
            // `from_str_radix` would take a sign.
            let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            u8::from_str_radix(digits, 16).ok().filter(|_| are_digits)
        };
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => match escaped() {
                Some(value) => {
                    decoded.push(value);
                    at += 2;
                }
                None => decoded.push(b'%'),
            },
            byte => decoded.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

impl Request {
    /// The text of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of a cookie, without the quotes around it.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value.trim_matches('"'))
    }

    /// All cookies, in their order.
    pub fn cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
    }

    /// What `Authorization` says.
    pub fn authorization(&self) -> Option<&str> {
        self.headers.get(AUTHORIZATION)?.to_str().ok()
    }

    /// The names and values of a form that was sent as the body; none for a body of another kind.
    pub fn form(&self) -> Parameters {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim();
        match kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            true => parameters(&String::from_utf8_lossy(&self.body)),
            false => Parameters::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let found = parameters(text);
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("action=Ping&&x", &[("action", "Ping"), ("x", "")]);
        check("a%3Db=%41+%2b&a%3Db=2", &[("a=b", "A +"), ("a=b", "2")]);
        check("a=%&b=%4&c=%+1&d=%zz", &[("a", "%"), ("b", "%4"), ("c", "% 1"), ("d", "%zz")]);
        check("a=%ff%C3%A9", &[("a", "\u{fffd}é")]);
        check("", &[]);
    }
}
