//! `type = endpoint`: a phone, a trunk, or whatever else calls and is called.

mod identity;
mod media;
mod messages;
mod options;
mod session;

use std::sync::Arc;

use obelus_core::conf::{ConfiguredSection, OptionHelp, Problem, Reader};

pub use identity::{Identity, PrivacyHeaders};
pub use media::{DirectMedia, GlareMitigation, Media};
pub use messages::Messages;
pub use session::{Reliability, SessionSettings, TimerMode};

use super::aor::Aor;
use super::auth::Auth;
use super::fence::{self, Fence};
use super::global::Identifier;
use super::groups;
use super::objects::{ObjectType, Source, Unserved};
use super::transport::Transport;
use super::values::{self, flag, text, word};

/// A configured endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// Where it registers and where it is called.
    pub aors: Vec<Arc<Aor>>,
    /// What proves that a request comes from it; nothing proves it where this is empty.
    pub auth: Vec<Arc<Auth>>,
    /// What we prove ourselves with.
    pub outbound_auth: Vec<Arc<Auth>>,
    /// The transport of requests to it; the first that fits where there is none.
    pub transport: Option<Arc<Transport>>,
    /// How requests may be recognised as its own.
    pub identify_by: Vec<Identifier>,
    /// Addresses that its requests may come from.
    pub access: Fence,
    /// Addresses that may stand in its Contact.
    pub contact_access: Fence,
    /// Whether OPTIONS is answered without proof.
    pub unauthenticated_options: bool,
    /// What its calls begin with.
    pub calls: Calls,
    /// Who it is, and what it may know of others.
    pub identity: Identity,
    /// Text messages outside calls.
    pub messages: Messages,
    /// Its audio.
    pub media: Media,
    /// How SIP is spoken with it.
    pub session: SessionSettings,
}

/// What an endpoint's calls begin with.
#[derive(Clone, Debug)]
pub struct Calls {
    /// The context of calls from it.
    pub context: Arc<str>,
    /// Whether an incomplete number is answered with 484.
    pub allow_overlap: bool,
    /// The context in which a number is looked up to see whether it is complete; that of calls where empty.
    pub overlap_context: Arc<str>,
    /// `CHANNEL(language)`.
    pub language: Arc<str>,
    /// `CHANNEL(accountcode)`.
    pub account_code: Arc<str>,
    /// `CHANNEL(tonezone)`.
    pub tone_zone: Arc<str>,
    /// `CHANNEL(musicclass)`.
    pub moh_suggest: Arc<str>,
    /// `CHANNEL(tenantid)`.
    pub tenant_id: Arc<str>,
    /// Groups 0 to 63 as bits: who picks up its calls.
    pub call_group: u64,
    /// Groups 0 to 63 as bits: whose calls it picks up.
    pub pickup_group: u64,
    /// Names between commas: who picks up its calls.
    pub named_call_groups: Arc<str>,
    /// Names between commas: whose calls it picks up.
    pub named_pickup_groups: Arc<str>,
    /// With so many channels it is busy; `None` never.
    pub busy_at: Option<usize>,
    /// Variables of every channel.
    pub variables: Vec<(Box<str>, Box<str>)>,
}

impl ObjectType for Endpoint {
    const TYPE: &'static str = "endpoint";
    const UNSERVED: &'static [Unserved] = options::UNSERVED;

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

const IDENTIFY_BY: [Identifier; 5] = [
    Identifier::Username,
    Identifier::AuthUsername,
    Identifier::Ip,
    Identifier::Header,
    Identifier::RequestUri,
];

impl ConfiguredSection for Endpoint {
    const OPTIONS: &'static [OptionHelp] = options::SERVED;

