//! 2xx and ACK, which the dialog repeats itself since they pass every transaction (RFC 3261 13.2.2.4, 13.3.1.4).

use crate::transaction::{ClientId, Timing};
use crate::transport::Flow;
use bytes::Bytes;
use std::time::{Duration, Instant};

/// A 2xx of ours that waits for its ACK.
#[derive(Debug)]
pub(crate) struct AwaitedAck {
    pub(crate) cseq: u32,
    bytes: Bytes,
    flow: Flow,
    resend_at: Instant,
    wait: Duration,
    give_up_at: Instant,
}

/// What a due [`AwaitedAck`] asks for.
pub(crate) enum AckOutput {
    /// Send the 2xx again.
    Resend(Flow, Bytes),
    /// Nobody will confirm: end the session.
    GiveUp,
}

impl AwaitedAck {
    pub(crate) fn new(cseq: u32, bytes: Bytes, flow: Flow, now: Instant, timing: &Timing) -> Self {
        let (wait, give_up_at) = (timing.t1, now + timing.patience());
        Self { cseq, bytes, flow, resend_at: now + wait, wait, give_up_at }
    }

    pub(crate) fn next_timeout(&self) -> Instant {
        self.resend_at.min(self.give_up_at)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, timing: &Timing) -> Option<AckOutput> {
        if self.give_up_at <= now {
            return Some(AckOutput::GiveUp);
        }
        if self.resend_at > now {
            return None;
        }
        self.wait = timing.next_wait(self.wait);
        self.resend_at = now + self.wait;
        Some(AckOutput::Resend(self.flow, self.bytes.clone()))
    }
}

/// An ACK that was sent and is sent again for each repetition of its 2xx.
#[derive(Debug)]
pub(crate) struct SentAck {
    /// The INVITE's transaction, at whose end no more repetitions are expected.
    pub(crate) transaction: Option<ClientId>,
    pub(crate) cseq: u32,
    pub(crate) flow: Flow,
    pub(crate) bytes: Bytes,
}

/// An ACK that waits for the owner's answer to the offer in the 2xx.
#[derive(Debug)]
pub(crate) struct UnsentAck {
    pub(crate) transaction: Option<ClientId>,
    pub(crate) cseq: u32,
    pub(crate) credentials: Vec<u8>,
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test needs some instant to start from")]
mod tests {
    use super::*;
    use crate::transport::TransportId;

    #[test]
    fn the_2xx_is_repeated_with_growing_waits_for_64_t1() {
        let start = Instant::now();
        let flow =
            Flow { transport: TransportId(0), remote: "192.0.2.1:5060".parse().unwrap(), connection: None };
        let timing = Timing::default();
        let mut awaited = AwaitedAck::new(1, Bytes::new(), flow, start, &timing);
        let mut sent = Vec::new();
        let end = loop {
            let at = awaited.next_timeout();
            match awaited.handle_timeout(at, &timing) {
                Some(AckOutput::Resend(..)) => sent.push((at - start).as_millis()),
                Some(AckOutput::GiveUp) => break (at - start).as_millis(),
                None => panic!("it was due"),
            }
        };
        assert_eq!(sent, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!(end, 32_000);
    }
}
