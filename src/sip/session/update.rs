//! UPDATE (RFC 3311), and PRACK with an offer (RFC 3262 5): offers outside INVITE.

use super::talk::Talk;
use super::timer::SessionTimer;
use super::turn::has_sdp;
use super::{OfferState, Refused, SessionEvent, Shared, Turn};
use crate::message::{Body, Request, Response};
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::ua::{NewRequest, Reply, RequestId};

/// The other side's UPDATE: refused when offers would cross (RFC 3311 5.2).
pub(super) fn handle_request(talk: &mut Talk, turn: &mut Turn<'_>, id: ServerId, request: Request) {
    if has_sdp(&request) {
        match talk.offer {
            OfferState::Sent => return turn.answer(id, StatusCode::REQUEST_PENDING),
            OfferState::Received => return turn.answer_try_later(id),
            OfferState::Idle => {
                talk.received();
                talk.their_offer = Some(id);
            }
        }
    }
    turn.emit(SessionEvent::Request { id, request });
}

/// Our answer to an UPDATE or PRACK; `timer` holds the lines of a session timer.
pub(super) fn respond(
    talk: &mut Talk,
    shared: &Shared,
    turn: &mut Turn<'_>,
    id: ServerId,
    reply: &Reply,
    timer: &[u8],
) -> Result<(), Refused> {
    let mut lines = Vec::with_capacity(256);
    if reply.status.is_success() {
        shared.profile.lines(&mut lines);
        lines.extend_from_slice(timer);
    }
    turn.layers.reply(turn.now, id, reply, &lines).ok_or(Refused::Gone)?;
    if talk.their_offer == Some(id) && reply.status.is_final() {
        talk.their_offer = None;
        if reply.status.is_success() && reply.has_sdp() {
            talk.sent();
        } else {
            talk.roll_back();
        }
    }
    Ok(())
}

/// Sends an UPDATE; with an offer only when none is outstanding (RFC 3311 5.1).
pub(super) fn send(
    talk: &mut Talk,
    shared: &mut Shared,
    turn: &mut Turn<'_>,
    timer: Option<&SessionTimer>,
    mut new: NewRequest,
) -> Result<RequestId, Refused> {
    let with_offer = new.body.as_ref().is_some_and(Body::is_sdp);
    if with_offer && talk.offer != OfferState::Idle {
        return Err(Refused::Pending);
    }
    if let Some(timer) = timer {
        let mut lines = Vec::new();
        shared.profile.timer.request_lines(Some(timer), None, &mut lines);
        new.headers.extend_lines(&lines);
    }
    let id = turn.request(&mut talk.dialog, shared, new);
    if with_offer {
        talk.sent();
        talk.our_update = Some(id);
    }
    Ok(id)
}

/// The response to our UPDATE.
pub(super) fn handle_response(
    talk: &mut Talk,
    shared: &Shared,
    turn: &mut Turn<'_>,
    id: RequestId,
    response: &Response,
) {
    let status = response.status();
    if status.is_success() {
        talk.dialog.refresh_target(response);
        turn.find_next_hop(&mut talk.dialog, shared.profile.symmetric);
    }
    if talk.our_update == Some(id) && status.is_final() {
        talk.our_update = None;
        if status.is_success() && has_sdp(response) {
            talk.received();
        } else {
            talk.roll_back();
        }
    }
}
