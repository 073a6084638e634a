//! Sessions that go on over many requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::action::Message;
use obelus_http::Request;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::Instant;

use super::COOKIE;
use super::digest::Known;
use crate::ami::{Ami, End};
use crate::session::{Conversation, HTTP, More, Next, Peer};

/// How long a session lasts in which nobody has logged in.
const STRANGER: Duration = Duration::from_secs(5);

/// How often sessions are looked through for those that are over.
const SWEEP: Duration = Duration::from_secs(1);

/// All sessions over HTTP.
pub(super) struct Sessions {
    ami: Arc<Ami>,
    sessions: Mutex<HashMap<String, Arc<WebSession>>>,
    is_swept: AtomicBool,
}

/// One session.
pub(super) struct WebSession {
    key: String,
    ami: Arc<Ami>,
    /// None when it is over.
    talk: AsyncMutex<Option<Conversation>>,
    /// How many requests wait for the one that is being answered.
    waiting: watch::Sender<usize>,
    /// When it ends unless somebody asks.
    until: Mutex<Instant>,
}

impl Sessions {
    pub(super) fn new(ami: &Arc<Ami>) -> Sessions {
        Sessions { ami: ami.clone(), sessions: Mutex::default(), is_swept: AtomicBool::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<WebSession>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a session lasts in which nobody asks.
    pub(super) fn time(&self) -> Duration {
        self.ami.config.load().general.web_time
    }

    /// The session that the cookie names, or a new one; none while too many have not logged in.
    pub(super) fn of_cookie(self: &Arc<Sessions>, request: &Request) -> Option<Arc<WebSession>> {
        if let Some(known) = request.cookie(COOKIE).and_then(|key| self.find(key)) {
            return Some(known);
        }
        let core = self.ami.core()?;
        let limit = self.ami.config.load().general.login_limit;
        if self.ami.strangers.load(Ordering::Relaxed) >= limit {
            tracing::warn!(remote = %request.remote, "AMI: too many are connected without having logged in");
            return None;
        }
        let key: String = core.random.key().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(self.enter(key, Conversation::new(&self.ami, peer(request))))
    }

    /// The session of somebody whose digest was right.
    pub(super) fn of_digest(
        self: &Arc<Sessions>,
        request: &Request,
        known: &Known,
    ) -> Option<Arc<WebSession>> {
        if let Some(session) = self.find(&known.key) {
            return Some(session);
        }
        let core = self.ami.core()?;
        let mut talk = Conversation::new(&self.ami, peer(request));
        talk.admit(&core, &known.user);
        Some(self.enter(known.key.clone(), talk))
    }

    fn find(&self, key: &str) -> Option<Arc<WebSession>> {
        let found = self.lock().get(key).cloned();
        found.filter(|session| !session.is_over())
    }

    fn enter(self: &Arc<Sessions>, key: String, talk: Conversation) -> Arc<WebSession> {
        let session = Arc::new(WebSession {
            key: key.clone(),
            ami: self.ami.clone(),
            talk: AsyncMutex::new(Some(talk)),
            waiting: watch::Sender::new(0),
            until: Mutex::new(Instant::now() + STRANGER),
        });
        self.lock().insert(key, session.clone());
        self.sweep_from_now_on();
        session
    }

    /// Ends what is over from time to time, as long as there are sessions.
    fn sweep_from_now_on(self: &Arc<Sessions>) {
        if self.is_swept.swap(true, Ordering::AcqRel) {
            return;
        }
        let sessions = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let mut all = sessions.lock();
                all.retain(|_, session| !session.is_over());
                if all.is_empty() {
                    // Under the lock: who enters one from now on begins anew.
                    sessions.is_swept.store(false, Ordering::Release);
                    return;
                }
            }
        });
    }

    /// Ends all of them; what is being answered is answered first.
    pub(super) fn end_all(&self) {
        let all = std::mem::take(&mut *self.lock());
        for session in all.values() {
            session.end();
        }
    }
}

fn peer(request: &Request) -> Peer {
    Peer { remote: request.remote, local: request.local, protocol: HTTP }
}

impl WebSession {
    /// By what it is known.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    fn until(&self) -> MutexGuard<'_, Instant> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says it and gives back what is answered. That goes on even if nobody waits for the answer any more, but for
    /// the waiting of `WaitEvent`, which the next request ends as well.
    pub(super) async fn ask(self: &Arc<WebSession>, message: &Message) -> String {
        let (session, message) = (self.clone(), message.clone());
        let (here, gone) = watch::channel(());
        let answered = tokio::spawn(async move { session.answer(&message, gone).await });
        let said = answered.await.unwrap_or_default();
        drop(here);
        said
    }

    async fn answer(&self, message: &Message, gone: watch::Receiver<()>) -> String {
        self.waiting.send_modify(|waiting| *waiting += 1);
        let mut talk = self.talk.lock().await;
        self.waiting.send_modify(|waiting| *waiting -= 1);
        let Some(conversation) = talk.as_mut() else { return String::new() };
        let mut more = Others { waiting: self.waiting.subscribe(), gone };
        let next = conversation.process(message, &mut more).await;
        let said = std::mem::take(&mut conversation.out);
        let usual = self.ami.config.load().general.web_time;
        let time = if conversation.is_known() { usual } else { usual.min(STRANGER) };
        *self.until() = Instant::now() + time;
        if next == Next::End
            && let Some(conversation) = talk.take()
        {
            conversation.close();
        }
        said
    }

    /// Whether it has ended, or ends now because its time is over; not while a request is being answered.
    fn is_over(&self) -> bool {
        let Ok(mut talk) = self.talk.try_lock() else { return false };
        let is_ended = |talk: &Conversation| *talk.ended().borrow() != End::NotYet;
        let over = *self.until() <= Instant::now() || talk.as_ref().is_none_or(is_ended);
        if over && let Some(conversation) = talk.take() {
            conversation.close();
        }
        over
    }

    fn end(&self) {
        if let Ok(mut talk) = self.talk.try_lock()
            && let Some(conversation) = talk.take()
        {
            conversation.close();
        }
        *self.until() = Instant::now();
    }
}

/// What ends the waiting of `WaitEvent`: another request of the session, or that nobody waits for the answer.
struct Others {
    waiting: watch::Receiver<usize>,
    gone: watch::Receiver<()>,
}

#[async_trait]
impl More for Others {
    async fn comes(&mut self) -> bool {
        // Cancel safe: two states.
        tokio::select! {
            _ = self.waiting.wait_for(|waiting| *waiting > 0) => {}
            _ = self.gone.changed() => {}
        }
        true
    }
}
