//! `Locations`: the contacts with everything that follows from them: the store that survives a restart,
//! events, log lines, OPTIONS, and whether endpoints can be reached.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use obelus_core::database::DatabaseError;
use obelus_core::device_state::DeviceState;
use obelus_core::events::{Event, EventKind};
use obelus_core::{Core, test_event, verbose};
use obelus_sip::message::HeaderList;
use obelus_sip::{ConnectionId, StatusCode};
use tokio::sync::Notify;

use crate::config::{Aor, Config, Endpoint, Qualify};
use crate::contact::{Contact, Status};
use crate::contacts::Contacts;
use crate::qualify::{Outcome, Output, Probe, ProbeId, Qualifier, Start, StatusChange};
use crate::registrar::{self, Change, ChangeKind, Refusal, Registration, StoredError, Why};

/// The family of the key store, as in Asterisk.
const FAMILY: &str = "registrar/contact";

/// Where everybody can be reached.
pub struct Locations {
    core: Arc<Core>,
    /// The contacts.
    pub contacts: Contacts,
    qualifier: Mutex<Qualifier>,
    /// Told when the qualifier's next timeout may have come nearer.
    wake: Notify,
    states: DashMap<Arc<str>, Presence>,
}

/// Whether an endpoint can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// It has no address of record, so nobody can tell.
    #[default]
    Unknown,
    /// A contact of it is there, and answers if it is asked.
    Online,
    /// None is.
    Offline,
}

/// The response to a REGISTER.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// Its own headers.
    pub headers: HeaderList,
    /// Why it is refused, for the log.
    pub refusal: Option<Refusal>,
}

impl Locations {
    /// No contact yet; the random seed spreads OPTIONS.
    pub fn new(core: Arc<Core>, seed: [u8; 32]) -> Locations {
        Locations {
            core,
            contacts: Contacts::default(),
            qualifier: Mutex::new(Qualifier::new(seed)),
            wake: Notify::new(),
            states: DashMap::new(),
        }
    }

    fn now(&self) -> SystemTime {
        self.core.clock.now().into()
    }

    fn instant() -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn qualifier(&self) -> MutexGuard<'_, Qualifier> {
        self.qualifier.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out a REGISTER whose sender has proved who it is.
    pub fn register(&self, registration: &Registration<'_>) -> Reply {
        let now = self.now();
        // The store and the qualifier are told under the lock: two requests must not reach them in another
        // order than the contacts.
        let mut answer = self.contacts.change(&registration.aor.name, |current| {
            let mut answer = registration.decide(current, now);
            answer.changes.iter().for_each(|change| self.keep(registration.aor, change));
            (answer.list.take(), answer)
        });
        let changes = std::mem::take(&mut answer.changes);
        self.tell(registration.config, registration.aor, &changes);
        Reply { status: answer.status, headers: answer.headers, refusal: answer.refusal }
    }

    /// Brings the contacts of a former life of the PBX; call it once, after [`Locations::configure`].
    ///
    /// # Errors
    /// The key store does not answer.
    pub async fn restore(&self, config: &Config) -> Result<usize, DatabaseError> {
        let mut restored = 0;
        for (path, json) in self.core.database.entries(FAMILY).await? {
            let Some(key) =
                path.strip_prefix('/').and_then(|path| path.strip_prefix(FAMILY)?.strip_prefix('/'))
            else {
                continue;
            };
            match self.restore_one(config, key, &json) {
                Ok(()) => restored += 1,
                Err(reason) => {
                    tracing::debug!(contact = key, %reason, "a stored contact is dropped");
                    self.core.database.delete_soon(FAMILY, key);
                }
            }
        }
        Ok(restored)
    }

    fn restore_one(&self, config: &Config, key: &str, json: &str) -> Result<(), StoredError> {
        let aor = key.rsplit_once(";@").and_then(|(name, _)| config.aors.find(name));
        let aor = aor.ok_or(StoredError::Malformed)?;
        let contact = registrar::from_json(&aor.name, json, self.now())?;
        if let Some(contact) = self.contacts.restore(contact) {
            let start = Start::Within(config.global.max_initial_qualify_time);
            self.qualify(&contact, aor.qualify, start);
            self.update_endpoints(config, &aor.name);
        }
        Ok(())
    }

