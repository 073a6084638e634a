//! The thread on which the sessions live.
//!
//! What hundreds of programs that read every event cost must not be the calls' time: the thread has a lower
//! priority than those that serve calls. What a program asks for is done where the calls are.

use std::io;
use std::time::Duration;

use obelus_core::events::EventBus;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{oneshot, watch};

/// How much nicer than the rest of the process the thread is: about a fifth of a processor is left to it where all
/// are busy.
const NICENESS: i32 = 7;

/// After news there is none for so long: programs that are each woken for each event would cost more than what they
/// are told. An event that comes alone is told at once.
const PACE: Duration = Duration::from_millis(10);

/// Where sessions live, and where the calls are.
pub(crate) struct Quarters {
    pub(crate) sessions: Handle,
    pub(crate) calls: Handle,
    /// Changes when there may be events to tell.
    pub(crate) news: watch::Sender<()>,
    /// Dropped, it ends the thread.
    _stay: oneshot::Sender<()>,
}

impl Quarters {
    /// Starts the thread; calls are where this is called.
    pub(crate) fn start(bus: &EventBus) -> io::Result<Quarters> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let sessions = runtime.handle().clone();
        let (stay, leave) = oneshot::channel();
        std::thread::Builder::new().name("manager".into()).spawn(move || {
            if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                tracing::info!(%error, "AMI: its thread has the priority of all others");
            }
            let _ = runtime.block_on(leave);
        })?;
        let news = watch::Sender::new(());
        sessions.spawn(announce(bus.news(), news.clone()));
        Ok(Quarters { sessions, calls: Handle::current(), news, _stay: stay })
    }
}

/// Passes news on to the sessions, so that the calls need not wake each of them.
async fn announce(mut events: watch::Receiver<()>, news: watch::Sender<()>) {
    while events.changed().await.is_ok() {
        news.send_replace(());
        tokio::time::sleep(PACE).await;
    }
}
