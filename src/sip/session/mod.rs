//! INVITE sessions (RFC 3261 13 to 15): a call from its INVITE to its end, as seen by one side.
//!
//! A session is in one of five phases, one file each: `calling` and `incoming` until the answer, `established`
//! with its re-INVITEs, `ending`, and over. `receive` and `commands` hand each input to the phase.

mod ack;
mod calling;
mod commands;
mod ending;
mod established;
mod event;
mod incoming;
mod offer;
mod plan;
mod prack;
mod receive;
mod reinvite;
mod talk;
mod timer;
mod turn;
mod update;

pub use crate::ua::Reliability;
pub use event::{EndCause, SessionEvent};
pub use offer::OfferState;
pub use plan::Invite;
pub use timer::{TimerMode, TimerPolicy};

pub(crate) use incoming::Arrived;
pub(crate) use turn::Turn;

use crate::dialog::Dialog;
use crate::digest::{CannotAnswer, ClientAuth};
use crate::header::Name;
use crate::message::{Headers, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::ua::{Profile, Refused};
use calling::Calling;
use ending::Ending;
use established::Established;
use incoming::Incoming;
use std::sync::Arc;
use std::time::Instant;
use talk::Talk;

crate::arena::id! {
    /// A call, from its INVITE until its last event.
    SessionId
}

/// One side of a call.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) shared: Shared,
    phase: Phase,
    pub(crate) scheduled: Option<Instant>,
}

/// What stays the same from phase to phase.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) profile: Arc<Profile>,
    pub(crate) auth: Option<Box<ClientAuth>>,
    /// Does the other side know UPDATE?
    pub(crate) peer_updates: bool,
    pub(crate) keep_dialog: bool,
}

#[derive(Debug)]
pub(crate) enum Phase {
    /// Our INVITE has no final response yet.
    Calling(Box<Calling>),
    /// Their INVITE has no final response yet.
    Incoming(Box<Incoming>),
    /// Accepted.
    Established(Box<Established>),
    /// Our BYE has no final response yet.
    Ending(Box<Ending>),
    /// The session's last event is due.
    Over(Box<Over>),
    /// Between two phases, while a step runs.
    Stepping,
}

/// How a session ended.
#[derive(Debug)]
pub(crate) struct Over {
    pub(crate) cause: EndCause,
    /// The dialog, when one was confirmed.
    pub(crate) dialog: Option<Dialog>,
}

impl Phase {
    fn over(cause: EndCause, dialog: Option<Dialog>) -> Self {
        Self::Over(Box::new(Over { cause, dialog }))
    }
}

impl Shared {
    fn new(profile: Arc<Profile>) -> Self {
        Self { profile, auth: None, peer_updates: false, keep_dialog: false }
    }

    /// Takes note of what a message of the other side says about it.
    fn note_peer(&mut self, headers: &Headers) {
        if headers.has(Name::Allow) {
            self.peer_updates = headers.allows(&Method::Update);
        }
    }

    /// Takes a challenge, so that the request can be sent again.
    fn learn(&mut self, response: &Response) -> Result<(), CannotAnswer> {
        self.auth.get_or_insert_default().learn(response, &self.profile.credentials)
    }

    fn accepted(&mut self) {
        if let Some(auth) = &mut self.auth {
            auth.accepted();
        }
    }
}

/// Is it a challenge?
fn is_challenge(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED)
}

impl Session {
    /// Makes a call.
    pub(crate) fn calling(invite: Invite, turn: &mut Turn<'_>) -> Self {
        let mut shared = Shared::new(Arc::clone(&invite.profile));
        let calling = Calling::new(invite, &mut shared, turn);
        Self { shared, phase: Phase::Calling(Box::new(calling)), scheduled: None }
    }

    /// Takes a call that came.
    pub(crate) fn incoming(arrived: &Arrived<'_>, turn: &mut Turn<'_>) -> Self {
        let mut shared = Shared::new(Arc::clone(&turn.layers.config.profile));
        shared.note_peer(arrived.request);
        Self { shared, phase: Phase::Incoming(Box::new(Incoming::new(arrived, turn))), scheduled: None }
    }

    fn step(&mut self, act: impl FnOnce(Phase, &mut Shared) -> Phase) {
        let phase = std::mem::replace(&mut self.phase, Phase::Stepping);
        self.phase = act(phase, &mut self.shared);
    }

    /// How it ended, once it did.
    pub(crate) fn take_over(&mut self) -> Option<Over> {
        match std::mem::replace(&mut self.phase, Phase::Stepping) {
            Phase::Over(over) => Some(*over),
            other => {
                self.phase = other;
                None
            }
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Incoming(incoming) => incoming.next_timeout(),
            Phase::Established(established) => established.next_timeout(),
            Phase::Calling(_) | Phase::Ending(_) | Phase::Over(_) | Phase::Stepping => None,
        }
    }

    pub(crate) fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        self.step(|phase, shared| match phase {
            Phase::Incoming(incoming) => incoming.handle_timeout(shared, turn),
            Phase::Established(established) => established.handle_timeout(shared, turn),
            other => other,
        });
    }

    /// The talk that requests of ours are sent in: the confirmed one, or the latest early one.
    fn talk_mut(&mut self) -> Option<(&mut Talk, &mut Shared)> {
        let talk = match &mut self.phase {
            Phase::Calling(calling) => calling.latest_talk()?,
            // Until a provisional response was sent the caller knows of no dialog.
            Phase::Incoming(incoming) if incoming.has_dialog() => &mut incoming.talk,
            Phase::Established(established) => &mut established.talk,
            Phase::Incoming(_) | Phase::Ending(_) | Phase::Over(_) | Phase::Stepping => return None,
        };
        Some((talk, &mut self.shared))
    }

    /// The talk of the dialog with that tag of the other side.
    fn talk_with(&mut self, remote_tag: &str) -> Option<&mut Talk> {
        match &mut self.phase {
            Phase::Calling(calling) => calling.talk_with(remote_tag),
            Phase::Incoming(incoming) => Some(&mut incoming.talk),
            Phase::Established(established) => Some(&mut established.talk),
            Phase::Ending(_) | Phase::Over(_) | Phase::Stepping => None,
        }
    }

    /// The confirmed or latest early dialog.
    pub(crate) fn dialog(&self) -> Option<&Dialog> {
        match &self.phase {
            Phase::Calling(calling) => calling.latest_dialog(),
            Phase::Incoming(incoming) => Some(&incoming.talk.dialog),
            Phase::Established(established) => Some(&established.talk.dialog),
            Phase::Ending(ending) => Some(&ending.dialog),
            Phase::Over(_) | Phase::Stepping => None,
        }
    }

    pub(crate) fn offer_state(&self) -> OfferState {
        match &self.phase {
            Phase::Calling(calling) => calling.offer_state(),
            Phase::Incoming(incoming) => incoming.talk.offer,
            Phase::Established(established) => established.talk.offer,
            Phase::Ending(_) | Phase::Over(_) | Phase::Stepping => OfferState::Idle,
        }
    }

    /// Bytes that the session keeps, itself included.
    pub(crate) fn size(&self) -> usize {
        let dialog = self.dialog().map_or(0, Dialog::heap_size);
        let phase = match &self.phase {
            Phase::Calling(_) => size_of::<Calling>(),
            Phase::Incoming(_) => size_of::<Incoming>(),
            Phase::Established(established) => established.size(),
            Phase::Ending(_) => size_of::<Ending>(),
            Phase::Over(_) => size_of::<Over>(),
            Phase::Stepping => 0,
        };
        size_of::<Self>() + phase + dialog
    }
}