    /// Takes over a new configuration: its contacts, its qualify settings, its endpoints.
    pub fn configure(&self, config: &Config) {
        let (gone, new) = self.contacts.configure(&config.aors);
        for contact in gone {
            self.forget(&contact);
            self.tell_removed(config, &contact, Why::Configuration);
        }
        for contact in new {
            self.publish_status(config, &contact, Status::NonQualified, None);
        }
        config.aors.iter().for_each(|aor| self.set_qualify(config, aor));
        self.deliver(config);
        self.states.retain(|name, _| config.endpoints.find(name).is_some());
        config.endpoints.iter().for_each(|endpoint| self.update_endpoint(endpoint));
    }

    /// Clears away what has expired; call it every `contact_expiration_check_interval`.
    pub fn expire(&self, config: &Config) {
        self.dispose(config, self.contacts.expire(self.now()), Why::Expiration);
    }

    /// A connection is no more, and so are the contacts that lived on it.
    pub fn connection_closed(&self, config: &Config, connection: ConnectionId) {
        self.dispose(config, self.contacts.connection_closed(connection), Why::Shutdown);
    }

    fn dispose(&self, config: &Config, contacts: Vec<Arc<Contact>>, why: Why) {
        for contact in contacts {
            self.forget(&contact);
            self.tell_removed(config, &contact, why);
            self.update_endpoints(config, &contact.aor);
        }
    }

    /// Takes a contact that is gone out of the store and the qualifier, unless it has come again meanwhile.
    fn forget(&self, contact: &Contact) {
        self.contacts.change(&contact.aor, |current| {
            let is_back = current.iter().any(|known| known.id() == contact.id());
            if !is_back {
                self.keep_not(contact);
            }
            (None, ())
        });
        contact.health.set(Status::Removed, Duration::ZERO);
    }

    /// Stores what a request changed, and asks or no longer asks.
    fn keep(&self, aor: &Aor, Change { contact, kind }: &Change) {
        match kind {
            ChangeKind::Added(_) | ChangeKind::Refreshed(_) => {
                if let Some(json) = registrar::to_json(contact, aor) {
                    self.core.database.put_soon(FAMILY, &contact.id(), json);
                }
                self.qualify(contact, aor.qualify, Start::Now);
            }
            ChangeKind::Removed(_) => {
                self.keep_not(contact);
                contact.health.set(Status::Removed, Duration::ZERO);
            }
        }
    }

    fn keep_not(&self, contact: &Contact) {
        if contact.binding().is_some() {
            self.core.database.delete_soon(FAMILY, &contact.id());
        }
        self.qualifier().remove(contact);
    }

    /// Lets everybody know what has become of contacts.
    fn tell(&self, config: &Config, aor: &Arc<Aor>, changes: &[Change]) {
        for change in changes {
            self.tell_one(config, aor, change);
        }
        if !changes.is_empty() {
            self.update_endpoints(config, &aor.name);
        }
    }

    fn tell_one(&self, config: &Config, aor: &Arc<Aor>, Change { contact, kind }: &Change) {
        let (uri, name) = (&contact.uri, &aor.name);
        match kind {
            ChangeKind::Added(seconds) => {
                verbose!(
                    self.core,
                    3,
                    "Added contact '{uri}' to AOR '{name}' with expiration of {seconds} seconds"
                );
                self.publish_status(config, contact, Status::NonQualified, None);
                test_event!(
                    self.core,
                    "AOR_CONTACT_ADDED",
                    [
                        ("Contact", uri),
                        ("AOR", name),
                        ("Expiration", seconds),
                        ("UserAgent", contact.user_agent())
                    ]
                );
            }
            ChangeKind::Refreshed(seconds) => {
                test_event!(
                    self.core,
                    "AOR_CONTACT_REFRESHED",
                    [
                        ("Contact", uri),
                        ("AOR", name),
                        ("Expiration", seconds),
                        ("UserAgent", contact.user_agent())
                    ]
                );
                tracing::debug!(uri = uri.as_str(), aor = &**name, seconds, "contact refreshed");
                if config.global.status_on_refresh {
                    self.publish_status(
                        config,
                        contact,
                        contact.health.status(),
                        contact.health.round_trip(),
                    );
                }
            }
            ChangeKind::Removed(why) => self.tell_removed(config, contact, *why),
        }
    }

