//! `DigestServer`: challenges requests and checks what comes back.

use super::nonce::{NonceSigner, NonceState};
use super::replay::NonceCounts;
use super::response::Inputs;
use super::{Algorithm, Challenge, Credentials, Qop, Secret};
use crate::entropy::Entropy;
use crate::header::AuthValue;
use crate::method::Method;
use std::time::{Duration, SystemTime};
use subtle::ConstantTimeEq as _;

/// What a server offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestSettings {
    /// The algorithms, most wanted first; each gets a challenge of its own (RFC 8760 2.4).
    pub algorithms: Vec<Algorithm>,
    /// The protections offered; empty offers RFC 2069's form only, which cannot tell a replay.
    pub qop: Vec<Qop>,
    /// How long a nonce is good for.
    pub nonce_lifetime: Duration,
    /// The most nonces in use at once whose counts are remembered by a server that shares them with no other.
    pub replay_capacity: usize,
}

impl Default for DigestSettings {
    /// MD5 with `auth`, 32 seconds, as Asterisk; 65,536 nonces.
    fn default() -> Self {
        Self {
            algorithms: vec![Algorithm::Md5],
            qop: vec![Qop::Auth],
            nonce_lifetime: Duration::from_secs(32),
            replay_capacity: 65_536,
        }
    }
}

/// A request whose sender must prove who it is.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// The request's body, for `auth-int`.
    pub body: &'a [u8],
    /// The realm of the server.
    pub realm: &'a str,
    /// The time of day.
    pub now: SystemTime,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The sender knows the secret of this user.
    Accepted {
        /// The user.
        username: String,
    },
    /// Nothing answers a challenge of this realm: send one.
    NoCredentials,
    /// The secret is right, but the nonce is too old or its count was used before: send a new challenge
    /// with `stale`.
    Stale {
        /// The user.
        username: String,
    },
    /// The user is unknown or the secret wrong; nothing outside may show which.
    Refused {
        /// Who the sender claims to be.
        username: String,
    },
}

/// A server's side of digest authentication.
///
/// Challenges cost no memory. Servers that share a key accept each other's nonces, and should share the counts of
/// these, too.
pub struct DigestServer {
    settings: DigestSettings,
    signer: NonceSigner,
    counts: NonceCounts,
}

impl std::fmt::Debug for DigestServer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DigestServer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl DigestServer {
    /// A server with a secret random key.
    #[must_use]
    pub fn new(key: [u8; 32], settings: DigestSettings) -> Self {
        let counts = NonceCounts::new(settings.replay_capacity);
        Self::sharing(key, settings, counts)
    }

    /// A server that accepts no request again that another one with this key and these counts has accepted.
    #[must_use]
    pub fn sharing(key: [u8; 32], settings: DigestSettings, counts: NonceCounts) -> Self {
        Self { settings, signer: NonceSigner::new(key), counts }
    }

    /// The values of WWW-Authenticate or Proxy-Authenticate, one header line each.
    #[must_use]
    pub fn challenges(
        &self,
        realm: &str,
        stale: bool,
        now: SystemTime,
        entropy: &mut Entropy,
    ) -> Vec<String> {
        let challenge = |&algorithm: &Algorithm| Challenge {
            realm: realm.to_owned(),
            nonce: self.signer.make(realm, now, entropy),
            opaque: None,
            algorithm,
            session: false,
            qop: Some(self.settings.qop.clone()).filter(|qop| !qop.is_empty()),
            stale,
        };
        self.settings.algorithms.iter().map(challenge).map(|challenge| challenge.to_header()).collect()
    }

    /// Checks the values of a request's Authorization or Proxy-Authorization lines.
    ///
    /// `secret_of` gives a user's secret. An unknown user costs the same work as a wrong password.
    pub fn verify<'a, 's>(
        &mut self,
        attempt: &Attempt<'_>,
        credentials: impl Iterator<Item = AuthValue<'a>>,
        mut secret_of: impl FnMut(&str) -> Option<&'s Secret>,
    ) -> Verdict {
        let mut verdict = Verdict::NoCredentials;
        for value in credentials {
            let Some(credentials) = Credentials::parse(&value) else { continue };
            let offered = self.settings.algorithms.contains(&credentials.algorithm);
            if credentials.realm != attempt.realm || !offered {
                continue;
            }
            verdict = self.check(attempt, &credentials, secret_of(&credentials.username));
            if matches!(verdict, Verdict::Accepted { .. }) {
                break;
            }
        }
        verdict
    }

