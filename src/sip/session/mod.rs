//! INVITE sessions (RFC 3261 13 to 15): a call from its INVITE to its end, as seen by one side.
//!
//! A session is in one of five phases, one file each: [`calling`] and [`incoming`] until the answer,
//! [`established`] with its [`reinvite`]s, [`ending`], and over.

mod ack;
mod calling;
mod ending;
mod established;
mod event;
mod incoming;
mod offer;
mod plan;
mod prack;
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
use crate::message::{Body, HeaderList, Headers, Request, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::transport::Flow;
use crate::ua::{Failure, NewRequest, Outgoing, Profile, Purpose, Refused, Reply, RequestId};
use calling::Calling;
use ending::Ending;
use established::Established;
use incoming::Incoming;
use std::sync::Arc;
use std::time::Instant;
use talk::Talk;
use turn::cseq_of;

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
            Phase::Incoming(incoming) => &mut incoming.talk,
            Phase::Established(established) => &mut established.talk,
            Phase::Ending(_) | Phase::Over(_) | Phase::Stepping => return None,
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

/// What the other side sends.
impl Session {
    /// A response to the INVITE that the session began with.
    pub(crate) fn handle_invite_response(&mut self, turn: &mut Turn<'_>, response: Response) -> bool {
        let mut owned = true;
        self.step(|phase, shared| match phase {
            Phase::Calling(calling) => calling.handle_response(shared, turn, response),
            Phase::Established(mut established) => {
                owned = established.handle_late_response(turn, &response);
                Phase::Established(established)
            }
            Phase::Ending(mut ending) => {
                owned = ending.handle_late_response(turn, &response);
                Phase::Ending(ending)
            }
            other => other,
        });
        owned
    }

    /// The INVITE that the session began with got no final response.
    pub(crate) fn handle_invite_failure(&mut self, turn: &mut Turn<'_>, failure: Failure) {
        self.step(|phase, _| match phase {
            Phase::Calling(calling) => calling.handle_failure(turn, failure),
            other => other,
        });
    }

    /// No more responses to an INVITE of ours are expected.
    pub(crate) fn handle_invite_terminated(&mut self) {
        if let Phase::Established(established) = &mut self.phase {
            established.forget_sent_ack();
        }
    }

    pub(crate) fn handle_reinvite_response(&mut self, turn: &mut Turn<'_>, response: Response) {
        self.step(|phase, shared| match phase {
            Phase::Established(established) => established.handle_reinvite_response(shared, turn, response),
            Phase::Ending(mut ending) => {
                ending.handle_late_response(turn, &response);
                Phase::Ending(ending)
            }
            other => other,
        });
    }

    pub(crate) fn handle_reinvite_failure(&mut self, turn: &mut Turn<'_>) {
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                established.leave(shared, turn, &HeaderList::new(), EndCause::Lost)
            }
            other => other,
        });
    }

    /// A request in one of the session's dialogs.
    pub(crate) fn handle_request(&mut self, turn: &mut Turn<'_>, id: ServerId, flow: Flow, request: Request) {
        if *request.method() == Method::Bye {
            return self.handle_bye(turn, id, request);
        }
        let tag = request.from().ok().and_then(|from| from.tag()).unwrap_or_default().to_owned();
        let symmetric = self.shared.profile.symmetric;
        let Some(talk) = self.talk_with(&tag) else {
            return turn.answer(id, StatusCode::CALL_DOES_NOT_EXIST);
        };
        if talk.dialog.accept_cseq(cseq_of(&request)).is_err() {
            return turn.answer_try_later(id);
        }
        if symmetric {
            talk.dialog.set_flow(flow);
        }
        if request.method().refreshes_target() {
            talk.dialog.refresh_target(&request);
            turn.find_next_hop(&mut talk.dialog, symmetric);
        }
        match request.method() {
            Method::Invite => self.handle_reinvite(turn, id, request),
            Method::Prack => self.handle_prack(turn, id, request),
            Method::Update => {
                self.shared.note_peer(&request);
                if let Phase::Established(established) = &mut self.phase {
                    established.asked_timer = Some(timer::TimerRequest::of(&request));
                }
                if let Some(talk) = self.talk_with(&tag) {
                    update::handle_request(talk, turn, id, request);
                }
            }
            _ => turn.emit(SessionEvent::Request { id, request }),
        }
    }

    fn handle_bye(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        turn.answer(id, StatusCode::OK);
        self.step(|phase, _| match phase {
            Phase::Calling(mut calling) => {
                // A callee must not end an early dialog with BYE (RFC 3261 15); its final response will come.
                calling.forget_early(turn, &request);
                Phase::Calling(calling)
            }
            Phase::Incoming(incoming) => incoming.end_by_bye(turn, request),
            Phase::Established(established) => established.end_by_bye(turn, request),
            // Both sides hang up at once: our own BYE's answer ends it.
            other => other,
        });
    }

    fn handle_reinvite(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        match &mut self.phase {
            Phase::Established(established) => {
                self.shared.note_peer(&request);
                established.handle_reinvite(turn, id, request);
            }
            // Before the first INVITE is answered there is nothing to change (RFC 3261 14.2).
            _ => turn.answer_try_later(id),
        }
    }

    fn handle_prack(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        self.step(|phase, shared| match phase {
            Phase::Incoming(incoming) => incoming.handle_prack(shared, turn, id, request),
            other => {
                turn.answer(id, StatusCode::CALL_DOES_NOT_EXIST);
                other
            }
        });
    }

    /// An ACK for a 2xx of ours; `false` when none is waited for.
    pub(crate) fn handle_ack(&mut self, turn: &mut Turn<'_>, request: Request) -> bool {
        let mut known = false;
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                known = established.awaits_ack(cseq_of(&request));
                if known {
                    established.handle_ack(shared, turn, request)
                } else {
                    Phase::Established(established)
                }
            }
            other => other,
        });
        known
    }

    /// A CANCEL for an INVITE of this session that has no final response.
    pub(crate) fn handle_cancel(&mut self, turn: &mut Turn<'_>, invite: ServerId, request: Request) {
        self.step(|phase, _| match phase {
            Phase::Incoming(incoming) => incoming.handle_cancel(turn, request),
            Phase::Established(mut established) => {
                established.handle_cancel(turn, invite);
                Phase::Established(established)
            }
            other => other,
        });
    }

    /// The INVITE that came could not be answered.
    pub(crate) fn handle_server_failure(&mut self, turn: &mut Turn<'_>, id: ServerId) {
        self.step(|phase, _| match phase {
            Phase::Incoming(incoming) if incoming.transaction == id => {
                incoming.end(turn, EndCause::TransportFailed)
            }
            other => other,
        });
    }

    /// A response to a request of this session that may be retried.
    pub(crate) fn handle_response(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outgoing: &Outgoing,
        response: Response,
    ) {
        let status = response.status();
        if status.is_success() {
            self.shared.accepted();
        }
        match outgoing.purpose {
            Purpose::Bye => self.finish(),
            Purpose::Prack => {}
            Purpose::Refresh => self.handle_refresh_response(turn, &response),
            Purpose::User => self.handle_user_response(turn, id, outgoing, response),
        }
    }

    fn handle_refresh_response(&mut self, turn: &mut Turn<'_>, response: &Response) {
        let status = response.status();
        if let Phase::Established(established) = &mut self.phase
            && status.is_success()
        {
            established.refreshed(&self.shared, turn, response);
        }
        if matches!(status, StatusCode::CALL_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT) {
            self.lose(turn);
        }
    }

    fn handle_user_response(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outgoing: &Outgoing,
        response: Response,
    ) {
        let status = response.status();
        if outgoing.method == Method::Update {
            self.handle_update_response(turn, id, &response);
        } else if status.is_success()
            && outgoing.method.refreshes_target()
            && let Some((talk, shared)) = self.talk_mut()
        {
            talk.dialog.refresh_target(&response);
            turn.find_next_hop(&mut talk.dialog, shared.profile.symmetric);
        }
        turn.emit(SessionEvent::Response { id, response });
        if is_lost(&outgoing.method, status) {
            self.lose(turn);
        }
    }

    fn handle_update_response(&mut self, turn: &mut Turn<'_>, id: RequestId, response: &Response) {
        if let Some((talk, shared)) = self.talk_mut() {
            update::handle_response(talk, shared, turn, id, response);
        }
        if let Phase::Established(established) = &mut self.phase
            && response.status().is_success()
        {
            established.refreshed(&self.shared, turn, response);
        }
    }

    /// A request of this session that may be retried got no final response.
    pub(crate) fn handle_failure(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outgoing: &Outgoing,
        failure: Failure,
    ) {
        match outgoing.purpose {
            Purpose::Bye => self.finish(),
            Purpose::Prack => {}
            Purpose::Refresh => self.lose(turn),
            Purpose::User => {
                if let Some((talk, _)) = self.talk_mut()
                    && talk.our_update == Some(id)
                {
                    talk.our_update = None;
                    talk.roll_back();
                }
                turn.emit(SessionEvent::Failed { id, failure });
                if is_lost(&outgoing.method, StatusCode::REQUEST_TIMEOUT) {
                    self.lose(turn);
                }
            }
        }
    }

    /// The BYE was answered, or never will be.
    fn finish(&mut self) {
        self.step(|phase, _| match phase {
            Phase::Ending(ending) => Phase::over(ending.cause, Some(ending.dialog)),
            other => other,
        });
    }

    /// The other side no longer knows the session.
    fn lose(&mut self, turn: &mut Turn<'_>) {
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                established.leave(shared, turn, &HeaderList::new(), EndCause::Lost)
            }
            other => other,
        });
    }

    /// Sends a request again with credentials; `false` when there is no dialog to send it in.
    pub(crate) fn retry(&mut self, turn: &mut Turn<'_>, id: RequestId, response: &Response) -> bool {
        if self.shared.learn(response).is_err() {
            return false;
        }
        let dialog = match &mut self.phase {
            Phase::Calling(calling) => calling.latest_talk().map(|talk| &mut talk.dialog),
            Phase::Incoming(incoming) => Some(&mut incoming.talk.dialog),
            Phase::Established(established) => Some(&mut established.talk.dialog),
            Phase::Ending(ending) => Some(&mut ending.dialog),
            Phase::Over(_) | Phase::Stepping => None,
        };
        let Some(dialog) = dialog else { return false };
        let shared = &mut self.shared;
        turn.layers.send_in_dialog(turn.now, id, dialog, &shared.profile, shared.auth.as_deref_mut());
        true
    }
}

