//! The event bus: everything that happens, as typed events in one order.
//!
//! One bounded ring holds the latest events; each listener reads it at its own pace with a cursor. Publishing never
//! waits: a listener that falls further behind than the ring is long is told how many events it has lost.
//! An event is built only when somebody listens to its kind.

mod bus;
mod security;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use obelus_engine::RtcpReport;

use crate::caller_id::Party;
use crate::cause::Cause;
use crate::cdr::CallRecord;
use crate::cel::CelEvent;
use crate::channel::{Position, Snapshot};
use crate::device_state::DeviceState;
use crate::dial::Then;
use crate::extension_state::ExtensionState;
use crate::media_event::MediaEvent;
use crate::presence_state::Presence;

pub use bus::{Delivery, EventBus, Listener, Record};
pub use security::{SecurityEvent, iso};

macro_rules! events {
    ($($(#[$doc:meta])* $(@feature($feature:literal))? $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })? $(($inner:ty))?,)*) => {
        /// Something that happened.
        #[derive(Clone, Debug)]
        pub enum Event {
            $($(#[$doc])* $(#[cfg(feature = $feature)])? $name $({ $($(#[$field_doc])* $field: $type,)* })? $(($inner))?,)*
        }

        /// The kinds of events, for interest masks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum EventKind {
            $($(#[$doc])* $(#[cfg(feature = $feature)])? $name,)*
        }

        impl EventKind {
            /// All kinds.
            pub const ALL: &[EventKind] = &[$($(#[cfg(feature = $feature)])? EventKind::$name,)*];
        }

        impl Event {
            /// The event's kind.
            pub fn kind(&self) -> EventKind {
                match self {
                    $($(#[cfg(feature = $feature)])? Event::$name { .. } => EventKind::$name,)*
                }
            }
        }
    };
}

/// A channel as it was when an event happened.
pub type Who = Arc<Snapshot>;

events! {
    /// A channel was made.
    NewChannel(Who),
    /// Its state changed.
    NewState(Who),
    /// The party at its far end changed.
    NewCallerId(Who),
    /// The party on the other side changed.
    NewConnectedLine(Who),
    /// It begins a priority; application and data are in the snapshot.
    NewExten(Who),
    /// A variable was set; a global one has no channel.
    VarSet {
        /// The channel, `None` for a global variable.
        channel: Option<Who>,
        /// The name.
        name: Arc<str>,
        /// The value.
        value: Arc<str>,
    },
    /// A channel begins to ring another.
    DialBegin {
        /// Who rings; `None` for an originated call.
        channel: Option<Who>,
        /// Who is rung.
        destination: Who,
        /// What stands behind the technology in the dial string.
        dial_string: Arc<str>,
    },
    /// A rung channel made progress: `RINGING`, `PROGRESS`, `PROCEEDING`.
    DialState {
        /// Who rings.
        channel: Option<Who>,
        /// Who is rung.
        destination: Who,
        /// The word.
        status: &'static str,
    },
    /// Ringing is over: `ANSWER`, `BUSY`, `NOANSWER`, `CANCEL`, `CONGESTION`, `CHANUNAVAIL` ….
    DialEnd {
        /// Who rang.
        channel: Option<Who>,
        /// Who was rung.
        destination: Who,
        /// The word; what a subroutine decided instead (`GOTO:busy,s,1`) where one did.
        status: Cow<'static, str>,
        /// Where it was forwarded to, if it was.
        forward: Option<Arc<str>>,
    },
    /// A report about the stream of a channel was sent or came.
    Rtcp {
        /// The channel.
        channel: Who,
        /// The report.
        report: Arc<RtcpReport>,
    },
    /// Something happened to the audio of a channel.
    Media {
        /// The channel.
        channel: Who,
        /// What.
        what: MediaEvent,
    },
    /// A bridge was made.
    BridgeCreate(Arc<BridgeSnapshot>),
    /// A channel came into a bridge.
    BridgeEnter {
        /// The bridge.
        bridge: Arc<BridgeSnapshot>,
        /// The channel.
        channel: Who,
    },
    /// A channel left a bridge.
    BridgeLeave {
        /// The bridge.
        bridge: Arc<BridgeSnapshot>,
        /// The channel.
        channel: Who,
    },
    /// A bridge is gone.
    BridgeDestroy(Arc<BridgeSnapshot>),
    /// The far end of a channel hangs up.
    HangupRequest {
        /// The channel.
        channel: Who,
        /// Why.
        cause: Cause,
    },
    /// Somebody in the PBX asks a channel to hang up.
    SoftHangupRequest {
        /// The channel.
        channel: Who,
        /// Why.
        cause: Cause,
    },
    /// The account code of a channel changed.
    NewAccountCode {
        /// The channel, with the new code.
        channel: Who,
        /// The code before.
        old: Arc<str>,
    },
    /// A channel is gone; the cause is in the snapshot.
    Hangup(Who),
    /// The far end put us on hold.
    Hold(Who),
    /// The far end took us back.
    Unhold(Who),
    /// A digit began.
    DigitBegin {
        /// The channel.
        channel: Who,
        /// The digit.
        digit: char,
        /// Whether it came from the far end; else we send it.
        received: bool,
    },
    /// A digit ended.
    DigitEnd {
        /// The channel.
        channel: Who,
        /// The digit.
        digit: char,
        /// How long it was.
        duration: Duration,
        /// Whether it came from the far end; else we send it.
        received: bool,
    },
    /// A device's state changed.
    DeviceState {
        /// `PJSIP/1001`.
        device: Arc<str>,
        /// Its state.
        state: DeviceState,
    },
    /// What the devices of a hint do together has changed.
    ExtensionState {
        /// The extension.
        exten: Arc<str>,
        /// Its context.
        context: Arc<str>,
        /// The hint: its devices.
        hint: Arc<str>,
        /// Their state.
        state: ExtensionState,
    },
    /// What the presence provider of a hint says has changed.
    ExtensionPresence {
        /// The extension.
        exten: Arc<str>,
        /// Its context.
        context: Arc<str>,
        /// The hint: its devices and its provider.
        hint: Arc<str>,
        /// What it says.
        presence: Arc<Presence>,
    },
    /// A party of a call was sent elsewhere by the other.
    BlindTransfer {
        /// Who sent it.
        transferer: Who,
        /// Who was sent.
        transferee: Option<Who>,
        /// The bridge in which they talked.
        bridge: Option<Arc<BridgeSnapshot>>,
        /// Where to.
        target: Position,
        /// Whether the technology asked for it (SIP's REFER), not a code.
        external: bool,
    },
    /// The parties of two calls were put together by the one between them, or were to be.
    AttendedTransfer(Arc<AttendedTransfer>),
    /// The halves of a Local channel begin to leave a call that can do without them.
    LocalOptimizationBegin {
        /// The half that was called.
        one: Who,
        /// The half that runs the dialplan.
        two: Who,
        /// The channel that takes the place of a half.
        source: Who,
        /// The unique id of that half.
        instead_of: Arc<str>,
        /// The number of this optimization.
        id: u32,
    },
    /// They have left it, or it was not possible.
    LocalOptimizationEnd {
        /// The half that was called.
        one: Who,
        /// The half that runs the dialplan.
        two: Who,
        /// Whether they have left.
        success: bool,
        /// The number of this optimization.
        id: u32,
    },
    /// A channel has got another name, as a call was picked up or given to another telephone.
    Renamed {
        /// The channel, with the new name.
        channel: Who,
        /// The name before.
        old: Arc<str>,
    },
    /// A ringing call was picked up.
    Pickup {
        /// Who picked it up, as it was before.
        channel: Who,
        /// Who was rung, as it was before.
        target: Who,
    },
    /// A hang-up handler was added, taken away or is run.
    HangupHandler {
        /// What happens to it.
        change: HandlerChange,
        /// The channel.
        channel: Who,
        /// Its Gosub target.
        handler: Arc<str>,
    },
    /// A registered contact came, went, or changed its reachability.
    ContactStatus {
        /// `Reachable`, `Unreachable`, `NonQualified`, `Removed`, `Updated` ….
        status: &'static str,
        /// The address of record.
        aor: Arc<str>,
        /// The contact's URI.
        uri: Arc<str>,
        /// The endpoint, if it is known.
        endpoint: Arc<str>,
        /// The round-trip time of the last OPTIONS.
        round_trip: Option<Duration>,
    },
    /// An endpoint became reachable or unreachable.
    PeerStatus {
        /// `PJSIP/1001`.
        peer: Arc<str>,
        /// `Reachable` or `Unreachable`.
        status: &'static str,
    },
    /// A program steers a call by AGI.
    Agi {
        /// The call.
        channel: Who,
        /// What it does.
        step: Arc<AgiStep>,
    },
    /// What became of our registration with somebody else.
    Registry {
        /// The technology.
        technology: &'static str,
        /// As whom we register.
        username: Arc<str>,
        /// With whom.
        domain: Arc<str>,
        /// `Registered`, `Unregistered` or `Rejected`.
        status: &'static str,
    },
    /// An endpoint was taken out of service or put back into it.
    Maintenance {
        /// Its name, or `all`.
        endpoint: Arc<str>,
        /// Whether it is out of service now.
        enabled: bool,
    },
    /// Music on hold begins.
    MusicOnHoldStart {
        /// Who hears it.
        channel: Who,
        /// The class of musiconhold.conf.
        class: Arc<str>,
    },
    /// Music on hold has ended.
    MusicOnHoldStop(Who),
    /// A prompt begins for somebody.
    Prompt {
        /// Who hears it.
        channel: Who,
        /// Its name, without language and extension.
        name: Arc<str>,
    },
    /// `UserEvent`: the dialplan's own event.
    UserEvent {
        /// The channel; `None` for one that AMI sends.
        channel: Option<Who>,
        /// Its name.
        name: Arc<str>,
        /// Names and values in their order.
        headers: Arc<[(Box<str>, Box<str>)]>,
    },
    /// `CELGenUserEvent`: the dialplan's own step for the log of channel events.
    UserStep {
        /// The channel.
        channel: Who,
        /// Its name.
        name: Arc<str>,
        /// More of it, as JSON.
        extra: Arc<str>,
    },
    /// A step of a call was logged, and cel.conf wants programs to be told.
    Logged {
        /// The step.
        step: Arc<CelEvent>,
        /// Whether a user's own step goes by `USER_DEFINED` rather than by its name.
        by_kind: bool,
    },
    /// A call record was written, and cdr_manager.conf wants programs to be told.
    Recorded {
        /// The record.
        record: Arc<CallRecord>,
        /// More names and values, as that file maps them.
        more: Arc<[(Box<str>, String)]>,
    },
    /// The two halves of a Local channel have been joined.
    LocalBridge {
        /// The half that was called.
        one: Who,
        /// The half that runs the dialplan.
        two: Who,
        /// Where it begins.
        context: Arc<str>,
        /// Likewise.
        exten: Arc<str>,
    },
    /// A presence was set.
    Presence {
        /// `CustomPresence:alice`.
        presentity: Arc<str>,
        /// What it is now.
        presence: Arc<Presence>,
    },
    /// What became of a call that a program had asked for without waiting.
    Originated(Arc<Originated>),
    /// Somebody logged in, or was not let in.
    Security(Arc<SecurityEvent>),
    /// A party was told about a redirection.
    Redirected {
        /// The channel.
        channel: Who,
        /// Where it goes.
        to: Party,
    },
    /// Everything has started.
    FullyBooted,
    /// A module's configuration was read again.
    Reload {
        /// The module.
        module: Arc<str>,
        /// Whether it was good.
        good: bool,
    },
    /// A channel of the log was switched off, or works again.
    LogChannel {
        /// Its file.
        channel: Arc<str>,
        /// The system's number and text of what switched it off; `None` where it works again.
        failure: Option<(i32, Arc<str>)>,
    },
    /// The PBX ends.
    Shutdown,
    /// Something inside has happened that tests of Asterisk look for.
    @feature("test-events") TestEvent(Arc<TestEvent>),
}

/// An attended transfer: what was, and what came of it.
#[derive(Clone, Debug)]
pub struct AttendedTransfer {
    /// Who transferred, as it talked to the transferee.
    pub transferer: Who,
    /// The bridge of that call.
    pub old_bridge: Option<Arc<BridgeSnapshot>>,
    /// Who transferred, as it talked to the target: another channel where the telephone held two calls.
    pub second_transferer: Who,
    /// The bridge of that call.
    pub new_bridge: Option<Arc<BridgeSnapshot>>,
    /// Who was transferred.
    pub transferee: Option<Who>,
    /// To whom.
    pub target: Option<Who>,
    /// Whether the technology asked for it (SIP's REFER), not a code.
    pub external: bool,
    /// What came of it.
    pub to: TransferredTo,
}

/// What came of an attended transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferredTo {
    /// They talk in the bridge of this id.
    Bridge(Arc<str>),
    /// The transferee takes the transferer's place in this application.
    Application(Arc<str>),
    /// Nothing.
    Nobody,
}

/// Something inside, for tests: `State` and what belongs to it.
#[cfg(feature = "test-events")]
#[derive(Clone, Debug)]
pub struct TestEvent {
    /// Asterisk's word: `PLAYBACK`, `FEATURE_DETECTION` ….
    pub state: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The module.
    pub function: &'static str,
    /// The line.
    pub line: u32,
    /// Names and values, in their order.
    pub fields: Vec<(&'static str, String)>,
}

/// Publishes a [`TestEvent`] in a test build (cargo feature `test-events`), and is nothing in any other.
#[cfg(feature = "test-events")]
#[macro_export]
macro_rules! test_event {
    ($core:expr, $state:literal, [$(($name:literal, $value:expr)),* $(,)?]) => {
        $core.events.publish($crate::events::EventKind::TestEvent, || $core.clock.now(), || {
            $crate::events::Event::TestEvent(std::sync::Arc::new($crate::events::TestEvent {
                state: $state,
                file: file!(),
                function: module_path!(),
                line: line!(),
                fields: vec![$(($name, $value.to_string())),*],
            }))
        })
    };
}

/// Publishes a test event in a test build, and is nothing in any other.
#[cfg(not(feature = "test-events"))]
#[macro_export]
macro_rules! test_event {
    ($core:expr, $state:literal, [$(($name:literal, $value:expr)),* $(,)?]) => {
        ()
    };
}

/// A bridge as it was when an event happened.
#[derive(Clone, Debug)]
pub struct BridgeSnapshot {
    /// Its id.
    pub id: Arc<str>,
    /// `basic`, `base`, ….
    pub kind: &'static str,
    /// `simple_bridge`, `native_rtp`, ….
    pub technology: &'static str,
    /// The application or user that made it.
    pub creator: Arc<str>,
    /// A name given to it.
    pub name: Arc<str>,
    /// When it was made.
    pub created: Timestamp,
    /// How many channels are in it.
    pub channels: usize,
}

/// What a program does with a call by AGI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgiStep {
    /// A command begins.
    ExecStart {
        /// A number for it, by which its end is known.
        id: i64,
        /// The line as it came.
        command: Arc<str>,
    },
    /// A command has ended.
    ExecEnd {
        /// Its number.
        id: i64,
        /// The line as it came.
        command: Arc<str>,
        /// The number of the answer; -1 for a failure.
        code: i32,
        /// The same in a word.
        result: &'static str,
    },
    /// The call waits for commands from outside.
    AsyncStart {
        /// The block that a program reads first, with `%XX` for what is no letter.
        environment: Arc<str>,
    },
    /// A command from outside was carried out.
    AsyncExec {
        /// The answer, written in the same way.
        result: Arc<str>,
        /// The id that came with the command.
        id: Option<Arc<str>>,
    },
    /// The call takes no more commands.
    AsyncEnd,
}

/// What happens to a hang-up handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerChange {
    /// It is added.
    Push,
    /// It is taken away.
    Pop,
    /// It is run.
    Run,
}

/// A call that a program asked for, when it has been answered or has come to nothing.
#[derive(Clone, Debug)]
pub struct Originated {
    /// The id by which the program knows its request; empty for none.
    pub action_id: Arc<str>,
    /// The channel, if it was answered.
    pub channel: Option<Who>,
    /// What was to be called: `Technology/address`.
    pub destination: Arc<str>,
    /// What was to run on it.
    pub then: Then,
    /// Asterisk's number of the outcome: 4 answered, 3 not answered, 5 busy, 8 congestion, 1 hung up, 0 failed.
    pub reason: u8,
    /// Who was to be shown as the caller.
    pub caller: Party,
}

// Each kind has its own bit.
const _: () = assert!(EventKind::ALL.len() <= u64::BITS as usize);

impl EventKind {
    /// The kind's bit in an interest mask.
    pub fn bit(self) -> u64 {
        1 << self as u8
    }
}
