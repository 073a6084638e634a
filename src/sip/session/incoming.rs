//! Their INVITE, until our final response (RFC 3261 13.3, 9.2; RFC 3262 3).

use super::ack::AwaitedAck;
use super::established::Established;
use super::prack::{Reliable, ReliableOutput};
use super::talk::Talk;
use super::timer::TimerRequest;
use super::turn::has_sdp;
use super::{EndCause, OfferState, Phase, Refused, Reliability, SessionEvent, Shared, TimerMode, Turn};
use crate::dialog::Dialog;
use crate::header::Name;
use crate::message::{Essentials, Request};
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::transport::Flow;
use crate::ua::{Reply, unsupported_extensions};
use std::time::{Duration, Instant};

/// An INVITE that came.
pub(crate) struct Arrived<'a> {
    pub(crate) transaction: ServerId,
    pub(crate) flow: Flow,
    pub(crate) request: &'a Request,
    pub(crate) essentials: &'a Essentials<'a>,
}

#[derive(Debug)]
pub(crate) struct Incoming {
    pub(super) transaction: ServerId,
    pub(super) talk: Talk,
    cseq: u32,
    timer: TimerRequest,
    can_reliable: bool,
    must_reliable: bool,
    reliable: Option<Box<Reliable>>,
    /// The acceptance that waits until reliable responses are confirmed.
    held: Option<Box<Reply>>,
    /// When the last provisional response is sent again, so that proxies go on waiting (RFC 3261 13.3.1.1).
    remind_at: Option<Instant>,
    indexed: bool,
}

const REMINDER: Duration = Duration::from_secs(60);

