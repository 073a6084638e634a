//! Calls that the PBX makes by itself: somebody is rung, and who answers is sent into the dialplan or an application.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use obelus_media::Codec;
use tokio::time::Instant;

use crate::Core;
use crate::app::{App, Arguments, Flow};
use crate::caller_id::Party;
use crate::cause::Cause;
use crate::channel::{Channel, ChannelHandle, Position, Variables};
use crate::channel_tech::{CallError, Ended};
use crate::dial::{Caller, Dialing, Outgoing, Progress};
use crate::events::{Event, EventKind};

/// A call to make.
#[derive(Clone, Debug)]
pub struct Originate {
    /// Who is rung: `Technology/address`.
    pub destination: String,
    /// For how long at most.
    pub timeout: Duration,
    /// Who calls, as the rung party is shown.
    pub caller: Party,
    /// What the new channel begins with.
    pub variables: Variables,
    /// The codecs to offer, best first; empty for the destination's own.
    pub codecs: Vec<Codec>,
    /// The new channel's account code; empty for the destination's own.
    pub account_code: Arc<str>,
    /// A Gosub to run on the new channel before it is called: `context,exten,priority(arguments)`.
    pub predial: Option<String>,
    /// The unique ids of the new channel, and of the second one where the technology makes two.
    pub unique_ids: [Option<Arc<str>>; 2],
    /// It goes its way as soon as there is audio, before the answer.
    pub early: bool,
    /// What it does when it has answered.
    pub then: Then,
}

impl Originate {
    /// A call with nothing special about it; it rings for half a minute.
    pub fn new(destination: impl Into<String>, then: Then) -> Originate {
        Originate {
            destination: destination.into(),
            timeout: Duration::from_secs(30),
            caller: Party::default(),
            variables: Variables::default(),
            codecs: Vec::new(),
            account_code: Arc::default(),
            predial: None,
            unique_ids: [None, None],
            early: false,
            then,
        }
    }
}

/// What an answered channel does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// Run an application, then hang up.
    Application {
        /// Its name.
        name: String,
        /// Its arguments, as they are.
        data: String,
    },
    /// Run the dialplan from here.
    Extension(Position),
}

/// Why an originated call came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnswered {
    /// It could not be made.
    #[error(transparent)]
    Failed(#[from] CallError),
    /// It was refused.
    #[error("{}", .0.cause)]
    Refused(Ended),
    /// Nobody answered in time.
    #[error("nobody answered")]
    NoAnswer,
}

impl NotAnswered {
    /// Asterisk's word for it: `BUSY`, `CONGESTION`, `RINGING` where nobody answered, else `FAILED`.
    pub fn word(&self) -> &'static str {
        let cause = match self {
            NotAnswered::Failed(error) => error.cause,
            NotAnswered::Refused(ended) => ended.cause,
            NotAnswered::NoAnswer => Cause::NO_ANSWER,
        };
        match cause {
            Cause::USER_BUSY => "BUSY",
            Cause::CALL_REJECTED
            | Cause::NETWORK_OUT_OF_ORDER
            | Cause::DESTINATION_OUT_OF_ORDER
            | Cause::NORMAL_TEMPORARY_FAILURE
            | Cause::SWITCH_CONGESTION
            | Cause::NORMAL_CIRCUIT_CONGESTION => "CONGESTION",
            Cause::ANSWERED_ELSEWHERE | Cause::NO_ANSWER => "RINGING",
            _ => "FAILED",
        }
    }
}

impl Core {
    /// Begins a call; what is wrong at once is told, what becomes of it later is logged.
    pub async fn originate_soon(self: &Arc<Self>, originate: Originate) -> Result<(), NotAnswered> {
        let (core, destination) = (self.clone(), originate.destination.clone());
        let mut call = Box::pin(async move { core.originate(originate).await });
        let first = std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
        if let Poll::Ready(result) = first {
            return result.map(|_| ());
        }
        tokio::spawn(async move {
            if let Err(error) = call.await {
                tracing::info!(destination, %error, "the originated call came to nothing");
            }
        });
        Ok(())
    }

    /// Makes a call and returns its channel when it has been answered and goes its way.
    pub async fn originate(self: &Arc<Self>, originate: Originate) -> Result<ChannelHandle, NotAnswered> {
        self.admits_calls().map_err(|reason| CallError::new(Cause::SWITCH_CONGESTION, reason))?;
        let work = Work::find(self, originate.then.clone())?;
        let outgoing = Ringing::begin(self, originate).await?.until_answered().await?;
        let handle = outgoing.handle.clone();
        let gone = |_| NotAnswered::Refused(Ended::with(Cause::NORMAL_CLEARING));
        outgoing.release(move |channel| Box::pin(work.run(channel))).map_err(gone)?;
        Ok(handle)
    }
}

/// A call that has not been answered.
struct Ringing {
    dialing: Dialing,
    until: Instant,
    caller: Party,
    account_code: Arc<str>,
    early: bool,
}

impl Ringing {
    async fn begin(core: &Arc<Core>, originate: Originate) -> Result<Ringing, CallError> {
        let Originate { destination, timeout, caller, variables, codecs, account_code, predial, .. } =
            originate;
        let (unique_ids, early) = (originate.unique_ids, originate.early);
        let on_behalf_of = Caller {
            party: caller.clone(),
            variables,
            codecs,
            timeout: Some(timeout),
            predial,
            unique_ids,
            ..Caller::default()
        };
        let dialing = Dialing::new(core, on_behalf_of);
        let mut ringing = Ringing { dialing, until: Instant::now() + timeout, caller, account_code, early };
        ringing.place(&destination).await?;
        Ok(ringing)
    }