    fn tell_removed(&self, config: &Config, contact: &Contact, why: Why) {
        let (uri, aor) = (&contact.uri, &contact.aor);
        verbose!(self.core, 3, "Removed contact '{uri}' from AOR '{aor}' due to {}", why.text());
        self.publish_status(config, contact, Status::Removed, None);
        test_event!(
            self.core,
            "AOR_CONTACT_REMOVED",
            [("Contact", uri), ("AOR", aor), ("UserAgent", contact.user_agent())]
        );
    }

    fn publish_status(
        &self,
        config: &Config,
        contact: &Contact,
        status: Status,
        round_trip: Option<Duration>,
    ) {
        let registered = contact.binding().map(|binding| binding.endpoint.clone());
        let endpoint = || {
            registered.or_else(|| config.endpoints_of(&contact.aor).first().map(|found| found.name.clone()))
        };
        let event = || Event::ContactStatus {
            status: status.word(),
            aor: contact.aor.clone(),
            uri: contact.uri.as_str().into(),
            endpoint: endpoint().unwrap_or_default(),
            round_trip,
        };
        self.core.events.publish(EventKind::ContactStatus, || self.core.clock.now(), event);
    }
}

/// OPTIONS.
impl Locations {
    fn qualify(&self, contact: &Arc<Contact>, qualify: Qualify, start: Start) {
        self.qualifier().set(Locations::instant(), contact, qualify, start);
        if qualify.every.is_some() {
            self.wake.notify_one();
        }
    }

    /// Asks all contacts of an address of record now; gives how many.
    pub fn ask(&self, aor: &Aor) -> usize {
        let now = Locations::instant();
        let contacts = self.contacts.of(&aor.name);
        let mut qualifier = self.qualifier();
        let asked = contacts.iter().filter(|contact| qualifier.ask(now, contact, aor.qualify)).count();
        drop(qualifier);
        self.wake.notify_one();
        asked
    }

    /// Takes the qualify settings of an address of record for its contacts, as they are configured now.
    pub fn requalify(&self, config: &Config, aor: &Aor) {
        self.set_qualify(config, aor);
        self.deliver(config);
        self.update_endpoints(config, &aor.name);
    }

    fn set_qualify(&self, config: &Config, aor: &Aor) {
        let start = Start::Within(config.global.max_initial_qualify_time);
        self.contacts.change(&aor.name, |current| {
            current.iter().for_each(|contact| self.qualify(contact, aor.qualify, start));
            (None, ())
        });
    }

    /// Whom to ask now, and when to come again; for the one task that sends OPTIONS.
    pub fn due(&self, config: &Config) -> (Vec<Probe>, Option<Instant>) {
        self.qualifier().handle_timeout(Locations::instant());
        let probes = self.deliver(config);
        (probes, self.qualifier().next_timeout())
    }

    /// Waits until [`Locations::due`] may have something that it had not before. Cancel safe.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// A probe has ended.
    pub fn probed(&self, config: &Config, probe: ProbeId, outcome: Outcome) {
        self.qualifier().handle_result(Locations::instant(), probe, outcome);
        if !self.deliver(config).is_empty() {
            self.wake.notify_one();
        }
    }

    /// Tells of what has changed; gives the questions that are to be sent.
    fn deliver(&self, config: &Config) -> Vec<Probe> {
        let outputs: Vec<Output> = {
            let mut qualifier = self.qualifier();
            std::iter::from_fn(|| qualifier.poll()).collect()
        };
        let mut probes = Vec::new();
        for output in outputs {
            match output {
                Output::Ask(probe) => probes.push(probe),
                Output::Changed(change) => {
                    self.status_changed(config, &change);
                    if change.after != Status::NonQualified {
                        self.asked(&change.contact);
                    }
                }
                Output::Unchanged(contact) => self.asked(&contact),
            }
        }
        probes
    }

