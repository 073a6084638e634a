//! Direct media: the far end is told to send its audio to the other telephone, or to us again.

use std::net::SocketAddr;
use std::time::Instant;

use obelus_sip::Method;
use obelus_sip::session::SessionId;

use super::call::Stage;
use super::run::Worker;
use crate::config::GlareMitigation;
use crate::identity::Side;

impl Worker {
    /// Has the far end send there, or to us again.
    pub(super) fn direct(&mut self, now: Instant, session: SessionId, target: Option<SocketAddr>) {
        let Some(call) = self.calls.of(session) else { return };
        let first = !std::mem::replace(&mut call.was_directed, true);
        if !call.media.direct(target) {
            return;
        }
        call.shared.facts().direct_media = target;
        let skips = match call.endpoint.media.direct.mitigation {
            GlareMitigation::None => false,
            GlareMitigation::Outgoing => call.side == Side::Calling,
            GlareMitigation::Incoming => call.side == Side::Called,
        };
        if first && skips {
            return;
        }
        call.must_redirect = true;
        self.send_direct(now, session);
    }

    /// Sends what [`direct`](Self::direct) wants; while another offer is under way it waits for its end.
    pub(super) fn send_direct(&mut self, now: Instant, session: SessionId) {
        let Some(call) = self.calls.of(session) else { return };
        if !matches!(call.stage, Stage::Up { offered: false }) {
            return;
        }
        let by_update = call.endpoint.media.direct.by_update && call.peer_updates;
        let headers = call.identity_headers();
        let Ok(body) = call.media.offer_again() else { return };
        let sent = match by_update {
            true => {
                let sent = self.agent.session_request(now, session, Method::Update, headers, Some(body));
                sent.map(|id| call.our_update = Some(id))
            }
            false => self.agent.reinvite(now, session, headers, Some(body)),
        };
        match sent {
            Ok(()) => (call.must_redirect, call.is_redirecting) = (false, true),
            Err(error) => tracing::debug!(%error, "audio cannot be sent elsewhere now"),
        }
    }
}
