//! What the other side sends to a session, and what becomes of the session's own requests.

use super::turn::cseq_of;
use super::{EndCause, Phase, Session, SessionEvent, Turn, timer, update};
use crate::message::{HeaderList, Request, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::{ClientId, ServerId};
use crate::transport::Flow;
use crate::ua::{Failure, Outgoing, Purpose, RequestId};

impl Session {
    /// A response to the INVITE that the session began with.
    pub(crate) fn handle_invite_response(&mut self, turn: &mut Turn<'_>, response: Response) -> bool {
        let mut owned = true;
        self.step(|phase, shared| match phase {
            Phase::Calling(calling) => calling.handle_response(shared, turn, response),
            Phase::Established(mut established) => {
                owned = established.handle_late_response(turn, &response);
                Phase::Established(established)
            }
            Phase::Ending(mut ending) => {
                owned = ending.handle_late_response(turn, &response);
                Phase::Ending(ending)
            }
            other => other,
        });
        owned
    }

    /// The INVITE that the session began with got no final response.
    pub(crate) fn handle_invite_failure(&mut self, turn: &mut Turn<'_>, failure: Failure) {
        self.step(|phase, _| match phase {
            Phase::Calling(calling) => calling.handle_failure(turn, failure),
            other => other,
        });
    }

    /// No more responses to an INVITE of ours are expected.
    pub(crate) fn handle_invite_terminated(&mut self, transaction: ClientId) {
        if let Phase::Established(established) = &mut self.phase {
            established.forget_sent_ack(transaction);
        }
    }

    pub(crate) fn handle_reinvite_response(&mut self, turn: &mut Turn<'_>, response: Response) {
        self.step(|phase, shared| match phase {
            Phase::Established(established) => established.handle_reinvite_response(shared, turn, response),
            Phase::Ending(mut ending) => {
                ending.handle_late_response(turn, &response);
                Phase::Ending(ending)
            }
            other => other,
        });
    }

    pub(crate) fn handle_reinvite_failure(&mut self, turn: &mut Turn<'_>) {
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                established.leave(shared, turn, &HeaderList::new(), EndCause::Lost)
            }
            other => other,
        });
    }

    /// A request in one of the session's dialogs.
    pub(crate) fn handle_request(&mut self, turn: &mut Turn<'_>, id: ServerId, flow: Flow, request: Request) {
        if *request.method() == Method::Bye {
            return self.handle_bye(turn, id, request);
        }
        if let (Phase::Ending(ending), Method::Invite) = (&mut self.phase, request.method()) {
            return ending.handle_reinvite(turn, id, request);
        }
        let tag = request.from().ok().and_then(|from| from.tag()).unwrap_or_default().to_owned();
        let symmetric = self.shared.profile.symmetric;
        // A browser that lost its WebSocket comes back on another, and cannot be reached but by it.
        let follows = symmetric || turn.layers.is_websocket(&flow);
        let Some(talk) = self.talk_with(&tag) else {
            return turn.answer(id, StatusCode::CALL_DOES_NOT_EXIST);
        };
        if talk.dialog.accept_cseq(cseq_of(&request)).is_err() {
            return turn.answer_try_later(id);
        }
        if follows {
            talk.dialog.set_flow(flow);
        }
        if request.method().refreshes_target() {
            talk.dialog.refresh_target(&request);
            turn.find_next_hop(&mut talk.dialog, symmetric);
        }
        match request.method() {
            Method::Invite => self.handle_reinvite(turn, id, request),
            Method::Prack => self.handle_prack(turn, id, request),
            Method::Update => {
                self.shared.note_peer(&request);
                if let Phase::Established(established) = &mut self.phase {
                    established.asked_timer = Some(timer::TimerRequest::of(&request));
                }
                if let Some(talk) = self.talk_with(&tag) {
                    update::handle_request(talk, turn, id, request);
                }
            }
            _ => turn.emit(SessionEvent::Request { id, request }),
        }
    }

    fn handle_bye(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        turn.answer(id, StatusCode::OK);
        self.step(|phase, _| match phase {
            Phase::Calling(mut calling) => {
                // A callee must not end an early dialog with BYE (RFC 3261 15); its final response will come.
                calling.forget_early(turn, &request);
                Phase::Calling(calling)
            }
            Phase::Incoming(incoming) => incoming.end_by_bye(turn, request),
            Phase::Established(established) => established.end_by_bye(turn, request),
            // Both sides hang up at once: our own BYE's answer ends it.
            other => other,
        });
    }

    fn handle_reinvite(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        match &mut self.phase {
            Phase::Established(established) => {
                self.shared.note_peer(&request);
                established.handle_reinvite(turn, id, request);
            }
            // Before the first INVITE is answered there is nothing to change (RFC 3261 14.2).
            _ => turn.answer_try_later(id),
        }
    }

    fn handle_prack(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        self.step(|phase, shared| match phase {
            Phase::Incoming(incoming) => incoming.handle_prack(shared, turn, id, request),
            other => {
                turn.answer(id, StatusCode::CALL_DOES_NOT_EXIST);
                other
            }
        });
    }

    /// An ACK for a 2xx of ours; `false` when none is waited for.
    pub(crate) fn handle_ack(&mut self, turn: &mut Turn<'_>, request: Request) -> bool {
        let mut known = false;
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                known = established.awaits_ack(cseq_of(&request));
                if known {
                    established.handle_ack(shared, turn, request)
                } else {
                    Phase::Established(established)
                }
            }
            other => other,
        });
        known
    }

    /// A CANCEL for an INVITE of this session that has no final response.
    pub(crate) fn handle_cancel(&mut self, turn: &mut Turn<'_>, invite: ServerId, request: Request) {
        self.step(|phase, _| match phase {
            Phase::Incoming(incoming) => incoming.handle_cancel(turn, request),
            Phase::Established(mut established) => {
                established.handle_cancel(turn, invite);
                Phase::Established(established)
            }
            other => other,
        });
    }

    /// The INVITE that came could not be answered.
    pub(crate) fn handle_server_failure(&mut self, turn: &mut Turn<'_>, id: ServerId) {
        self.step(|phase, _| match phase {
            Phase::Incoming(incoming) if incoming.transaction == id => {
                incoming.end(turn, EndCause::TransportFailed)
            }
            other => other,
        });
    }

    /// A response to a request of this session that may be retried.
    pub(crate) fn handle_response(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outgoing: &Outgoing,
        response: Response,
    ) {
        let status = response.status();
        if status.is_success() {
            self.shared.accepted();
        }
        match outgoing.purpose {
            Purpose::Bye => self.finish(turn),
            Purpose::Prack => {}
            Purpose::Refresh => self.handle_refresh_response(turn, &response),
            Purpose::User => self.handle_user_response(turn, id, outgoing, response),
        }
    }

    fn handle_refresh_response(&mut self, turn: &mut Turn<'_>, response: &Response) {
        let status = response.status();
        if matches!(status, StatusCode::CALL_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT) {
            return self.lose(turn);
        }
        let Phase::Established(established) = &mut self.phase else { return };
        if status.is_success() {
            established.refreshed(&self.shared, turn, response);
        } else {
            established.refresh_failed(&mut self.shared, turn, response);
        }
    }

    fn handle_user_response(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outgoing: &Outgoing,
        response: Response,
    ) {
        let status = response.status();
        if outgoing.method == Method::Update {
            self.handle_update_response(turn, id, &response);
        } else if status.is_success()
            && outgoing.method.refreshes_target()
            && let Some((talk, shared)) = self.talk_mut()
        {
            talk.dialog.refresh_target(&response);
            turn.find_next_hop(&mut talk.dialog, shared.profile.symmetric);
        }
        turn.emit(SessionEvent::Response { id, response });
        if is_lost(&outgoing.method, status) {
            self.lose(turn);
        }
    }

    fn handle_update_response(&mut self, turn: &mut Turn<'_>, id: RequestId, response: &Response) {
        if let Some((talk, shared)) = self.talk_mut() {
            update::handle_response(talk, shared, turn, id, response);
        }
        if let Phase::Established(established) = &mut self.phase
            && response.status().is_success()
        {
            established.refreshed(&self.shared, turn, response);
        }
    }

    /// A request of this session that may be retried got no final response.
    pub(crate) fn handle_failure(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outgoing: &Outgoing,
        failure: Failure,
    ) {
        match outgoing.purpose {
            Purpose::Bye => self.finish(turn),
            Purpose::Prack => {}
            Purpose::Refresh => self.lose(turn),
            Purpose::User => {
                if let Some((talk, _)) = self.talk_mut()
                    && talk.our_update == Some(id)
                {
                    talk.our_update = None;
                    talk.roll_back();
                }
                turn.emit(SessionEvent::Failed { id, failure });
                if is_lost(&outgoing.method, StatusCode::REQUEST_TIMEOUT) {
                    self.lose(turn);
                }
            }
        }
    }

    /// The BYE was answered, or never will be.
    fn finish(&mut self, turn: &mut Turn<'_>) {
        self.step(|phase, _| match phase {
            Phase::Ending(ending) => ending.finish(turn),
            other => other,
        });
    }

    /// The other side no longer knows the session.
    fn lose(&mut self, turn: &mut Turn<'_>) {
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                established.leave(shared, turn, &HeaderList::new(), EndCause::Lost)
            }
            other => other,
        });
    }

    /// Sends a request again with credentials; `false` when there is no dialog to send it in.
    pub(crate) fn retry(&mut self, turn: &mut Turn<'_>, id: RequestId, response: &Response) -> bool {
        if self.shared.learn(response).is_err() {
            return false;
        }
        let dialog = match &mut self.phase {
            Phase::Calling(calling) => calling.latest_talk().map(|talk| &mut talk.dialog),
            Phase::Incoming(incoming) => Some(&mut incoming.talk.dialog),
            Phase::Established(established) => Some(&mut established.talk.dialog),
            Phase::Ending(ending) => Some(&mut ending.dialog),
            Phase::Over(_) | Phase::Stepping => None,
        };
        let Some(dialog) = dialog else { return false };
        let shared = &mut self.shared;
        turn.layers.send_in_dialog(turn.now, id, dialog, &shared.profile, shared.auth.as_deref_mut());
        true
    }
}

/// Does this answer to a request mean that the other side knows the session no longer (RFC 3261 12.2.1.2,
/// RFC 5057 5.1)? A subscription that lives in the dialog ends alone.
fn is_lost(method: &Method, status: StatusCode) -> bool {
    match status {
        StatusCode::CALL_DOES_NOT_EXIST => {
            !matches!(method, Method::Notify | Method::Subscribe | Method::Refer)
        }
        StatusCode::REQUEST_TIMEOUT => *method == Method::Update,
        _ => false,
    }
}
