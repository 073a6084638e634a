//! The handle by which everybody but its own task talks to a channel.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::cause::Cause;
use crate::channel::{Channel, ChannelState, Facts, Position, Snapshot, device_of};
use crate::channel_tech::LegCommand;

/// A boxed future, as closures for a channel's task return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something to do on the channel's own task.
pub type Work = Box<dyn for<'a> FnOnce(&'a mut Channel) -> BoxFuture<'a, ()> + Send + Sync>;

/// A message to a channel.
pub enum ChannelCommand {
    /// Hang up.
    Hangup(Cause),
    /// Leave what it does and do this: a redirect, joining a bridge.
    Then(Work),
    /// Do this at once, in the middle of what it does; must be short.
    Run(Work),
    /// Show this to the far end.
    Show(LegCommand),
    /// The bridge that it is in has changed; it looks for itself.
    BridgeChanged,
}

/// How many messages a channel keeps; a sender who finds it full is told.
const MAILBOX: usize = 64;

/// A channel's address: cheap to clone, good for as long as anybody likes.
#[derive(Clone)]
pub struct ChannelHandle(Arc<Shared>);

struct Shared {
    id: u64,
    unique_id: Arc<str>,
    called: Called,
    created: Timestamp,
    mailbox: mpsc::Sender<ChannelCommand>,
    facts: Mutex<Facts>,
}

/// What a channel is called, and then was called: names are lent out, so old ones stay.
struct Called {
    name: Arc<str>,
    technology: &'static str,
    next: OnceLock<Box<Called>>,
}

impl Called {
    fn new(name: Arc<str>, technology: &'static str) -> Called {
        Called { name, technology, next: OnceLock::new() }
    }

    fn latest(&self) -> &Called {
        let mut latest = self;
        while let Some(next) = latest.next.get() {
            latest = next;
        }
        latest
    }
}

/// The channel is gone or does not take messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// It was hung up.
    #[error("the channel is gone")]
    Gone,
    /// It has not read its messages for too long.
    #[error("the channel does not respond")]
    Stuck,
}

impl ChannelHandle {
    pub(crate) fn new(
        id: u64,
        name: Arc<str>,
        unique_id: Arc<str>,
        technology: &'static str,
        created: Timestamp,
        facts: Facts,
    ) -> (ChannelHandle, mpsc::Receiver<ChannelCommand>) {
        let (mailbox, inbox) = mpsc::channel(MAILBOX);
        let (facts, called) = (Mutex::new(facts), Called::new(name, technology));
        (ChannelHandle(Arc::new(Shared { id, unique_id, called, created, mailbox, facts })), inbox)
    }

    /// The number by which it was counted, rising through the life of the PBX.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// `PJSIP/1001-00000001`.
    pub fn name(&self) -> &Arc<str> {
        &self.0.called.latest().name
    }

    /// Gives it another name; only the table does, which has it by name.
    pub(super) fn rename(&self, name: Arc<str>, technology: &'static str) {
        let mut called = Box::new(Called::new(name, technology));
        while let Err(back) = self.0.called.latest().next.set(called) {
            called = back;
        }
    }

    /// `1700000000.12`.
    pub fn unique_id(&self) -> &Arc<str> {
        &self.0.unique_id
    }

    /// The device that it belongs to: `PJSIP/1001`.
    pub fn device(&self) -> &str {
        device_of(self.name())
    }

    /// The name of its technology: `PJSIP`.
    pub fn technology(&self) -> &'static str {
        self.0.called.latest().technology
    }

    /// When it was made.
    pub fn created(&self) -> Timestamp {
        self.0.created
    }

    /// What is known of it now. Never hold it across an await.
    pub fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its state now.
    pub fn state(&self) -> ChannelState {
        self.facts().state
    }

    /// Everything known of it now, for an event or a listing.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            name: self.name().clone(),
            unique_id: self.0.unique_id.clone(),
            created: self.0.created,
            technology: self.technology(),
            facts: self.facts().clone(),
        }
    }

    /// Whether its task still reads messages.
    pub fn is_alive(&self) -> bool {
        !self.0.mailbox.is_closed()
    }

    /// Waits until the channel is gone.
    pub async fn until_gone(&self) {
        self.0.mailbox.closed().await;
    }

    /// Sends a message without waiting.
    pub fn send(&self, command: ChannelCommand) -> Result<(), Unreachable> {
        self.0.mailbox.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unreachable::Stuck,
            mpsc::error::TrySendError::Closed(_) => Unreachable::Gone,
        })
    }

    /// Asks it to hang up.
    pub fn hangup(&self, cause: Cause) {
        let _ = self.send(ChannelCommand::Hangup(cause));
    }

    /// Asks it to hang up, and tells that this was asked.
    pub fn soft_hangup(&self, cause: Cause) {
        let tell = move |channel: &mut Channel| channel.publish_soft_hangup(cause);
        let _ =
            self.send(ChannelCommand::Run(Box::new(move |channel| Box::pin(async move { tell(channel) }))));
        self.hangup(cause);
    }

    /// Makes it leave what it does and do `work`.
    pub fn then<F>(&self, work: F) -> Result<(), Unreachable>
    where
        F: for<'a> FnOnce(&'a mut Channel) -> BoxFuture<'a, ()> + Send + Sync + 'static,
    {
        self.send(ChannelCommand::Then(Box::new(work)))
    }

    /// Makes it leave what it does and run the dialplan from `position`.
    pub fn redirect(&self, position: Position) -> Result<(), Unreachable> {
        self.then(move |channel| Box::pin(channel.execute(position)))
    }

    /// Runs something short on its task and returns what that returned.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Unreachable>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Channel) -> BoxFuture<'a, T> + Send + Sync + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.send(ChannelCommand::Run(Box::new(move |channel| {
            Box::pin(async move {
                let _ = answer.send(work(channel).await);
            })
        })))?;
        answered.await.map_err(|_| Unreachable::Gone)
    }

    /// Shows something to its far end.
    pub fn show(&self, command: LegCommand) -> Result<(), Unreachable> {
        self.send(ChannelCommand::Show(command))
    }
}

impl PartialEq for ChannelHandle {
    fn eq(&self, other: &ChannelHandle) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for ChannelHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelHandle({})", self.name())
    }
}
