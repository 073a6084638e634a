//! Writing requests: the headers that every request has, in one order.

use super::{Dialog, route_request};
use crate::entropy::Token;
use crate::header::Name;
use crate::message::{Body, MessageBuilder};
use crate::method::Method;
use crate::transport::Transport;
use bytes::Bytes;

/// What distinguishes one sending of a request: its way out and its branch.
pub(crate) struct Stamp<'a> {
    pub(crate) transport: Option<&'a Transport>,
    pub(crate) branch: &'a str,
    pub(crate) agent: &'a str,
    /// Is the answer wanted at the port that this comes from (RFC 3581)?
    pub(crate) rport: bool,
    pub(crate) max_forwards: u8,
}

/// A request to be written in a dialog.
pub(crate) struct DialogRequest<'a> {
    pub(crate) method: &'a Method,
    pub(crate) cseq: u32,
    /// Checked lines after CSeq: Contact, Supported, the user's own, credentials.
    pub(crate) lines: &'a [&'a [u8]],
    pub(crate) body: Option<&'a Body>,
}

/// The identity of a request outside or inside a dialog.
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a str,
    pub(crate) routes: &'a [String],
    pub(crate) from: &'a [u8],
    pub(crate) to: &'a [u8],
    pub(crate) call_id: &'a str,
    pub(crate) cseq: u32,
}

/// Makes a branch from a token.
pub(crate) fn branch(token: &Token) -> String {
    format!("{}{token}", crate::header::MAGIC_COOKIE)
}

/// Writes the request line and Via, Route, Max-Forwards, From, To, Call-ID, CSeq.
pub(crate) fn write_head(stamp: &Stamp<'_>, head: &Head<'_>) -> MessageBuilder {
    let mut builder = MessageBuilder::request(head.method, head.uri);
    let (kind, sent_by) = stamp
        .transport
        .map_or(("UDP", "invalid"), |transport| (transport.kind.as_str(), &*transport.sent_by));
    let rport = if stamp.rport { ";rport" } else { "" };
    builder
        .header_display(Name::Via, format_args!("SIP/2.0/{kind} {sent_by}{rport};branch={}", stamp.branch));
    for route in head.routes {
        builder.header(Name::Route, route);
    }
    builder
        .header_display(Name::MaxForwards, stamp.max_forwards)
        .header(Name::From, head.from)
        .header(Name::To, head.to)
        .header(Name::CallId, head.call_id)
        .header_display(Name::CSeq, format_args!("{} {}", head.cseq, head.method));
    builder
}

impl Dialog {
    /// Writes a request of this dialog (RFC 3261 12.2.1.1).
    pub(crate) fn write(&self, stamp: &Stamp<'_>, request: &DialogRequest<'_>) -> Bytes {
        let (uri, routes) = route_request(&self.target, &self.routes);
        let head = Head {
            method: request.method,
            uri,
            routes: &routes,
            from: &self.local,
            to: &self.remote,
            call_id: &self.call_id,
            cseq: request.cseq,
        };
        let mut builder = write_head(stamp, &head);
        for lines in request.lines {
            builder.lines(lines);
        }
        builder.header(Name::UserAgent, stamp.agent);
        builder.finish(request.body)
    }
}
