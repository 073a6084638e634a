//! Dialogs (RFC 3261 12): the state that two user agents share, and the requests that are sent in it.

mod next_hop;
mod request;
mod route;

pub(crate) use next_hop::NextHop;
pub use request::DisplayNames;
pub(crate) use request::{DialogRequest, Head, Stamp, branch, write_head};
pub(crate) use route::{route_request, route_texts};

use crate::entropy::Token;
use crate::header::Name;
use crate::message::{Essentials, Headers, Response};
use crate::transport::{Flow, Transport, TransportKind};
use crate::uri::Uri;

crate::arena::id! {
    /// A dialog without a session, such as a subscription.
    DialogId
}

/// One side's view of a dialog.
#[derive(Debug, Clone)]
pub(crate) struct Dialog {
    call_id: Box<str>,
    /// This side's From or To value with its tag, as it is written in every message.
    local: Box<[u8]>,
    remote: Box<[u8]>,
    local_tag: Box<str>,
    remote_tag: Box<str>,
    local_cseq: u32,
    remote_cseq: Option<u32>,
    /// Where requests are addressed to: the other side's Contact.
    target: Box<str>,
    routes: Box<[Box<str>]>,
    /// Where requests are sent.
    flow: Flow,
    is_caller: bool,
}

/// What the caller's side of a dialog is made from, besides the response.
pub(crate) struct Origin<'a> {
    pub(crate) call_id: &'a str,
    /// From with its tag.
    pub(crate) from: &'a [u8],
    pub(crate) tag: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) cseq: u32,
}

/// A request's CSeq is not higher than that of the one before (RFC 3261 12.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfOrder;

impl Dialog {
    /// The dialog that a request makes at its receiver (RFC 3261 12.1.1).
    ///
    /// A request of RFC 2543 may lack Contact: its From is the target then.
    pub(crate) fn as_callee(headers: &Headers, essentials: &Essentials<'_>, tag: &Token, flow: Flow) -> Self {
        let contact = headers.contact();
        let target = contact.as_ref().map_or(essentials.from.uri, |contact| contact.uri);
        let mut local = headers.value(Name::To).unwrap_or_default().to_vec();
        local.extend_from_slice(b";tag=");
        local.extend_from_slice(tag.as_str().as_bytes());
        Self {
            call_id: essentials.call_id.into(),
            local: local.into(),
            remote: headers.value(Name::From).unwrap_or_default().into(),
            local_tag: tag.as_str().into(),
            remote_tag: essentials.from.tag().unwrap_or_default().into(),
            local_cseq: 0,
            remote_cseq: Some(essentials.cseq.number),
            target: target.as_str().into(),
            routes: route_texts(headers, false),
            flow,
            is_caller: false,
        }
    }

    /// The dialog that a response makes at the request's sender (RFC 3261 12.1.2).
    pub(crate) fn as_caller(origin: &Origin<'_>, response: &Response, flow: Flow) -> Self {
        let remote_tag = response.to().ok().and_then(|to| to.tag().map(Box::from)).unwrap_or_default();
        let contact = response.contact().map(|contact| contact.uri.as_str());
        Self {
            call_id: origin.call_id.into(),
            local: origin.from.into(),
            remote: response.value(Name::To).unwrap_or_default().into(),
            local_tag: origin.tag.into(),
            remote_tag,
            local_cseq: origin.cseq,
            remote_cseq: None,
            target: contact.unwrap_or(origin.uri).into(),
            routes: route_texts(response, true),
            flow,
            is_caller: true,
        }
    }

    pub(crate) fn call_id(&self) -> &str {
        &self.call_id
    }

    pub(crate) fn local_tag(&self) -> &str {
        &self.local_tag
    }

    pub(crate) fn remote_tag(&self) -> &str {
        &self.remote_tag
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// The Request-URI of requests in this dialog.
    pub(crate) fn request_uri(&self) -> String {
        route_request(&self.target, &self.routes).0.to_owned()
    }

    pub(crate) fn flow(&self) -> Flow {
        self.flow
    }

    pub(crate) fn set_flow(&mut self, flow: Flow) {
        self.flow = flow;
    }

    /// Did this side send the first request, and so choose the Call-ID?
    pub(crate) fn is_caller(&self) -> bool {
        self.is_caller
    }

    pub(crate) fn next_cseq(&mut self) -> u32 {
        self.local_cseq = self.local_cseq.wrapping_add(1);
        self.local_cseq
    }

    /// Takes note of a request's CSeq.
    pub(crate) fn accept_cseq(&mut self, number: u32) -> Result<(), OutOfOrder> {
        if self.remote_cseq.is_some_and(|last| number <= last) {
            return Err(OutOfOrder);
        }
        self.remote_cseq = Some(number);
        Ok(())
    }

    /// Takes the Contact of a target refresh request or its response (RFC 3261 12.2).
    pub(crate) fn refresh_target(&mut self, headers: &Headers) {
        if let Some(contact) = headers.contact() {
            let text = contact.uri.as_str();
            if text != &*self.target {
                self.target = text.into();
            }
        }
    }

    /// Takes the route set of the response that confirms the dialog: that of an early one is replaced
    /// (RFC 3261 13.2.2.4).
    pub(crate) fn confirm(&mut self, response: &Response) {
        self.routes = route_texts(response, true);
        self.refresh_target(response);
        if let Some(to) = response.value(Name::To) {
            self.remote = to.into();
        }
    }

    /// Works out where requests go now. Gives the URI whose host must be resolved, when it is a name; until
    /// somebody does, requests go where they went.
    ///
    /// `symmetric`: to where packets come from, whatever the other side, which is behind a NAT, says. The first proxy,
    /// which recognises itself by its Route, is named so, too; and where there is none, the other side itself.
    pub(crate) fn find_next_hop(&mut self, transports: &[Transport], symmetric: bool) -> Option<Box<str>> {
        if symmetric {
            let id = self.flow.transport;
            if let Some(transport) = transports.iter().find(|transport| transport.id == id) {
                self.name_by_source(transport.kind);
            }
            return None;
        }
        let text = self.routes.first().map_or(&*self.target, |route| route::uri_of(route));
        match NextHop::of(&Uri::parse(text).ok()?, self.flow, transports) {
            NextHop::Flow(flow) => {
                self.flow = flow;
                None
            }
            NextHop::Name => Some(text.into()),
        }
    }

    fn name_by_source(&mut self, kind: TransportKind) {
        let source = self.flow.remote;
        let Some(first) = self.routes.first_mut() else {
            let seen = Uri::parse(&self.target).ok().and_then(|uri| route::uri_at_source(&uri, source, kind));
            self.target = seen.map_or_else(|| std::mem::take(&mut self.target), Box::from);
            return;
        };
        if let Some(seen) = route::at_source(first, source, kind) {
            *first = seen;
        }
    }

    /// Bytes that the dialog keeps on the heap.
    pub(crate) fn heap_size(&self) -> usize {
        let routes: usize = self.routes.iter().map(|route| route.len() + size_of::<Box<str>>()).sum();
        self.call_id.len()
            + self.local.len()
            + self.remote.len()
            + self.local_tag.len()
            + self.remote_tag.len()
            + self.target.len()
            + routes
    }
}
