//! `Contact`: where an address of record can be reached, and `Health`: whether somebody answers there.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use md5::{Digest, Md5};
use obelus_sip::Flow;
use obelus_sip::uri::UriBuf;

use crate::config::Aor;

/// A way to an address of record. It never changes; a refresh makes another one that shares its health.
#[derive(Clone, Debug)]
pub struct Contact {
    /// The name of the address of record.
    pub aor: Arc<str>,
    /// Where requests go.
    pub uri: UriBuf,
    /// Configured or registered.
    pub kind: Kind,
    /// Whether somebody answers there.
    pub health: Arc<Health>,
    hash: Hash,
}

/// Whether a contact is configured or registered.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `contact =` in the configuration: it never expires.
    Permanent,
    /// It came with REGISTER.
    Registered(Box<Binding>),
}

/// What REGISTER said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// When it ends.
    pub expires: SystemTime,
    /// When it was last refreshed; `None` for one of a former life of the PBX.
    pub refreshed: Option<SystemTime>,
    /// The Call-ID of the last refresh.
    pub call_id: Box<str>,
    /// The CSeq of the last refresh.
    pub cseq: u32,
    /// The Contact as it was sent, where it is not what requests go to.
    pub sent_as: Option<UriBuf>,
    /// The Path, first hop first (RFC 3327).
    pub path: Vec<Box<str>>,
    /// User-Agent.
    pub user_agent: Box<str>,
    /// Host of the last Via: what the phone takes for its address.
    pub via_host: Box<str>,
    /// Port of the last Via; 0 where none is written.
    pub via_port: u16,
    /// The endpoint that registered.
    pub endpoint: Arc<str>,
    /// The name of the system that it registered with.
    pub server: Arc<str>,
    /// Where REGISTER came from.
    pub flow: Option<Flow>,
    /// It is gone with its connection, and so with a restart.
    pub prune_on_boot: bool,
}

/// The MD5 of a URI in hexadecimal, which names a contact.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    fn of(uri: &str) -> Hash {
        let mut text = [0; 32];
        let digest = Md5::digest(uri.as_bytes());
        for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
            pair.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
        Hash(text)
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn hex_digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Contact {
    /// A configured contact.
    pub fn permanent(aor: &Arc<str>, uri: UriBuf) -> Contact {
        Contact::new(aor, uri, Kind::Permanent)
    }

    /// A contact that registers for the first time.
    pub fn registered(aor: &Arc<str>, uri: UriBuf, binding: Binding) -> Contact {
        Contact::new(aor, uri, Kind::Registered(Box::new(binding)))
    }

    fn new(aor: &Arc<str>, uri: UriBuf, kind: Kind) -> Contact {
        let hash = Hash::of(uri.as_str());
        Contact { aor: aor.clone(), uri, kind, health: Arc::default(), hash }
    }

    /// The same contact with a later binding.
    pub fn refreshed(&self, binding: Binding) -> Contact {
        Contact { kind: Kind::Registered(Box::new(binding)), ..self.clone() }
    }

    /// What REGISTER said; `None` for a configured one.
    pub fn binding(&self) -> Option<&Binding> {
        match &self.kind {
            Kind::Permanent => None,
            Kind::Registered(binding) => Some(binding),
        }
    }

    /// The digits that name it within its address of record.
    pub fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Asterisk's name of it: `1001;@9f…` for a registered one, `1001@@9f…` for a configured one.
    pub fn id(&self) -> String {
        let separator = if self.binding().is_some() { ";@" } else { "@@" };
        format!("{}{separator}{}", self.aor, self.hash.as_str())
    }

    /// Its fields by Asterisk's names, as `PJSIP_CONTACT` and `pjsip show contact` give them.
    pub fn settings(&self, aor: &Aor) -> Vec<(&'static str, String)> {
        let binding = self.binding();
        let text = |read: fn(&Binding) -> String| binding.map(read).unwrap_or_default();
        let flag = |value| String::from(if value { "yes" } else { "no" });
        let qualify = &aor.qualify;
        let epoch =
            |binding: &Binding| binding.expires.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        vec![
            ("authenticate_qualify", flag(qualify.authenticate)),
            ("call_id", text(|binding| binding.call_id.to_string())),
            ("endpoint", text(|binding| binding.endpoint.to_string())),
            ("expiration_time", binding.map_or(0, epoch).to_string()),
            ("outbound_proxy", aor.outbound_proxy.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("path", text(|binding| binding.path.join(","))),
            ("prune_on_boot", flag(binding.is_some_and(|binding| binding.prune_on_boot))),
            ("qualify_2xx_only", qualify.only_2xx.to_string()),
            ("qualify_frequency", qualify.every.unwrap_or_default().as_secs().to_string()),
            ("qualify_timeout", format!("{:.6}", qualify.timeout.unwrap_or_default().as_secs_f64())),
            ("reg_server", text(|binding| binding.server.to_string())),
            ("uri", self.uri.to_string()),
            ("user_agent", text(|binding| binding.user_agent.to_string())),
            ("via_addr", text(|binding| binding.via_host.to_string())),
            ("via_port", binding.map_or(0, |binding| binding.via_port).to_string()),
        ]
    }

    /// What registered it called itself; empty for one that did not register.
    pub fn user_agent(&self) -> &str {
        self.binding().map(|binding| &*binding.user_agent).unwrap_or_default()
    }

    /// Whether it still holds.
    pub fn is_alive(&self, now: SystemTime) -> bool {
        self.binding().is_none_or(|binding| binding.expires > now)
    }

    /// How long it still holds; `None` for a configured one.
    pub fn remaining(&self, now: SystemTime) -> Option<Duration> {
        self.binding().map(|binding| binding.expires.duration_since(now).unwrap_or_default())
    }

    /// Whether it may be rung: it holds and is not known to be unreachable.
    pub fn is_dialable(&self, now: SystemTime) -> bool {
        self.is_alive(now) && self.health.status() != Status::Unreachable
    }
}

/// Whether somebody answers at a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Nobody asked yet, or nobody asks.
    NonQualified,
    /// OPTIONS was answered.
    Reachable,
    /// OPTIONS was not answered.
    Unreachable,
    /// It is gone.
    Removed,
}

