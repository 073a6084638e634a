//! The ledger: events of the bus go in, logged steps come out. A value without clock and input.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use jiff::Timestamp;

use super::transfers;
use crate::channel::{ChannelState, Snapshot};
use crate::events::{BridgeSnapshot, Event, EventKind, Record, Who};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The kinds of steps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum CelKind {
            $($(#[$doc])* $name,)*
        }

        impl CelKind {
            /// Every kind that is derived.
            pub const ALL: &'static [CelKind] = &[$(CelKind::$name,)*];

            /// The word of cel.conf and of the records.
            pub fn word(self) -> &'static str {
                match self {
                    $(CelKind::$name => $word,)*
                }
            }
        }
    };
}

kinds! {
    /// A channel was made.
    ChannelStart = "CHAN_START",
    /// A channel is gone.
    ChannelEnd = "CHAN_END",
    /// A channel was hung up.
    Hangup = "HANGUP",
    /// A channel was answered.
    Answer = "ANSWER",
    /// A tracked application begins.
    AppStart = "APP_START",
    /// A tracked application has ended.
    AppEnd = "APP_END",
    /// A channel came into a bridge.
    BridgeEnter = "BRIDGE_ENTER",
    /// A channel left a bridge.
    BridgeExit = "BRIDGE_EXIT",
    /// A party was sent elsewhere by the other.
    BlindTransfer = "BLINDTRANSFER",
    /// The parties of two calls were put together.
    AttendedTransfer = "ATTENDEDTRANSFER",
    /// `CELGenUserEvent` was run.
    UserDefined = "USER_DEFINED",
    /// A ringing call was picked up.
    Pickup = "PICKUP",
    /// A call was forwarded by the one that was rung.
    Forward = "FORWARD",
    /// The last channel of a linked id is gone.
    LinkedIdEnd = "LINKEDID_END",
    /// The halves of a Local channel have left a call.
    LocalOptimize = "LOCAL_OPTIMIZE",
    /// The halves of a Local channel begin to leave it.
    LocalOptimizeBegin = "LOCAL_OPTIMIZE_BEGIN",
    /// A digit was pressed and released.
    Dtmf = "DTMF",
}

impl CelKind {
    /// Reads a word in any case.
    pub fn parse(word: &str) -> Option<CelKind> {
        CelKind::ALL.iter().copied().find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// What is logged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracked {
    kinds: u32,
    /// `apps`, in small letters.
    apps: Vec<String>,
    all_apps: bool,
}

impl Tracked {
    /// Logs this kind as well.
    pub fn add(&mut self, kind: CelKind) {
        self.kinds |= kind.bit();
    }

    /// Logs the beginning and end of this application as well; `all` stands for every one.
    pub fn add_app(&mut self, name: &str) {
        self.all_apps |= name.eq_ignore_ascii_case("all");
        self.apps.push(name.to_ascii_lowercase());
    }

    /// The applications whose beginning and end are logged, in small letters.
    pub fn apps(&self) -> &[String] {
        &self.apps
    }

    /// Whether nothing is logged.
    pub fn is_empty(&self) -> bool {
        self.kinds == 0
    }

    /// Whether the kind is logged.
    pub fn wants(&self, kind: CelKind) -> bool {
        self.kinds & kind.bit() != 0
    }

