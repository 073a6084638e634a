//! Answers of the stack's user to requests.

use super::layers::ServerOwner;
use super::{Profile, Refused, Reply, UserAgent};
use crate::dialog::{Dialog, DialogId};
use crate::message::Request;
use crate::transaction::ServerId;
use crate::transport::Flow;
use std::sync::Arc;
use std::time::Instant;

impl UserAgent {
    /// Answers a request, provisionally or finally.
    ///
    /// # Errors
    /// [`Refused::Gone`] when it has its final response or nobody waits for one any more, and
    /// [`Refused::WrongState`] for the INVITE that a session began with, which is answered through the session.
    pub fn respond(&mut self, now: Instant, id: ServerId, reply: &Reply) -> Result<(), Refused> {
        let owner = self.layers.servers.get(id).map(|server| server.owner).ok_or(Refused::Gone)?;
        match owner {
            ServerOwner::Stack => Err(Refused::WrongState),
            ServerOwner::User => self.layers.reply(now, id, reply, &[]).map(drop).ok_or(Refused::Gone),
            ServerOwner::Dialog(dialog) => {
                let mut lines = Vec::new();
                if let Some(profile) = self.usage_profile(dialog)
                    && reply.status.is_success()
                    && self.layers.servers.get(id).is_some_and(|server| server.method.refreshes_target())
                {
                    profile.contact_line(&mut lines);
                }
                self.layers.reply(now, id, reply, &lines).map(drop).ok_or(Refused::Gone)
            }
            ServerOwner::Session(session) if self.sessions.get(session).is_none() => {
                // The session ended meanwhile; its requests still get their answers.
                self.layers.reply(now, id, reply, &[]).map(drop).ok_or(Refused::Gone)
            }
            ServerOwner::Session(session) => self
                .with_session(now, session, |session, turn| session.respond(turn, id, reply))
                .unwrap_or(Err(Refused::Gone)),
        }
    }

    /// Accepts a SUBSCRIBE or REFER outside dialogs with a 2xx, and makes the dialog that it asks for.
    ///
    /// # Errors
    /// [`Refused::Status`] when the reply is no 2xx, [`Refused::Gone`] when nobody waits for it,
    /// [`Refused::Overloaded`] when there are too many dialogs, [`Refused::Malformed`].
    pub fn accept_dialog(
        &mut self,
        now: Instant,
        id: ServerId,
        flow: Flow,
        request: &Request,
        profile: Arc<Profile>,
        reply: &Reply,
    ) -> Result<DialogId, Refused> {
        if !reply.status.is_success() {
            return Err(Refused::Status);
        }
        if !profile.is_writable() {
            return Err(Refused::Malformed);
        }
        if self.load().dialogs >= self.layers.config.max_dialogs {
            return Err(Refused::Overloaded);
        }
        let essentials = request.essentials().map_err(|_| Refused::Malformed)?;
        let tag = self.layers.servers.get(id).map(|server| server.tag).ok_or(Refused::Gone)?;
        let mut lines = Vec::new();
        profile.lines(&mut lines);
        self.layers.reply(now, id, reply, &lines).ok_or(Refused::Gone)?;
        let mut dialog = Dialog::as_callee(request, &essentials, &tag, flow);
        dialog.find_next_hop(&self.layers.transports, profile.symmetric);
        Ok(self.add_usage(dialog, profile, None))
    }
}
