//! One run of an AGI program: its commands in a row, and what becomes of it when the call ends.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use obelus_core::app::Flow;
use obelus_core::channel::{Channel, Either, Event, Interrupted};
use obelus_core::conf::{is_false, is_true};
use obelus_core::events::{AgiStep, Event as Happened, EventKind};
use tokio::time::Instant;

use super::Agi;
use super::commands::{self, Entry, Reply};
use super::connection::Connection;
use super::words;

/// `AGISTATUS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Success,
    Failure,
    NotFound,
    Hangup,
}

impl Status {
    /// Asterisk's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Status::Success => "SUCCESS",
            Status::Failure => "FAILURE",
            Status::NotFound => "NOTFOUND",
            Status::Hangup => "HANGUP",
        }
    }
}

/// How a session tells its program that the call is over.
pub(super) trait Peer: Send {
    /// The word to send, of a program that gets no signal.
    fn word(&self) -> Option<&'static str>;

    /// Sends the signal, to a program that gets one.
    fn signal(&mut self);
}

/// A program's session with a channel.
pub(super) struct Session {
    agi: Arc<Agi>,
    pub(super) connection: Connection,
    /// The channel is hung up or taken elsewhere: what needs it is refused.
    dead: bool,
    /// What Async AGI has to say before the answer, since nobody reads it from the connection.
    said: Option<String>,
    /// What the dialplan does when the program has ended, where that is not the next priority.
    pub(super) after: Option<Flow>,
}

/// How a session ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) status: Status,
    /// The program has closed its side; else it is left or must be ended.
    pub(super) closed: bool,
    /// It has used up its time.
    pub(super) out_of_time: bool,
    /// What the dialplan does next, if not the next priority.
    pub(super) after: Option<Flow>,
}

/// What a line has come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Carried {
    /// What is answered; empty if the program does not wait for it.
    pub(super) text: String,
    /// Asterisk's number: of the answer, or -1 for a failure.
    code: i32,
    /// The same in a word.
    word: &'static str,
    /// The program takes its hands off the call.
    pub(super) breaks: bool,
}

/// What is done about a hang-up, by the channel's variables.
struct Manners {
    /// `AGISIGHUP`: the program is told.
    tells: bool,
    /// `AGIEXITONHANGUP`: the program is left at once.
    leaves: bool,
}

/// What came while the session waited for the program.
enum Next {
    Line(String),
    Closed,
    HungUp,
    OutOfTime,
}

impl Session {
    /// A session that has not begun.
    pub(super) fn new(agi: Arc<Agi>, connection: Connection) -> Session {
        Session { agi, connection, dead: false, said: None, after: None }
    }

    /// A session whose commands come another way, and whose answers are what [`Session::carry_out`] returns.
    pub(super) fn without_connection(agi: Arc<Agi>) -> Session {
        Session { said: Some(String::new()), ..Session::new(agi, Connection::silent()) }
    }

    /// Sends the first block and carries out commands until the program ends.
    pub(super) async fn run(mut self, channel: &mut Channel, first: &str, peer: &mut dyn Peer) -> Ended {
        let manners = Manners::of(channel);
        let conf = self.agi.conf.load_full();
        let mut deadline = conf.time.map(|time| Instant::now() + time);
        let mut status = Status::Success;
        self.dead = channel.facts().hung_up.is_some();
        self.send(channel, first).await;
        loop {
            match self.next(channel, deadline).await {
                Next::Line(line) if begins_with_failure(&line) => {
                    self.part(channel, &manners, peer).await;
                    return self.end(Status::Failure, false);
                }
                Next::Line(line) => {
                    let carried = self.carry_out(channel, &line).await;
                    self.send(channel, &carried.text).await;
                    if carried.failed() && (self.dead || !is_over(channel)) {
                        status = Status::Failure;
                    }
                }
                Next::Closed => {
                    self.part(channel, &manners, peer).await;
                    return self.end(status, true);
                }
                Next::HungUp => {
                    self.dead = true;
                    if status == Status::Success {
                        status = Status::Hangup;
                    }
                    if manners.tells {
                        self.tell_of_hangup(channel, peer).await;
                    }
                    if manners.leaves {
                        return self.end(status, false);
                    }
                    deadline = sooner(deadline, conf.after_hangup);
                }
                Next::OutOfTime => {
                    tracing::warn!(channel = %channel.name(), "the AGI program has used up its time");
                    self.part(channel, &manners, peer).await;
                    let ended = self.end(Status::Failure, false);
                    return Ended { out_of_time: true, ..ended };
                }
            }
        }
    }

    fn end(self, status: Status, closed: bool) -> Ended {
        Ended { status, closed, out_of_time: false, after: self.after }
    }

    async fn tell_of_hangup(&mut self, channel: &mut Channel, peer: &mut dyn Peer) {
        peer.signal();
        self.say_word(channel, peer).await;
    }

    /// The last word to a server, which gets it however its session ends.
    async fn part(&mut self, channel: &mut Channel, manners: &Manners, peer: &mut dyn Peer) {
        if manners.tells {
            self.say_word(channel, peer).await;
        }
    }