    fn wants_app(&self, name: &str) -> bool {
        self.all_apps || self.apps.iter().any(|app| app.eq_ignore_ascii_case(name))
    }
}

/// One logged step.
#[derive(Clone, Debug)]
pub struct CelEvent {
    /// What happened.
    pub kind: CelKind,
    /// When.
    pub time: Timestamp,
    /// The channel as it was then.
    pub who: Who,
    /// The names of the others in the bridge, between commas.
    pub peer: String,
    /// More of it, as JSON; empty for nothing.
    pub extra: String,
    /// What the user calls his own step; empty for all others.
    pub user_name: Arc<str>,
}

impl CelEvent {
    /// The kind's word, or the user's where the step is his own.
    pub fn name(&self) -> &str {
        match self.kind {
            CelKind::UserDefined => &self.user_name,
            kind => kind.word(),
        }
    }
}

/// A channel in a bridge: unique id and name.
type Member = (Arc<str>, Arc<str>);

/// The live channels as the log knows them.
#[derive(Debug, Default)]
pub struct Ledger {
    tracked: Tracked,
    /// By unique id.
    channels: HashMap<Arc<str>, Who>,
    /// How many channels have this linked id.
    linked: HashMap<Arc<str>, usize>,
    /// Who is in a bridge.
    bridges: HashMap<Arc<str>, Vec<Member>>,
    /// What came of the last dialling of a channel.
    dialled: HashMap<Arc<str>, Cow<'static, str>>,
    events: Vec<CelEvent>,
}

impl Ledger {
    /// The kinds of bus events that it reads.
    pub fn interest() -> u64 {
        [
            EventKind::NewChannel,
            EventKind::NewState,
            EventKind::NewExten,
            EventKind::DialEnd,
            EventKind::BridgeEnter,
            EventKind::BridgeLeave,
            EventKind::BridgeDestroy,
            EventKind::BlindTransfer,
            EventKind::AttendedTransfer,
            EventKind::Pickup,
            EventKind::LocalOptimizationBegin,
            EventKind::LocalOptimizationEnd,
            EventKind::DigitEnd,
            EventKind::UserStep,
            EventKind::Hangup,
        ]
        .into_iter()
        .fold(0, |mask, kind| mask | kind.bit())
    }

    /// An empty ledger that logs these.
    pub fn new(tracked: Tracked) -> Ledger {
        Ledger { tracked, ..Ledger::default() }
    }

    /// Logs others from now on.
    pub fn track(&mut self, tracked: Tracked) {
        self.tracked = tracked;
    }

    /// The steps since the last call, in their order.
    pub fn take_events(&mut self) -> Vec<CelEvent> {
        std::mem::take(&mut self.events)
    }

    /// Something has happened.
    pub fn handle(&mut self, record: &Record) {
        let now = record.time;
        match &record.event {
            Event::NewChannel(who) => self.begins(who, now),
            Event::NewState(who) | Event::NewExten(who) => self.changed(who, now),
            Event::Hangup(who) => self.ends(who, now),
            Event::DialEnd { channel: Some(caller), status, forward, .. } => {
                if let Some(forward) = forward {
                    self.log(CelKind::Forward, caller, now, "", &object(&[("forward", forward)]));
                }
                self.dialled.insert(caller.unique_id.clone(), status.clone());
            }
            Event::BridgeEnter { bridge, channel } => self.enters(bridge, channel, now),
            Event::BridgeLeave { bridge, channel } => self.leaves(bridge, channel, now),
            Event::BridgeDestroy(bridge) => {
                self.bridges.remove(&bridge.id);
            }
            Event::BlindTransfer { transferer, transferee, bridge, target, .. } => {
                self.log(
                    CelKind::BlindTransfer,
                    transferer,
                    now,
                    "",
                    &transfers::blind(transferee, bridge, target),
                );
            }
            Event::AttendedTransfer(transfer) => {
                if let Some((channel, extra)) = transfers::attended(transfer) {
                    self.log(CelKind::AttendedTransfer, channel, now, "", &extra);
                }
            }
            Event::Pickup { channel, target } => {
                let extra =
                    [("pickup_channel", &*channel.name), ("pickup_channel_uniqueid", &*channel.unique_id)];
                self.log(CelKind::Pickup, target, now, "", &object(&extra));
            }
            Event::LocalOptimizationBegin { one, two, .. } => {
                self.log(CelKind::LocalOptimizeBegin, one, now, "", &transfers::halves(two));
            }
            Event::LocalOptimizationEnd { one, two, .. } => {
                self.log(CelKind::LocalOptimize, one, now, "", &transfers::halves(two));
            }
            Event::DigitEnd { channel, digit, duration, received: true } => {
                let (digit, length) = (digit.to_string(), duration.as_millis().to_string());
                self.log(
                    CelKind::Dtmf,
                    channel,
                    now,
                    "",
                    &object(&[("digit", &digit), ("duration_ms", &length)]),
                );
            }
            Event::UserStep { channel, name, extra } => self.user_step(channel, name, extra, now),
            _ => {}
        }
    }

