//! Channel technologies: what a driver such as SIP or Local offers to the rest of the PBX.

use std::any::Any;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_engine::PortHandle;
use obelus_media::Codec;

use crate::caller_id::Party;
use crate::cause::Cause;
use crate::channel::{Redirecting, Snapshot, Variables};
use crate::device_state::DeviceState;

/// One technology, such as `PJSIP` in `PJSIP/1001`.
#[async_trait]
pub trait ChannelTech: Send + Sync {
    /// The name before the slash.
    fn name(&self) -> &'static str;

    /// One line for `core show channeltypes`.
    fn description(&self) -> &'static str;

    /// Makes a leg to an address, without calling it yet.
    async fn request(&self, request: Request<'_>) -> Result<NewLeg, CallError>;

    /// What the technology itself knows of a device beyond the channels that it has, such as a lost registration.
    fn device_state(&self, _address: &str) -> DeviceState {
        DeviceState::Unknown
    }
}

/// What a new outgoing leg should be like.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What stands behind the slash: `1001`, `1001/sip:1001@192.0.2.1`, `1001@internal/n`.
    pub address: &'a str,
    /// The codecs of the calling leg, best first; empty where nobody calls.
    pub codecs: &'a [Codec],
    /// A port that this leg's audio will probably be joined to.
    pub near: Option<&'a PortHandle>,
    /// The channel that asks.
    pub requestor: Option<&'a Snapshot>,
    /// The unique id of the second channel, where the technology makes two.
    pub second_id: Option<&'a Arc<str>>,
}

/// A leg and the settings that its channel begins with.
pub struct NewLeg {
    /// The leg.
    pub leg: Box<dyn Leg>,
    /// The channel's settings.
    pub setup: ChannelSetup,
}

/// What a driver knows of a call when its channel is made.
#[derive(Clone, Debug, Default)]
pub struct ChannelSetup {
    /// Where an incoming call begins.
    pub context: Arc<str>,
    /// The extension that was dialled.
    pub exten: Arc<str>,
    /// Who calls (of an incoming leg), or who was dialled (of an outgoing one).
    pub caller: Party,
    /// Who is at the other side.
    pub connected: Party,
    /// Where the call was redirected from.
    pub redirecting: Option<Redirecting>,
    /// `CHANNEL(language)`; empty means the system's.
    pub language: Arc<str>,
    /// `CHANNEL(accountcode)`.
    pub account_code: Arc<str>,
    /// `CHANNEL(musicclass)`.
    pub music_class: Arc<str>,
    /// The class of music that those hear whom this channel's party holds.
    pub suggested_music: Arc<str>,
    /// Whether the technology tells a further party of a hold, so that no music is played here.
    pub passes_hold_on: bool,
    /// `CHANNEL(tonezone)`.
    pub tone_zone: Arc<str>,
    /// `CHANNEL(tenantid)`.
    pub tenant_id: Arc<str>,
    /// `CHANNEL(callgroup)`: bits 0 to 63.
    pub call_group: u64,
    /// `CHANNEL(pickupgroup)`: bits 0 to 63.
    pub pickup_group: u64,
    /// `CHANNEL(namedcallgroup)`: names between commas.
    pub named_call_groups: Arc<str>,
    /// `CHANNEL(namedpickupgroup)`: names between commas.
    pub named_pickup_groups: Arc<str>,
    /// `CALLERID(ani2)`: the kind of line that calls.
    pub ani2: u8,
    /// Variables to set, as `set_var` names them.
    pub variables: Vec<(String, String)>,
}

/// One live call as its technology sees it, owned by its channel's task.
///
/// Dropping a leg ends its call.
#[async_trait]
pub trait Leg: Any + Send + Sync {
    /// The channel's name: `PJSIP/1001-00000001`.
    fn name(&self) -> &str;

    /// Starts the outgoing call that was requested; progress comes as events.
    async fn call(&mut self, call: Call<'_>) -> Result<(), CallError>;

    /// Does something to the call; what the technology cannot show to its far end is no error.
    async fn handle(&mut self, command: LegCommand) -> Result<(), CallError>;

    /// The next thing that happened; `None` when the call is over and nothing more comes. Cancel safe.
    async fn next_event(&mut self) -> Option<LegEvent>;

    /// Where its audio lives in the engine.
    fn media(&self) -> Option<&PortHandle>;

    /// The codec in use now.
    fn codec(&self) -> Option<Codec>;

    /// The codecs that this leg can use, best first.
    fn codecs(&self) -> Vec<Codec>;

    /// `${CHANNEL(name)}` for what only the technology knows; the name may have arguments: `rtp,dest`.
    fn property(&self, _name: &str) -> Option<String> {
        None
    }
}

/// An outgoing call, as it is when it starts.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The leg's own channel; `connected` is who calls, what the far end is shown.
    pub channel: &'a Snapshot,
    /// The channel's variables.
    pub variables: &'a Variables,
    /// After how long the caller will give up.
    pub timeout: Option<Duration>,
}

