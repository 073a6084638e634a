//! `ClientAuth`: answers the challenges of servers and proxies, and goes on answering until they change.

use super::response::Inputs;
use super::{Algorithm, Challenge, Qop, Secret};
use crate::entropy::Entropy;
use crate::grammar::quote;
use crate::header::Name;
use crate::message::Response;
use crate::method::Method;
use std::io::Write as _;

/// A user and a secret, for one realm or for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The realm that it is for; `None` is any.
    pub realm: Option<Box<str>>,
    /// The user.
    pub username: Box<str>,
    /// The proof.
    pub secret: Secret,
}

/// Why a challenge is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotAnswer {
    /// The response has no digest challenge that can be understood.
    #[error("the server's challenge uses no algorithm or protection known here")]
    NoChallenge,
    /// No credential is for the realm, or only hashes of other algorithms are stored.
    #[error("there are no credentials for the realm of the challenge")]
    NoCredential,
    /// The answer was already given, and it was not accepted.
    #[error("the credentials were refused")]
    Refused,
}

/// What a client remembers of the challenges that it answers, one per realm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientAuth {
    answers: Vec<Answer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    from_proxy: bool,
    challenge: Challenge,
    /// Which of the credentials.
    credential: usize,
    count: u32,
    cnonce: String,
    /// Answered since it came, and not yet known to be accepted.
    unproven: bool,
}

impl ClientAuth {
    /// Takes the challenges of a 401 or 407, the strongest that can be answered of each realm.
    ///
    /// # Errors
    /// [`CannotAnswer`]: the request need not be sent again.
    pub fn learn(&mut self, response: &Response, credentials: &[Credential]) -> Result<(), CannotAnswer> {
        let mut result = Err(CannotAnswer::NoChallenge);
        for (name, from_proxy) in [(Name::WwwAuthenticate, false), (Name::ProxyAuthenticate, true)] {
            let mut challenges: Vec<_> = response
                .auth(name)
                .filter_map(|value| Challenge::parse(&value))
                .filter(Challenge::is_answerable)
                .collect();
            // Strongest first; a stable sort keeps the server's order among equals (RFC 8760 2.4).
            challenges.sort_by_key(|challenge| std::cmp::Reverse(challenge.algorithm));
            let mut realms: Vec<String> = Vec::new();
            for challenge in challenges {
                if realms.contains(&challenge.realm) {
                    continue;
                }
                let Some(credential) = find(credentials, &challenge) else {
                    if result == Err(CannotAnswer::NoChallenge) {
                        result = Err(CannotAnswer::NoCredential);
                    }
                    continue;
                };
                realms.push(challenge.realm.clone());
                self.remember(from_proxy, challenge, credential)?;
                result = Ok(());
            }
        }
        result
    }

    fn remember(
        &mut self,
        from_proxy: bool,
        challenge: Challenge,
        credential: usize,
    ) -> Result<(), CannotAnswer> {
        let known = self
            .answers
            .iter()
            .position(|answer| answer.from_proxy == from_proxy && answer.challenge.realm == challenge.realm);
        if let Some(known) = known {
            let answer = self.answers.remove(known);
            if answer.unproven && !challenge.stale {
                return Err(CannotAnswer::Refused);
            }
        }
        self.answers.push(Answer {
            from_proxy,
            challenge,
            credential,
            count: 0,
            cnonce: String::new(),
            unproven: false,
        });
        Ok(())
    }

    /// Notes that a request with these answers was accepted, so that a later challenge is about their age and
    /// not about the password.
    pub fn accepted(&mut self) {
        for answer in &mut self.answers {
            answer.unproven = false;
        }
    }

    /// Is there nothing to answer?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// The Authorization and Proxy-Authorization lines for a request, each with its line end.
    #[must_use]
    pub fn header_lines(
        &mut self,
        method: &Method,
        uri: &str,
        body: &[u8],
        credentials: &[Credential],
        entropy: &mut Entropy,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        for answer in &mut self.answers {
            if let Some(credential) = credentials.get(answer.credential) {
                answer.write(&mut out, method, uri, body, credential, entropy);
            }
        }
        out
    }
}

fn find(credentials: &[Credential], challenge: &Challenge) -> Option<usize> {
    let fits = |credential: &Credential| credential.secret.supports(challenge.algorithm);
    let exact =
        |credential: &Credential| credential.realm.as_deref() == Some(&challenge.realm) && fits(credential);
    let any = |credential: &Credential| credential.realm.is_none() && fits(credential);
    credentials.iter().position(exact).or_else(|| credentials.iter().position(any))
}

impl Answer {
    fn write(
        &mut self,
        out: &mut Vec<u8>,
        method: &Method,
        uri: &str,
        body: &[u8],
        credential: &Credential,
        entropy: &mut Entropy,
    ) {
        self.count += 1;
        self.unproven = true;
        if self.cnonce.is_empty() {
            self.cnonce = entropy.token().to_string();
        }
        let challenge = &self.challenge;
        let nc = format!("{:08x}", self.count);
        let qop = challenge.qop.as_ref().map(|offered| best_qop(offered));
        let Some(ha1) = self.ha1(credential) else { return };
        let inputs = Inputs {
            algorithm: challenge.algorithm,
            nonce: &challenge.nonce,
            method: method.as_str(),
            uri,
            body,
            protection: qop.map(|qop| (qop, self.cnonce.as_str(), nc.as_str())),
        };
        let response = inputs.response(ha1.as_bytes());
        let name = if self.from_proxy { Name::ProxyAuthorization } else { Name::Authorization };
        let session = if challenge.session { "-sess" } else { "" };
        // Writing into a Vec cannot fail.
        let _ = write!(
            out,
            "{name}: Digest username={},realm={},nonce={},uri={},response=\"{}\",algorithm={}{session}",
            quote(&credential.username),
            quote(&challenge.realm),
            quote(&challenge.nonce),
            quote(uri),
            response.as_str(),
            challenge.algorithm,
        );
        if let Some(qop) = qop {
            let _ = write!(out, ",cnonce={},qop={},nc={nc}", quote(&self.cnonce), qop.as_str());
        } else if challenge.session {
            let _ = write!(out, ",cnonce={}", quote(&self.cnonce));
        }
        if let Some(opaque) = &challenge.opaque {
            let _ = write!(out, ",opaque={}", quote(opaque));
        }
        out.extend_from_slice(b"\r\n");
    }

