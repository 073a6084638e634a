//! An accepted call (RFC 3261 14, 15): what goes on in it until somebody hangs up.

use super::ack::{AckOutput, AwaitedAck, SentAck, UnsentAck};
use super::ending::Ending;
use super::reinvite::OurReinvite;
use super::talk::Talk;
use super::timer::{SessionTimer, TimerOutput, TimerRequest, min_se_of};
use super::turn::has_sdp;
use super::{EndCause, Phase, Refused, SessionEvent, Shared, Turn, update};
use crate::message::{Body, HeaderList, Request, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::{ClientId, ServerId};
use crate::ua::{NewRequest, Purpose, Reply};
use std::time::Instant;

#[derive(Debug)]
pub(crate) struct Established {
    pub(super) talk: Talk,
    pub(super) timer: Option<SessionTimer>,
    /// What an UPDATE of the other side says about timers, until it is answered.
    pub(super) asked_timer: Option<TimerRequest>,
    /// Nothing most of the time, so that an idle call stays small.
    exchange: Option<Box<Exchange>>,
}

/// INVITEs and ACKs under way.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(super) awaited_ack: Option<AwaitedAck>,
    pub(super) sent_ack: Option<SentAck>,
    pub(super) unsent_ack: Option<UnsentAck>,
    pub(super) ours: Option<OurReinvite>,
    pub(super) theirs: Option<TheirReinvite>,
    /// The BYE that waits for the ACK, since a callee may not hang up before it (RFC 3261 15).
    leaving: Option<(HeaderList, EndCause)>,
}

/// A re-INVITE of the other side without a final response.
#[derive(Debug)]
pub(crate) struct TheirReinvite {
    pub(super) id: ServerId,
    pub(super) cseq: u32,
    pub(super) timer: TimerRequest,
    pub(super) with_offer: bool,
}

impl Exchange {
    fn is_idle(&self) -> bool {
        self.awaited_ack.is_none()
            && self.sent_ack.is_none()
            && self.unsent_ack.is_none()
            && self.ours.is_none()
            && self.theirs.is_none()
            && self.leaving.is_none()
    }
}

impl Established {
    pub(super) fn new(talk: Talk, timer: Option<SessionTimer>) -> Self {
        Self { talk, timer, asked_timer: None, exchange: None }
    }

    pub(super) fn exchange(&mut self) -> &mut Exchange {
        self.exchange.get_or_insert_default()
    }

    pub(super) fn peek_exchange(&self) -> Option<&Exchange> {
        self.exchange.as_deref()
    }

    pub(super) fn drop_idle_exchange(&mut self) {
        if self.exchange.as_ref().is_some_and(|exchange| exchange.is_idle()) {
            self.exchange = None;
        }
    }

    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.exchange.as_ref().map_or(0, |_| size_of::<Exchange>())
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        let exchange = self.exchange.as_ref();
        let ack = exchange.and_then(|exchange| exchange.awaited_ack.as_ref()).map(AwaitedAck::next_timeout);
        let retry = exchange.and_then(|exchange| exchange.ours.as_ref()).and_then(|ours| ours.retry_at);
        let timer = self.timer.as_ref().map(SessionTimer::next_timeout);
        [ack, retry, timer].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(mut self: Box<Self>, shared: &mut Shared, turn: &mut Turn<'_>) -> Phase {
        let timing = turn.layers.config.timing;
        let awaited = self.exchange.as_mut().and_then(|exchange| exchange.awaited_ack.as_mut());
        match awaited.and_then(|awaited| awaited.handle_timeout(turn.now, &timing)) {
            Some(AckOutput::Resend(flow, bytes)) => {
                turn.layers.counters.retransmitted += 1;
                turn.layers.send(flow, bytes);
            }
            Some(AckOutput::GiveUp) => return self.give_up_ack(shared, turn),
            None => {}
        }
        self.retry_reinvite_when_due(shared, turn);
        match self.timer.as_mut().and_then(|timer| timer.handle_timeout(turn.now)) {
            Some(TimerOutput::Refresh) => self.refresh(shared, turn),
            Some(TimerOutput::Expired) => {
                turn.emit(SessionEvent::Leaving { cause: EndCause::Expired });
                return self.leave(shared, turn, &HeaderList::new(), EndCause::Expired);
            }
            None => {}
        }
        Phase::Established(self)
    }

