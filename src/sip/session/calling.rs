//! Our INVITE, until its final response (RFC 3261 13.2, 9.1, 12.1.2; RFC 3262 4).

use super::ack::{SentAck, UnsentAck};
use super::ending::Ending;
use super::established::Established;
use super::plan::Plan;
use super::prack::{Arrival, Expected};
use super::talk::Talk;
use super::timer::min_se_of;
use super::turn::has_sdp;
use super::{EndCause, Invite, OfferState, Phase, Refused, SessionEvent, Shared, Turn, is_challenge};
use crate::dialog::Dialog;
use crate::message::{Body, HeaderList, Request, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::{ClientId, ServerId, cancel_for};
use crate::ua::{ClientOwner, Failure, NewRequest, Purpose};

#[derive(Debug)]
pub(crate) struct Calling {
    plan: Plan,
    transaction: ClientId,
    early: Vec<Early>,
    /// A provisional response came, so that CANCEL may be sent (RFC 3261 9.1).
    progressed: bool,
    cancel: Cancel,
    attempts: u8,
}

/// One of the early dialogs that forks of the INVITE made.
#[derive(Debug)]
struct Early {
    talk: Talk,
    expected: Expected,
    /// The RAck of a reliable response whose offer the owner must answer.
    unanswered: Option<HeaderList>,
}

#[derive(Debug)]
enum Cancel {
    No,
    /// As soon as a provisional response comes.
    Wanted(HeaderList),
    /// Sent; without a final response in 64 T1 the callee counts as canceled (RFC 3261 9.1).
    Sent,
}

/// More early dialogs of one INVITE are not kept: a network that forks further is broken or hostile.
const MAX_EARLY: usize = 16;

/// How often an INVITE is sent again with credentials or a longer interval.
const MAX_ATTEMPTS: u8 = 5;

impl Calling {
    pub(super) fn new(invite: Invite, shared: &mut Shared, turn: &mut Turn<'_>) -> Self {
        let mut plan = Plan::new(invite, turn);
        let transaction = plan.send(shared, turn);
        Self { plan, transaction, early: Vec::new(), progressed: false, cancel: Cancel::No, attempts: 0 }
    }

    fn initial_offer(&self) -> OfferState {
        if self.plan.has_offer() { OfferState::Sent } else { OfferState::Idle }
    }

    pub(super) fn offer_state(&self) -> OfferState {
        self.early.last().map_or_else(|| self.initial_offer(), |early| early.talk.offer)
    }

    pub(super) fn latest_talk(&mut self) -> Option<&mut Talk> {
        self.early.last_mut().map(|early| &mut early.talk)
    }

    pub(super) fn latest_dialog(&self) -> Option<&Dialog> {
        self.early.last().map(|early| &early.talk.dialog)
    }

    pub(super) fn talk_with(&mut self, remote_tag: &str) -> Option<&mut Talk> {
        let early = self.early.iter_mut().find(|early| early.talk.dialog.remote_tag() == remote_tag)?;
        Some(&mut early.talk)
    }

    pub(super) fn talk_of_offer(&mut self, id: ServerId) -> Option<&mut Talk> {
        let found = self.early.iter().position(|early| early.talk.their_offer == Some(id));
        let found = found.or(self.early.len().checked_sub(1))?;
        self.early.get_mut(found).map(|early| &mut early.talk)
    }

    fn is_canceled(&self) -> bool {
        !matches!(self.cancel, Cancel::No)
    }

    fn forget_all(&mut self, turn: &mut Turn<'_>) {
        for early in self.early.drain(..) {
            turn.forget(&early.talk.dialog);
        }
    }

    /// The callee wrongly ended an early dialog with BYE.
    pub(super) fn forget_early(&mut self, turn: &mut Turn<'_>, bye: &Request) {
        let tag = bye.from().ok().and_then(|from| from.tag()).unwrap_or_default();
        if let Some(found) = self.early.iter().position(|early| early.talk.dialog.remote_tag() == tag) {
            turn.forget(&self.early.remove(found).talk.dialog);
        }
    }

    /// Gives the call up.
    pub(super) fn cancel(&mut self, turn: &mut Turn<'_>, headers: HeaderList) {
        if self.is_canceled() {
            return;
        }
        self.cancel = Cancel::Wanted(headers);
        if self.progressed {
            self.send_cancel(turn);
        }
    }

    fn send_cancel(&mut self, turn: &mut Turn<'_>) {
        let Cancel::Wanted(headers) = &self.cancel else { return };
        let layers = &mut *turn.layers;
        let Some((invite, flow)) =
            layers.clients.get(self.transaction).map(|client| (client.request.clone(), client.flow))
        else {
            return;
        };
        if let Some(cancel) = cancel_for(&invite, &layers.config.agent, headers) {
            let branch = branch_of(&cancel);
            layers.start_client(turn.now, &Method::Cancel, &branch, cancel, flow, ClientOwner::Nobody);
        }
        layers.give_up_soon(turn.now, self.transaction);
        self.cancel = Cancel::Sent;
    }

    pub(super) fn handle_failure(mut self: Box<Self>, turn: &mut Turn<'_>, failure: Failure) -> Phase {
        self.forget_all(turn);
        let cause = match failure {
            _ if self.is_canceled() => EndCause::Withdrawn,
            Failure::Transport => EndCause::TransportFailed,
            Failure::TimedOut | Failure::DialogEnded => EndCause::TimedOut,
        };
        Phase::over(cause, None)
    }

    pub(super) fn handle_response(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        response: Response,
    ) -> Phase {
        shared.note_peer(&response);
        let status = response.status();
        if status.is_provisional() {
            self.handle_provisional(shared, turn, response);
            Phase::Calling(self)
        } else if status.is_success() {
            self.handle_answer(shared, turn, response)
        } else {
            self.handle_refusal(shared, turn, response)
        }
    }
}

/// Provisional responses.
impl Calling {
    fn handle_provisional(&mut self, shared: &mut Shared, turn: &mut Turn<'_>, response: Response) {
        if !self.progressed {
            self.progressed = true;
            self.send_cancel(turn);
        }
        if response.status() == StatusCode::TRYING || self.is_canceled() {
            return;
        }
        let needs_answer = match self.find_early(shared, turn, &response) {
            Some(early) => match early.handle(shared, turn, &response) {
                Some(needs_answer) => needs_answer,
                None => return,
            },
            None => false,
        };
        turn.emit(SessionEvent::Provisional { response, needs_answer });
    }

    /// The early dialog of a response, made if need be; `None` when the response has no tag.
    fn find_early(
        &mut self,
        shared: &Shared,
        turn: &mut Turn<'_>,
        response: &Response,
    ) -> Option<&mut Early> {
        let tag = response.to().ok()?.tag()?;
        let known = self.early.iter().position(|early| early.talk.dialog.remote_tag() == tag);
        let index = match known {
            Some(index) => index,
            None if self.early.len() >= MAX_EARLY => return None,
            None => {
                let mut dialog = Dialog::as_caller(&self.plan.origin(), response, self.plan.flow);
                turn.find_next_hop(&mut dialog, shared.profile.symmetric);
                turn.index(&dialog);
                let talk = Talk::new(dialog, self.initial_offer());
                self.early.push(Early { talk, expected: Expected::default(), unanswered: None });
                self.early.len() - 1
            }
        };
        self.early.get_mut(index)
    }

    /// Confirms a response whose offer the owner answers.
    pub(super) fn prack(
        &mut self,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        body: Option<Body>,
    ) -> Result<(), Refused> {
        let early =
            self.early.iter_mut().find(|early| early.unanswered.is_some()).ok_or(Refused::WrongState)?;
        let headers = early.unanswered.take().ok_or(Refused::WrongState)?;
        if body.as_ref().is_some_and(Body::is_sdp) {
            early.talk.sent();
        }
        let new = NewRequest { headers, body, ..NewRequest::new(Purpose::Prack, Method::Prack) };
        turn.request(&mut early.talk.dialog, shared, new);
        Ok(())
    }
}

impl Early {
    /// Gives whether the owner must answer an offer; `None` when the response is to be passed over.
    fn handle(&mut self, shared: &mut Shared, turn: &mut Turn<'_>, response: &Response) -> Option<bool> {
        self.talk.dialog.refresh_target(response);
        let rack = match self.expected.arrival(response) {
            Arrival::Plain => return Some(false),
            Arrival::Ignore => return None,
            Arrival::Next(rack) => rack,
        };
        if has_sdp(response) {
            self.talk.received();
            if self.talk.offer == OfferState::Received {
                self.unanswered = Some(rack);
                return Some(true);
            }
        }
        let new = NewRequest { headers: rack, ..NewRequest::new(Purpose::Prack, Method::Prack) };
        turn.request(&mut self.talk.dialog, shared, new);
        Some(false)
    }
}

/// Final responses.
impl Calling {
    fn handle_answer(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        response: Response,
    ) -> Phase {
        shared.accepted();
        let mut talk = self.take_talk(turn, &response);
        turn.index(&talk.dialog);
        turn.find_next_hop(&mut talk.dialog, shared.profile.symmetric);
        let (transaction, cseq) = (Some(self.transaction), self.plan.cseq());
        let credentials = self.plan.take_credentials();
        if self.is_canceled() {
            let ack = turn.acknowledge(&talk.dialog, cseq, &credentials, None);
            let ack = SentAck { transaction, cseq, flow: ack.0, bytes: ack.1 };
            return Ending::begin(
                talk.dialog,
                shared,
                turn,
                &HeaderList::new(),
                EndCause::Withdrawn,
                Some(ack),
            );
        }
        // A description after a finished exchange only repeats the answer (RFC 6337 3.1.1).
        if has_sdp(&response) && !(talk.agreed && talk.offer == OfferState::Idle) {
            talk.received();
        }
        let needs_answer = talk.offer == OfferState::Received;
        if !needs_answer {
            talk.roll_back();
        }
        let timer = shared.profile.timer.agreed(&response, turn.now);
        let mut established = Established::new(talk, timer);
        if needs_answer {
            established.exchange().unsent_ack = Some(UnsentAck { transaction, cseq, credentials });
        } else {
            established.send_ack(turn, UnsentAck { transaction, cseq, credentials }, None);
        }
        turn.emit(SessionEvent::Answered { response, needs_answer });
        Phase::Established(Box::new(established))
    }

    /// The dialog that the 2xx confirms; the other early ones end (RFC 3261 13.2.2.4).
    fn take_talk(&mut self, turn: &mut Turn<'_>, response: &Response) -> Talk {
        let tag = response.to().ok().and_then(|to| to.tag()).unwrap_or_default();
        let known = self.early.iter().position(|early| early.talk.dialog.remote_tag() == tag);
        let known = known.map(|index| self.early.remove(index).talk);
        self.forget_all(turn);
        match known {
            Some(mut talk) => {
                talk.dialog.confirm(response);
                talk
            }
            None => {
                let dialog = Dialog::as_caller(&self.plan.origin(), response, self.plan.flow);
                Talk::new(dialog, self.initial_offer())
            }
        }
    }

    fn handle_refusal(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        response: Response,
    ) -> Phase {
        self.forget_all(turn);
        if self.is_canceled() {
            return Phase::over(EndCause::Withdrawn, None);
        }
        if self.can_try_again(shared, &response) {
            self.attempts += 1;
            self.progressed = false;
            self.transaction = self.plan.send(shared, turn);
            return Phase::Calling(self);
        }
        Phase::over(EndCause::Rejected(response), None)
    }

    fn can_try_again(&mut self, shared: &mut Shared, response: &Response) -> bool {
        if self.attempts >= MAX_ATTEMPTS {
            return false;
        }
        match min_se_of(response) {
            Some(min_se) => self.plan.lengthen(min_se),
            None => is_challenge(response.status()) && shared.learn(response).is_ok(),
        }
    }
}

/// The branch of a request that this side wrote.
fn branch_of(request: &bytes::Bytes) -> String {
    let request = crate::transaction::own_request(request);
    request.and_then(|request| Some(request.via().ok()?.branch()?.to_owned())).unwrap_or_default()
}
