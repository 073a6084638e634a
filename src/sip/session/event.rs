//! `SessionEvent`: what happens in a session.

use crate::dialog::DialogId;
use crate::message::{Request, Response};
use crate::transaction::ServerId;
use crate::ua::{Failure, RequestId};

/// Something happened in a session.
#[derive(Debug)]
pub enum SessionEvent {
    /// A provisional response to our INVITE came.
    Provisional {
        /// The response.
        response: Response,
        /// It is reliable and has an offer: answer it with [`crate::UserAgent::prack`].
        needs_answer: bool,
    },
    /// Our INVITE was accepted.
    Answered {
        /// The response.
        response: Response,
        /// It has an offer: answer it with [`crate::UserAgent::acknowledge`]. Otherwise the ACK is sent already.
        needs_answer: bool,
    },
    /// The other side confirmed our 2xx (with ACK) or our reliable provisional response (with PRACK).
    Acknowledged {
        /// The ACK or PRACK; when our response had an offer, its body is the answer.
        request: Request,
    },
    /// A re-INVITE came: answer it with [`crate::UserAgent::respond`].
    Reinvite {
        /// The request's number.
        id: ServerId,
        /// The request.
        request: Request,
    },
    /// The other side canceled its re-INVITE, which was answered with 487.
    ReinviteCanceled {
        /// The re-INVITE's number, which is stale now.
        id: ServerId,
    },
    /// Our re-INVITE was accepted.
    Reinvited {
        /// The response.
        response: Response,
        /// It has an offer: answer it with [`crate::UserAgent::acknowledge`].
        needs_answer: bool,
    },
    /// Our re-INVITE was refused; the session goes on as before.
    ReinviteRefused {
        /// The response.
        response: Response,
    },
    /// Another request came, or a PRACK with an offer: answer it with [`crate::UserAgent::respond`].
    Request {
        /// The request's number.
        id: ServerId,
        /// The request.
        request: Request,
    },
    /// A response to a request of the session's owner came.
    Response {
        /// The request's number; it is stale after a final response.
        id: RequestId,
        /// The response.
        response: Response,
    },
    /// A request of the session's owner got no final response.
    Failed {
        /// The request's number, which is stale now.
        id: RequestId,
        /// Why.
        failure: Failure,
    },
    /// The session timer asks for a re-INVITE with the session's present description, because the other side
    /// does not know UPDATE.
    RefreshDue,
    /// Requests of this session go to a host name: resolve it (RFC 3263) and call
    /// [`crate::UserAgent::set_flow`]. Until then they go where the other side's messages came from.
    NextHop {
        /// The URI whose host is a name.
        uri: Box<str>,
    },
    /// The stack itself hangs up, since the other side has not done what it must: BYE is under way, and nothing
    /// else can be done. [`SessionEvent::Ended`] follows when that is over.
    Leaving {
        /// Why.
        cause: EndCause,
    },
    /// The session is over and its number stale. Every session has exactly one of these, and it is the last.
    Ended {
        /// Why.
        cause: EndCause,
        /// The dialog that lives on, when [`crate::UserAgent::keep_dialog`] asked for it.
        dialog: Option<DialogId>,
    },
}

/// Why a session is over.
#[derive(Debug)]
pub enum EndCause {
    /// The other side hung up.
    Bye(Request),
    /// This side hung up.
    HungUp,
    /// The caller gave up before an answer.
    Canceled(Request),
    /// This side gave up before an answer.
    Withdrawn,
    /// The callee refused, or redirected; also 401 and 407 that the credentials cannot answer.
    Rejected(Response),
    /// This side refused.
    Refused,
    /// Nobody answered the INVITE, or the CANCEL.
    TimedOut,
    /// A message could not be sent.
    TransportFailed,
    /// The caller never confirmed the 2xx.
    NotAcknowledged,
    /// The caller never confirmed a reliable provisional response.
    NotPracked,
    /// Nobody refreshed the session in time.
    Expired,
    /// The other side no longer knows the session, or does not answer in it.
    Lost,
}