impl Status {
    /// The word of events and `PJSIP_CONTACT(…,status)`.
    pub fn word(self) -> &'static str {
        match self {
            Status::NonQualified => "NonQualified",
            Status::Reachable => "Reachable",
            Status::Unreachable => "Unreachable",
            Status::Removed => "Removed",
        }
    }

    /// The word of `pjsip show contacts`.
    pub fn short(self) -> &'static str {
        match self {
            Status::NonQualified => "NonQual",
            Status::Reachable => "Avail",
            Status::Unreachable => "Unavail",
            Status::Removed => "Removed",
        }
    }

    fn of(number: u8) -> Status {
        match number {
            1 => Status::Reachable,
            2 => Status::Unreachable,
            3 => Status::Removed,
            _ => Status::NonQualified,
        }
    }
}

/// The status of a contact, read by everybody and written by whoever asks.
#[derive(Debug, Default)]
pub struct Health {
    status: AtomicU8,
    /// Microseconds of the last answered OPTIONS; 0 where there is none.
    round_trip: AtomicU64,
}

impl Health {
    /// The status now.
    pub fn status(&self) -> Status {
        Status::of(self.status.load(Ordering::Acquire))
    }

    /// How long the last OPTIONS took, while the contact is reachable.
    pub fn round_trip(&self) -> Option<Duration> {
        let micros = self.round_trip.load(Ordering::Relaxed);
        (self.status() == Status::Reachable).then(|| Duration::from_micros(micros))
    }

    /// Sets the status; gives the one before.
    pub fn set(&self, status: Status, round_trip: Duration) -> Status {
        self.round_trip.store(round_trip.as_micros().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        Status::of(self.status.swap(status as u8, Ordering::AcqRel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_named_as_in_asterisk() {
        let aor: Arc<str> = "1001".into();
        let contact = Contact::permanent(&aor, "sip:1001@192.0.2.1:5060".parse().unwrap());
        assert_eq!(contact.id(), "1001@@ba164bfe69aeb3d961e4bc33d644811e");
    }

    #[test]
    fn health_remembers_the_last_round_trip() {
        let health = Health::default();
        assert_eq!((health.status(), health.round_trip()), (Status::NonQualified, None));
        assert_eq!(health.set(Status::Reachable, Duration::from_millis(3)), Status::NonQualified);
        assert_eq!(health.round_trip(), Some(Duration::from_millis(3)));
        assert_eq!(health.set(Status::Unreachable, Duration::ZERO), Status::Reachable);
        assert_eq!(health.round_trip(), None);
    }
}
