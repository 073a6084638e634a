//! Sending requests in dialogs, the first time and again with credentials.

use super::layers::{ClientOwner, Layers};
use super::outgoing::{Context, Outgoing, Purpose};
use super::{Profile, RequestId};
use crate::dialog::{Dialog, DialogRequest, DisplayNames};
use crate::digest::ClientAuth;
use crate::message::{Body, HeaderList};
use crate::method::Method;
use std::time::Instant;

/// A request to be sent in a dialog.
pub(crate) struct NewRequest {
    pub(crate) purpose: Purpose,
    pub(crate) method: Method,
    pub(crate) headers: HeaderList,
    pub(crate) body: Option<Body>,
    pub(crate) names: DisplayNames,
}

impl NewRequest {
    pub(crate) fn new(purpose: Purpose, method: Method) -> Self {
        Self { purpose, method, headers: HeaderList::new(), body: None, names: DisplayNames::default() }
    }
}

impl Layers {
    /// Sends a new request in a dialog.
    pub(crate) fn request_in_dialog(
        &mut self,
        now: Instant,
        context: Context,
        dialog: &mut Dialog,
        profile: &Profile,
        auth: Option<&mut ClientAuth>,
        new: NewRequest,
    ) -> RequestId {
        let outgoing = Outgoing {
            context,
            purpose: new.purpose,
            method: new.method,
            headers: new.headers,
            body: new.body,
            names: new.names,
            transaction: None,
            attempts: 0,
        };
        let id = RequestId(self.requests.insert(outgoing));
        self.send_in_dialog(now, id, dialog, profile, auth);
        id
    }

    /// Sends a request in its dialog, with the next CSeq and the credentials known by now.
    pub(crate) fn send_in_dialog(
        &mut self,
        now: Instant,
        id: RequestId,
        dialog: &mut Dialog,
        profile: &Profile,
        auth: Option<&mut ClientAuth>,
    ) {
        let branch = self.new_branch();
        let Some(outgoing) = self.requests.get(id) else { return };
        let method = outgoing.method.clone();
        let content = outgoing.body.as_ref().map_or(&[][..], |body| &body.content);
        let credentials = auth.map_or_else(Vec::new, |auth| {
            let uri = dialog.request_uri();
            auth.header_lines(&method, &uri, content, &profile.credentials, &mut self.entropy)
        });
        let mut contact = Vec::new();
        if method.refreshes_target() {
            profile.lines(&mut contact);
        }
        let request = DialogRequest {
            method: &method,
            cseq: dialog.next_cseq(),
            lines: &[&contact, outgoing.headers.as_bytes(), &credentials],
            body: outgoing.body.as_ref(),
        };
        let flow = dialog.flow();
        let bytes = dialog.write_as(&self.stamp(&flow, &branch), &request, &outgoing.names);
        let transaction = self.start_client(now, &method, &branch, bytes, flow, ClientOwner::Request(id));
        if let Some(outgoing) = self.requests.get_mut(id) {
            outgoing.transaction = Some(transaction);
        }
    }
}
