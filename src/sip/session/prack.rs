//! Reliable provisional responses and PRACK (RFC 3262), both sides.

use crate::header::{CSeq, Name, RAck};
use crate::message::{HeaderList, Response};
use crate::method::Method;
use crate::transaction::Timing;
use crate::transport::Flow;
use crate::ua::Reply;
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The callee's side: reliable responses, one outstanding at a time (RFC 3262 3).
#[derive(Debug)]
pub(crate) struct Reliable {
    rseq: u32,
    outstanding: Option<Outstanding>,
    /// Responses that wait for the PRACK of the one before.
    pub(crate) queue: VecDeque<Reply>,
}

#[derive(Debug)]
struct Outstanding {
    rseq: u32,
    bytes: Bytes,
    flow: Flow,
    resend_at: Instant,
    wait: Duration,
    give_up_at: Instant,
}

/// What a due [`Reliable`] asks for.
pub(crate) enum ReliableOutput {
    /// Send the response again.
    Resend(Flow, Bytes),
    /// No PRACK will come: refuse the INVITE.
    GiveUp,
}

impl Reliable {
    /// The first RSeq is random from 1 to 2³¹−1 (RFC 3262 3).
    pub(crate) fn new(random: u32) -> Self {
        Self { rseq: random & 0x7fff_fffe | 1, outstanding: None, queue: VecDeque::new() }
    }

    /// Is a response unconfirmed or waiting?
    pub(crate) fn is_busy(&self) -> bool {
        self.outstanding.is_some() || !self.queue.is_empty()
    }

    pub(crate) fn is_outstanding(&self) -> bool {
        self.outstanding.is_some()
    }

    /// The Require and RSeq lines of the next response.
    pub(crate) fn next_lines(&mut self) -> String {
        self.rseq = self.rseq.wrapping_add(1);
        format!("Require: 100rel\r\nRSeq: {}\r\n", self.rseq)
    }

    /// The response with those lines was sent.
    pub(crate) fn sent(&mut self, bytes: Bytes, flow: Flow, now: Instant, timing: &Timing) {
        self.outstanding = Some(Outstanding {
            rseq: self.rseq,
            bytes,
            flow,
            resend_at: now + timing.t1,
            wait: timing.t1,
            give_up_at: now + timing.patience(),
        });
    }

    /// Does a PRACK confirm the outstanding response? Then it no longer is.
    pub(crate) fn confirm(&mut self, rack: &RAck, invite_cseq: u32) -> bool {
        let invite = CSeq { number: invite_cseq, method: Method::Invite };
        let matches =
            self.outstanding.as_ref().is_some_and(|sent| sent.rseq == rack.rseq) && rack.cseq == invite;
        if matches {
            self.outstanding = None;
        }
        matches
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        self.outstanding.as_ref().map(|sent| sent.resend_at.min(sent.give_up_at))
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Option<ReliableOutput> {
        let sent = self.outstanding.as_mut()?;
        if sent.give_up_at <= now {
            self.outstanding = None;
            return Some(ReliableOutput::GiveUp);
        }
        if sent.resend_at > now {
            return None;
        }
        // RFC 3262 3: the wait doubles without the bound T2.
        sent.wait *= 2;
        sent.resend_at = now + sent.wait;
        Some(ReliableOutput::Resend(sent.flow, sent.bytes.clone()))
    }
}

/// The caller's side: which reliable response is expected next in an early dialog (RFC 3262 4).
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Expected {
    last: Option<u32>,
}

/// What to do with a provisional response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is not reliable.
    Plain,
    /// It is the next one: confirm it with this RAck.
    Next(HeaderList),
    /// It was seen before, or one before it is missing: pass over it.
    Ignore,
}

impl Expected {
    pub(crate) fn arrival(&mut self, response: &Response) -> Arrival {
        if !response.lists(Name::Require, "100rel") {
            return Arrival::Plain;
        }
        let (Ok(Some(rseq)), Ok(cseq)) = (response.number(Name::RSeq), response.cseq()) else {
            return Arrival::Ignore;
        };
        if self.last.is_some_and(|last| rseq != last.wrapping_add(1)) {
            return Arrival::Ignore;
        }
        self.last = Some(rseq);
        Arrival::Next(HeaderList::new().with(Name::RAck, format!("{rseq} {} {}", cseq.number, cseq.method)))
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test needs some instant to start from")]
mod tests {
    use super::*;
    use crate::message::{Limits, Message, parse};
    use crate::transport::TransportId;

    fn response(lines: &str) -> Response {
        match parse(format!("SIP/2.0 183 x\r\nCSeq: 7 INVITE\r\n{lines}\r\n\r\n").into(), &Limits::default())
        {
            Ok(Message::Response(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_caller_confirms_in_order_and_once() {
        let mut expected = Expected::default();
        let mut check = |lines: &str, confirmed: Option<&str>| {
            let arrival = expected.arrival(&response(lines));
            let rack = match &arrival {
                Arrival::Next(headers) => Some(String::from_utf8(headers.as_bytes().to_vec()).unwrap()),
                Arrival::Plain | Arrival::Ignore => None,
            };
            assert_eq!(rack.as_deref(), confirmed, "{lines}");
        };
        check("RSeq: 5", None);
        check("Require: 100rel\r\nRSeq: 10", Some("RAck: 10 7 INVITE\r\n"));
        check("Require: 100rel\r\nRSeq: 10", None);
        check("Require: 100rel\r\nRSeq: 12", None);
        check("Require: 100rel\r\nRSeq: 11", Some("RAck: 11 7 INVITE\r\n"));
        check("Require: 100rel", None);
    }

    #[test]
    fn a_callee_repeats_until_the_right_prack_or_gives_up() {
        let start = Instant::now();
        let flow =
            Flow { transport: TransportId(0), remote: "192.0.2.1:5060".parse().unwrap(), connection: None };
        let mut reliable = Reliable::new(99);
        let lines = reliable.next_lines();
        assert_eq!(lines, "Require: 100rel\r\nRSeq: 100\r\n");
        reliable.sent(Bytes::new(), flow, start, &Timing::default());
        let rack = |rseq| RAck { rseq, cseq: CSeq { number: 7, method: Method::Invite } };
        assert!(!reliable.confirm(&rack(101), 7));
        assert!(!reliable.confirm(&rack(100), 8));
        let mut repeats = Vec::new();
        while let Some(at) = reliable.next_timeout() {
            if let Some(ReliableOutput::Resend(..)) = reliable.handle_timeout(at) {
                repeats.push((at - start).as_millis());
            }
        }
        assert_eq!(repeats, [500, 1500, 3500, 7500, 15_500, 31_500]);
        reliable.sent(Bytes::new(), flow, start, &Timing::default());
        assert!(reliable.confirm(&rack(100), 7) && !reliable.is_busy());
    }
}
