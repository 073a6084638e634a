//! The arithmetic of RFC 7616 3.4.

use super::Qop;
use super::algorithm::{Algorithm, Hex};

/// What a proof is made from, besides the password.
pub(super) struct Inputs<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) nonce: &'a str,
    pub(super) method: &'a str,
    pub(super) uri: &'a str,
    pub(super) body: &'a [u8],
    /// Protection, client nonce, count; without it the form of RFC 2069.
    pub(super) protection: Option<(Qop, &'a str, &'a str)>,
}

impl Inputs<'_> {
    /// The proof, from `H(user:realm:password)`.
    pub(super) fn response(&self, ha1: &[u8]) -> Hex {
        let hash = |parts: &[&[u8]]| self.algorithm.hash(parts);
        let (method, uri) = (self.method.as_bytes(), self.uri.as_bytes());
        let ha2 = match self.protection {
            Some((Qop::AuthInt, ..)) => hash(&[method, uri, hash(&[self.body]).as_bytes()]),
            Some((Qop::Auth, ..)) | None => hash(&[method, uri]),
        };
        match self.protection {
            Some((qop, cnonce, nc)) => hash(&[
                ha1,
                self.nonce.as_bytes(),
                nc.as_bytes(),
                cnonce.as_bytes(),
                qop.as_str().as_bytes(),
                ha2.as_bytes(),
            ]),
            None => hash(&[ha1, self.nonce.as_bytes(), ha2.as_bytes()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7616 3.9.1, and RFC 2617's without qop.
    fn check(algorithm: Algorithm, qop: Option<Qop>, expected: &str) {
        let (nonce, cnonce) =
            ("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        let ha1 = algorithm.hash(&[b"Mufasa", b"http-auth@example.org", b"Circle of Life"]);
        let inputs = Inputs {
            algorithm,
            nonce,
            method: "GET",
            uri: "/dir/index.html",
            body: b"",
            protection: qop.map(|qop| (qop, cnonce, "00000001")),
        };
        assert_eq!(inputs.response(ha1.as_bytes()).as_str(), expected);
    }

    #[test]
    fn the_examples_of_rfc_7616() {
        check(Algorithm::Md5, Some(Qop::Auth), "8ca523f5e9506fed4657c9700eebdbec");
        check(
            Algorithm::Sha256,
            Some(Qop::Auth),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        );
    }

    #[test]
    fn without_protection_the_count_is_left_out() {
        let ha1 = Algorithm::Md5.hash(&[b"Mufasa", b"testrealm@host.com", b"CircleOfLife"]);
        let inputs = Inputs {
            algorithm: Algorithm::Md5,
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            method: "GET",
            uri: "/dir/index.html",
            body: b"",
            protection: None,
        };
        assert_eq!(inputs.response(ha1.as_bytes()).as_str(), "1949323746fe6a43ef61f9606e7febea");
    }
}
