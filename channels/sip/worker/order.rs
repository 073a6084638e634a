//! `Order`: what others want of a worker.

use std::net::IpAddr;
use std::sync::Arc;

use obelus_core::caller_id::Party;
use obelus_core::channel_tech::{LegCommand, LegEvent};
use obelus_core::media::Codec;
use obelus_sdp::{CodecList, DtmfMode};
use obelus_sip::message::{Body, HeaderList};
use obelus_sip::session::SessionId;
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::{Counters, Load, OutgoingRequest};
use obelus_sip::{Flow, Method, StatusCode};
use tokio::sync::{mpsc, oneshot};

use super::CallKey;
use super::transfer::Told;
use crate::config::Endpoint;
use crate::errand::Answer;
use crate::leg::Shared;
use crate::media::Media;
use crate::qualify::ProbeId;

/// What others want of a worker.
#[derive(Debug)]
pub(crate) enum Order {
    /// Make a call.
    Call(Box<NewCall>),
    /// A leg wants this.
    Leg(CallKey, LegCommand),
    /// A leg wants digits to go like this.
    Dtmf(CallKey, DtmfMode),
    /// A leg wants these codecs.
    Codecs(CallKey, CodecList),
    /// A leg wants its session refreshed by this method.
    Refresh(CallKey, Method),
    /// A leg wants this sent in its call.
    InCall(CallKey, Box<Request>),
    /// A leg is gone, and so is its call.
    Dropped(CallKey),
    /// A host in a session description is at this address.
    MediaHost(CallKey, IpAddr),
    /// A REFER without subscription is answered.
    Referred(SessionId, ServerId, StatusCode),
    /// A telephone that has transferred its party did not hang up.
    Depart(SessionId),
    /// This is told of the transfer that a session's telephone has asked for.
    Referral(SessionId, Told),
    /// Requests of a session go there.
    NextHop(SessionId, Flow),
    /// Ask a contact whether it is there.
    Probe(ProbeId, Box<OutgoingRequest>),
    /// Send a request, and tell its final response.
    Errand(Box<OutgoingRequest>, Answer),
    /// What is under way there fails.
    FlowFailed(Flow),
    /// The configuration or the transports have changed.
    Reconfigure,
    /// Tell the stack's numbers.
    Numbers(oneshot::Sender<(Counters, Load)>),
    /// End.
    Stop,
}

/// A request to be sent in a call.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) headers: HeaderList,
    pub(crate) body: Option<Body>,
}

/// A call to be made.
#[derive(Debug)]
pub(crate) struct NewCall {
    /// Its number.
    pub(crate) key: CallKey,
    /// Whose settings it has.
    pub(crate) endpoint: Arc<Endpoint>,
    /// The Request-URI, which is that of To, too.
    pub(crate) uri: Box<str>,
    /// The display name and URI of To.
    pub(crate) to: Box<str>,
    /// From, without its tag.
    pub(crate) from: Box<str>,
    /// The user of Contact, where it is not the usual one.
    pub(crate) contact_user: Option<String>,
    /// The Call-ID, which has decided on the worker.
    pub(crate) call_id: Box<str>,
    /// Route.
    pub(crate) routes: Vec<Box<str>>,
    /// Where to.
    pub(crate) flow: Flow,
    /// More headers.
    pub(crate) headers: HeaderList,
    /// Its audio.
    pub(crate) media: Media,
    /// The codecs of the other leg, best first.
    pub(crate) codecs: Vec<Codec>,
    /// Who calls, as the far end is shown.
    pub(crate) told: Party,
    /// What the leg reads.
    pub(crate) shared: Arc<Shared>,
    /// What the leg hears.
    pub(crate) events: mpsc::Sender<LegEvent>,
}
