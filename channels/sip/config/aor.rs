//! `type = aor`: an address of record, and who may register there.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{ConfiguredSection, OptionHelp, Problem, Reader};
use obelus_sip::uri::UriBuf;

use super::objects::{ObjectType, Source, Unserved, served, unserved};
use super::values::{self, flag, integer, pieces, proxy, sip_uri};

/// A configured address of record.
#[derive(Clone, Debug)]
pub struct Aor {
    /// Its name, which is the user of the To header of REGISTER.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// Contacts that are always there, in the order of the file.
    pub contacts: Vec<UriBuf>,
    /// How many contacts may register; 0 lets nobody.
    pub max_contacts: usize,
    /// Whether a registration beyond `max_contacts` drives out the contacts that would expire first.
    pub remove_existing: bool,
    /// Whether unreachable contacts go first, or at all.
    pub remove_unavailable: bool,
    /// The bounds of a registration's life.
    pub expiration: Expiration,
    /// When and how contacts are asked whether they are there.
    pub qualify: Qualify,
    /// The proxy for OPTIONS.
    pub outbound_proxy: Option<UriBuf>,
    /// Whether Path is stored and used (RFC 3327).
    pub support_path: bool,
}

/// How long registrations live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiration {
    /// Seconds at least.
    pub minimum: u32,
    /// Seconds at most.
    pub maximum: u32,
    /// Seconds where the request names none.
    pub default: u32,
    /// What becomes of a request for less than the minimum.
    pub brief: Brief,
}

/// What becomes of a registration that asks for less than `minimum_expiration`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brief {
    /// It lives as long as the minimum, as in Asterisk.
    Raise,
    /// It is answered with 423 and Min-Expires (RFC 3261 10.3).
    Reject,
}

/// How contacts are asked whether they are there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Qualify {
    /// How often; `None` never.
    pub every: Option<Duration>,
    /// How long an answer may take; `None` waits until the transaction ends.
    pub timeout: Option<Duration>,
    /// Whether any answer but 2xx means that the contact is not there.
    pub only_2xx: bool,
    /// Whether a challenge is answered with the endpoint's `outbound_auth`.
    pub authenticate: bool,
}

impl ObjectType for Aor {
    const TYPE: &'static str = "aor";
    const UNSERVED: &'static [Unserved] = &[
        unserved("mailboxes", &[""], "Message waiting is not served yet."),
        unserved("voicemail_extension", &[""], "Message waiting is not served yet."),
    ];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for Aor {
    const OPTIONS: &'static [OptionHelp] = &[
        served("contact", "", "A SIP URI that is always there; may be repeated."),
        served("max_contacts", "0", "How many contacts may register; 0 lets nobody register."),
        served(
            "remove_existing",
            "no",
            "A registration beyond `max_contacts` removes those that would expire first.",
        ),
        served(
            "remove_unavailable",
            "no",
            "Unreachable contacts make room first; without `remove_existing` only they do.",
        ),
        served("default_expiration", "3600", "Seconds of a registration that names none."),
        served("minimum_expiration", "60", "The least seconds of a registration; see `brief_registration`."),
        served("maximum_expiration", "7200", "The most seconds of a registration; longer ones are cut."),
        served(
            "brief_registration",
            "raise",
            "What becomes of a registration below the minimum: `raise` it, or `reject` it with 423. Only Obelus has this option.",
        ),
        served("qualify_frequency", "0", "Seconds between OPTIONS to each contact; 0 sends none."),
        served(
            "qualify_timeout",
            "3.0",
            "Seconds, with a fraction, that an answer may take; 0 waits for the transaction's end.",
        ),
        served("qualify_2xx_only", "no", "Answers other than 2xx mean that the contact is unreachable."),
        served(
            "authenticate_qualify",
            "no",
            "A challenged OPTIONS is sent again with the endpoint's `outbound_auth`; one that was asked for always is.",
        ),
        served("outbound_proxy", "", "A SIP URI that OPTIONS are sent to."),
        served(
            "support_path",
            "no",
            "Path headers are stored and become the route to the contact (RFC 3327).",
        ),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Aor> {
        values::unserved(reader, Aor::UNSERVED);
        Some(Aor {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            contacts: contacts(reader),
            max_contacts: integer(reader, "max_contacts", 0) as usize,
            remove_existing: flag(reader, "remove_existing", false),
            remove_unavailable: flag(reader, "remove_unavailable", false),
            expiration: expiration(reader),
            qualify: qualify(reader),
            outbound_proxy: proxy(reader, "outbound_proxy"),
            support_path: flag(reader, "support_path", false),
        })
    }
}

fn contacts(reader: &mut Reader<'_>) -> Vec<UriBuf> {
    let mut contacts: Vec<UriBuf> = Vec::new();
    for (entry, piece) in pieces(reader, "contact") {
        match sip_uri(piece) {
            Some(uri) if contacts.contains(&uri) => {}
            Some(uri) => contacts.push(uri),
            None => {
                let message = format!("`{piece}` is not a SIP URI such as sip:alice@192.0.2.1:5060");
                reader.reject(entry, &message);
            }
        }
    }
    contacts
}

fn expiration(reader: &mut Reader<'_>) -> Expiration {
    let expiration = Expiration {
        minimum: integer(reader, "minimum_expiration", 60),
        maximum: integer(reader, "maximum_expiration", 7200),
        default: integer(reader, "default_expiration", 3600),
        brief: reader
            .choice("brief_registration", &[("raise", Brief::Raise), ("reject", Brief::Reject)])
            .unwrap_or(Brief::Raise),
    };
    if expiration.minimum > expiration.maximum {
        let section = reader.section();
        let place = section.entry("minimum_expiration").or(section.entry("maximum_expiration"));
        let place = place.map_or(section.location.clone(), |entry| entry.location.clone());
        let message = format!(
            "[{}] has a minimum_expiration of {} above its maximum_expiration of {}",
            section.name, expiration.minimum, expiration.maximum
        );
        reader.report(Problem::error(place, message));
    }
    expiration
}

fn qualify(reader: &mut Reader<'_>) -> Qualify {
    let timeout = reader.decimal("qualify_timeout", 0.0..=3600.0).unwrap_or(3.0);
    let every = reader.duration_seconds("qualify_frequency", 0..=86_400);
    Qualify {
        every: every.filter(|every| !every.is_zero()),
        timeout: Some(Duration::from_secs_f64(timeout)).filter(|timeout| !timeout.is_zero()),
        only_2xx: flag(reader, "qualify_2xx_only", false),
        authenticate: flag(reader, "authenticate_qualify", false),
    }
}
