//! The monitor: what comes from the sockets finds the worker that owns its call.
//!
//! Nothing is parsed here. A scan of the bytes finds the Call-ID, whose hash names the worker; so all messages of
//! a call meet one worker, which shares nothing with the others. What cannot be SIP ends here, and so does a flood:
//! the queues are bounded, what belongs to live calls has one of its own, and who begins something new while a
//! worker is busy is told to come again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use obelus_core::rate_limit::RateLimit;
use obelus_sip::header::Name;
use obelus_sip::message::{Limits, Message, ReplyTemplate, call_id_of, parse};
use obelus_sip::{ConnectionId, Flow, Method, StatusCode};

use crate::counters::Counters;
use crate::driver::Driver;
use crate::trace::Way;
use crate::transport::{Path, Paths};
use crate::worker::{Crew, Full, Packet, Urgency};

/// What fits into fewer bytes is no SIP message.
const SHORTEST: usize = 16;

/// Seconds after which somebody who was refused early may come again.
const RETRY_AFTER: &str = "5";

/// Where the sockets bring what they read.
pub struct Intake {
    driver: Arc<Driver>,
    crew: Arc<Crew>,
    junk: RateLimit,
    overload: RateLimit,
}

impl Intake {
    /// An intake for these workers.
    pub fn new(driver: Arc<Driver>, crew: Arc<Crew>) -> Intake {
        let limit = || RateLimit::new(Duration::from_secs(10));
        Intake { driver, crew, junk: limit(), overload: limit() }
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.driver.transports.paths
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.driver.counters
    }

    /// How often connections are kept open by an empty line.
    pub(crate) fn keep_alive(&self) -> Option<Duration> {
        self.driver.config().global.keep_alive
    }

    /// Whether a datagram may be SIP; keep-alives and junk are counted and forgotten.
    pub(crate) fn is_worth_reading(&self, datagram: &[u8], remote: SocketAddr) -> bool {
        match kind_of(datagram) {
            Kind::Message => true,
            Kind::KeepAlive => {
                self.counters().keep_alives.count();
                false
            }
            Kind::Junk => {
                self.counters().junk.count();
                if let Some(left_out) = self.junk.admit() {
                    tracing::info!(%remote, bytes = datagram.len(), left_out, "a datagram is no SIP, dropped");
                }
                false
            }
        }
    }

    /// Hands a message to its worker.
    pub(crate) fn take(&self, path: &Path, flow: Flow, bytes: Bytes) {
        self.counters().received.count();
        self.driver.trace.show(&self.driver.core, Way::Received, path.kind, flow.remote, &bytes);
        let urgency = urgency_of(&bytes);
        let queue = self.crew.owner_of(call_id_of(&bytes).unwrap_or_default());
        if let Err(Full(Packet { flow, bytes })) = queue.offer(urgency, Packet { flow, bytes }) {
            self.refuse(path, flow, bytes);
        }
    }

    /// The worker is busy: new calls and registrations are told so, the rest is lost and will be sent again.
    fn refuse(&self, path: &Path, flow: Flow, bytes: Bytes) {
        if let Some(left_out) = self.overload.admit() {
            tracing::warn!(remote = %flow.remote, left_out, "a SIP worker is overloaded, requests are refused");
        }
        let Some(refusal) = refusal(bytes, flow.remote) else {
            return self.counters().dropped.count();
        };
        self.counters().refused_early.count();
        self.driver.trace.show(&self.driver.core, Way::Transmitted, path.kind, flow.remote, &refusal);
        // Who does not hear it will ask again.
        let _ = path.send(&flow, refusal, self.counters());
    }

    /// A connection is gone: what was under way on it fails, and nobody is reached by it any more.
    pub(crate) fn connection_ended(&self, flow: Flow, id: ConnectionId) {
        self.crew.flow_failed(flow);
        self.driver.locations.connection_closed(&self.driver.config_arc(), id);
        self.driver.registrations.connection_closed(id);
    }
}

enum Kind {
    Message,
    KeepAlive,
    Junk,
}

/// A keep-alive is empty lines, a zero byte, or what some phones put in their place.
fn kind_of(datagram: &[u8]) -> Kind {
    let is_blank = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | 0);
    if datagram.len() < SHORTEST {
        return if datagram.iter().all(is_blank) { Kind::KeepAlive } else { Kind::Junk };
    }
    let start = datagram.iter().find(|byte| !matches!(byte, b'\r' | b'\n'));
    if start.is_some_and(u8::is_ascii_alphabetic) { Kind::Message } else { Kind::Junk }
}

/// What ends, confirms or answers something goes before what begins it.
fn urgency_of(bytes: &[u8]) -> Urgency {
    let is_urgent = ["SIP/2.0 ", "ACK ", "BYE ", "CANCEL ", "PRACK "]
        .iter()
        .any(|start| bytes.starts_with(start.as_bytes()));
    if is_urgent { Urgency::Live } else { Urgency::New }
}

/// 503 to an INVITE or REGISTER that begins something.
fn refusal(bytes: Bytes, remote: SocketAddr) -> Option<Bytes> {
    let Ok(Message::Request(request)) = parse(bytes, &Limits::default()) else { return None };
    if !matches!(request.method(), Method::Invite | Method::Register) || request.essentials().is_err() {
        return None;
    }
    let template = ReplyTemplate::new(&request, remote, true);
    if template.has_to_tag() {
        return None;
    }
    let mut reply = template.begin(StatusCode::SERVICE_UNAVAILABLE, None, "overload");
    reply.header(Name::RetryAfter, RETRY_AFTER);
    Some(reply.finish(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(datagram: &[u8], expected: &str) {
        let kind = match kind_of(datagram) {
            Kind::Message => "message",
            Kind::KeepAlive => "keep-alive",
            Kind::Junk => "junk",
        };
        assert_eq!(kind, expected, "{datagram:?}");
    }

    #[test]
    fn junk_and_keep_alives_are_told_from_messages() {
        check(b"", "keep-alive");
        check(b"\r\n\r\n", "keep-alive");
        check(b"\0", "keep-alive");
        check(b"hello", "junk");
        check(&[0x80; 172], "junk");
        check(b"OPTIONS sip:a SIP/2.0\r\n", "message");
        check(b"\r\nOPTIONS sip:a SIP/2.0\r\n", "message");
    }

    #[test]
    fn live_calls_go_first() {
        let urgent = |text: &str| urgency_of(text.as_bytes()) == Urgency::Live;
        assert!(["SIP/2.0 200 OK", "ACK sip:a SIP/2.0", "BYE sip:a SIP/2.0"].iter().all(|text| urgent(text)));
        assert!(!["INVITE sip:a SIP/2.0", "REGISTER sip:a SIP/2.0"].iter().any(|text| urgent(text)));
    }

    #[test]
    fn only_beginnings_are_refused() {
        let check = |method: &str, to: &str, expected: bool| {
            let text = format!(
                "{method} sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=x\r\nTo: <sip:a@b>{to}\r\n\
                 Call-ID: c\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
            );
            let refusal = refusal(text.into(), "192.0.2.1:5060".parse().unwrap());
            let text = refusal.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
            assert_eq!(
                text.is_some_and(|text| text.contains("Retry-After: 5\r\n")),
                expected,
                "{method}{to}"
            );
        };
        check("INVITE", "", true);
        check("REGISTER", "", true);
        check("INVITE", ";tag=y", false);
        check("OPTIONS", "", false);
    }
}