impl Incoming {
    pub(super) fn new(arrived: &Arrived<'_>, turn: &mut Turn<'_>) -> Self {
        let Arrived { transaction, flow, request, essentials } = arrived;
        let tag = turn.layers.servers.get(*transaction).map(|server| server.tag);
        let tag = tag.unwrap_or_else(|| turn.layers.entropy.token());
        let dialog = Dialog::as_callee(request, essentials, &tag, *flow);
        let offer = if has_sdp(request) { OfferState::Received } else { OfferState::Idle };
        let must_reliable = request.lists(Name::Require, "100rel");
        Self {
            transaction: *transaction,
            talk: Talk::new(dialog, offer),
            cseq: essentials.cseq.number,
            timer: TimerRequest::of(request),
            can_reliable: must_reliable || request.lists(Name::Supported, "100rel"),
            must_reliable,
            reliable: None,
            held: None,
            remind_at: None,
            indexed: false,
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        let reliable = self.reliable.as_ref().and_then(|reliable| reliable.next_timeout());
        [reliable, self.remind_at].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(mut self: Box<Self>, shared: &Shared, turn: &mut Turn<'_>) -> Phase {
        let due = self.reliable.as_mut().and_then(|reliable| reliable.handle_timeout(turn.now));
        match due {
            Some(ReliableOutput::Resend(flow, bytes)) => {
                turn.layers.counters.retransmitted += 1;
                turn.layers.send(flow, bytes);
            }
            Some(ReliableOutput::GiveUp) => {
                // RFC 3262 3: the INVITE is refused with a 5xx.
                turn.answer(self.transaction, StatusCode::SERVER_TIMEOUT);
                return self.end(turn, EndCause::NotPracked);
            }
            None => {}
        }
        if self.remind_at.is_some_and(|at| at <= turn.now) {
            self.remind(shared, turn);
        }
        Phase::Incoming(self)
    }

    fn remind(&mut self, shared: &Shared, turn: &mut Turn<'_>) {
        self.remind_at = Some(turn.now + REMINDER);
        let last = turn
            .layers
            .servers
            .get(self.transaction)
            .and_then(|server| Some((server.reply_to, server.last.clone()?)));
        if let Some((flow, bytes)) = last
            && !self.is_sent_reliably(shared)
        {
            turn.layers.send(flow, bytes);
        }
    }

    fn is_sent_reliably(&self, shared: &Shared) -> bool {
        match shared.profile.reliable {
            Reliability::No => false,
            Reliability::Yes => self.must_reliable,
            Reliability::PeerSupported => self.can_reliable,
            Reliability::Required => true,
        }
    }

    /// Checks the INVITE against the endpoint's profile (RFC 3261 8.2.2.3, RFC 4028 9).
    pub(super) fn check(
        self: Box<Self>,
        shared: &Shared,
        turn: &mut Turn<'_>,
        request: &Request,
    ) -> (Phase, Result<(), Refused>) {
        let profile = &shared.profile;
        let refusal = match unsupported_extensions(request, profile) {
            Some(unsupported) => {
                Some(Reply::new(StatusCode::BAD_EXTENSION).header(Name::Unsupported, unsupported))
            }
            None if profile.reliable == Reliability::Required && !self.can_reliable => {
                Some(Reply::new(StatusCode::EXTENSION_REQUIRED).header(Name::Require, "100rel"))
            }
            None if profile.timer.mode == TimerMode::Required && !request.lists(Name::Supported, "timer") => {
                Some(Reply::new(StatusCode::EXTENSION_REQUIRED).header(Name::Require, "timer"))
            }
            None => profile.timer.too_short(request).map(|minimum| {
                Reply::new(StatusCode::SESSION_INTERVAL_TOO_SMALL).header(Name::MinSe, minimum.to_string())
            }),
        };
        match refusal {
            Some(reply) => (self.reject(turn, &reply), Err(Refused::Rejected(reply.status))),
            None => (Phase::Incoming(self), Ok(())),
        }
    }

    /// Does the caller know of the dialog by now?
    pub(super) fn has_dialog(&self) -> bool {
        self.indexed
    }

    fn index(&mut self, turn: &mut Turn<'_>) {
        if !self.indexed {
            self.indexed = true;
            turn.index(&self.talk.dialog);
        }
    }

    /// Sends a provisional response, reliably where both sides want it.
    pub(super) fn provisional(
        &mut self,
        shared: &Shared,
        turn: &mut Turn<'_>,
        reply: Reply,
    ) -> Result<(), Refused> {
        if !reply.status.is_provisional() {
            return Err(Refused::Status);
        }
        if self.held.is_some() {
            return Err(Refused::WrongState);
        }
        if reply.status == StatusCode::TRYING {
            return turn.layers.reply(turn.now, self.transaction, &reply, &[]).map(drop).ok_or(Refused::Gone);
        }
        self.index(turn);
        self.remind_at = Some(turn.now + REMINDER);
        if self.is_sent_reliably(shared) {
            let random = turn.layers.entropy.number() as u32;
            self.reliable.get_or_insert_with(|| Box::new(Reliable::new(random))).queue.push_back(reply);
            self.send_next_reliable(shared, turn);
            return Ok(());
        }
        let mut lines = Vec::with_capacity(256);
        shared.profile.lines(&mut lines);
        turn.layers.reply(turn.now, self.transaction, &reply, &lines).map(drop).ok_or(Refused::Gone)
    }

    fn send_next_reliable(&mut self, shared: &Shared, turn: &mut Turn<'_>) {
        let Some(reliable) = self.reliable.as_mut().filter(|reliable| !reliable.is_outstanding()) else {
            return;
        };
        let Some(reply) = reliable.queue.pop_front() else { return };
        let mut lines = Vec::with_capacity(256);
        shared.profile.lines(&mut lines);
        lines.extend_from_slice(reliable.next_lines().as_bytes());
        let flow = turn.layers.servers.get(self.transaction).map(|server| server.reply_to);
        let sent = turn.layers.reply(turn.now, self.transaction, &reply, &lines);
        if let (Some(flow), Some(bytes)) = (flow, sent) {
            reliable.sent(bytes, flow, turn.now, &turn.layers.config.timing);
            if reply.has_sdp() && !(self.talk.agreed && self.talk.offer == OfferState::Idle) {
                self.talk.sent();
            }
        }
    }

    /// A PRACK came: the next response, or the acceptance, may follow.
    pub(super) fn handle_prack(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        id: ServerId,
        request: Request,
    ) -> Phase {
        let rack = request.rack().ok().flatten();
        let confirmed = match (self.reliable.as_mut(), &rack) {
            (Some(reliable), Some(rack)) => reliable.confirm(rack, self.cseq),
            _ => false,
        };
        if !confirmed {
            turn.answer(id, StatusCode::CALL_DOES_NOT_EXIST);
            return Phase::Incoming(self);
        }
        let with_sdp = has_sdp(&request);
        if with_sdp {
            self.talk.received();
        }
        if self.talk.offer == OfferState::Received && with_sdp {
            self.talk.their_offer = Some(id);
            turn.emit(SessionEvent::Request { id, request });
        } else {
            turn.answer(id, StatusCode::OK);
            turn.emit(SessionEvent::Acknowledged { request });
        }
        self.send_next_reliable(shared, turn);
        self.go_on(shared, turn)
    }

    /// Accepts the call, at once or when reliable responses are confirmed (RFC 3262 3).
    pub(super) fn accept(
        mut self: Box<Self>,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        reply: Reply,
    ) -> Phase {
        self.held = Some(Box::new(reply));
        self.go_on(shared, turn)
    }

    fn go_on(mut self: Box<Self>, shared: &mut Shared, turn: &mut Turn<'_>) -> Phase {
        if self.reliable.as_ref().is_some_and(|reliable| reliable.is_busy()) {
            return Phase::Incoming(self);
        }
        match self.held.take() {
            Some(reply) => self.establish(shared, turn, &reply),
            None => Phase::Incoming(self),
        }
    }

    fn establish(mut self: Box<Self>, shared: &mut Shared, turn: &mut Turn<'_>, reply: &Reply) -> Phase {
        let mut lines = Vec::with_capacity(300);
        shared.profile.lines(&mut lines);
        let timer = shared.profile.timer.answer(&self.timer, turn.now, &mut lines);
        let flow = turn.layers.servers.get(self.transaction).map(|server| server.reply_to);
        let sent = turn.layers.reply(turn.now, self.transaction, reply, &lines);
        let (Some(flow), Some(bytes)) = (flow, sent) else {
            return self.end(turn, EndCause::TransportFailed);
        };
        self.index(turn);
        turn.find_next_hop(&mut self.talk.dialog, shared.profile.symmetric);
        if reply.has_sdp() && !(self.talk.agreed && self.talk.offer == OfferState::Idle) {
            self.talk.sent();
        }
        let mut established = Established::new(self.talk, timer);
        let timing = &turn.layers.config.timing;
        established.exchange().awaited_ack = Some(AwaitedAck::new(self.cseq, bytes, flow, turn.now, timing));
        Phase::Established(Box::new(established))
    }

    pub(super) fn reject(self: Box<Self>, turn: &mut Turn<'_>, reply: &Reply) -> Phase {
        turn.layers.reply(turn.now, self.transaction, reply, &[]);
        self.end(turn, EndCause::Refused)
    }

    pub(super) fn handle_cancel(self: Box<Self>, turn: &mut Turn<'_>, request: Request) -> Phase {
        turn.answer(self.transaction, StatusCode::REQUEST_TERMINATED);
        self.end(turn, EndCause::Canceled(request))
    }

    /// The caller gave up with BYE instead of CANCEL (RFC 3261 15.1.2).
    pub(super) fn end_by_bye(self: Box<Self>, turn: &mut Turn<'_>, request: Request) -> Phase {
        turn.answer(self.transaction, StatusCode::REQUEST_TERMINATED);
        self.end(turn, EndCause::Bye(request))
    }

    pub(super) fn end(self: Box<Self>, turn: &mut Turn<'_>, cause: EndCause) -> Phase {
        if self.indexed {
            turn.forget(&self.talk.dialog);
        }
        Phase::over(cause, None)
    }
}
