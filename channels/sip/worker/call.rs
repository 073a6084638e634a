//! `Call`: what a worker knows of a call beside what the user agent knows of its session.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel_tech::{Ended, LegEvent};
use obelus_core::engine::PlayId;
use obelus_sdp::{Answer, Description};
use obelus_sip::Flow;
use obelus_sip::message::{Body, HeaderList};
use obelus_sip::session::SessionId;
use obelus_sip::ua::RequestId;
use tokio::sync::mpsc;

use super::asked_transfer::AskedTransfer;
use crate::config::Endpoint;
use crate::driver::Driver;
use crate::identity::{Origin, Side};
use crate::leg::Shared;
use crate::media::Media;

/// A call's number, unique in the life of the PBX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CallKey(u64);

impl CallKey {
    /// The next number.
    pub(crate) fn new() -> CallKey {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        CallKey(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A call.
pub(super) struct Call {
    pub(super) key: CallKey,
    pub(super) session: SessionId,
    pub(super) flow: Flow,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) media: Media,
    pub(super) stage: Stage,
    /// What the identity headers towards the far end are made of.
    pub(super) origin: Origin,
    /// Who is at our side, as the far end was told.
    pub(super) told: Party,
    /// What the first response said of our side, for an endpoint that hears of no change.
    pub(super) first_shown: Option<HeaderList>,
    /// A change at our side waits until another offer is through.
    pub(super) must_tell: bool,
    /// Another target of the far end's audio waits in the same way.
    pub(super) must_redirect: bool,
    /// The far end's audio was to go elsewhere before.
    pub(super) was_directed: bool,
    /// Our request for another target is not answered.
    pub(super) is_redirecting: bool,
    /// The call ends as soon as it is, for this cause, and its leg hears this.
    pub(super) leaving: Option<(Cause, Option<Ended>)>,
    /// Our REFER whose outcome is not known.
    pub(super) asked_transfer: Option<AskedTransfer>,
    /// Our UPDATE with an offer.
    pub(super) our_update: Option<RequestId>,
    /// Which side of the call we are.
    pub(super) side: Side,
    /// Who the far end has said that it is.
    pub(super) heard: Option<Party>,
    /// Whether the far end knows UPDATE.
    pub(super) peer_updates: bool,
    pub(super) shared: Arc<Shared>,
    events: mpsc::Sender<LegEvent>,
}

/// How far a call is.
pub(super) enum Stage {
    /// Their INVITE is not answered.
    Ringing(Box<Ringing>),
    /// Our INVITE is not answered.
    Calling(Calling),
    /// It is answered; the flag says that our offer in the 200 waits for its answer in the ACK.
    Up {
        /// Our offer waits for an answer.
        offered: bool,
    },
}

/// A call that came and is not answered.
pub(super) struct Ringing {
    /// The offer and what we would answer; `None` when we shall offer.
    pub(super) offer: Option<(Description, Answer)>,
    /// Our description is out, so that it cannot change any more.
    pub(super) answered: bool,
    /// Ringing that the caller hears as audio.
    pub(super) tone: Option<PlayId>,
}

/// A call that we make and that is not answered.
#[derive(Default)]
pub(super) struct Calling {
    /// The To tag of whom our offer was answered by first.
    pub(super) fork: Option<Box<str>>,
}

impl Ringing {
    /// Another description has been agreed on, and is what later responses repeat.
    pub(super) fn replace(&mut self, body: &Body) {
        if let Some((_, answer)) = &mut self.offer {
            answer.body = String::from_utf8_lossy(&body.content).into_owned();
        }
    }
}

impl Call {
    /// A call whose leg hears of it by `events`.
    #[allow(
        clippy::too_many_arguments,
        reason = "it is made in two places, of parts that have nothing in common"
    )]
    pub(super) fn new(
        key: CallKey,
        session: SessionId,
        flow: Flow,
        endpoint: Arc<Endpoint>,
        media: Media,
        stage: Stage,
        origin: Origin,
        (shared, events): (Arc<Shared>, mpsc::Sender<LegEvent>),
    ) -> Call {
        let side = match stage {
            Stage::Calling(_) => Side::Calling,
            Stage::Ringing(_) | Stage::Up { .. } => Side::Called,
        };
        Call {
            key,
            session,
            flow,
            endpoint,
            media,
            stage,
            origin,
            told: Party::default(),
            first_shown: None,
            must_tell: false,
            must_redirect: false,
            was_directed: false,
            is_redirecting: false,
            leaving: None,
            asked_transfer: None,
            our_update: None,
            side,
            heard: None,
            peer_updates: false,
            shared,
            events,
        }
    }

    /// Tells the leg. A leg that does not keep up loses what can be lost; without the rest the call is over.
    pub(super) fn tell(&self, driver: &Driver, event: LegEvent) -> Result<(), Stuck> {
        match self.events.try_send(event) {
            Ok(()) => Ok(()),
            // The leg is being dropped, and its last order is under way.
            Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(event)) => {
                driver.counters.events_lost.count();
                match event {
                    LegEvent::Answered | LegEvent::Forward { .. } | LegEvent::Hold(_) => Err(Stuck),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Leaves for the leg how the call ended; it hears it when the call is dropped here.
    pub(super) fn end(&self, ended: Ended) {
        self.shared.facts().ended.get_or_insert(ended);
    }

    /// Shows the leg what is agreed on.
    pub(super) fn show_media(&self) {
        let (codec, codecs, is_held) = (self.media.codec(), self.media.codecs(), self.media.is_held());
        let (local, remote) = self.media.addresses();
        let mut facts = self.shared.facts();
        facts.codec = codec;
        facts.codecs = codecs;
        facts.is_held = is_held;
        facts.dialog.local_media = local;
        facts.dialog.remote_media = remote;
    }
}

/// The channel has not read its events for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stuck;

/// All calls of a worker.
#[derive(Default)]
pub(super) struct Calls {
    by_key: HashMap<CallKey, Call>,
    by_session: HashMap<SessionId, CallKey>,
    /// The audio of those that our BYE ends, until it is answered.
    leaving: HashMap<SessionId, Media>,
}

impl Calls {
    pub(super) fn add(&mut self, call: Call) {
        self.by_session.insert(call.session, call.key);
        self.by_key.insert(call.key, call);
    }

    pub(super) fn find(&mut self, key: CallKey) -> Option<&mut Call> {
        self.by_key.get_mut(&key)
    }

    pub(super) fn of(&mut self, session: SessionId) -> Option<&mut Call> {
        self.by_key.get_mut(self.by_session.get(&session)?)
    }

    /// Keeps what a last re-INVITE is answered with.
    pub(super) fn leave(&mut self, call: Call) {
        self.leaving.insert(call.session, call.media);
    }

    pub(super) fn leaving(&mut self, session: SessionId) -> Option<&mut Media> {
        self.leaving.get_mut(&session)
    }

    pub(super) fn has_left(&mut self, session: SessionId) {
        self.leaving.remove(&session);
    }

    pub(super) fn remove_of(&mut self, session: SessionId) -> Option<Call> {
        let key = self.by_session.remove(&session)?;
        self.by_key.remove(&key)
    }
}
