//! Re-INVITEs, ours and theirs, and their collisions (RFC 3261 14).

use super::ack::{AwaitedAck, UnsentAck};
use super::established::{Established, TheirReinvite};
use super::timer::{TimerRequest, min_se_of};
use super::turn::{cseq_of, has_sdp};
use super::{EndCause, OfferState, Phase, Refused, SessionEvent, Shared, Turn, is_challenge};
use crate::dialog::DialogRequest;
use crate::message::{Body, HeaderList, Request, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::{ClientId, ServerId};
use crate::ua::{ClientOwner, Reply};
use std::time::{Duration, Instant};

/// A re-INVITE of ours, until its final response.
#[derive(Debug)]
pub(crate) struct OurReinvite {
    headers: HeaderList,
    body: Option<Body>,
    cseq: u32,
    credentials: Vec<u8>,
    transaction: Option<ClientId>,
    min_se: Option<u32>,
    attempts: u8,
    /// After a collision: when it is sent again.
    pub(super) retry_at: Option<Instant>,
}

impl OurReinvite {
    pub(super) fn transaction(&self) -> Option<ClientId> {
        self.transaction
    }
}

/// How often a re-INVITE is sent again, for whatever reason.
const MAX_ATTEMPTS: u8 = 8;

/// Ours.
impl Established {
    /// Sends a re-INVITE, unless another INVITE or offer is outstanding in either direction (RFC 3261 14.1).
    pub(super) fn reinvite(
        &mut self,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        headers: HeaderList,
        body: Option<Body>,
    ) -> Result<(), Refused> {
        if self.is_inviting() || self.talk.offer != OfferState::Idle {
            return Err(Refused::Pending);
        }
        let ours = OurReinvite {
            headers,
            body,
            cseq: 0,
            credentials: Vec::new(),
            transaction: None,
            min_se: None,
            attempts: 0,
            retry_at: None,
        };
        self.send_reinvite(shared, turn, ours);
        Ok(())
    }

    fn is_inviting(&self) -> bool {
        self.peek_exchange().is_some_and(|exchange| {
            exchange.ours.is_some()
                || exchange.theirs.is_some()
                || exchange.unsent_ack.is_some()
                || exchange.awaited_ack.is_some()
        })
    }

    fn send_reinvite(&mut self, shared: &mut Shared, turn: &mut Turn<'_>, mut ours: OurReinvite) {
        let dialog = &mut self.talk.dialog;
        let branch = turn.layers.new_branch();
        let content = ours.body.as_ref().map_or(&[][..], |body| &body.content);
        ours.credentials = shared.auth.as_deref_mut().map_or_else(Vec::new, |auth| {
            let (uri, credentials) = (dialog.request_uri(), &shared.profile.credentials);
            auth.header_lines(&Method::Invite, &uri, content, credentials, &mut turn.layers.entropy)
        });
        let mut lines = Vec::with_capacity(256);
        shared.profile.lines(&mut lines);
        shared.profile.timer.request_lines(self.timer.as_ref(), ours.min_se, &mut lines);
        ours.cseq = dialog.next_cseq();
        let request = DialogRequest {
            method: &Method::Invite,
            cseq: ours.cseq,
            lines: &[&lines, ours.headers.as_bytes(), &ours.credentials],
            body: ours.body.as_ref(),
        };
        let flow = dialog.flow();
        let bytes = dialog.write(&turn.layers.stamp(&flow, &branch), &request);
        let owner = ClientOwner::Reinvite(turn.id);
        ours.transaction =
            Some(turn.layers.start_client(turn.now, &Method::Invite, &branch, bytes, flow, owner));
        ours.retry_at = None;
        if ours.body.as_ref().is_some_and(Body::is_sdp) {
            self.talk.sent();
        }
        self.exchange().ours = Some(ours);
    }

    pub(super) fn retry_reinvite_when_due(&mut self, shared: &mut Shared, turn: &mut Turn<'_>) {
        let due = |ours: &OurReinvite| ours.retry_at.is_some_and(|at| at <= turn.now);
        if !self.peek_exchange().and_then(|exchange| exchange.ours.as_ref()).is_some_and(due) {
            return;
        }
        let Some(mut ours) = self.exchange().ours.take() else { return };
        if self.is_inviting() || self.talk.offer != OfferState::Idle {
            // The other side's own change is not through yet: look again soon.
            ours.retry_at = Some(turn.now + Duration::from_millis(100));
            self.exchange().ours = Some(ours);
        } else {
            self.send_reinvite(shared, turn, ours);
        }
    }

    pub(super) fn handle_reinvite_response(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        response: Response,
    ) -> Phase {
        let status = response.status();
        let cseq = response.cseq().map_or(0, |cseq| cseq.number);
        let is_current = self
            .peek_exchange()
            .and_then(|exchange| exchange.ours.as_ref())
            .is_some_and(|ours| ours.cseq == cseq && ours.retry_at.is_none());
        if status.is_provisional() {
            return Phase::Established(self);
        }
        if !is_current {
            self.handle_late_response(turn, &response);
            return Phase::Established(self);
        }
        let Some(ours) = self.exchange().ours.take() else { return Phase::Established(self) };
        if status.is_success() {
            self.reinvite_accepted(shared, turn, ours, response);
            return Phase::Established(self);
        }
        self.reinvite_refused(shared, turn, ours, response)
    }

    fn reinvite_accepted(
        &mut self,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        ours: OurReinvite,
        response: Response,
    ) {
        shared.accepted();
        shared.note_peer(&response);
        self.talk.dialog.refresh_target(&response);
        turn.find_next_hop(&mut self.talk.dialog, shared.profile.symmetric);
        if has_sdp(&response) {
            self.talk.received();
        }
        let needs_answer = self.talk.offer == OfferState::Received;
        let ack = UnsentAck { transaction: ours.transaction, cseq: ours.cseq, credentials: ours.credentials };
        if needs_answer {
            self.exchange().unsent_ack = Some(ack);
        } else {
            self.talk.roll_back();
            self.send_ack(turn, ack, None);
        }
        self.refreshed(shared, turn, &response);
        turn.emit(SessionEvent::Reinvited { response, needs_answer });
    }

    fn reinvite_refused(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        mut ours: OurReinvite,
        response: Response,
    ) -> Phase {
        let status = response.status();
        if ours.body.as_ref().is_some_and(Body::is_sdp) {
            self.talk.roll_back();
        }
        ours.attempts += 1;
        let may_retry = ours.attempts < MAX_ATTEMPTS;
        if may_retry && status == StatusCode::REQUEST_PENDING {
            ours.retry_at = Some(turn.now + self.collision_wait(turn));
            self.exchange().ours = Some(ours);
            return Phase::Established(self);
        }
        if may_retry && is_worth_repeating(&mut ours, shared, &response) {
            self.send_reinvite(shared, turn, ours);
            return Phase::Established(self);
        }
        self.drop_idle_exchange();
        turn.emit(SessionEvent::ReinviteRefused { response });
        if matches!(status, StatusCode::CALL_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT) {
            return self.leave(shared, turn, &HeaderList::new(), EndCause::Lost);
        }
        Phase::Established(self)
    }

    /// RFC 3261 14.1: 2.1 to 4 seconds for the side that chose the Call-ID, 0 to 2 for the other, in steps of 10 ms.
    fn collision_wait(&self, turn: &mut Turn<'_>) -> Duration {
        let steps = if self.talk.dialog.is_caller() {
            210 + turn.layers.entropy.below(191)
        } else {
            turn.layers.entropy.below(201)
        };
        Duration::from_millis(u64::from(steps) * 10)
    }
}

fn is_worth_repeating(ours: &mut OurReinvite, shared: &mut Shared, response: &Response) -> bool {
    if let Some(min_se) = min_se_of(response) {
        let longer = ours.min_se.is_none_or(|known| min_se > known);
        ours.min_se = Some(min_se);
        return longer;
    }
    is_challenge(response.status()) && shared.learn(response).is_ok()
}

/// Theirs.
impl Established {
    /// A re-INVITE came: refused when INVITEs or offers would cross (RFC 3261 14.2).
    pub(super) fn handle_reinvite(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        let with_offer = has_sdp(&request);
        let (ours_runs, theirs_runs) = self.peek_exchange().map_or((false, false), |exchange| {
            let ours = exchange.ours.as_ref().is_some_and(|ours| ours.retry_at.is_none());
            (ours || exchange.unsent_ack.is_some(), exchange.theirs.is_some())
        });
        if theirs_runs {
            return turn.answer_try_later(id);
        }
        if ours_runs {
            return turn.answer(id, StatusCode::REQUEST_PENDING);
        }
        match self.talk.offer {
            OfferState::Sent => return turn.answer(id, StatusCode::REQUEST_PENDING),
            OfferState::Received => return turn.answer_try_later(id),
            OfferState::Idle => {}
        }
        if with_offer {
            self.talk.received();
        }
        let timer = TimerRequest::of(&request);
        self.exchange().theirs = Some(TheirReinvite { id, cseq: cseq_of(&request), timer, with_offer });
        turn.emit(SessionEvent::Reinvite { id, request });
    }

    /// Answers a re-INVITE.
    pub(super) fn respond_reinvite(
        &mut self,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        id: ServerId,
        reply: &Reply,
    ) -> Result<(), Refused> {
        let theirs = self.exchange().theirs.take_if(|theirs| theirs.id == id).ok_or(Refused::Gone)?;
        let mut lines = Vec::with_capacity(300);
        if !reply.status.is_failure() {
            shared.profile.lines(&mut lines);
        }
        let mut timer = None;
        if reply.status.is_success() {
            timer = shared.profile.timer.answer(&theirs.timer, turn.now, &mut lines);
        }
        let flow = turn.layers.servers.get(id).map(|server| server.reply_to);
        let sent = turn.layers.reply(turn.now, id, reply, &lines);
        let (Some(flow), Some(bytes)) = (flow, sent) else { return Err(Refused::Gone) };
        if reply.status.is_provisional() {
            self.exchange().theirs = Some(theirs);
        } else if reply.status.is_success() {
            if reply.has_sdp() {
                self.talk.sent();
            } else if theirs.with_offer {
                self.talk.roll_back();
            }
            match timer {
                Some(timer) => self.timer = Some(timer),
                None => self.restart_timer(turn),
            }
            let timing = &turn.layers.config.timing;
            let awaited = AwaitedAck::new(theirs.cseq, bytes, flow, turn.now, timing);
            self.exchange().awaited_ack = Some(awaited);
        } else {
            if theirs.with_offer {
                self.talk.roll_back();
            }
            self.drop_idle_exchange();
        }
        Ok(())
    }

    /// The other side canceled its re-INVITE.
    pub(super) fn handle_cancel(&mut self, turn: &mut Turn<'_>, invite: ServerId) {
        let is_theirs = |theirs: &TheirReinvite| theirs.id == invite;
        let Some(exchange) = self.peek_exchange() else { return };
        if !exchange.theirs.as_ref().is_some_and(is_theirs) {
            return;
        }
        let with_offer = self.exchange().theirs.take().is_some_and(|theirs| theirs.with_offer);
        if with_offer {
            self.talk.roll_back();
        }
        turn.answer(invite, StatusCode::REQUEST_TERMINATED);
        self.drop_idle_exchange();
        turn.emit(SessionEvent::ReinviteCanceled { id: invite });
    }
}