/// What the PBX asks of a leg. New abilities are new variants here.
#[derive(Clone, Debug)]
pub enum LegCommand {
    /// The far end is being rung (180).
    Ringing,
    /// The call goes on its way (100).
    Proceeding,
    /// There is audio before the answer (183 with SDP).
    Progress,
    /// Accept the call; `codec` is what would need no transcoding.
    Answer {
        /// The other side's codec.
        codec: Option<Codec>,
    },
    /// End the call; an unanswered incoming one is refused with the cause.
    Hangup(Cause),
    /// The other side put this one on hold, or took it back.
    Hold(bool),
    /// Send a digit by the technology's own means, where RTP does not carry it.
    Digit {
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
        /// How long it was pressed.
        duration: Duration,
    },
    /// A hook flash.
    Flash,
    /// The far end is to send its audio there, or to us again; see the property `direct_media`.
    Direct(Option<SocketAddr>),
    /// Send a text message inside the call.
    Text(Text),
    /// The party at the other side is known or has changed.
    Connected(Party),
    /// The call is being redirected.
    Redirecting(Box<Redirecting>),
    /// Tell the far end to call somewhere else (REFER, or 302 before the answer); it answers with
    /// [`LegEvent::Transferred`].
    Transfer(String),
}

/// What happened on a leg. New abilities are new variants here.
#[derive(Clone, Debug)]
pub enum LegEvent {
    /// The far end works on it.
    Proceeding,
    /// The far end rings.
    Ringing,
    /// The far end sends audio before the answer.
    Progress,
    /// The far end answered.
    Answered,
    /// The call is over, whoever ended it.
    Hangup(Ended),
    /// The far end put us on hold, or took us back.
    Hold(bool),
    /// A digit that did not come through RTP.
    Digit {
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
        /// How long it was pressed.
        duration: Duration,
    },
    /// A hook flash.
    Flash,
    /// A text message inside the call.
    Text(Text),
    /// The far end says who it is.
    Connected(Party),
    /// The far end was redirected on its own side.
    Redirecting(Box<Redirecting>),
    /// The far end asks to be called elsewhere instead (302); `Dial` follows unless told not to.
    Forward {
        /// The new address, as `Dial` takes it: `Local/123@context` or `PJSIP/…`.
        address: String,
        /// Why.
        redirecting: Box<Redirecting>,
    },
    /// What became of [`LegCommand::Transfer`].
    Transferred {
        /// Whether the far end does it.
        accepted: bool,
        /// The protocol's number: `202`, `603`; 0 where there is none.
        status: u16,
    },
    /// Codec or address changed: joined ports may need another tier.
    MediaChanged,
}

/// A text message inside a call.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// What it says.
    pub body: String,
    /// What it is: `text/html`; `None` is `text/plain`.
    pub content_type: Option<Arc<str>>,
    /// The name of who sends it, where it is not that of the call.
    pub from: Option<Arc<str>>,
    /// The name of who gets it, where it is not that of the call.
    pub to: Option<Arc<str>>,
}

impl<T: Into<String>> From<T> for Text {
    fn from(body: T) -> Text {
        Text { body: body.into(), ..Text::default() }
    }
}

/// The body alone where there is nothing else.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Text { body, content_type, from, to } = self;
        match (content_type, from, to) {
            (None, None, None) => write!(f, "{body:?}"),
            _ => write!(f, "{body:?} {content_type:?} {from:?} {to:?}"),
        }
    }
}

/// How a leg ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// The Q.850 cause.
    pub cause: Cause,
    /// What the technology said: `SIP 486 Busy Here`.
    pub technical: String,
}

impl Ended {
    /// An end by cause alone.
    pub fn with(cause: Cause) -> Ended {
        Ended { cause, technical: String::new() }
    }
}

/// Why a call could not be made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct CallError {
    /// The nearest Q.850 cause.
    pub cause: Cause,
    /// For the operator: what is wrong and where.
    pub reason: String,
}

impl CallError {
    /// An error with its cause.
    pub fn new(cause: Cause, reason: impl Into<String>) -> CallError {
        CallError { cause, reason: reason.into() }
    }
}
