//! Which call file is looked at when.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::events::EventKind;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::attempt::{Again, attempt};
use super::folder::Folder;
use super::watch::Seen;

/// A new name that nobody opens for so long is a hard link to a file that is whole.
const LINK: Duration = Duration::from_secs(2);

/// The longest sleep: somebody may set the clock.
const NAP: Duration = Duration::from_secs(60);

/// The files that wait for their time, and those whose calls are under way.
pub(super) struct Queue {
    core: Weak<Core>,
    folder: Folder,
    due: BTreeSet<(Timestamp, String)>,
    created: HashMap<String, Instant>,
    calling: HashSet<String>,
    attempts: JoinSet<(String, Again)>,
}

impl Queue {
    /// An empty queue.
    pub(super) fn new(core: Weak<Core>, folder: Folder) -> Queue {
        Queue {
            core,
            folder,
            due: BTreeSet::new(),
            created: HashMap::new(),
            calling: HashSet::new(),
            attempts: JoinSet::new(),
        }
    }

    /// Makes calls until nothing more is told; then waits for those that are under way.
    pub(super) async fn run(mut self, mut seen: mpsc::Receiver<Seen>) {
        self.until_booted().await;
        self.look_around().await;
        loop {
            self.start_due().await;
            let Some(core) = self.core.upgrade() else { return };
            let nap = self.nap(&core);
            drop(core);
            // All branches are cancel safe: a queue, a set of tasks and a timer.
            tokio::select! {
                seen = seen.recv() => match seen {
                    Some(seen) => self.saw(seen).await,
                    None => break,
                },
                Some(ended) = self.attempts.join_next() => self.ended(ended).await,
                () = tokio::time::sleep(nap) => self.take_links().await,
            }
        }
        while self.attempts.join_next().await.is_some() {}
    }

    async fn until_booted(&self) {
        let Some(core) = self.core.upgrade() else { return };
        // Listening begins before the look, so that the event cannot fall between the two.
        let mut listener = core.events.listen(EventKind::FullyBooted.bit(), None);
        while !core.is_booted() {
            listener.next().await;
        }
    }

    /// How long there is nothing to do, if nothing happens.
    fn nap(&self, core: &Core) -> Duration {
        let now = core.clock.now();
        let next =
            self.due.first().map(|(due, _)| Duration::try_from(due.duration_since(now)).unwrap_or_default());
        let link = self.created.values().min().map(|at| at.saturating_duration_since(Instant::now()));
        next.into_iter().chain(link).min().unwrap_or(NAP).min(NAP)
    }

    async fn saw(&mut self, seen: Seen) {
        match seen {
            Seen::Created(name) => {
                self.created.insert(name, Instant::now() + LINK);
            }
            Seen::Opened(name) => {
                self.created.remove(&name);
            }
            Seen::Whole(name) => self.schedule(name).await,
            Seen::Missed => self.look_around().await,
        }
    }

    async fn look_around(&mut self) {
        let folder = self.folder.clone();
        match blocking(move || folder.names()).await {
            Some(Ok(names)) => {
                for name in names {
                    self.schedule(name).await;
                }
            }
            Some(Err(error)) => tracing::error!(%error, "the folder of call files cannot be read"),
            None => {}
        }
    }

    async fn take_links(&mut self) {
        let now = Instant::now();
        let links: Vec<String> = self.created.extract_if(|_, at| *at <= now).map(|(name, _)| name).collect();
        for name in links {
            self.schedule(name).await;
        }
    }

    /// Puts a file where its modification time says; one whose call is under way is looked at when that is over.
    async fn schedule(&mut self, name: String) {
        if self.calling.contains(&name) {
            return;
        }
        self.due.retain(|(_, known)| *known != name);
        if let Some(due) = self.time_of(&name).await {
            self.due.insert((due, name));
        }
    }

    async fn time_of(&self, name: &str) -> Option<Timestamp> {
        let (folder, name) = (self.folder.clone(), name.to_owned());
        let modified = blocking(move || folder.due(&name)).await??;
        // A time before jiff's first is long past.
        Some(Timestamp::try_from(modified).unwrap_or(Timestamp::MIN))
    }

    async fn start_due(&mut self) {
        let Some(core) = self.core.upgrade() else { return };
        while self.due.first().is_some_and(|(due, _)| *due <= core.clock.now()) {
            let Some((_, name)) = self.due.pop_first() else { return };
            match self.time_of(&name).await {
                // It has been put off meanwhile.
                Some(due) if due > core.clock.now() => {
                    self.due.insert((due, name));
                }
                Some(_) => self.start(&core, name),
                None => {}
            }
        }
    }

    fn start(&mut self, core: &Arc<Core>, name: String) {
        let (core, folder) = (core.clone(), self.folder.clone());
        self.calling.insert(name.clone());
        self.attempts.spawn(async move {
            let again = attempt(&core, &folder, &name).await;
            (name, again)
        });
    }

    async fn ended(&mut self, ended: Result<(String, Again), tokio::task::JoinError>) {
        match ended {
            Ok((name, again)) => {
                self.calling.remove(&name);
                if again == Again::AsTheFileSays {
                    self.schedule(name).await;
                }
            }
            Err(error) => tracing::error!(%error, "an attempt of a call file"),
        }
    }
}

/// Does something that waits for the disk; `None` when the program ends.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
