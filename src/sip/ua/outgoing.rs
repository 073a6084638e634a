//! `Outgoing`: a request of ours other than INVITE, kept until its final response so that it can be sent again
//! with credentials.

use crate::dialog::{DialogId, DisplayNames};
use crate::digest::{ClientAuth, Credential};
use crate::message::{Body, HeaderList};
use crate::method::Method;
use crate::session::SessionId;
use crate::transaction::ClientId;
use crate::transport::Flow;
use std::sync::Arc;

/// A request outside dialogs.
#[derive(Debug, Clone)]
pub struct OutgoingRequest {
    /// The method; not INVITE, ACK or CANCEL.
    pub method: Method,
    /// The Request-URI.
    pub uri: Box<str>,
    /// From without a tag, as in `"Alice" <sip:alice@example.com>`.
    pub from: Box<str>,
    /// To.
    pub to: Box<str>,
    /// The Call-ID; `None` makes one. Refreshed registrations keep theirs.
    pub call_id: Option<Box<str>>,
    /// The CSeq number of the first sending; retries with credentials count on from there.
    pub cseq: u32,
    /// The Route values, in order.
    pub routes: Vec<Box<str>>,
    /// Where to send it.
    pub flow: Flow,
    /// More headers, such as Contact and Expires; User-Agent and Max-Forwards replace the usual ones.
    pub headers: HeaderList,
    /// The body.
    pub body: Option<Body>,
    /// What answers challenges.
    pub credentials: Arc<[Credential]>,
}

/// What an outgoing request belongs to.
#[derive(Debug)]
pub(crate) enum Context {
    Outside(Box<Outside>),
    Session(SessionId),
    Dialog(DialogId),
}

/// A request outside dialogs, with what its retries change.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) request: OutgoingRequest,
    /// From with its tag.
    pub(crate) from: Box<str>,
    pub(crate) call_id: Box<str>,
    pub(crate) cseq: u32,
    pub(crate) auth: ClientAuth,
}

/// Who sent a request of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The session's owner, who hears the response.
    User,
    /// The session, to end.
    Bye,
    /// The session, to confirm a provisional response; the PRACK carried an answer or nothing.
    Prack,
    /// The session's timer.
    Refresh,
}

/// A request that was sent and is not finally answered.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) context: Context,
    pub(crate) purpose: Purpose,
    pub(crate) method: Method,
    pub(crate) headers: HeaderList,
    pub(crate) body: Option<Body>,
    pub(crate) names: DisplayNames,
    pub(crate) transaction: Option<ClientId>,
    pub(crate) attempts: u8,
}

/// How often a request is sent again with credentials before its challenge is given to the user.
pub(crate) const MAX_ATTEMPTS: u8 = 4;
