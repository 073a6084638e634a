//! The registrar (RFC 3261 10.3): what a REGISTER changes and how it is answered, as a pure function.
//!
//! Nothing is changed here: an [`Answer`] carries the new list, what became of each contact, and the response.

mod asked;
mod refusal;
mod stored;
#[cfg(test)]
mod stories;

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use obelus_sip::header::{Name, format_date};
use obelus_sip::message::{HeaderList, Request};
use obelus_sip::{Flow, StatusCode, TransportKind};

use crate::config::{Aor, Config, Endpoint};
use crate::contact::{Binding, Contact, Status};

pub use refusal::Refusal;
pub use stored::{StoredError, from_json, to_json};

use asked::{Asked, Wish};

/// Within this time a lower CSeq has overtaken a higher one; after it the phone has started anew.
const OVERTAKING: Duration = Duration::from_secs(32);

/// A REGISTER whose sender has proved who it is.
#[derive(Clone, Copy)]
pub struct Registration<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// Who registers.
    pub endpoint: &'a Arc<Endpoint>,
    /// Where it registers.
    pub aor: &'a Arc<Aor>,
    /// The request.
    pub request: &'a Request,
    /// Where it came from.
    pub flow: Flow,
    /// Over what.
    pub transport: TransportKind,
    /// The name of this system.
    pub server: &'a Arc<str>,
}

/// What is to be done about a REGISTER.
#[derive(Debug)]
pub struct Answer {
    /// The response's status.
    pub status: StatusCode,
    /// The response's own headers.
    pub headers: HeaderList,
    /// The contacts from now on, if they have changed.
    pub list: Option<Vec<Arc<Contact>>>,
    /// What has become of them.
    pub changes: Vec<Change>,
    /// Why it is refused.
    pub refusal: Option<Refusal>,
}

/// What has become of a contact.
#[derive(Clone, Debug)]
pub struct Change {
    /// The contact.
    pub contact: Arc<Contact>,
    /// What has become of it.
    pub kind: ChangeKind,
}

/// What has become of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new, and lives so many seconds.
    Added(u32),
    /// It lives so many seconds more.
    Refreshed(u32),
    /// It is gone.
    Removed(Why),
}

/// Why a contact is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It made room for another.
    RemoveExisting,
    /// It was unreachable and made room for another.
    RemoveUnavailable,
    /// Its time was over.
    Expiration,
    /// Its phone said so.
    Request,
    /// Its connection was closed.
    Shutdown,
    /// The configuration has it no more.
    Configuration,
}

impl Why {
    /// The words of the log line.
    pub fn text(self) -> &'static str {
        match self {
            Why::RemoveExisting => "remove existing",
            Why::RemoveUnavailable => "remove unavailable",
            Why::Expiration => "expiration",
            Why::Request => "request",
            Why::Shutdown => "shutdown",
            Why::Configuration => "configuration",
        }
    }
}

impl Answer {
    /// A refusal; nothing changes.
    pub fn refused(refusal: Refusal) -> Answer {
        let mut headers = HeaderList::new();
        match &refusal {
            Refusal::TooBrief { minimum } => headers = headers.with(Name::MinExpires, minimum.to_string()),
            Refusal::Unsupported { extensions } => headers = headers.with(Name::Unsupported, extensions),
            Refusal::InvalidPath => headers = headers.with(Name::Unsupported, "path"),
            _ => {}
        }
        let status = refusal.status();
        Answer { status, headers, list: None, changes: Vec::new(), refusal: Some(refusal) }
    }
}