    async fn say_word(&mut self, channel: &mut Channel, peer: &mut dyn Peer) {
        if let Some(word) = peer.word() {
            self.send(channel, &format!("{word}\n")).await;
        }
    }

    /// Waits for the program, and for the end of the call as long as there is one.
    async fn next(&mut self, channel: &mut Channel, deadline: Option<Instant>) -> Next {
        if self.dead {
            let line = self.connection.line();
            let waited = match deadline {
                Some(at) => channel.meanwhile(tokio::time::timeout_at(at, line)).await,
                None => Ok(channel.meanwhile(line).await),
            };
            return waited.map_or(Next::OutOfTime, |line| line.map_or(Next::Closed, Next::Line));
        }
        loop {
            match channel.next_event_or(deadline, self.connection.line()).await {
                Ok(Either::Side(line)) => return line.map_or(Next::Closed, Next::Line),
                Ok(Either::Event(Event::Deadline)) => return Next::OutOfTime,
                Ok(Either::Event(_)) => {}
                Err(Interrupted::Hangup | Interrupted::Taken | Interrupted::Timeout) => return Next::HungUp,
            }
        }
    }

    /// Carries one line out, and tells of it before and after.
    pub(super) async fn carry_out(&mut self, channel: &mut Channel, line: &str) -> Carried {
        if self.shows() {
            tracing::info!("<{}>AGI Rx << {line}", channel.name());
        }
        let line = line.trim_end_matches('\r');
        // Asterisk's numbers are those of its `random`.
        let id = channel.core().random.between(0, i64::from(i32::MAX));
        publish(channel, || AgiStep::ExecStart { id, command: line.into() });
        let mut carried = self.execute(channel, line).await;
        if let Some(said) = &mut self.said {
            carried.text.insert_str(0, &std::mem::take(said));
        }
        publish(channel, || AgiStep::ExecEnd {
            id,
            command: line.into(),
            code: carried.code,
            result: carried.word,
        });
        carried
    }

    async fn execute(&mut self, channel: &mut Channel, line: &str) -> Carried {
        let words = words::split(line);
        let Some(entry) = commands::find(&words) else {
            return Carried::refused(510, "Invalid or unknown command");
        };
        if self.dead && !entry.runs_dead {
            return Carried::refused(511, "Command Not Permitted on a dead channel or intercept routine");
        }
        let done = |text: String| Carried { text, code: 200, word: "Success", breaks: false };
        match (entry.run)(self, channel, &words).await {
            Reply::Good(text) => done(format!("200 {text}\n")),
            Reply::Bad(text) => {
                Carried { text: format!("200 {text}\n"), code: -1, word: "Failure", breaks: false }
            }
            Reply::Usage => Carried { text: usage(entry), code: 520, word: "Usage", breaks: false },
            Reply::None => done(String::new()),
            Reply::Break => Carried { breaks: true, ..done("200 result=0\n".to_owned()) },
        }
    }

    /// Sends a line that is no answer yet, or one that is.
    pub(super) async fn send(&mut self, channel: &mut Channel, text: &str) {
        if self.shows() {
            for line in text.lines() {
                tracing::info!("<{}>AGI Tx >> {line}", channel.name());
            }
        }
        match &mut self.said {
            Some(said) => said.push_str(text),
            None => channel.meanwhile(self.connection.send(text)).await,
        }
    }

    fn shows(&self) -> bool {
        self.agi.debug.load(Ordering::Relaxed)
    }
}

impl Carried {
    fn refused(code: i32, word: &'static str) -> Carried {
        Carried { text: format!("{code} {word}\n"), code, word, breaks: false }
    }

    /// Whether Asterisk counts it as failed, which is usually so because the call has ended.
    pub(super) fn failed(&self) -> bool {
        self.code == -1
    }
}

/// Tells the bus, if anybody listens.
pub(super) fn publish(channel: &Channel, step: impl FnOnce() -> AgiStep) {
    let core = channel.core();
    core.events.publish(
        EventKind::Agi,
        || core.clock.now(),
        || Happened::Agi { channel: Arc::new(channel.handle().snapshot()), step: Arc::new(step()) },
    );
}

impl Manners {
    fn of(channel: &Channel) -> Manners {
        let variable = |name| channel.variable(name);
        Manners {
            tells: !variable("AGISIGHUP").is_some_and(|value| is_false(&value)),
            leaves: variable("AGIEXITONHANGUP").is_some_and(|value| is_true(&value)),
        }
    }
}

/// The text of 520: what the command wants.
fn usage(entry: &Entry) -> String {
    format!(
        "520-Invalid command syntax.  Proper usage follows:\nUsage: {}\n       {}\n520 End of proper usage.\n",
        entry.syntax, entry.description
    )
}

/// What a program that could not be started says in the place of a command.
fn begins_with_failure(line: &str) -> bool {
    line.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("failure"))
}

/// Whether the call has ended, but the session does not know yet.
fn is_over(channel: &Channel) -> bool {
    channel.facts().hung_up.is_some()
}

fn sooner(deadline: Option<Instant>, limit: Option<Duration>) -> Option<Instant> {
    deadline.into_iter().chain(limit.map(|limit| Instant::now() + limit)).min()
}
