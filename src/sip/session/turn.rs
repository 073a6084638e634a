//! `Turn`: one step of one session, with what it may use.

use super::{SessionEvent, SessionId, Shared};
use crate::dialog::{Dialog, DialogRequest};
use crate::header::Name;
use crate::message::{Body, Request};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::transport::Flow;
use crate::ua::{Context, DialogOwner, Event, Layers, NewRequest, Reply, RequestId};
use bytes::Bytes;
use std::time::Instant;

/// A session's view of the layers below while it handles one input.
pub(crate) struct Turn<'a> {
    pub(crate) layers: &'a mut Layers,
    pub(crate) now: Instant,
    pub(crate) id: SessionId,
}

impl Turn<'_> {
    pub(crate) fn emit(&mut self, event: SessionEvent) {
        self.layers.events.push_back(Event::Session { session: self.id, event });
    }

    pub(crate) fn index(&mut self, dialog: &Dialog) {
        self.layers.index(dialog, DialogOwner::Session(self.id));
    }

    pub(crate) fn forget(&mut self, dialog: &Dialog) {
        self.layers.forget(dialog, DialogOwner::Session(self.id));
    }

    /// Sends a request in a dialog of this session.
    pub(crate) fn request(&mut self, dialog: &mut Dialog, shared: &mut Shared, new: NewRequest) -> RequestId {
        let context = Context::Session(self.id);
        let auth = shared.auth.as_deref_mut();
        self.layers.request_in_dialog(self.now, context, dialog, &shared.profile, auth, new)
    }

    /// Sends the ACK of a 2xx (RFC 3261 13.2.2.4) and gives its bytes, which answer repetitions of the 2xx.
    pub(crate) fn acknowledge(
        &mut self,
        dialog: &Dialog,
        cseq: u32,
        credentials: &[u8],
        body: Option<&Body>,
    ) -> (Flow, Bytes) {
        let branch = self.layers.new_branch();
        let flow = dialog.flow();
        let request = DialogRequest { method: &Method::Ack, cseq, lines: &[credentials], body };
        let bytes = dialog.write(&self.layers.stamp(&flow, &branch), &request);
        self.layers.send(flow, bytes.clone());
        (flow, bytes)
    }

    /// Works out where the dialog's requests go; a name that must be resolved is told to the owner.
    pub(crate) fn find_next_hop(&mut self, dialog: &mut Dialog, symmetric: bool) {
        if let Some(uri) = dialog.find_next_hop(&self.layers.transports, symmetric) {
            self.emit(SessionEvent::NextHop { uri });
        }
    }

    /// Answers with nothing but a status.
    pub(crate) fn answer(&mut self, id: ServerId, status: StatusCode) {
        self.layers.reply(self.now, id, &Reply::new(status), &[]);
    }

    /// Answers 500 and asks for a pause of up to ten seconds (RFC 3261 14.2, RFC 3311 5.2).
    pub(crate) fn answer_try_later(&mut self, id: ServerId) {
        let seconds = self.layers.entropy.below(11);
        let reply =
            Reply::new(StatusCode::SERVER_INTERNAL_ERROR).header(Name::RetryAfter, seconds.to_string());
        self.layers.reply(self.now, id, &reply, &[]);
    }
}

/// Has the message a session description?
pub(crate) fn has_sdp(headers: &crate::message::Headers) -> bool {
    headers.part("application/sdp").is_some()
}

/// The CSeq number of a request whose essentials were read before.
pub(crate) fn cseq_of(request: &Request) -> u32 {
    request.cseq().map_or(0, |cseq| cseq.number)
}
