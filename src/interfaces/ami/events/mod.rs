//! Events as AMI writes them: formatted once, when the first session wants one, and shared by all.

mod agi;
mod bridges;
mod calls;
mod catalogue;
mod describe;
mod devices;
mod media;
mod records;
mod rtcp;
pub(crate) mod security;
mod system;
#[cfg(feature = "test-events")]
mod testing;
mod transfers;

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::action::{Classes, Lines};
use obelus_core::events::{Event, EventKind, HandlerChange, Record};

use crate::config::General;

pub(crate) use catalogue::CATALOGUE;
pub(crate) use describe::{function, push_bridge, push_channel, push_prefixed_bridge};
pub(crate) use devices::push_presence;
pub(crate) use system::fully_booted;

/// How many formatted events are kept for the sessions that have not read them yet.
const KEPT: usize = 1024;

/// An event, ready to be sent.
#[derive(Debug)]
pub(crate) struct Formatted {
    /// Asterisk's name.
    pub(crate) name: &'static str,
    /// The whole block.
    pub(crate) text: String,
    /// Where what only some sessions want is put in: behind name, class and time.
    pub(crate) head: usize,
}

/// The latest formatted events, by number.
pub(crate) struct Cache(Vec<ArcSwapOption<Slot>>);

struct Slot {
    sequence: u64,
    /// `None` where AMI has no such event.
    formatted: Option<Arc<Formatted>>,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache((0..KEPT).map(|_| ArcSwapOption::empty()).collect())
    }
}

impl Cache {
    /// The event of a record; two sessions that ask at the same moment may both format it.
    pub(crate) fn get(&self, core: &Core, general: &General, record: &Record) -> Option<Arc<Formatted>> {
        let slot = self.0.get(record.sequence as usize % KEPT)?;
        if let Some(found) = slot.load().as_ref().filter(|slot| slot.sequence == record.sequence) {
            return found.formatted.clone();
        }
        let formatted = format(core, general, record).map(Arc::new);
        slot.store(Some(Arc::new(Slot { sequence: record.sequence, formatted: formatted.clone() })));
        formatted
    }

    /// Forgets all: the configuration says how they look.
    pub(crate) fn clear(&self) {
        self.0.iter().for_each(|slot| slot.store(None));
    }
}

/// The class that a kind of events belongs to; none for what AMI does not have.
pub(crate) fn class(kind: EventKind) -> Classes {
    use EventKind as Kind;
    match kind {
        Kind::NewChannel
        | Kind::NewState
        | Kind::NewCallerId
        | Kind::NewConnectedLine
        | Kind::NewAccountCode
        | Kind::Media
        | Kind::DialBegin
        | Kind::DialState
        | Kind::DialEnd
        | Kind::BridgeCreate
        | Kind::BridgeEnter
        | Kind::BridgeLeave
        | Kind::BridgeDestroy
        | Kind::HangupRequest
        | Kind::SoftHangupRequest
        | Kind::Hangup
        | Kind::Hold
        | Kind::Unhold
        | Kind::MusicOnHoldStart
        | Kind::MusicOnHoldStop
        | Kind::DeviceState
        | Kind::LocalBridge
        | Kind::LocalOptimizationBegin
        | Kind::LocalOptimizationEnd
        | Kind::AttendedTransfer
        | Kind::Renamed
        | Kind::Pickup
        | Kind::ExtensionState
        | Kind::ExtensionPresence
        | Kind::BlindTransfer
        | Kind::Presence
        | Kind::Logged
        | Kind::Originated => Classes::CALL,
        Kind::NewExten | Kind::VarSet | Kind::HangupHandler => Classes::DIALPLAN,
        Kind::DigitBegin | Kind::DigitEnd => Classes::DTMF,
        Kind::UserEvent => Classes::USER,
        Kind::Rtcp => Classes::REPORTING,
        Kind::Agi => Classes::AGI,
        Kind::Recorded => Classes::CDR,
        Kind::ContactStatus
        | Kind::PeerStatus
        | Kind::Registry
        | Kind::Maintenance
        | Kind::FullyBooted
        | Kind::Reload
        | Kind::LogChannel
        | Kind::Shutdown => Classes::SYSTEM,
        Kind::Security => Classes::SECURITY,
        #[cfg(feature = "test-events")]
        Kind::TestEvent => Classes::REPORTING,
        Kind::Redirected => Classes::NONE,
        // Steps as the dialplan runs them are told as what becomes of them; prompts are for people who test.
        Kind::UserStep | Kind::Prompt => Classes::NONE,
    }
}

/// The kinds that a session with these classes gets.
pub(crate) fn mask(classes: Classes) -> u64 {
    let wanted = EventKind::ALL.iter().filter(|kind| {
        let class = class(**kind);
        !class.is_empty() && classes.contains(class)
    });
    wanted.fold(0, |mask, kind| mask | kind.bit())
}

/// A block that is being written.
struct Draft {
    name: &'static str,
    text: String,
    head: usize,
}

impl Draft {
    fn lines(&mut self) -> Lines<'_> {
        Lines::new(&mut self.text)
    }

    fn finish(mut self) -> Formatted {
        self.text.push_str("\r\n");
        Formatted { name: self.name, text: self.text, head: self.head }
    }
}