    fn user_step(&mut self, who: &Who, name: &Arc<str>, extra: &str, time: Timestamp) {
        let kind = CelKind::UserDefined;
        if self.tracked.wants(kind) {
            let (who, peer, extra, user_name) = (who.clone(), String::new(), extra.to_owned(), name.clone());
            self.events.push(CelEvent { kind, time, who, peer, extra, user_name });
        }
    }

    fn log(&mut self, kind: CelKind, who: &Who, time: Timestamp, peer: &str, extra: &str) {
        let is_app = matches!(kind, CelKind::AppStart | CelKind::AppEnd);
        if self.tracked.wants(kind) && (!is_app || self.tracked.wants_app(&who.facts.application)) {
            let (who, peer, extra) = (who.clone(), peer.to_owned(), extra.to_owned());
            self.events.push(CelEvent { kind, time, who, peer, extra, user_name: Arc::default() });
        }
    }

    fn begins(&mut self, who: &Who, now: Timestamp) {
        *self.linked.entry(who.facts.linked_id.clone()).or_default() += 1;
        self.channels.insert(who.unique_id.clone(), who.clone());
        self.log(CelKind::ChannelStart, who, now, "", "");
        self.app_changes(None, who, now);
    }

    fn changed(&mut self, who: &Who, now: Timestamp) {
        let Some(before) = self.channels.insert(who.unique_id.clone(), who.clone()) else {
            // It was there before the log began.
            *self.linked.entry(who.facts.linked_id.clone()).or_default() += 1;
            return;
        };
        let answered = before.facts.state != who.facts.state && who.facts.state == ChannelState::Up;
        if answered {
            self.log(CelKind::Answer, who, now, "", "");
        }
        self.app_changes(Some(&before), who, now);
        if before.facts.linked_id != who.facts.linked_id {
            *self.linked.entry(who.facts.linked_id.clone()).or_default() += 1;
            self.retire(&before, now);
        }
    }

    fn app_changes(&mut self, before: Option<&Who>, who: &Who, now: Timestamp) {
        if before.is_some_and(|before| before.facts.application == who.facts.application) {
            return;
        }
        if let Some(before) = before.filter(|before| !before.facts.application.is_empty()) {
            self.log(CelKind::AppEnd, before, now, "", "");
        }
        if !who.facts.application.is_empty() {
            self.log(CelKind::AppStart, who, now, "", "");
        }
    }

    fn ends(&mut self, who: &Who, now: Timestamp) {
        let before = self.channels.remove(&who.unique_id);
        if let Some(before) = before.as_ref().filter(|before| runs_an_application(before)) {
            self.log(CelKind::AppEnd, before, now, "", "");
        }
        let status = self.dialled.remove(&who.unique_id).unwrap_or_default();
        let extra = format!(
            "{{\"hangupcause\":{},\"hangupsource\":\"{}\",\"dialstatus\":\"{status}\"}}",
            who.facts.cause.number(),
            who.facts.hangup_source
        );
        let idle = idle(who);
        self.log(CelKind::Hangup, &idle, now, "", &extra);
        self.log(CelKind::ChannelEnd, &idle, now, "", "");
        if before.is_some() {
            self.retire(&idle, now);
        }
    }

    /// One channel less has the linked id.
    fn retire(&mut self, who: &Who, now: Timestamp) {
        let Some(count) = self.linked.get_mut(&who.facts.linked_id) else { return };
        *count -= 1;
        if *count == 0 {
            self.linked.remove(&who.facts.linked_id);
            self.log(CelKind::LinkedIdEnd, who, now, "", "");
        }
    }

    fn enters(&mut self, bridge: &BridgeSnapshot, who: &Who, now: Timestamp) {
        self.adopt(bridge, who, now);
        let members = self.bridges.entry(bridge.id.clone()).or_default();
        members.retain(|member| member.0 != who.unique_id);
        members.push((who.unique_id.clone(), who.name.clone()));
        self.log_bridge(CelKind::BridgeEnter, bridge, who, now);
    }

    /// All in a bridge have the linked id of the oldest, which the newcomer has already.
    fn adopt(&mut self, bridge: &BridgeSnapshot, who: &Who, now: Timestamp) {
        let members = self.bridges.get(&bridge.id).into_iter().flatten().map(|member| member.0.clone());
        for id in members.chain([who.unique_id.clone()]).collect::<Vec<_>>() {
            let Some(before) = self.channels.get(&id).cloned() else { continue };
            if before.facts.linked_id == who.facts.linked_id {
                continue;
            }
            let mut after = Snapshot::clone(&before);
            after.facts.linked_id.clone_from(&who.facts.linked_id);
            self.channels.insert(id, Arc::new(after));
            *self.linked.entry(who.facts.linked_id.clone()).or_default() += 1;
            self.retire(&before, now);
        }
    }