    /// A contact was asked whether it is there.
    fn asked(&self, contact: &Contact) {
        let word = contact.health.status().word();
        tracing::debug!(
            aor = &*contact.aor,
            uri = contact.uri.as_str(),
            status = word,
            "a contact was asked"
        );
        test_event!(
            self.core,
            "AOR_CONTACT_QUALIFY_RESULT",
            [
                ("Contact", contact.id()),
                ("Status", word),
                ("RTT", contact.health.round_trip().unwrap_or_default().as_micros())
            ]
        );
    }

    fn status_changed(&self, config: &Config, change: &StatusChange) {
        let (contact, word) = (&change.contact, change.after.word());
        let milliseconds = change.round_trip.as_secs_f64() * 1000.0;
        match change.after {
            Status::NonQualified => {
                verbose!(self.core, 3, "Contact {}/{} is now {word}.", contact.aor, contact.uri)
            }
            _ => verbose!(
                self.core,
                3,
                "Contact {}/{} is now {word}.  RTT: {milliseconds:.3} msec",
                contact.aor,
                contact.uri
            ),
        }
        self.publish_status(config, contact, change.after, Some(change.round_trip));
        test_event!(self.core, "AOR_CONTACT_UPDATE", [("Contact", contact.id()), ("Status", word)]);
        self.update_endpoints(config, &contact.aor);
    }
}

/// Whether endpoints can be reached.
impl Locations {
    /// Whether an endpoint can be reached.
    pub fn presence(&self, endpoint: &str) -> Presence {
        self.states.get(endpoint).map(|state| *state).unwrap_or_default()
    }

    /// The state of an endpoint without calls.
    pub fn device_state(&self, config: &Config, endpoint: &str) -> DeviceState {
        if config.endpoints.find(endpoint).is_none() {
            return DeviceState::Invalid;
        }
        match self.presence(endpoint) {
            Presence::Unknown => DeviceState::Unknown,
            Presence::Online => DeviceState::NotInUse,
            Presence::Offline => DeviceState::Unavailable,
        }
    }

    fn update_endpoints(&self, config: &Config, aor: &str) {
        config.endpoints_of(aor).iter().for_each(|endpoint| self.update_endpoint(endpoint));
    }

    fn update_endpoint(&self, endpoint: &Endpoint) {
        // Computed under the lock, so that an older result never replaces a newer one.
        let (before, presence) = match self.states.entry(endpoint.name.clone()) {
            Entry::Occupied(mut state) => {
                let presence = self.compute(endpoint);
                (Some(state.insert(presence)), presence)
            }
            Entry::Vacant(state) => (None, *state.insert(self.compute(endpoint))),
        };
        let word = match (before, presence) {
            (Some(before), after) if before == after => return,
            // Nobody was there before the start either.
            (None, Presence::Offline) | (_, Presence::Unknown) => return,
            (_, Presence::Online) => "Reachable",
            (Some(_), Presence::Offline) => "Unreachable",
        };
        verbose!(self.core, 2, "Endpoint {} is now {word}", endpoint.name);
        let event = || Event::PeerStatus { peer: endpoint.device().into(), status: word };
        self.core.events.publish(EventKind::PeerStatus, || self.core.clock.now(), event);
        self.core.device_changed(&endpoint.device());
    }

    fn compute(&self, endpoint: &Endpoint) -> Presence {
        let now = self.now();
        let is_there = |aor: &Arc<Aor>| {
            let must_answer = aor.qualify.every.is_some();
            let counts = |contact: &Arc<Contact>| {
                contact.is_alive(now) && (!must_answer || contact.health.status() == Status::Reachable)
            };
            self.contacts.of(&aor.name).iter().any(counts)
        };
        match &*endpoint.aors {
            [] => Presence::Unknown,
            aors if aors.iter().any(is_there) => Presence::Online,
            _ => Presence::Offline,
        }
    }
}