    fn ha1(&self, credential: &Credential) -> Option<super::algorithm::Hex> {
        let challenge = &self.challenge;
        let algorithm: Algorithm = challenge.algorithm;
        let ha1 = credential.secret.ha1(algorithm, &credential.username, &challenge.realm)?;
        Some(if challenge.session {
            algorithm.hash(&[ha1.as_bytes(), challenge.nonce.as_bytes(), self.cnonce.as_bytes()])
        } else {
            ha1
        })
    }
}

fn best_qop(offered: &[Qop]) -> Qop {
    if offered.contains(&Qop::Auth) { Qop::Auth } else { Qop::AuthInt }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::StoredDigest;
    use crate::message::{Limits, Message, parse};

    fn response(lines: &str) -> Response {
        let text = format!("SIP/2.0 401 Unauthorized\r\n{lines}\r\n\r\n");
        match parse(text.into(), &Limits::default()) {
            Ok(Message::Response(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    fn credential(realm: Option<&str>, username: &str) -> Credential {
        Credential {
            realm: realm.map(Into::into),
            username: username.into(),
            secret: Secret::Password("pw".into()),
        }
    }

    fn lines(auth: &mut ClientAuth, credentials: &[Credential]) -> String {
        let lines = auth.header_lines(&Method::Invite, "sip:b", b"", credentials, &mut Entropy::new([0; 32]));
        String::from_utf8(lines).unwrap()
    }

    #[test]
    fn the_exact_realm_wins_over_any() {
        let credentials = [credential(None, "any"), credential(Some("r2"), "second")];
        let mut auth = ClientAuth::default();
        let challenges = "WWW-Authenticate: Digest realm=\"r1\",nonce=\"1\"\r\nProxy-Authenticate: Digest realm=\"r2\",nonce=\"2\"";
        auth.learn(&response(challenges), &credentials).unwrap();
        let lines = lines(&mut auth, &credentials);
        assert!(
            lines.contains("\r\nProxy-Authorization: Digest username=\"second\",realm=\"r2\""),
            "{lines}"
        );
        assert!(lines.starts_with("Authorization: Digest username=\"any\",realm=\"r1\""), "{lines}");
    }

    #[test]
    fn a_refusal_ends_the_attempts_unless_the_nonce_was_stale() {
        let credentials = [credential(None, "any")];
        let mut auth = ClientAuth::default();
        let challenge = |nonce: &str, stale: bool| {
            response(&format!(
                "WWW-Authenticate: Digest realm=\"r\",nonce=\"{nonce}\",stale={stale},qop=\"auth\""
            ))
        };
        auth.learn(&challenge("1", false), &credentials).unwrap();
        let _ = lines(&mut auth, &credentials);
        auth.learn(&challenge("2", true), &credentials).unwrap();
        let _ = lines(&mut auth, &credentials);
        assert_eq!(auth.learn(&challenge("3", false), &credentials), Err(CannotAnswer::Refused));
        auth.learn(&challenge("4", false), &credentials).unwrap();
        assert!(lines(&mut auth, &credentials).contains("nc=00000001"));
        auth.accepted();
        assert!(lines(&mut auth, &credentials).contains("nc=00000002"));
        auth.accepted();
        auth.learn(&challenge("5", false), &credentials).unwrap();
    }

    #[test]
    fn without_a_fitting_challenge_or_credential_there_is_no_answer() {
        let mut auth = ClientAuth::default();
        let digest = response("WWW-Authenticate: Digest realm=\"r\",nonce=\"1\"");
        assert_eq!(auth.learn(&digest, &[]), Err(CannotAnswer::NoCredential));
        assert_eq!(auth.learn(&digest, &[credential(Some("x"), "u")]), Err(CannotAnswer::NoCredential));
        let sha = Secret::Digests(vec![StoredDigest::of(Algorithm::Sha256, "u", "r", "pw")]);
        let stored = Credential { realm: None, username: "u".into(), secret: sha };
        assert_eq!(auth.learn(&digest, &[stored]), Err(CannotAnswer::NoCredential));
        let basic = response("WWW-Authenticate: Basic realm=\"r\"");
        assert_eq!(auth.learn(&basic, &[credential(None, "u")]), Err(CannotAnswer::NoChallenge));
    }

    #[test]
    fn opaque_and_session_keys_are_given_back() {
        let credentials = [credential(None, "u")];
        let mut auth = ClientAuth::default();
        let challenge = "WWW-Authenticate: Digest realm=\"r\",nonce=\"1\",algorithm=SHA-256-sess,opaque=\"o\",qop=\"auth-int\"";
        auth.learn(&response(challenge), &credentials).unwrap();
        let lines = lines(&mut auth, &credentials);
        assert!(
            lines.contains("algorithm=SHA-256-sess")
                && lines.contains("qop=auth-int")
                && lines.contains("opaque=\"o\"")
        );
    }
}