    fn read(reader: &mut Reader<'_>) -> Option<Endpoint> {
        values::unserved(reader, Endpoint::UNSERVED);
        for linked in ["aors", "auth", "outbound_auth", "transport"] {
            reader.entry(linked);
        }
        let identify_by = Identifier::list(reader, "identify_by", &IDENTIFY_BY);
        Some(Endpoint {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            aors: Vec::new(),
            auth: Vec::new(),
            outbound_auth: Vec::new(),
            transport: None,
            identify_by: identify_by.unwrap_or_else(|| vec![Identifier::Username, Identifier::Ip]),
            access: Fence::read(reader, fence::SOURCE),
            contact_access: Fence::read(reader, fence::CONTACT),
            unauthenticated_options: flag(reader, "allow_unauthenticated_options", false),
            calls: Calls::read(reader),
            identity: Identity::read(reader),
            messages: Messages::read(reader),
            media: Media::read(reader),
            session: SessionSettings::read(reader),
        })
    }
}

impl Calls {
    fn read(reader: &mut Reader<'_>) -> Calls {
        Calls {
            context: word(reader, "context").unwrap_or_else(|| "default".into()),
            allow_overlap: flag(reader, "allow_overlap", true),
            overlap_context: text(reader, "overlap_context"),
            language: text(reader, "language"),
            account_code: text(reader, "accountcode"),
            tone_zone: text(reader, "tone_zone"),
            moh_suggest: word(reader, "moh_suggest").unwrap_or_else(|| "default".into()),
            tenant_id: text(reader, "tenantid"),
            call_group: group(reader, "call_group"),
            pickup_group: group(reader, "pickup_group"),
            named_call_groups: names(reader, "named_call_group"),
            named_pickup_groups: names(reader, "named_pickup_group"),
            busy_at: reader
                .integer("device_state_busy_at", 0..=1_000_000_u32)
                .filter(|at| *at > 0)
                .map(|at| at as usize),
            variables: variables(reader),
        }
    }
}

fn group(reader: &mut Reader<'_>, name: &'static str) -> u64 {
    let Some(entry) = reader.entry(name) else { return 0 };
    groups::parse(&entry.value).unwrap_or_else(|piece| {
        reader.reject(entry, &format!("`{piece}` is no group; groups are 0 to 63, as in 1,3-5"));
        0
    })
}

/// Names between commas, without what is around them.
fn names(reader: &mut Reader<'_>, name: &'static str) -> Arc<str> {
    let names: Vec<&str> = values::pieces(reader, name).map(|(_, piece)| piece).collect();
    names.join(",").into()
}

/// `set_var = NAME=value`; a later line of one name replaces the earlier one.
fn variables(reader: &mut Reader<'_>) -> Vec<(Box<str>, Box<str>)> {
    let mut variables: Vec<(Box<str>, Box<str>)> = Vec::new();
    for entry in reader.all("set_var") {
        match entry.value.split_once('=') {
            Some((name, value)) => {
                let (name, value) = (name.trim(), value.trim());
                variables.retain(|(known, _)| **known != *name);
                variables.push((name.into(), value.into()));
            }
            None if entry.value.is_empty() => {}
            None => reader.reject(entry, "it must be `NAME=value`"),
        }
    }
    variables
}

impl Endpoint {
    /// Its name as the technology shows it: `PJSIP/1001`.
    pub fn device(&self) -> String {
        format!("PJSIP/{}", self.name)
    }

    /// Whether requests may be recognised as its own by this.
    pub fn identified_by(&self, identifier: Identifier) -> bool {
        self.identify_by.contains(&identifier)
    }

    /// The problems of what was read as a whole, which no single option shows.
    pub(super) fn review(&self, problems: &mut Vec<Problem>) {
        let has_aors = self.source.values("aors").any(|names| !names.is_empty());
        if !has_aors && !self.name.starts_with("anonymous") {
            let message = format!(
                "[{}] has no `aors`: it cannot register, and Dial(PJSIP/{}) has nobody to ring",
                self.name, self.name
            );
            let place = self.source.location.clone();
            problems.push(Problem::warning(place, message));
        }
    }
}