impl Registration<'_> {
    /// Decides on the request, given the contacts that there are.
    pub fn decide(&self, current: &[Arc<Contact>], now: SystemTime) -> Answer {
        self.try_decide(current, now).unwrap_or_else(Answer::refused)
    }

    fn try_decide(&self, current: &[Arc<Contact>], now: SystemTime) -> Result<Answer, Refusal> {
        self.check_extensions()?;
        let asked = Asked::read(self)?;
        let mut plan = Plan::new(current, now);
        match &asked.wish {
            Wish::Query => {}
            Wish::RemoveAll => plan.remove_all(&asked, now)?,
            Wish::Contacts(contacts) => {
                for contact in contacts {
                    plan.apply(self, &asked, contact, now)?;
                }
                plan.make_room(self.aor)?;
            }
        }
        let headers = self.headers(&asked, &plan, now);
        let has_changed = !plan.changes.is_empty();
        let list = has_changed.then(|| plan.slots.iter().map(|slot| slot.contact.clone()).collect());
        Ok(Answer { status: StatusCode::OK, headers, list, changes: plan.changes, refusal: None })
    }

    /// Extensions that the request insists on and that are not known here (RFC 3261 8.2.2.3).
    fn check_extensions(&self) -> Result<(), Refusal> {
        let is_known = |tag: &str| self.aor.support_path && tag.eq_ignore_ascii_case("path");
        let required = self.request.elements(Name::Require).map(String::from_utf8_lossy);
        let unknown: Vec<_> = required.filter(|tag| !is_known(tag)).collect();
        if unknown.is_empty() { Ok(()) } else { Err(Refusal::Unsupported { extensions: unknown.join(", ") }) }
    }

    /// All contacts with their remaining life, and the date, by which some phones set their clock.
    fn headers(&self, asked: &Asked, plan: &Plan, now: SystemTime) -> HeaderList {
        let mut headers = HeaderList::new().with(Name::Date, format_date(now));
        for Slot { contact, .. } in &plan.slots {
            let line = match contact.binding() {
                None => format!("<{}>", contact.uri),
                Some(binding) => {
                    let uri = binding.sent_as.as_ref().unwrap_or(&contact.uri);
                    let seconds = contact.remaining(now).unwrap_or_default().as_secs();
                    format!("<{uri}>;expires={seconds}")
                }
            };
            headers = headers.with(Name::Contact, line);
        }
        if let Some(seconds) = asked.expires_header {
            headers = headers.with(Name::Expires, seconds.to_string());
        }
        if self.aor.support_path {
            headers = headers.with(Name::Supported, "path");
            if !asked.path.is_empty() {
                headers = headers.with(Name::Path, asked.path.join(","));
            }
        }
        headers
    }
}

/// The contacts as they would be after the request.
struct Plan {
    slots: Vec<Slot>,
    changes: Vec<Change>,
}

struct Slot {
    contact: Arc<Contact>,
    /// The request itself has added or refreshed it.
    touched: bool,
}

impl Slot {
    fn is_registered(&self) -> bool {
        self.contact.binding().is_some()
    }

    fn is_unreachable(&self) -> bool {
        self.contact.health.status() == Status::Unreachable
    }
}

impl Plan {
    fn new(current: &[Arc<Contact>], now: SystemTime) -> Plan {
        let (alive, expired): (Vec<_>, Vec<_>) =
            current.iter().cloned().partition(|contact| contact.is_alive(now));
        let removed = |contact| Change { contact, kind: ChangeKind::Removed(Why::Expiration) };
        Plan {
            slots: alive.into_iter().map(|contact| Slot { contact, touched: false }).collect(),
            changes: expired.into_iter().map(removed).collect(),
        }
    }

    fn remove(&mut self, index: usize, why: Why) {
        let contact = self.slots.remove(index).contact;
        self.changes.push(Change { contact, kind: ChangeKind::Removed(why) });
    }

    fn remove_all(&mut self, asked: &Asked, now: SystemTime) -> Result<(), Refusal> {
        for slot in &self.slots {
            check_order(slot, asked, now)?;
        }
        while let Some(index) = self.slots.iter().position(Slot::is_registered) {
            self.remove(index, Why::Request);
        }
        Ok(())
    }

    /// Adds, refreshes or removes one contact.
    fn apply(
        &mut self,
        registration: &Registration<'_>,
        asked: &Asked,
        wanted: &asked::Wanted,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let is_same =
            |slot: &Slot| slot.is_registered() && slot.contact.uri.view().is_equivalent(&wanted.uri.view());
        let found = self.slots.iter().position(is_same);
        if let Some(slot) = found.and_then(|index| self.slots.get(index)) {
            check_order(slot, asked, now)?;
        }
        let binding = || asked.binding(registration, wanted, now);
        match (found, wanted.seconds) {
            (None, 0) => {}
            (Some(index), 0) => self.remove(index, Why::Request),
            (None, seconds) => {
                let contact = Contact::registered(&registration.aor.name, wanted.uri.clone(), binding());
                self.put(0, contact, ChangeKind::Added(seconds));
            }
            (Some(index), seconds) => {
                let known = self.slots.remove(index).contact;
                self.put(index, known.refreshed(binding()), ChangeKind::Refreshed(seconds));
            }
        }
        Ok(())
    }

    fn put(&mut self, index: usize, contact: Contact, kind: ChangeKind) {
        let contact = Arc::new(contact);
        self.slots.insert(index, Slot { contact: contact.clone(), touched: true });
        self.changes.push(Change { contact, kind });
    }

