//! `Event`: what a user agent tells its owner.

use crate::dialog::DialogId;
use crate::message::{Request, Response};
use crate::session::{EndCause, SessionEvent, SessionId};
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::transport::Flow;

crate::arena::id! {
    /// A request of the stack's user, through its retries, until its final response.
    RequestId
}

/// Something happened.
#[derive(Debug)]
pub enum Event {
    /// A request outside dialogs came, or one that would begin a dialog other than a session: answer it with
    /// [`crate::UserAgent::respond`] or [`crate::UserAgent::accept_dialog`].
    Request {
        /// The request's number.
        id: ServerId,
        /// Where it came from.
        flow: Flow,
        /// The request.
        request: Request,
    },
    /// An INVITE outside dialogs came: a session, which must be rejected or accepted in the end.
    Invite {
        /// The session's number.
        session: SessionId,
        /// Where it came from.
        flow: Flow,
        /// The request.
        request: Request,
    },
    /// Something happened in a session.
    Session {
        /// The session's number.
        session: SessionId,
        /// What happened.
        event: SessionEvent,
    },
    /// A request came in a dialog without a session.
    DialogRequest {
        /// The dialog's number.
        dialog: DialogId,
        /// The request's number.
        id: ServerId,
        /// The request.
        request: Request,
    },
    /// A response came to a request outside dialogs or in a dialog without a session.
    Response {
        /// The request's number; it is stale after a final response.
        id: RequestId,
        /// The response.
        response: Response,
    },
    /// Such a request got no final response.
    Failed {
        /// The request's number, which is stale now.
        id: RequestId,
        /// Why.
        failure: Failure,
    },
}

/// Why a request got no final response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody answered in 64 T1.
    #[error("nobody answered")]
    TimedOut,
    /// It could not be sent.
    #[error("the transport failed")]
    Transport,
    /// The dialog ended before.
    #[error("the dialog ended")]
    DialogEnded,
}

/// Why a command is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The id is stale.
    #[error("there is no such session, dialog or request any more")]
    Gone,
    /// The command does not fit what is going on.
    #[error("the session is in no state for this")]
    WrongState,
    /// Another INVITE or offer is outstanding; its end is an event.
    #[error("another offer or re-INVITE is outstanding")]
    Pending,
    /// The status does not fit the command.
    #[error("the status code does not fit")]
    Status,
    /// A table is full.
    #[error("too many sessions or transactions")]
    Overloaded,
    /// The flow's transport was never made known.
    #[error("there is no such transport")]
    NoTransport,
    /// A URI, address or text cannot be written into a message.
    #[error("an address or header cannot be written")]
    Malformed,
    /// The other side does not understand what is required, and was told so.
    #[error("its terms do not fit, and it was answered with {} {}", .0.code(), .0.reason())]
    Rejected(StatusCode),
}

impl From<EndCause> for SessionEvent {
    fn from(cause: EndCause) -> Self {
        Self::Ended { cause, dialog: None }
    }
}