/// The beginning of every event: name, class, perhaps the time and the system's name.
fn begin(
    core: &Core,
    general: &General,
    name: &'static str,
    class: Classes,
    time: Timestamp,
    sequence: Option<u64>,
) -> Draft {
    let mut text = String::with_capacity(1024);
    let mut lines = Lines::new(&mut text);
    lines.put("Event", name).put("Privilege", class);
    if general.timestamp_events {
        let (seconds, micros) = (time.as_second(), time.subsec_microsecond());
        lines.put("Timestamp", format_args!("{seconds}.{micros:06}"));
    }
    if let Some(sequence) = sequence {
        lines.put("SequenceNumber", sequence);
    }
    let head = text.len();
    let system = core.settings.load().system_name.clone();
    if !system.is_empty() {
        Lines::new(&mut text).put("SystemName", system);
    }
    Draft { name, text, head }
}

/// An event that does not come from the bus.
pub(crate) fn direct(
    core: &Core,
    general: &General,
    name: &'static str,
    class: Classes,
    body: impl FnOnce(&mut Lines<'_>),
) -> Formatted {
    let mut draft = begin(core, general, name, class, core.clock.now(), None);
    body(&mut draft.lines());
    draft.finish()
}

fn format(core: &Core, general: &General, record: &Record) -> Option<Formatted> {
    let name = name(&record.event)?;
    if general.disabled_events.iter().any(|disabled| disabled == name) {
        return None;
    }
    let mut draft = begin(core, general, name, class(record.event.kind()), record.time, None);
    let lines = &mut draft.lines();
    let written = calls::push(lines, &record.event)
        || bridges::push(lines, &record.event)
        || agi::push(lines, &record.event)
        || media::push(lines, &record.event)
        || rtcp::push(lines, &record.event)
        || records::push(lines, &record.event)
        || transfers::push(lines, &record.event)
        || devices::push(lines, &record.event)
        || security::push(lines, &record.event, record.time)
        || system::push(lines, core, &record.event);
    #[cfg(feature = "test-events")]
    let written = written || testing::push(&mut draft.lines(), &record.event);
    written.then(|| draft.finish())
}

/// Asterisk's name of an event.
fn name(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::NewChannel(_) => "Newchannel",
        Event::NewState(_) => "Newstate",
        Event::NewCallerId(_) => "NewCallerid",
        Event::NewConnectedLine(_) => "NewConnectedLine",
        Event::NewAccountCode { .. } => "NewAccountCode",
        Event::NewExten(_) => "Newexten",
        Event::VarSet { .. } => "VarSet",
        Event::DialBegin { .. } => "DialBegin",
        Event::DialState { .. } => "DialState",
        Event::DialEnd { .. } => "DialEnd",
        Event::BridgeCreate(_) => "BridgeCreate",
        Event::BridgeEnter { .. } => "BridgeEnter",
        Event::BridgeLeave { .. } => "BridgeLeave",
        Event::BridgeDestroy(_) => "BridgeDestroy",
        Event::HangupRequest { .. } => "HangupRequest",
        Event::SoftHangupRequest { .. } => "SoftHangupRequest",
        Event::Hangup(_) => "Hangup",
        Event::Hold(_) => "Hold",
        Event::Unhold(_) => "Unhold",
        Event::DigitBegin { .. } => "DTMFBegin",
        Event::DigitEnd { .. } => "DTMFEnd",
        Event::DeviceState { .. } => "DeviceStateChange",
        Event::ContactStatus { .. } => "ContactStatus",
        Event::PeerStatus { .. } => "PeerStatus",
        Event::Registry { .. } => "Registry",
        Event::Maintenance { .. } => "PJSIPMaintenanceStatus",
        Event::MusicOnHoldStart { .. } => "MusicOnHoldStart",
        Event::MusicOnHoldStop(_) => "MusicOnHoldStop",
        Event::UserEvent { .. } => "UserEvent",
        Event::Agi { step, .. } => agi::name(step),
        Event::Media { what, .. } => media::name(what),
        Event::Rtcp { report, .. } => rtcp::name(report),
        Event::ExtensionState { .. } => "ExtensionStatus",
        Event::ExtensionPresence { .. } => "PresenceStatus",
        Event::BlindTransfer { .. } => "BlindTransfer",
        Event::HangupHandler { change: HandlerChange::Push, .. } => "HangupHandlerPush",
        Event::HangupHandler { change: HandlerChange::Pop, .. } => "HangupHandlerPop",
        Event::HangupHandler { change: HandlerChange::Run, .. } => "HangupHandlerRun",
        Event::Logged { .. } => "CEL",
        Event::Recorded { .. } => "Cdr",
        Event::Presence { .. } => "PresenceStateChange",
        Event::LocalBridge { .. } => "LocalBridge",
        Event::LocalOptimizationBegin { .. } => "LocalOptimizationBegin",
        Event::LocalOptimizationEnd { .. } => "LocalOptimizationEnd",
        Event::AttendedTransfer(_) => "AttendedTransfer",
        Event::Renamed { .. } => "Rename",
        Event::Pickup { .. } => "Pickup",
        #[cfg(feature = "test-events")]
        Event::TestEvent(_) => "TestEvent",
        Event::Originated(_) => "OriginateResponse",
        Event::Security(security) => security.name,
        Event::FullyBooted => "FullyBooted",
        Event::Reload { .. } => "Reload",
        Event::LogChannel { .. } => "LogChannel",
        Event::Shutdown => "Shutdown",
        Event::Redirected { .. } => return None,
        Event::UserStep { .. } | Event::Prompt { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_listens_to_the_kinds_of_its_classes() {
        assert_eq!(mask(Classes::DTMF), EventKind::DigitBegin.bit() | EventKind::DigitEnd.bit());
        assert_eq!(mask(Classes::NONE), 0);
        let all = mask(Classes::ALL);
        assert_eq!(all & EventKind::Redirected.bit(), 0);
        assert_ne!(all & EventKind::Hangup.bit(), 0);
    }
}
