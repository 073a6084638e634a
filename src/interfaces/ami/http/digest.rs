//! Digest authentication (RFC 7616 with MD5, as Asterisk has it) of the users of manager.conf.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use md5::{Digest, Md5};
use obelus_http::{Answer, Request};
use subtle::ConstantTimeEq;

use crate::ami::Ami;
use crate::config::User;

/// How long a nonce may be used at most, as in Asterisk.
const LIFE: Duration = Duration::from_secs(62);

/// The most sessions whose counts are remembered; then the oldest nonces are no longer taken.
const MOST_COUNTS: usize = 4096;

/// What nonces are made and recognised by.
pub(super) struct Challenges {
    ami: Arc<Ami>,
    key: [u8; 32],
    /// The count that was used last, by nonce.
    counts: Mutex<HashMap<String, (u64, Timestamp)>>,
}

/// Somebody whose digest was right.
pub(super) struct Known {
    pub(super) user: Arc<User>,
    /// What his session is known by.
    pub(super) key: String,
}

/// The fields of `Authorization: Digest`.
type Fields = HashMap<String, String>;

impl Challenges {
    pub(super) fn new(ami: &Arc<Ami>) -> Challenges {
        let key = ami.core().map(|core| core.random.key()).unwrap_or_default();
        Challenges { ami: ami.clone(), key, counts: Mutex::default() }
    }

    /// The user, or the answer that asks for the digest (again).
    pub(super) fn check(&self, request: &Request) -> Result<Known, Answer> {
        let Some(core) = self.ami.core() else { return Err(Answer::not_found()) };
        let now = core.clock.now();
        let Some(fields) = request.authorization().and_then(fields) else {
            return Err(self.challenge(now, None));
        };
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let config = self.ami.config.load_full();
        let found = config.user(field("username"));
        if found.is_some_and(|user| !user.permits(&core, request.remote.ip())) {
            return Err(Answer::forbidden("Permission denied", "Permission denied"));
        }
        // A user who is not there takes as long as a wrong password.
        let secret = found.and_then(|user| user.secret.clone());
        let a1 = sum(&[field("username"), &self.realm(), secret.as_deref().unwrap_or("")]);
        let expected = response(&a1, request.method.as_str(), &fields);
        let is_right = bool::from(expected.as_bytes().ct_eq(field("response").to_lowercase().as_bytes()));
        let user = match found {
            Some(user) if is_right && secret.is_some() => user.clone(),
            _ => {
                tracing::info!(
                    "AMI: {} failed to authenticate as '{}'",
                    request.remote.ip(),
                    field("username"),
                );
                return Err(self.challenge(now, None));
            }
        };
        let opaque = Some(field("opaque")).filter(|opaque| !opaque.is_empty());
        if !self.is_fresh(now, field("nonce"), field("nc")) {
            return Err(self.challenge(now, Some(opaque.unwrap_or(field("nonce")))));
        }
        let key = format!("{}:{}", user.name, opaque.unwrap_or(field("nonce")));
        Ok(Known { user, key })
    }

    /// The system's name, or Asterisk's word.
    fn realm(&self) -> String {
        let name = self.ami.core().map(|core| core.settings.load().system_name.to_string());
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| "asterisk".to_owned())
    }

    fn challenge(&self, now: Timestamp, stale: Option<&str>) -> Answer {
        let (realm, nonce) = (self.realm().replace(['"', '\\'], ""), self.nonce(now));
        let opaque = stale.map_or_else(|| nonce.clone(), |opaque| opaque.replace(['"', '\\'], ""));
        let stale = if stale.is_some() { ", stale=true" } else { "" };
        Answer::unauthorized(&format!(
            "Digest algorithm=MD5, realm=\"{realm}\", nonce=\"{nonce}\", qop=\"auth\", opaque=\"{opaque}\"{stale}"
        ))
    }

    /// The time, chance, and what only we can make of the two.
    fn nonce(&self, now: Timestamp) -> String {
        let chance = self.ami.core().map_or(0, |core| core.random.number());
        self.signed(&format!("{:x}-{chance:x}", now.as_millisecond()))
    }

    fn signed(&self, plain: &str) -> String {
        let inner = Md5::new().chain_update(self.key).chain_update(plain).finalize();
        let sum = Md5::new().chain_update(self.key).chain_update(inner).finalize();
        format!("{plain}-{}", hex(&sum))
    }

    /// Whether the nonce is ours and young, and the count higher than any before.
    fn is_fresh(&self, now: Timestamp, nonce: &str, count: &str) -> bool {
        let Some((plain, _)) = nonce.rsplit_once('-') else { return false };
        if !bool::from(self.signed(plain).as_bytes().ct_eq(nonce.as_bytes())) {
            return false;
        }
        let made = plain.split('-').next().and_then(|time| i64::from_str_radix(time, 16).ok());
        let Some(made) = made.and_then(|made| Timestamp::from_millisecond(made).ok()) else { return false };
        let is_young = |made: Timestamp| now.duration_since(made).unsigned_abs() <= LIFE;
        // RFC 2069 has no count: such a nonce serves once.
        let count = u64::from_str_radix(count, 16).unwrap_or(1);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, (_, made)| is_young(*made));
        let is_new = counts.get(nonce).is_none_or(|(last, _)| *last < count);
        let fresh = is_young(made) && is_new && (counts.len() < MOST_COUNTS || counts.contains_key(nonce));
        if fresh {
            counts.insert(nonce.to_owned(), (count, made));
        }
        fresh
    }
}

/// What the response must be.
fn response(a1: &str, method: &str, fields: &Fields) -> String {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let a2 = sum(&[method, field("uri")]);
    match field("qop") {
        "" => sum(&[a1, field("nonce"), &a2]),
        _ => sum(&[a1, field("nonce"), field("nc"), field("cnonce"), "auth", &a2]),
    }
}

/// The MD5 sum of the parts with colons between.
fn sum(parts: &[&str]) -> String {
    hex(&Md5::digest(parts.join(":")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `Digest name="value", name=value …`; none for anything else.
fn fields(authorization: &str) -> Option<Fields> {
    let (scheme, mut rest) = authorization.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Digest") {
        return None;
    }
    let mut fields = Fields::new();
    while let Some((name, behind)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).to_ascii_lowercase();
        let behind = behind.trim_start();
        let (value, left) = match behind.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (value, left) = behind.split_once(',').unwrap_or((behind, ""));
                (value.trim().to_owned(), left)
            }
        };
        fields.insert(name, value);
        rest = left;
    }
    Some(fields)
}

/// Up to the closing quote, and what is behind it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_right() {
        // RFC 2617, section 3.5.
        let fields = fields(
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             uri=\"/dir/index.html\", qop=auth, nc=00000001, cnonce=\"0a4f113b\", \
             response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
        )
        .unwrap();
        let a1 = sum(&["Mufasa", "testrealm@host.com", "Circle Of Life"]);
        assert_eq!(response(&a1, "GET", &fields), fields["response"]);
    }

    #[test]
    fn what_is_no_digest_is_none() {
        let check = |text: &str| assert_eq!(fields(text), None, "{text}");
        check("Basic YTpi");
        check("Digest");
        check("Digest username=\"open");
        check("Digest username=\"open\\");
    }
}