    fn check(
        &mut self,
        attempt: &Attempt<'_>,
        credentials: &Credentials<'_>,
        secret: Option<&Secret>,
    ) -> Verdict {
        let username = credentials.username.clone().into_owned();
        if !proves(attempt, credentials, secret) {
            return Verdict::Refused { username };
        }
        let lifetime = self.settings.nonce_lifetime;
        let fresh = match self.signer.check(&credentials.nonce, attempt.realm, attempt.now, lifetime) {
            NonceState::Invalid => false,
            NonceState::Valid { serial } => match &credentials.protection {
                Some(protection) => self.counts.accept(serial, protection.count, attempt.now, lifetime),
                None => true,
            },
        };
        if fresh { Verdict::Accepted { username } } else { Verdict::Stale { username } }
    }
}

fn proves(attempt: &Attempt<'_>, credentials: &Credentials<'_>, secret: Option<&Secret>) -> bool {
    let (ha1, known) =
        Secret::ha1_in_equal_time(secret, credentials.algorithm, &credentials.username, attempt.realm);
    let inputs = Inputs {
        algorithm: credentials.algorithm,
        nonce: &credentials.nonce,
        method: attempt.method.as_str(),
        uri: &credentials.uri,
        body: attempt.body,
        protection: credentials
            .protection
            .as_ref()
            .map(|protection| (protection.qop, &*protection.cnonce, &*protection.nc)),
    };
    let expected = inputs.response(ha1.as_bytes());
    let given = credentials.response.to_ascii_lowercase();
    let equal = expected.as_bytes().ct_eq(given.as_bytes());
    bool::from(equal & subtle::Choice::from(u8::from(known)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{ClientAuth, Credential, StoredDigest};
    use crate::message::{Limits, Message, parse};
    use std::time::UNIX_EPOCH;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
    }

    struct Scene {
        server: DigestServer,
        client: ClientAuth,
        credential: Credential,
        entropy: Entropy,
    }

    impl Scene {
        fn new(settings: DigestSettings, password: &str) -> Self {
            Self {
                server: DigestServer::new([3; 32], settings),
                client: ClientAuth::default(),
                credential: Credential {
                    realm: None,
                    username: "alice".into(),
                    secret: Secret::Password(password.into()),
                },
                entropy: Entropy::new([4; 32]),
            }
        }

        fn challenge(&mut self, stale: bool, now: SystemTime) {
            let mut text = String::from("SIP/2.0 401 Unauthorized\r\n");
            for value in self.server.challenges("pbx", stale, now, &mut self.entropy) {
                text += &format!("WWW-Authenticate: {value}\r\n");
            }
            let Ok(Message::Response(response)) = parse((text + "\r\n").into(), &Limits::default()) else {
                panic!("a response")
            };
            self.client.learn(&response, std::slice::from_ref(&self.credential)).unwrap();
        }

        fn answer(&mut self, body: &[u8]) -> String {
            let lines = self.client.header_lines(
                &Method::Register,
                "sip:pbx",
                body,
                std::slice::from_ref(&self.credential),
                &mut self.entropy,
            );
            String::from_utf8(lines).unwrap()
        }

        fn verdict(&mut self, line: &str, body: &[u8], now: SystemTime, secret: &Secret) -> Verdict {
            let value = line.trim().strip_prefix("Authorization: ").unwrap_or_default();
            let attempt = Attempt { method: &Method::Register, body, realm: "pbx", now };
            self.server.verify(&attempt, AuthValue::parse(value.as_bytes()).into_iter(), |user| {
                (user == "alice").then_some(secret)
            })
        }
    }

    fn accepted() -> Verdict {
        Verdict::Accepted { username: "alice".into() }
    }

    fn settings(algorithms: &[Algorithm], qop: &[Qop]) -> DigestSettings {
        DigestSettings { algorithms: algorithms.to_vec(), qop: qop.to_vec(), ..DigestSettings::default() }
    }

    fn check(algorithms: &[Algorithm], qop: &[Qop], expect_in_answer: &str) {
        let mut scene = Scene::new(settings(algorithms, qop), "secret");
        scene.challenge(false, at(0));
        let answer = scene.answer(b"body");
        assert!(answer.contains(expect_in_answer), "{answer}");
        let right = Secret::Password("secret".into());
        assert_eq!(scene.verdict(&answer, b"body", at(1), &right), accepted());
        let next = scene.answer(b"body");
        assert_eq!(scene.verdict(&next, b"body", at(1), &right), accepted());
    }

    #[test]
    fn every_algorithm_and_protection_works() {
        use Algorithm::{Md5, Sha256, Sha512_256};
        check(&[Md5], &[Qop::Auth], "algorithm=MD5");
        check(&[Md5], &[], "algorithm=MD5");
        check(&[Sha256], &[Qop::AuthInt], "qop=auth-int");
        check(&[Sha512_256], &[Qop::Auth, Qop::AuthInt], "qop=auth,");
        check(&[Md5, Sha512_256, Sha256], &[Qop::Auth], "algorithm=SHA-512-256");
    }

    #[test]
    fn an_unknown_user_and_a_wrong_password_look_the_same() {
        let mut scene = Scene::new(DigestSettings::default(), "wrong");
        scene.challenge(false, at(0));
        let answer = scene.answer(b"");
        let right = Secret::Password("secret".into());
        let refused = |user: &str| Verdict::Refused { username: user.into() };
        assert_eq!(scene.verdict(&answer, b"", at(1), &right), refused("alice"));
        let other = answer.replace("alice", "nobody");
        assert_eq!(scene.verdict(&other, b"", at(1), &right), refused("nobody"));
        let only_other_hash =
            Secret::Digests(vec![StoredDigest::of(Algorithm::Sha256, "alice", "pbx", "wrong")]);
        assert_eq!(scene.verdict(&answer, b"", at(1), &only_other_hash), refused("alice"));
    }

    #[test]
    fn a_stored_digest_serves_as_well_as_the_password() {
        let mut scene = Scene::new(DigestSettings::default(), "secret");
        scene.challenge(false, at(0));
        let answer = scene.answer(b"");
        let stored = Secret::Digests(vec![StoredDigest::of(Algorithm::Md5, "alice", "pbx", "secret")]);
        assert_eq!(scene.verdict(&answer, b"", at(1), &stored), accepted());
    }

    #[test]
    fn a_replayed_or_old_answer_is_stale_and_a_changed_one_refused() {
        let mut scene = Scene::new(settings(&[Algorithm::Md5], &[Qop::AuthInt]), "secret");
        let right = Secret::Password("secret".into());
        scene.challenge(false, at(0));
        let answer = scene.answer(b"body");
        assert_eq!(
            scene.verdict(&answer, b"other", at(1), &right),
            Verdict::Refused { username: "alice".into() }
        );
        assert_eq!(scene.verdict(&answer, b"body", at(1), &right), accepted());
        let stale = Verdict::Stale { username: "alice".into() };
        assert_eq!(scene.verdict(&answer, b"body", at(2), &right), stale);
        let late = scene.answer(b"body");
        assert_eq!(scene.verdict(&late, b"body", at(60), &right), stale);
        scene.challenge(true, at(60));
        let again = scene.answer(b"body");
        assert_eq!(scene.verdict(&again, b"body", at(60), &right), accepted());
    }

    #[test]
    fn another_realm_scheme_or_algorithm_is_no_answer() {
        let mut scene = Scene::new(DigestSettings::default(), "secret");
        let right = Secret::Password("secret".into());
        scene.challenge(false, at(0));
        let answer = scene.answer(b"");
        for line in [
            answer.replace("realm=\"pbx\"", "realm=\"other\""),
            answer.replace("Digest", "Basic"),
            answer.replace("MD5", "SHA-256"),
            String::new(),
        ] {
            assert_eq!(scene.verdict(&line, b"", at(1), &right), Verdict::NoCredentials, "{line}");
        }
    }
}