    /// The ACK never came: the session ends with BYE (RFC 3261 13.3.1.4).
    fn give_up_ack(mut self: Box<Self>, shared: &mut Shared, turn: &mut Turn<'_>) -> Phase {
        let exchange = self.exchange();
        exchange.awaited_ack = None;
        let (headers, cause) = exchange.leaving.take().unwrap_or_else(|| {
            turn.emit(SessionEvent::Leaving { cause: EndCause::NotAcknowledged });
            (HeaderList::new(), EndCause::NotAcknowledged)
        });
        self.leave(shared, turn, &headers, cause)
    }

    /// Refreshes the session: with UPDATE where the other side knows it, else by the owner's re-INVITE.
    fn refresh(&mut self, shared: &mut Shared, turn: &mut Turn<'_>) {
        if !shared.peer_updates {
            return turn.emit(SessionEvent::RefreshDue);
        }
        let mut lines = Vec::new();
        shared.profile.timer.request_lines(self.timer.as_ref(), None, &mut lines);
        let mut new = NewRequest::new(Purpose::Refresh, Method::Update);
        new.headers.extend_lines(&lines);
        turn.request(&mut self.talk.dialog, shared, new);
    }

    /// A refresh was refused: it is tried again with the interval asked for, else the owner's re-INVITE must do.
    pub(super) fn refresh_failed(&mut self, shared: &mut Shared, turn: &mut Turn<'_>, response: &Response) {
        let lengthened = match (&mut self.timer, min_se_of(response)) {
            (Some(timer), Some(min_se)) => timer.lengthen(min_se),
            _ => false,
        };
        if !lengthened {
            shared.peer_updates = false;
        }
        self.refresh(shared, turn);
    }

    /// A 2xx to a refresh of ours, or to any UPDATE, begins the interval again (RFC 4028 7.4).
    pub(super) fn refreshed(&mut self, shared: &Shared, turn: &Turn<'_>, response: &Response) {
        match shared.profile.timer.agreed(response, turn.now) {
            Some(timer) => self.timer = Some(timer),
            None => self.restart_timer(turn),
        }
    }

    pub(super) fn restart_timer(&mut self, turn: &Turn<'_>) {
        if let Some(timer) = &mut self.timer {
            timer.restart(turn.now);
        }
    }

    /// Answers the other side's UPDATE, which also refreshes the session.
    pub(super) fn respond_update(
        &mut self,
        shared: &Shared,
        turn: &mut Turn<'_>,
        id: ServerId,
        reply: &Reply,
    ) -> Result<(), Refused> {
        let mut lines = Vec::new();
        let timer = self.asked_timer.take().filter(|_| reply.status.is_success());
        let timer = timer.and_then(|asked| shared.profile.timer.answer(&asked, turn.now, &mut lines));
        update::respond(&mut self.talk, shared, turn, id, reply, &lines)?;
        match timer {
            Some(timer) => self.timer = Some(timer),
            None if reply.status.is_success() => self.restart_timer(turn),
            None => {}
        }
        Ok(())
    }
}

/// ACKs, both ways.
impl Established {
    pub(super) fn send_ack(&mut self, turn: &mut Turn<'_>, ack: UnsentAck, body: Option<&Body>) {
        let UnsentAck { transaction, cseq, credentials } = ack;
        let (flow, bytes) = turn.acknowledge(&self.talk.dialog, cseq, &credentials, body);
        self.exchange().sent_ack = Some(SentAck { transaction, cseq, flow, bytes });
    }

    /// Sends the ACK that the owner's answer was waited for.
    pub(super) fn acknowledge(&mut self, turn: &mut Turn<'_>, body: Option<&Body>) -> Result<(), Refused> {
        let unsent = self.exchange().unsent_ack.take().ok_or(Refused::WrongState)?;
        if body.is_some_and(Body::is_sdp) {
            self.talk.sent();
        } else {
            self.talk.roll_back();
        }
        self.send_ack(turn, unsent, body);
        Ok(())
    }