/// Does this answer to a request mean that the other side knows the session no longer (RFC 3261 12.2.1.2,
/// RFC 5057 5.1)? A subscription that lives in the dialog ends alone.
fn is_lost(method: &Method, status: StatusCode) -> bool {
    match status {
        StatusCode::CALL_DOES_NOT_EXIST => {
            !matches!(method, Method::Notify | Method::Subscribe | Method::Refer)
        }
        StatusCode::REQUEST_TIMEOUT => *method == Method::Update,
        _ => false,
    }
}

/// What the owner wants.
impl Session {
    /// Gives the session its endpoint's profile and checks the INVITE against it; what does not fit is refused.
    pub(crate) fn adopt(
        &mut self,
        turn: &mut Turn<'_>,
        profile: Arc<Profile>,
        request: &Request,
    ) -> Result<(), Refused> {
        self.shared.profile = profile;
        let mut result = Err(Refused::WrongState);
        self.step(|phase, shared| match phase {
            Phase::Incoming(incoming) => {
                let (phase, verdict) = incoming.check(shared, turn, request);
                result = verdict;
                phase
            }
            other => other,
        });
        result
    }

    pub(crate) fn provisional(&mut self, turn: &mut Turn<'_>, reply: Reply) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Incoming(incoming) => incoming.provisional(&self.shared, turn, reply),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn accept(&mut self, turn: &mut Turn<'_>, reply: Reply) -> Result<(), Refused> {
        if !reply.status.is_success() {
            return Err(Refused::Status);
        }
        let mut result = Err(Refused::WrongState);
        self.step(|phase, shared| match phase {
            Phase::Incoming(incoming) => {
                result = Ok(());
                incoming.accept(shared, turn, reply)
            }
            other => other,
        });
        result
    }