    fn leaves(&mut self, bridge: &BridgeSnapshot, who: &Who, now: Timestamp) {
        if let Some(members) = self.bridges.get_mut(&bridge.id) {
            members.retain(|member| member.0 != who.unique_id);
        }
        self.log_bridge(CelKind::BridgeExit, bridge, who, now);
    }

    fn log_bridge(&mut self, kind: CelKind, bridge: &BridgeSnapshot, who: &Who, now: Timestamp) {
        let members = self.bridges.get(&bridge.id).map_or(&[][..], Vec::as_slice);
        let others = members.iter().filter(|member| member.0 != who.unique_id);
        let peer = others.map(|member| &*member.1).collect::<Vec<_>>().join(",");
        let extra = object(&[("bridge_id", &bridge.id), ("bridge_technology", bridge.technology)]);
        self.log(kind, who, now, &peer, &extra);
    }
}

/// What a channel that was rung shows until it runs something of its own.
const RUNG: [&str; 2] = ["AppDial", "AppDial2"];

fn runs_an_application(who: &Who) -> bool {
    let application = &*who.facts.application;
    !application.is_empty() && !RUNG.contains(&application)
}

/// The channel without the application that it ran last: when it is hung up it runs nothing.
fn idle(who: &Who) -> Who {
    if !runs_an_application(who) {
        return who.clone();
    }
    let mut idle = Snapshot::clone(who);
    idle.facts.application = "".into();
    idle.facts.data.clear();
    Arc::new(idle)
}

/// `{"name":"value",…}`, as the extra text of a step has it.
pub fn object(pairs: &[(&str, &str)]) -> String {
    let mut text = String::from("{");
    for (at, (name, value)) in pairs.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\"{name}\":\"");
        value.chars().for_each(|letter| push_escaped(&mut text, letter));
        text.push('"');
    }
    text.push('}');
    text
}

