//! What all sessions share: the configuration, who is connected, and the events that have been formatted.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::action::Classes;
use obelus_core::events::{EventBus, Listener};
use obelus_core::files::ConfigFolder;
use obelus_interfaces::control::Control;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::config::Config;
use crate::events::Cache;
use crate::quarters::Quarters;

/// The manager interface.
pub(crate) struct Ami {
    core: Weak<Core>,
    pub(crate) control: Arc<dyn Control>,
    pub(crate) folder: ConfigFolder,
    pub(crate) config: ArcSwap<Config>,
    pub(crate) cache: Cache,
    /// `manager set debug on`.
    pub(crate) debug: AtomicBool,
    /// How many are connected and have not logged in.
    pub(crate) strangers: AtomicUsize,
    /// Whether somebody follows the devices of hints.
    pub(crate) watches_hints: AtomicBool,
    /// Where the sessions live; without it they live among the calls.
    quarters: OnceLock<Quarters>,
    /// What those who come over TLS are met with.
    pub(crate) tls: ArcSwapOption<TlsAcceptor>,
    sessions: Mutex<BTreeMap<u64, Arc<Connected>>>,
    next_session: AtomicU64,
    kept: Mutex<Vec<Kept>>,
    /// The sum of the clock that numbers events: when this PBX began.
    pub(crate) began: Instant,
}

/// A connection, as the console lists it.
pub(crate) struct Connected {
    pub(crate) id: u64,
    pub(crate) remote: SocketAddr,
    pub(crate) who: Mutex<Who>,
    pub(crate) end: watch::Sender<End>,
}

/// Whether and why a session must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It goes on.
    NotYet,
    /// Somebody on the console wants it to.
    Kicked,
    /// The PBX ends, or the interface is switched off.
    Stopping,
}

/// Who has logged in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Who {
    /// Empty before the login.
    pub(crate) name: Arc<str>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) read: Classes,
    pub(crate) write: Classes,
}

/// A cursor that keeps events for a program that has lost its connection.
struct Kept {
    name: Arc<str>,
    mask: u64,
    /// From this number on nothing has been left out.
    since: u64,
    until: Instant,
    _listener: Listener,
}

impl Ami {
    pub(crate) fn new(core: &Arc<Core>, control: &Arc<dyn Control>, folder: &ConfigFolder) -> Ami {
        Ami {
            core: Arc::downgrade(core),
            control: control.clone(),
            folder: folder.clone(),
            config: ArcSwap::default(),
            cache: Cache::default(),
            debug: AtomicBool::new(false),
            strangers: AtomicUsize::new(0),
            watches_hints: AtomicBool::new(false),
            quarters: OnceLock::new(),
            tls: ArcSwapOption::empty(),
            sessions: Mutex::default(),
            next_session: AtomicU64::new(1),
            kept: Mutex::default(),
            began: Instant::now(),
        }
    }

    /// The PBX, while it lives.
    pub(crate) fn core(&self) -> Option<Arc<Core>> {
        self.core.upgrade()
    }

    /// Gives the sessions to come a thread of their own.
    pub(crate) fn settle(&self, bus: &EventBus) -> io::Result<()> {
        if self.quarters.get().is_none() {
            let _ = self.quarters.set(Quarters::start(bus)?);
        }
        Ok(())
    }

    /// The runtime on which sessions live.
    pub(crate) fn at_sessions(&self) -> Handle {
        self.quarters.get().map_or_else(Handle::current, |quarters| quarters.sessions.clone())
    }

    /// The runtime on which calls live, and what programs ask for is done.
    pub(crate) fn at_calls(&self) -> Handle {
        self.quarters.get().map_or_else(Handle::current, |quarters| quarters.calls.clone())
    }

    /// Changes when there may be events to tell.
    pub(crate) fn news(&self, bus: &EventBus) -> watch::Receiver<()> {
        self.quarters.get().map_or_else(|| bus.news(), |quarters| quarters.news.subscribe())
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Connected>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those who are connected, the oldest first.
    pub(crate) fn connected(&self) -> Vec<Arc<Connected>> {
        self.sessions().values().cloned().collect()
    }

    /// Enters a connection.
    pub(crate) fn enter(&self, remote: SocketAddr) -> Arc<Connected> {
        let id = self.next_session.fetch_add(1, Ordering::Relaxed);
        let end = watch::Sender::new(End::NotYet);
        let connected = Arc::new(Connected { id, remote, who: Mutex::default(), end });
        self.sessions().insert(id, connected.clone());
        connected
    }

    /// Takes a connection out.
    pub(crate) fn leave(&self, id: u64) {
        self.sessions().remove(&id);
    }

    /// Whether a user is logged in.
    pub(crate) fn is_in_use(&self, name: &str) -> bool {
        self.sessions().values().any(|session| session.who().name.eq_ignore_ascii_case(name))
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the bus keep what a program that has just lost its connection would get.
    pub(crate) fn keep_for(self: &Arc<Ami>, name: &Arc<str>, mask: u64, since: u64, listener: Listener) {
        let time = self.config.load().general.resume_time;
        if time.is_zero() {
            return;
        }
        let until = Instant::now() + time;
        self.kept().push(Kept { name: name.clone(), mask, since, until, _listener: listener });
        let ami = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep_until(until).await;
            if let Some(ami) = ami.upgrade() {
                ami.kept().retain(|kept| kept.until > Instant::now());
            }
        });
    }

    /// Whether everything of a mask that came after the event `seen` has been kept for a user.
    pub(crate) fn has_kept(&self, name: &str, mask: u64, seen: u64) -> bool {
        let fits = |kept: &Kept| *kept.name == *name && kept.mask & mask == mask && kept.since <= seen;
        self.kept().iter().any(fits)
    }

    /// Forgets what was kept, at the end.
    pub(crate) fn forget(&self) {
        self.kept().clear();
    }
}

impl Connected {
    /// Who has logged in.
    pub(crate) fn who(&self) -> MutexGuard<'_, Who> {
        self.who.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
