//! Our registrations with others: `type = registration`.

mod client;
mod line;
mod register;
mod task;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use obelus_sip::ConnectionId;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) use client::Status;
pub(crate) use line::Lines;

use crate::config::{Config, Registration};
use crate::driver::Driver;
use client::Wish;
use task::Task;

/// So many wishes may wait for a registration.
const WISHES: usize = 16;

/// At the end so long is waited for the registrars; Asterisk waits longer, but nobody is there to hear.
const FAREWELL: Duration = Duration::from_secs(4);

/// All registrations of ours.
#[derive(Default)]
pub struct Registrations {
    entries: Mutex<BTreeMap<Arc<str>, Entry>>,
    /// The marks of Contacts.
    pub(crate) lines: Lines,
}

struct Entry {
    config: Arc<Registration>,
    shown: Arc<Mutex<Shown>>,
    wishes: mpsc::Sender<Message>,
    task: JoinHandle<()>,
}

/// What a registration does now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) status: Status,
    /// When it is sent next.
    pub(crate) next: Option<Instant>,
    /// Service-Route (RFC 3608), first hop first.
    pub(crate) service_routes: Vec<Box<str>>,
    /// The connection that it went over.
    connection: Option<ConnectionId>,
}

/// What a registration's task is told.
#[derive(Clone, Copy, Debug)]
enum Message {
    Wish(Wish),
    LostConnection,
    NewCredentials,
}

/// There is no such registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unknown;

impl Registrations {
    fn entries(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins what is new, ends what is gone, and begins anew what has changed.
    pub(crate) fn configure(&self, driver: &Arc<Driver>, config: &Config) {
        let mut entries = self.entries();
        entries.retain(|name, entry| {
            let stays = config.registrations.find(name).is_some_and(|wanted| wanted.is_same(&entry.config));
            if !stays {
                entry.tell(Message::Wish(Wish::Stop));
                self.lines.remove(name);
            }
            stays
        });
        for registration in config.registrations.iter() {
            match entries.get_mut(&registration.name) {
                Some(entry) => {
                    entry.config = registration.clone();
                    entry.tell(Message::NewCredentials);
                }
                None => drop(entries.insert(registration.name.clone(), self.begin(driver, registration))),
            }
        }
    }

    fn begin(&self, driver: &Arc<Driver>, registration: &Arc<Registration>) -> Entry {
        let (wishes, received) = mpsc::channel(WISHES);
        let shown = Arc::new(Mutex::new(Shown::default()));
        let line = registration.line.as_ref().map(|endpoint| {
            let line = format!("{:07x}", driver.core.random.number() & 0xfff_ffff);
            self.lines.add(&registration.name, &line, endpoint);
            line
        });
        let task = Task::new(driver.clone(), registration.clone(), shown.clone(), line);
        let task = tokio::spawn(task.run(received));
        Entry { config: registration.clone(), shown, wishes, task }
    }

    /// Takes all registrations back and waits for the registrars, but not for long.
    pub(crate) async fn stop(&self) {
        let entries = std::mem::take(&mut *self.entries());
        entries.values().for_each(|entry| entry.tell(Message::Wish(Wish::Stop)));
        let ended = async {
            for entry in entries.into_values() {
                // A task that failed has said so already.
                let _ = entry.task.await;
            }
        };
        if tokio::time::timeout(FAREWELL, ended).await.is_err() {
            tracing::warn!("not all registrars have confirmed that we are gone");
        }
    }

    /// What a registration does now; `None` where there is none of this name.
    pub(crate) fn shown(&self, name: &str) -> Option<Shown> {
        let shown = self.entries().get(name)?.shown.clone();
        Some(shown.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Takes a registration back, and begins it anew if it is wanted.
    pub(crate) fn ask(&self, name: &str, anew: bool) -> Result<(), Unknown> {
        let wish = if anew { Wish::Register } else { Wish::Unregister };
        self.entries().get(name).ok_or(Unknown)?.tell(Message::Wish(wish));
        Ok(())
    }

    /// The same with all of them.
    pub(crate) fn ask_all(&self, anew: bool) {
        let wish = if anew { Wish::Register } else { Wish::Unregister };
        self.entries().values().for_each(|entry| entry.tell(Message::Wish(wish)));
    }

    /// A connection is no more: those who registered over it do so again.
    pub(crate) fn connection_closed(&self, connection: ConnectionId) {
        for entry in self.entries().values() {
            let is_it =
                entry.shown.lock().unwrap_or_else(PoisonError::into_inner).connection == Some(connection);
            if is_it {
                entry.tell(Message::LostConnection);
            }
        }
    }

    /// The route of requests over a transport that a registrar behind it asks for (RFC 3608).
    pub(crate) fn service_routes(&self, transport: &str) -> Vec<Box<str>> {
        let entries = self.entries();
        let over_it = entries
            .values()
            .filter(|entry| entry.config.transport.as_ref().is_some_and(|own| *own.name == *transport));
        let routes = over_it
            .map(|entry| entry.shown.lock().unwrap_or_else(PoisonError::into_inner).service_routes.clone());
        routes.into_iter().find(|routes| !routes.is_empty()).unwrap_or_default()
    }
}

impl Entry {
    /// A task that has so much to do already is asked in vain.
    fn tell(&self, message: Message) {
        if let Err(error) = self.wishes.try_send(message) {
            tracing::debug!(registration = &*self.config.name, %error, "a registration is not told");
        }
    }
}
