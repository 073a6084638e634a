//! `Usage`: dialogs without a session, such as subscriptions (RFC 6665, RFC 5057).

use super::layers::Layers;
use super::{Context, DialogOwner, Event, NewRequest, Outgoing, Profile, Refused, RequestId, UserAgent};
use crate::dialog::{Dialog, DialogId};
use crate::digest::ClientAuth;
use crate::header::Name;
use crate::message::{Request, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::transport::Flow;
use std::sync::Arc;
use std::time::Instant;

/// A dialog that lives as long as its owner wants.
#[derive(Debug)]
pub(super) struct Usage {
    dialog: Dialog,
    profile: Arc<Profile>,
    auth: Option<Box<ClientAuth>>,
}

impl Usage {
    fn send(&mut self, layers: &mut Layers, now: Instant, id: DialogId, new: NewRequest) -> RequestId {
        let auth = self.auth.as_deref_mut();
        layers.request_in_dialog(now, Context::Dialog(id), &mut self.dialog, &self.profile, auth, new)
    }
}

impl UserAgent {
    pub(super) fn add_usage(
        &mut self,
        dialog: Dialog,
        profile: Arc<Profile>,
        auth: Option<Box<ClientAuth>>,
    ) -> DialogId {
        let id = DialogId(self.usages.insert(Usage { dialog, profile, auth }));
        if let Some(usage) = self.usages.get(id) {
            self.layers.index(&usage.dialog, DialogOwner::Dialog(id));
        }
        id
    }

    /// Ends a dialog: requests in it get 481 from now on.
    pub fn close_dialog(&mut self, dialog: DialogId) {
        if let Some(usage) = self.usages.remove(dialog) {
            self.layers.forget(&usage.dialog, DialogOwner::Dialog(dialog));
        }
    }

    /// The Call-ID, local tag and remote tag of a dialog.
    #[must_use]
    pub fn dialog_identity(&self, dialog: DialogId) -> Option<(&str, &str, &str)> {
        let dialog = &self.usages.get(dialog)?.dialog;
        Some((dialog.call_id(), dialog.local_tag(), dialog.remote_tag()))
    }

    pub(super) fn handle_usage_request(
        &mut self,
        now: Instant,
        dialog: DialogId,
        id: ServerId,
        flow: Flow,
        request: Request,
    ) {
        let Some(usage) = self.usages.get_mut(dialog) else { return };
        let number = request.cseq().map_or(0, |cseq| cseq.number);
        if usage.dialog.accept_cseq(number).is_err() {
            let reply = super::Reply::new(StatusCode::SERVER_INTERNAL_ERROR)
                .header(Name::RetryAfter, self.layers.entropy.below(11).to_string());
            self.layers.reply(now, id, &reply, &[]);
            return;
        }
        // What makes or ends a session does not fit into a dialog that has none.
        if matches!(request.method(), Method::Invite | Method::Bye | Method::Prack | Method::Update) {
            let reply = super::Reply::new(StatusCode::CALL_DOES_NOT_EXIST);
            self.layers.reply(now, id, &reply, &[]);
            return;
        }
        let symmetric = usage.profile.symmetric;
        if symmetric || self.layers.is_websocket(&flow) {
            usage.dialog.set_flow(flow);
        }
        if request.method().refreshes_target() {
            usage.dialog.refresh_target(&request);
            usage.dialog.find_next_hop(&self.layers.transports, symmetric);
        }
        self.layers.events.push_back(Event::DialogRequest { dialog, id, request });
    }

    /// A 481 means that the other side has forgotten the dialog; its owner sees it and closes it.
    pub(super) fn handle_usage_response(
        &mut self,
        dialog: DialogId,
        outgoing: &Outgoing,
        response: &Response,
    ) {
        let Some(usage) = self.usages.get_mut(dialog) else { return };
        if response.status().is_success() {
            if let Some(auth) = &mut usage.auth {
                auth.accepted();
            }
            if outgoing.method.refreshes_target() {
                usage.dialog.refresh_target(response);
                usage.dialog.find_next_hop(&self.layers.transports, usage.profile.symmetric);
            }
        }
    }

    pub(super) fn retry_in_usage(
        &mut self,
        now: Instant,
        dialog: DialogId,
        id: RequestId,
        response: &Response,
    ) -> bool {
        let Some(usage) = self.usages.get_mut(dialog) else { return false };
        let auth = usage.auth.get_or_insert_default();
        if auth.learn(response, &usage.profile.credentials).is_err() {
            return false;
        }
        let auth = usage.auth.as_deref_mut();
        self.layers.send_in_dialog(now, id, &mut usage.dialog, &usage.profile, auth);
        true
    }

    pub(super) fn send_in_usage(
        &mut self,
        now: Instant,
        dialog: DialogId,
        new: NewRequest,
    ) -> Result<RequestId, Refused> {
        let usage = self.usages.get_mut(dialog).ok_or(Refused::Gone)?;
        Ok(usage.send(&mut self.layers, now, dialog, new))
    }

    pub(super) fn usage_profile(&self, dialog: DialogId) -> Option<&Profile> {
        self.usages.get(dialog).map(|usage| &*usage.profile)
    }
}
