//! Requests as they come from the wire, and configurations from text: for the tests of this crate.

use std::net::SocketAddr;

use bytes::Bytes;
use obelus_core::conf::{MemoryFiles, Problems, Severity, load};
use obelus_sip::message::{Limits, Message, Request, Response, parse};
use obelus_sip::{Flow, TransportId};

use crate::config::Config;

/// Reads a pjsip.conf that has no errors.
pub(crate) fn config(text: &str) -> Config {
    let files = MemoryFiles::new().file("pjsip.conf", text);
    let mut problems = Problems::new();
    let document = load(&files, "pjsip.conf", &mut problems);
    let config = Config::load(&document, &mut problems);
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{problems}");
    config
}

/// A flow over the first transport.
pub(crate) fn flow(remote: &str) -> Flow {
    let remote: SocketAddr = remote.parse().unwrap();
    Flow { transport: TransportId(0), remote, connection: None }
}

/// A request that is written line by line.
#[derive(Clone)]
pub(crate) struct Wire {
    method: String,
    uri: String,
    from: String,
    to: String,
    call_id: String,
    cseq: u32,
    lines: String,
    body: String,
}

impl Wire {
    pub(crate) fn new(method: &str, uri: &str) -> Wire {
        Wire {
            method: method.to_owned(),
            uri: uri.to_owned(),
            from: "<sip:1001@pbx>".to_owned(),
            to: "<sip:1001@pbx>".to_owned(),
            call_id: "call".to_owned(),
            cseq: 1,
            lines: String::new(),
            body: String::new(),
        }
    }

    pub(crate) fn from(mut self, from: &str) -> Wire {
        from.clone_into(&mut self.from);
        self
    }

    pub(crate) fn to(mut self, to: &str) -> Wire {
        to.clone_into(&mut self.to);
        self
    }

    pub(crate) fn call(mut self, call_id: &str, cseq: u32) -> Wire {
        call_id.clone_into(&mut self.call_id);
        self.cseq = cseq;
        self
    }

    /// One more header line.
    pub(crate) fn line(mut self, line: &str) -> Wire {
        self.lines.push_str(line);
        self.lines.push_str("\r\n");
        self
    }

    /// With a body, whose type is a header line.
    pub(crate) fn body(mut self, body: &str) -> Wire {
        body.clone_into(&mut self.body);
        self
    }

    pub(crate) fn request(&self) -> Request {
        let Wire { method, uri, from, to, call_id, cseq, lines, body } = self;
        let length = body.len();
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5062;branch=z9hG4bKx\r\nFrom: {from};tag=a\r\nTo: {to}\r\n\
             Call-ID: {call_id}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n{lines}Content-Length: {length}\r\n\r\n{body}"
        );
        match parse(Bytes::from(text), &Limits::default()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn response(status: u16, lines: &str) -> Response {
        let text = format!(
            "SIP/2.0 {status} X\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=a\r\nTo: <sip:a@b>;tag=b\r\n\
             Call-ID: call\r\nCSeq: 1 REGISTER\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        match parse(Bytes::from(text), &Limits::default()) {
            Ok(Message::Response(response)) => response,
            other => panic!("{other:?}"),
        }
    }
}

/// A driver with this configuration.
pub(crate) fn driver(
    core: &std::sync::Arc<obelus_core::Core>,
    text: &str,
) -> std::sync::Arc<crate::driver::Driver> {
    let driver = crate::driver::Driver::new(core.clone(), [3; 32]);
    driver.configure(config(text));
    driver
}