    pub(crate) fn reject(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Result<(), Refused> {
        if !reply.status.is_failure() {
            return Err(Refused::Status);
        }
        let mut result = Err(Refused::WrongState);
        self.step(|phase, _| match phase {
            Phase::Incoming(incoming) => {
                result = Ok(());
                incoming.reject(turn, reply)
            }
            other => other,
        });
        result
    }

    /// Gives up a call that is not answered yet.
    pub(crate) fn cancel(&mut self, turn: &mut Turn<'_>, headers: HeaderList) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Calling(calling) => {
                calling.cancel(turn, headers);
                Ok(())
            }
            _ => Err(Refused::WrongState),
        }
    }

    /// Ends an established call.
    pub(crate) fn bye(&mut self, turn: &mut Turn<'_>, headers: &HeaderList) -> Result<(), Refused> {
        let mut result = Err(Refused::WrongState);
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                result = Ok(());
                established.leave(shared, turn, headers, EndCause::HungUp)
            }
            other => other,
        });
        result
    }

    /// Ends the call in whatever way its phase asks for.
    pub(crate) fn hang_up(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Result<(), Refused> {
        match &self.phase {
            Phase::Calling(_) => self.cancel(turn, reply.headers.clone()),
            Phase::Incoming(_) => self.reject(turn, reply),
            Phase::Established(_) => self.bye(turn, &reply.headers),
            Phase::Ending(_) | Phase::Over(_) | Phase::Stepping => Err(Refused::WrongState),
        }
    }

    pub(crate) fn acknowledge(&mut self, turn: &mut Turn<'_>, body: Option<&Body>) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Established(established) => established.acknowledge(turn, body),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn prack(&mut self, turn: &mut Turn<'_>, body: Option<Body>) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Calling(calling) => calling.prack(&mut self.shared, turn, body),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn reinvite(
        &mut self,
        turn: &mut Turn<'_>,
        headers: HeaderList,
        body: Option<Body>,
    ) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Established(established) => established.reinvite(&mut self.shared, turn, headers, body),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn request(&mut self, turn: &mut Turn<'_>, new: NewRequest) -> Result<RequestId, Refused> {
        let timer = match &self.phase {
            Phase::Established(established) => established.timer,
            _ => None,
        };
        let (talk, shared) = self.talk_mut().ok_or(Refused::WrongState)?;
        match new.method {
            Method::Invite | Method::Ack | Method::Bye | Method::Cancel | Method::Prack => {
                Err(Refused::WrongState)
            }
            Method::Update => update::send(talk, shared, turn, timer.as_ref(), new),
            _ => Ok(turn.request(&mut talk.dialog, shared, new)),
        }
    }

    /// Answers a request in the session.
    pub(crate) fn respond(
        &mut self,
        turn: &mut Turn<'_>,
        id: ServerId,
        reply: &Reply,
    ) -> Result<(), Refused> {
        let method = turn.layers.servers.get(id).map(|server| server.method.clone()).ok_or(Refused::Gone)?;
        match (&mut self.phase, method) {
            (Phase::Established(established), Method::Invite) => {
                established.respond_reinvite(&mut self.shared, turn, id, reply)
            }
            (_, Method::Invite) => Err(Refused::WrongState),
            (Phase::Established(established), Method::Update) => {
                established.respond_update(&self.shared, turn, id, reply)
            }
            (Phase::Calling(calling), Method::Update | Method::Prack) => {
                let talk = calling.talk_of_offer(id).ok_or(Refused::Gone)?;
                update::respond(talk, &self.shared, turn, id, reply, &[])
            }
            (Phase::Incoming(incoming), Method::Update | Method::Prack) => {
                update::respond(&mut incoming.talk, &self.shared, turn, id, reply, &[])
            }
            (_, method) => {
                let mut lines = Vec::new();
                if reply.status.is_success() && method.refreshes_target() {
                    self.shared.profile.contact_line(&mut lines);
                }
                turn.layers.reply(turn.now, id, reply, &lines).map(drop).ok_or(Refused::Gone)
            }
        }
    }

    pub(crate) fn set_flow(&mut self, flow: Flow) -> Result<(), Refused> {
        let (talk, _) = self.talk_mut().ok_or(Refused::WrongState)?;
        talk.dialog.set_flow(flow);
        Ok(())
    }
}
