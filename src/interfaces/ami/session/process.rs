//! From a message to the action that it asks for.

use std::future::Future;

use obelus_core::Core;
use obelus_core::action::{ActionCall, ActionInfo, Message, Reply};

use super::report::Report;
use super::wait::More;
use super::{CHALLENGE, Conversation, EVENTS, FILTER, LOGIN, LOGOFF, Next, WAIT_EVENT};
use crate::actions::refusal;

/// How many events wait for the end of an action at most; then the cursor stays behind.
const MOST_HELD: usize = 65_536;

/// What one who has not logged in may ask for.
const FOR_STRANGERS: [&str; 3] = ["Login", "Logoff", "Challenge"];

/// Actions that belong to the session itself.
pub(crate) static OWN: [&ActionInfo; 6] = [&CHALLENGE, &EVENTS, &FILTER, &LOGIN, &LOGOFF, &WAIT_EVENT];

impl Conversation {
    /// Refuses a message that could not be read.
    pub(super) fn refuse(&mut self, message: &Message, reason: &str) -> Next {
        let mut reply = Reply::new(message.get("ActionID"));
        reply.error(reason);
        self.out.push_str(reply.text());
        Next::GoOn
    }

    /// Does what a message asks for; the answer is in `out`. `more` may end the waiting of `WaitEvent`.
    pub(crate) async fn process(&mut self, message: &Message, more: &mut dyn More) -> Next {
        let mut reply = Reply::new(message.get("ActionID"));
        let next = self.answer(message, &mut reply, more).await;
        self.out.push_str(reply.text());
        next
    }

    async fn answer(&mut self, message: &Message, reply: &mut Reply, more: &mut dyn More) -> Next {
        let Some(core) = self.ami.core() else { return Next::End };
        let action = message.first_filled("Action");
        self.log(message);
        if action.is_empty() {
            self.report(&core, &Report::BadFormat("NONE"));
            reply.error("Missing action in request");
            return Next::GoOn;
        }
        let is = |info: &ActionInfo| info.name.eq_ignore_ascii_case(action);
        if self.login.is_none() {
            if !FOR_STRANGERS.iter().any(|name| name.eq_ignore_ascii_case(action)) {
                return self.not_allowed(&core, action, reply);
            }
            if !is(&LOGOFF) && self.is_in_use_elsewhere(message) {
                self.report(&core, &Report::AlreadyInUse);
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                reply.error("Login Already In Use");
                return Next::End;
            }
        }
        match OWN.iter().find(|info| is(info)) {
            Some(info) => {
                let may = self.login.as_ref().is_none_or(|login| login.asker.may(info.privilege));
                match may {
                    true => self.own(action, message, reply, more).await,
                    false => self.not_allowed(&core, action, reply),
                }
            }
            None => self.run_action(&core, action, message, reply).await,
        }
    }

    /// An action of the session itself.
    async fn own(&mut self, action: &str, message: &Message, reply: &mut Reply, more: &mut dyn More) -> Next {
        match action.to_ascii_lowercase().as_str() {
            "login" => return self.log_in(message, reply).await,
            "logoff" => return Self::logoff(reply),
            "waitevent" => return self.wait_event(message, reply, more).await,
            "challenge" => self.challenge(message, reply),
            "events" => self.events(message, reply),
            "filter" => self.filter(message, reply),
            _ => {}
        }
        Next::GoOn
    }

    async fn run_action(
        &mut self,
        core: &std::sync::Arc<Core>,
        name: &str,
        message: &Message,
        reply: &mut Reply,
    ) -> Next {
        let Some(asker) = self.login.as_ref().map(|login| login.asker.clone()) else { return Next::GoOn };
        let Some(action) = core.registry().action(name).cloned() else {
            self.report(core, &Report::BadFormat(name));
            reply.error(refusal(name));
            return Next::GoOn;
        };
        if !asker.may(action.info().privilege) {
            return self.not_allowed(core, name, reply);
        }
        let (core, asked, mut answer) = (core.clone(), message.clone(), std::mem::take(reply));
        let running = self.ami.at_calls().spawn(async move {
            action.run(ActionCall { core: &core, message: &asked, asker: &asker, reply: &mut answer }).await;
            answer
        });
        *reply = self.while_running(running).await.unwrap_or_else(|error| {
            tracing::error!(action = name, %error, "AMI: an action has failed");
            let mut answer = Reply::new(message.get("ActionID"));
            answer.error("The action has failed");
            answer
        });
        Next::GoOn
    }

    /// Keeps the events that come while an action takes its time, so that they follow its answer: that the program
    /// waits is not its fault.
    async fn while_running<T>(&mut self, running: impl Future<Output = T>) -> T {
        let mut running = std::pin::pin!(running);
        let Conversation { login, held, .. } = self;
        let mut cursor = login.as_mut().and_then(|login| login.cursor.as_mut());
        loop {
            let event = async {
                match cursor.as_mut().filter(|_| held.len() < MOST_HELD) {
                    Some(cursor) => cursor.next().await,
                    None => std::future::pending().await,
                }
            };
            // Cancel safe: the action is only polled, and a cursor moves or not.
            tokio::select! {
                biased;
                done = &mut running => return done,
                delivery = event => held.push_back(delivery),
            }
        }
    }

    fn not_allowed(&mut self, core: &Core, action: &str, reply: &mut Reply) -> Next {
        self.report(core, &Report::NotAllowed(action));
        reply.error("Permission denied");
        Next::GoOn
    }

    fn is_in_use_elsewhere(&self, message: &Message) -> bool {
        let name = message.get("Username");
        let config = self.ami.config.load();
        !name.is_empty()
            && self.ami.is_in_use(name)
            && config.user(name).is_some_and(|user| !user.allow_multiple_login)
    }

    fn log(&self, message: &Message) {
        if !self.ami.debug.load(std::sync::atomic::Ordering::Relaxed) {
            return;
        }
        tracing::debug!(remote = %self.peer.remote, asked = crate::secrets::shown(message), "AMI: asked");
    }
}