    /// Sees that no more contacts are registered than may be.
    fn make_room(&mut self, aor: &Aor) -> Result<(), Refusal> {
        let registered = self.slots.iter().filter(|slot| slot.is_registered()).count();
        let Some(excess) = registered.checked_sub(aor.max_contacts).filter(|excess| *excess > 0) else {
            return Ok(());
        };
        if !self.slots.iter().any(|slot| slot.touched) {
            // A lower `max_contacts` since; nothing is asked for that would add to it.
            return Ok(());
        }
        let why = if aor.remove_existing { Why::RemoveExisting } else { Why::RemoveUnavailable };
        let mut candidates: Vec<usize> =
            (0..self.slots.len()).filter(|index| self.may_go(*index, aor)).collect();
        if candidates.len() < excess {
            return Err(Refusal::TooMany { most: aor.max_contacts });
        }
        candidates.sort_by_key(|index| self.rank(*index, aor));
        candidates.truncate(excess);
        candidates.sort_by_key(|index| Reverse(*index));
        candidates.into_iter().for_each(|index| self.remove(index, why));
        Ok(())
    }

    fn may_go(&self, index: usize, aor: &Aor) -> bool {
        let Some(slot) = self.slots.get(index) else { return false };
        let is_untouched = slot.is_registered() && !slot.touched;
        is_untouched && (aor.remove_existing || (aor.remove_unavailable && slot.is_unreachable()))
    }

    /// Unreachable ones first if asked for, then those that would expire first.
    fn rank(&self, index: usize, aor: &Aor) -> (bool, Option<SystemTime>) {
        let slot = self.slots.get(index);
        let stays_longer = aor.remove_unavailable && slot.is_some_and(|slot| !slot.is_unreachable());
        (stays_longer, slot.and_then(|slot| slot.contact.binding()).map(|binding| binding.expires))
    }
}

/// A request that was overtaken by a later one changes nothing (RFC 3261 10.3, step 7).
///
/// One with the same CSeq was not: it is the last one again, in another transaction.
fn check_order(slot: &Slot, asked: &Asked, now: SystemTime) -> Result<(), Refusal> {
    let Some(binding) = slot.contact.binding().filter(|_| !slot.touched) else { return Ok(()) };
    let is_recent =
        binding.refreshed.is_some_and(|at| now.duration_since(at).is_ok_and(|age| age < OVERTAKING));
    if is_recent && binding.call_id == asked.call_id && asked.cseq < binding.cseq {
        return Err(Refusal::OutOfOrder);
    }
    Ok(())
}

impl Asked {
    fn binding(&self, registration: &Registration<'_>, wanted: &asked::Wanted, now: SystemTime) -> Binding {
        Binding {
            expires: now + Duration::from_secs(wanted.seconds.into()),
            refreshed: Some(now),
            call_id: self.call_id.clone(),
            cseq: self.cseq,
            sent_as: wanted.sent_as.clone(),
            path: self.path.clone(),
            user_agent: self.user_agent.clone(),
            via_host: self.via_host.clone(),
            via_port: self.via_port,
            endpoint: registration.endpoint.name.clone(),
            server: registration.server.clone(),
            flow: Some(registration.flow),
            prune_on_boot: wanted.lives_on_connection,
        }
    }
}

/// The address of record that a REGISTER means: that of the To header, else of the credentials.
pub fn find_aor<'a>(
    config: &Config,
    endpoint: &'a Endpoint,
    request: &Request,
) -> Result<&'a Arc<Aor>, Refusal> {
    if endpoint.aors.is_empty() {
        return Err(Refusal::NoAors);
    }
    let to = request.to().map_err(|_| Refusal::InvalidContacts)?;
    let Some(uri) = to.uri.as_sip() else { return Err(Refusal::WrongScheme) };
    let user = crate::identify::plain_user(uri.user.unwrap_or_default(), &config.global);
    let by_to = find_by_name(config, endpoint, &user, uri.host().as_str());
    let found = by_to.or_else(|| {
        let by_auth = endpoint.identified_by(crate::config::Identifier::AuthUsername);
        let mut credentials = request.auth(Name::Authorization).filter(|_| by_auth);
        credentials
            .find_map(|value| find_by_name(config, endpoint, &value.find("username")?, &value.find("realm")?))
    });
    match found {
        None => Err(Refusal::UnknownAor { name: user.into() }),
        Some(aor) if aor.max_contacts == 0 => Err(Refusal::NotPermitted { name: aor.name.clone() }),
        Some(aor) => Ok(aor),
    }
}

fn find_by_name<'a>(
    config: &Config,
    endpoint: &'a Endpoint,
    user: &str,
    domain: &str,
) -> Option<&'a Arc<Aor>> {
    let at = |domain: &str| {
        let is_it =
            |name: &str| name.strip_prefix(user).and_then(|rest| rest.strip_prefix('@')) == Some(domain);
        endpoint.aors.iter().find(|aor| is_it(&aor.name))
    };
    at(domain)
        .or_else(|| at(config.domain_alias(domain)?))
        .or_else(|| endpoint.aors.iter().find(|aor| !user.is_empty() && *aor.name == *user))
}