    /// The dialplan sees the caller on the new channel, as if the party that answers had placed the call.
    async fn place(&mut self, destination: &str) -> Result<(), CallError> {
        let index = self.dialing.place(destination).await?;
        let Some(call) = self.dialing.call(index) else { return Ok(()) };
        let mut facts = call.handle.facts();
        if self.caller != Party::default() {
            facts.caller = self.caller.clone();
        }
        if !self.account_code.is_empty() {
            facts.account_code = self.account_code.clone();
            facts.peer_account = self.account_code.clone();
        }
        Ok(())
    }

    /// Rings until somebody answers, following those who want to be called elsewhere.
    async fn until_answered(mut self) -> Result<Outgoing, NotAnswered> {
        loop {
            match tokio::time::timeout_at(self.until, self.dialing.next()).await {
                Err(_) => {
                    self.dialing.cancel(Cause::NO_ANSWER, "NOANSWER");
                    return Err(NotAnswered::NoAnswer);
                }
                Ok((index, Progress::Answered)) => {
                    if let Some(outgoing) = self.dialing.take(index, Cause::NORMAL_CLEARING) {
                        return Ok(outgoing);
                    }
                }
                Ok((index, Progress::Progress)) if self.early => {
                    if let Some(outgoing) = self.dialing.take(index, Cause::NORMAL_CLEARING) {
                        return Ok(outgoing);
                    }
                }
                Ok((_, Progress::Ended(ended))) => return Err(NotAnswered::Refused(ended)),
                Ok((_, Progress::Forward { address, .. })) => self.place(&address).await?,
                Ok((
                    _,
                    Progress::Proceeding
                    | Progress::Ringing
                    | Progress::Progress
                    | Progress::Connected(_)
                    | Progress::Redirecting(_),
                )) => {}
            }
        }
    }
}

/// What is left to do, found before anybody is rung.
enum Work {
    Application { app: Arc<dyn App>, arguments: Arguments },
    Extension(Position),
}

impl Work {
    fn find(core: &Core, then: Then) -> Result<Work, CallError> {
        let (name, data) = match then {
            Then::Extension(position) => return Ok(Work::Extension(position)),
            Then::Application { name, data } => (name, data),
        };
        let wrong = |reason| CallError::new(Cause::FACILITY_NOT_IMPLEMENTED, reason);
        let registry = core.registry();
        let app =
            registry.app(&name).cloned().ok_or_else(|| wrong(format!("there is no application `{name}`")))?;
        let arguments = Arguments::parse(app.help(), &data)
            .map_err(|reason| wrong(format!("{}: {reason}", app.name())))?;
        Ok(Work::Application { app, arguments })
    }

    async fn run(self, channel: &mut Channel) {
        match self {
            Work::Extension(position) => channel.execute(position).await,
            Work::Application { app, arguments } => {
                {
                    let mut facts = channel.facts();
                    facts.application = app.name().into();
                    facts.data = arguments.whole().to_owned();
                }
                channel.publish(EventKind::NewExten, Event::NewExten);
                match app.run(channel, &arguments).await {
                    Ok(Flow::Jump) => channel.execute(channel.position()).await,
                    Ok(_) => channel.hang_up(channel.cause_for_hangup()),
                    Err(error) => {
                        tracing::debug!(channel = %channel.name(), %error, "{} has ended", app.name())
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPbx;

    fn call(destination: &str, then: Then) -> Originate {
        Originate { caller: Party::new("Alarm", "100"), ..Originate::new(destination, then) }
    }

    fn extension(exten: &str) -> Then {
        Then::Extension(Position::new("internal", exten, 1))
    }

    #[tokio::test(start_paused = true)]
    async fn who_answers_is_sent_to_the_extension() {
        let pbx = TestPbx::new(|_, _| {});
        let core = pbx.core.clone();
        let calling = tokio::spawn(async move { core.originate(call("Test/1002", extension("500"))).await });
        let mut far = pbx.rung().await;
        assert_eq!(far.caller.number.text(), "100");
        far.answers();
        let channel = calling.await.unwrap().unwrap();
        assert_eq!(channel.name().as_ref(), far.name);
        assert_eq!(channel.facts().caller.number.text(), "100");
        // There is no such extension, so the call ends by itself.
        far.is_over().await;
    }

    #[tokio::test(start_paused = true)]
    async fn refusal_silence_and_mistakes_are_told_apart() {
        let pbx = TestPbx::new(|_, _| {});
        let core = pbx.core.clone();
        let calling = tokio::spawn(async move { core.originate(call("Test/1002", extension("500"))).await });
        pbx.rung().await.hangs_up(Cause::USER_BUSY);
        let busy = calling.await.unwrap().err().unwrap();
        assert_eq!((&busy, busy.word()), (&NotAnswered::Refused(Ended::with(Cause::USER_BUSY)), "BUSY"));
        let began = Instant::now();
        let silence = pbx.core.originate(call("Test/1002", extension("500"))).await;
        assert_eq!((silence.err(), began.elapsed().as_secs()), (Some(NotAnswered::NoAnswer), 30));
        let application = Then::Application { name: "Ecko".into(), data: String::new() };
        let error = pbx.core.originate(call("Test/1002", application)).await.err().unwrap();
        assert_eq!(error.to_string(), "there is no application `Ecko`");
        let error = pbx.core.originate(call("Nothing/1", extension("500"))).await.err().unwrap();
        assert!(error.to_string().starts_with("there is no channel technology `Nothing`"), "{error}");
    }
}
