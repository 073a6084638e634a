//! `type = auth`: a user name and what proves it.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{ConfiguredSection, OptionHelp, Problem, Reader, Section};
use obelus_sip::digest::{Algorithm, Secret, StoredDigest};

use super::global::Global;
use super::objects::{ObjectType, Source, Unserved, refused, served, unserved};
use super::values::{self, algorithms, pieces, text};

/// Credentials, for those who come to us and for us at others.
#[derive(Clone, Debug)]
pub struct Auth {
    /// Its name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// The user name.
    pub username: Box<str>,
    /// The password, or hashes of it.
    pub secret: Secret,
    /// The realm. Empty or `*` is any when we are asked; it is `default_realm` when we ask.
    pub realm: Arc<str>,
    /// How long a challenge of ours may be answered.
    pub nonce_lifetime: Duration,
    /// The algorithms that we challenge with, in this order.
    pub uas_algorithms: Vec<Algorithm>,
}

impl ObjectType for Auth {
    const TYPE: &'static str = "auth";
    const UNSERVED: &'static [Unserved] = &[
        refused(
            "supported_algorithms_uac",
            &["", "MD5", "MD5,SHA-256,SHA-512-256"],
            "Challenges of all algorithms that the secret fits are answered, the strongest first.",
        ),
        unserved("refresh_token", &[""], "OAuth is not served."),
        unserved("oauth_clientid", &[""], "OAuth is not served."),
        unserved("oauth_secret", &[""], "OAuth is not served."),
    ];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for Auth {
    const OPTIONS: &'static [OptionHelp] = &[
        served(
            "auth_type",
            "digest",
            "`digest`; `userpass` and `md5` mean the same, `google_oauth` is refused.",
        ),
        served("username", "", "The user name; required."),
        served("password", "", "The password as plain text."),
        served(
            "password_digest",
            "",
            "Hashes of `user:realm:password`, as in `SHA-256:9f86…`, separated by commas.",
        ),
        served("md5_cred", "", "The same as `password_digest = MD5:…`."),
        served(
            "realm",
            "",
            "The realm of our challenges, `default_realm` where empty; where we are challenged, the realm that this answers, any where empty or `*`.",
        ),
        served("nonce_lifetime", "32", "Seconds for which a challenge may be answered."),
        served(
            "supported_algorithms_uas",
            "",
            "The algorithms of our challenges; `default_auth_algorithms_uas` where empty.",
        ),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Auth> {
        values::unserved(reader, Auth::UNSERVED);
        let kinds = [("digest", true), ("userpass", true), ("md5", true), ("google_oauth", false)];
        if reader.choice("auth_type", &kinds) == Some(false) {
            reader.unserved("auth_type", &["digest", "userpass", "md5"]);
        }
        let username = reader.text("username").unwrap_or_default();
        if username.is_empty() {
            reader.missing("username");
        }
        Some(Auth {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            username: username.into(),
            secret: secret(reader),
            realm: text(reader, "realm"),
            nonce_lifetime: reader
                .duration_seconds("nonce_lifetime", 1..=86_400)
                .unwrap_or(Duration::from_secs(32)),
            uas_algorithms: algorithms(reader, "supported_algorithms_uas"),
        })
    }
}

/// A password can do all that its hashes can.
fn secret(reader: &mut Reader<'_>) -> Secret {
    let mut digests = stored_digests(reader, "password_digest");
    digests.extend(stored_digests(reader, "md5_cred"));
    match reader.text("password").filter(|password| !password.is_empty()) {
        Some(password) => Secret::Password(password.into()),
        None => Secret::Digests(digests),
    }
}

fn stored_digests(reader: &mut Reader<'_>, name: &'static str) -> Vec<StoredDigest> {
    let mut digests = Vec::new();
    for (entry, piece) in pieces(reader, name) {
        let parsed = match piece.contains(':') {
            true => StoredDigest::parse(piece),
            false => StoredDigest::parse(&format!("MD5:{piece}")),
        };
        match parsed {
            Ok(digest) => digests.push(digest),
            Err(reason) => reader.reject(entry, &reason.to_string()),
        }
    }
    digests
}

impl Auth {
    /// Takes over the global algorithms where there are no others, and sees whether the secret fits them.
    pub(super) fn complete(&mut self, global: &Global, section: &Section, problems: &mut Vec<Problem>) {
        if self.uas_algorithms.is_empty() {
            self.uas_algorithms.extend_from_slice(&global.uas_algorithms);
        }
        if let Some(missing) = self.uas_algorithms.iter().find(|algorithm| !self.secret.supports(**algorithm))
        {
            let entry = section.entry("supported_algorithms_uas");
            let place = entry.map_or(&section.location, |entry| &entry.location);
            let message =
                format!("[{}] has neither a password nor a password_digest for {missing}", section.name);
            problems.push(Problem::error(place.clone(), message));
        }
    }

    /// The realm of our challenges.
    pub fn challenge_realm<'a>(&'a self, default_realm: &'a str) -> &'a str {
        if self.realm.is_empty() { default_realm } else { &self.realm }
    }
}
