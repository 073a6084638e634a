//! Writing requests: the headers that every request has, in one order.

use super::{Dialog, route_request};
use crate::entropy::Token;
use crate::header::{Name, NameAddr, format_name_addr};
use crate::message::{Body, MessageBuilder};
use crate::method::Method;
use crate::transport::Transport;
use bytes::Bytes;
use std::borrow::Cow;

/// What distinguishes one sending of a request: its way out and its branch.
pub(crate) struct Stamp<'a> {
    pub(crate) transport: Option<&'a Transport>,
    pub(crate) branch: &'a str,
    pub(crate) agent: &'a str,
    /// Is the answer wanted at the port that this comes from (RFC 3581)?
    pub(crate) rport: bool,
    /// `None` where the headers of the request have their own.
    pub(crate) max_forwards: Option<u8>,
}

/// A request to be written in a dialog.
pub(crate) struct DialogRequest<'a> {
    pub(crate) method: &'a Method,
    pub(crate) cseq: u32,
    /// Checked lines after CSeq: Contact, Supported, the user's own, credentials.
    pub(crate) lines: &'a [&'a [u8]],
    pub(crate) body: Option<&'a Body>,
}

/// Display names that one request has in place of the dialog's.
///
/// RFC 3261 12.2.1.1 wants no more of From and To than the tags to stay the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisplayNames {
    /// Of who sends it.
    pub from: Option<Box<str>>,
    /// Of who gets it.
    pub to: Option<Box<str>>,
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
    if let Some(max_forwards) = stamp.max_forwards {
        builder.header_display(Name::MaxForwards, max_forwards);
    }
    builder
        .header(Name::From, head.from)
        .header(Name::To, head.to)
        .header(Name::CallId, head.call_id)
        .header_display(Name::CSeq, format_args!("{} {}", head.cseq, head.method));
    builder
}

impl Dialog {
    /// Writes a request of this dialog (RFC 3261 12.2.1.1).
    pub(crate) fn write(&self, stamp: &Stamp<'_>, request: &DialogRequest<'_>) -> Bytes {
        self.write_as(stamp, request, &DisplayNames::default())
    }

    /// Writes a request of this dialog with other display names.
    pub(crate) fn write_as(
        &self,
        stamp: &Stamp<'_>,
        request: &DialogRequest<'_>,
        names: &DisplayNames,
    ) -> Bytes {
        let (uri, routes) = route_request(&self.target, &self.routes);
        let head = Head {
            method: request.method,
            uri,
            routes: &routes,
            from: &renamed(&self.local, names.from.as_deref()),
            to: &renamed(&self.remote, names.to.as_deref()),
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

/// An address with another display name; one that cannot be read stays as it is.
fn renamed<'a>(address: &'a [u8], name: Option<&str>) -> Cow<'a, [u8]> {
    match name.zip(NameAddr::parse(address)) {
        None => Cow::Borrowed(address),
        Some((name, parsed)) => {
            let mut text = format_name_addr(name, parsed.uri.as_str());
            text.push_str(parsed.params.as_str());
            Cow::Owned(text.into_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_may_have_other_names() {
        let check = |address: &str, name: Option<&str>, expected: &str| {
            assert_eq!(renamed(address.as_bytes(), name), expected.as_bytes());
        };
        check("<sip:a@b>;tag=1", None, "<sip:a@b>;tag=1");
        check("Al <sip:a@b;x=y>;tag=1;z", Some("B \"C\""), "\"B \\\"C\\\"\" <sip:a@b;x=y>;tag=1;z");
        check("sip:a@b;tag=1", Some("B"), "\"B\" <sip:a@b>;tag=1");
        check("<broken", Some("B"), "<broken");
    }
}