    /// Another response to the INVITE that was answered already. Gives `false` when it is a 2xx of another fork.
    pub(super) fn handle_late_response(&mut self, turn: &mut Turn<'_>, response: &Response) -> bool {
        if !response.status().is_success() {
            return true;
        }
        let tag = response.to().ok().and_then(|to| to.tag()).unwrap_or_default();
        if tag != self.talk.dialog.remote_tag() {
            return false;
        }
        let cseq = response.cseq().map_or(0, |cseq| cseq.number);
        if let Some(ack) = self.exchange.as_ref().and_then(|exchange| exchange.sent_ack.as_ref())
            && ack.cseq == cseq
        {
            turn.layers.counters.repeated += 1;
            turn.layers.send(ack.flow, ack.bytes.clone());
        }
        true
    }

    /// No more responses to that INVITE of ours are expected.
    pub(super) fn forget_sent_ack(&mut self, transaction: ClientId) {
        if let Some(exchange) = &mut self.exchange {
            exchange.sent_ack.take_if(|ack| ack.transaction == Some(transaction));
        }
        self.drop_idle_exchange();
    }

    pub(super) fn awaits_ack(&self, cseq: u32) -> bool {
        self.exchange
            .as_ref()
            .and_then(|exchange| exchange.awaited_ack.as_ref())
            .is_some_and(|awaited| awaited.cseq == cseq)
    }

    pub(super) fn handle_ack(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        request: Request,
    ) -> Phase {
        let exchange = self.exchange();
        exchange.awaited_ack = None;
        let leaving = exchange.leaving.take();
        if has_sdp(&request) && self.talk.offer == super::OfferState::Sent {
            self.talk.received();
        } else if self.talk.offer == super::OfferState::Sent && self.talk.our_update.is_none() {
            // The answer to our offer is missing; the owner sees it in the ACK.
            self.talk.roll_back();
        }
        turn.emit(SessionEvent::Acknowledged { request });
        self.drop_idle_exchange();
        match leaving {
            Some((headers, cause)) => self.leave(shared, turn, &headers, cause),
            None => Phase::Established(self),
        }
    }
}

/// The end.
impl Established {
    /// Hangs up: at once, or when the ACK of our 2xx has come.
    pub(super) fn leave(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        headers: &HeaderList,
        cause: EndCause,
    ) -> Phase {
        self.end_exchange(turn);
        let exchange = self.exchange();
        if exchange.awaited_ack.is_some() {
            exchange.leaving.get_or_insert((headers.clone(), cause));
            return Phase::Established(self);
        }
        if self.exchange().unsent_ack.is_some() {
            let _ = self.acknowledge(turn, None);
        }
        let ack = self.exchange().sent_ack.take();
        Ending::begin(self.talk.dialog, shared, turn, headers, cause, ack)
    }

    /// The re-INVITEs under way end with the session (RFC 3261 15.1.2).
    fn end_exchange(&mut self, turn: &mut Turn<'_>) {
        let Some(exchange) = &mut self.exchange else { return };
        if let Some(theirs) = exchange.theirs.take() {
            turn.answer(theirs.id, StatusCode::REQUEST_TERMINATED);
        }
        if let Some(transaction) = exchange.ours.take().and_then(|ours| ours.transaction()) {
            turn.layers.give_up_soon(turn.now, transaction);
        }
        if let Some(id) = self.talk.their_offer.take() {
            turn.answer(id, StatusCode::REQUEST_TERMINATED);
        }
    }

    pub(super) fn end_by_bye(mut self: Box<Self>, turn: &mut Turn<'_>, request: Request) -> Phase {
        self.end_exchange(turn);
        turn.forget(&self.talk.dialog);
        let leaving = self.exchange.as_mut().and_then(|exchange| exchange.leaving.take());
        let cause = leaving.map_or_else(|| EndCause::Bye(request), |(_, cause)| cause);
        Phase::over(cause, Some(self.talk.dialog))
    }
}