/// RFC 8259, section 7.
fn push_escaped(text: &mut String, letter: char) {
    match letter {
        '"' | '\\' => text.extend(['\\', letter]),
        letter if letter < ' ' => {
            let _ = write!(text, "\\u{:04x}", u32::from(letter));
        }
        letter => text.push(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Channel, Facts};
    use crate::events::Delivery;
    use crate::testing::TestPbx;

    fn everything() -> Tracked {
        let mut tracked = Tracked::default();
        CelKind::ALL.iter().for_each(|kind| tracked.add(*kind));
        tracked.add_app("dial");
        tracked
    }

    struct Log(Ledger);

    impl Log {
        fn tell(&mut self, event: Event) {
            let time = Timestamp::UNIX_EPOCH;
            self.0.handle(&Record { sequence: 0, time, at: tokio::time::Instant::now(), event });
        }

        fn check(&mut self, expected: &[&str]) {
            let shown = |event: CelEvent| {
                let parts = [event.kind.word(), &event.who.name, &event.peer, &event.extra];
                parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(self.0.take_events().into_iter().map(shown).collect::<Vec<_>>(), expected);
        }
    }

    fn who(name: &str, change: impl FnOnce(&mut Facts)) -> Who {
        let mut facts = Facts { linked_id: "a".into(), ..Facts::default() };
        change(&mut facts);
        let created = Timestamp::UNIX_EPOCH;
        Arc::new(Snapshot { name: name.into(), unique_id: name.into(), created, technology: "Test", facts })
    }

    fn bridge() -> Arc<BridgeSnapshot> {
        Arc::new(BridgeSnapshot {
            id: "x\"y".into(),
            kind: "basic",
            technology: "simple_bridge",
            creator: "Dial".into(),
            name: "".into(),
            created: Timestamp::UNIX_EPOCH,
            channels: 0,
        })
    }

    #[test]
    fn a_call_is_logged_step_by_step() {
        let mut log = Log(Ledger::new(everything()));
        let dials = |facts: &mut Facts| facts.application = "Dial".into();
        log.tell(Event::NewChannel(who("a", |_| {})));
        log.tell(Event::NewExten(who("a", |facts| facts.application = "NoOp".into())));
        log.tell(Event::NewExten(who("a", dials)));
        log.tell(Event::NewChannel(who("b", |_| {})));
        log.check(&["CHAN_START a", "APP_START a", "CHAN_START b"]);
        log.tell(Event::NewState(who("b", |facts| facts.state = ChannelState::Up)));
        log.tell(Event::DialEnd {
            channel: Some(who("a", dials)),
            destination: who("b", |_| {}),
            status: "ANSWER".into(),
            forward: None,
        });
        log.tell(Event::BridgeEnter { bridge: bridge(), channel: who("b", |_| {}) });
        log.tell(Event::BridgeEnter { bridge: bridge(), channel: who("a", dials) });
        let extra = r#"{"bridge_id":"x\"y","bridge_technology":"simple_bridge"}"#;
        log.check(&["ANSWER b", &format!("BRIDGE_ENTER b {extra}"), &format!("BRIDGE_ENTER a b {extra}")]);
        log.tell(Event::BridgeLeave { bridge: bridge(), channel: who("b", |_| {}) });
        log.tell(Event::Hangup(who("b", |_| {})));
        log.tell(Event::Hangup(who("a", |facts| {
            dials(facts);
            facts.hangup_source = "b".into();
        })));
        log.check(&[
            &format!("BRIDGE_EXIT b a {extra}"),
            r#"HANGUP b {"hangupcause":16,"hangupsource":"","dialstatus":""}"#,
            "CHAN_END b",
            "APP_END a",
            r#"HANGUP a {"hangupcause":16,"hangupsource":"b","dialstatus":"ANSWER"}"#,
            "CHAN_END a",
            "LINKEDID_END a",
        ]);
    }

    #[test]
    fn a_channel_that_was_only_rung_ends_no_application() {
        let mut log = Log(Ledger::new(everything()));
        let rung = |facts: &mut Facts| facts.application = "AppDial".into();
        log.0.tracked.add_app("AppDial");
        log.tell(Event::NewChannel(who("b", |_| {})));
        log.tell(Event::NewState(who("b", rung)));
        log.tell(Event::Hangup(who("b", rung)));
        let steps = log.0.take_events();
        let shown: Vec<_> = steps.iter().map(|step| (step.name(), &*step.who.facts.application)).collect();
        let expected =
            [("CHAN_START", ""), ("APP_START", "AppDial"), ("HANGUP", "AppDial"), ("CHAN_END", "AppDial")];
        assert_eq!((&shown[..4], shown[4].0), (&expected[..], "LINKEDID_END"));
    }

    #[test]
    fn who_is_hung_up_runs_nothing_any_more() {
        let mut log = Log(Ledger::new(everything()));
        let dials = |facts: &mut Facts| facts.application = "Dial".into();
        log.tell(Event::NewChannel(who("a", dials)));
        log.tell(Event::Hangup(who("a", dials)));
        let steps = log.0.take_events();
        let hangup = steps.iter().find(|step| step.kind == CelKind::Hangup).unwrap();
        assert_eq!(&*hangup.who.facts.application, "");
    }

    #[test]
    fn a_linked_id_ends_when_its_last_channel_joins_another() {
        let mut log = Log(Ledger::new(everything()));
        log.tell(Event::NewChannel(who("a", |_| {})));
        log.tell(Event::NewChannel(who("b", |facts| facts.linked_id = "b".into())));
        log.tell(Event::NewState(who("b", |_| {})));
        log.check(&["CHAN_START a", "CHAN_START b", "LINKEDID_END b"]);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_tracked_is_logged() {
        let pbx = TestPbx::new(|_, _| {});
        let mut listener = pbx.core.events.listen(Ledger::interest(), None);
        let (mut channel, _far): (Channel, _) = pbx.channel();
        channel.answer().await.unwrap();
        drop(channel);
        let mut tracked = Tracked::default();
        tracked.add(CelKind::Answer);
        let mut log = Log(Ledger::new(tracked));
        while let Some(Delivery::Event(record)) = listener.try_next() {
            log.0.handle(&record);
        }
        log.check(&["ANSWER Test/1001-00000000"]);
    }
}
