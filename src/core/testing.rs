//! Doubles for tests: a whole PBX in virtual time, with legs whose far ends follow the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "only tests use this")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_conf::{MemoryFiles, Problems};
use obelus_engine::testing::FakePort;
use obelus_engine::{Port, PortHandle, RtpOptions};
use obelus_media::Codec;
use tokio::sync::{mpsc, watch};

use crate::caller_id::Party;
use crate::cause::Cause;
use crate::channel::{Channel, ChannelHandle, Origin};
use crate::channel_tech::{
    Call, CallError, ChannelSetup, ChannelTech, Ended, Leg, LegCommand, LegEvent, NewLeg, Request,
};
use crate::clock::Clock;
use crate::database::MemoryDatabase;
use crate::device_state::DeviceState;
use crate::interpreter::LoadedPlan;
use crate::registry::Registry;
use crate::settings::{Directories, Settings};
use crate::{Core, Parts};

/// A PBX with the fake engine, in memory, in virtual time. Technology `Test` makes legs that the test controls.
pub struct TestPbx {
    /// The PBX.
    pub core: Arc<Core>,
    rung: tokio::sync::Mutex<mpsc::UnboundedReceiver<Far>>,
    tech: Arc<TestTech>,
}

/// A core for reading configuration and trying dialplans: nothing leaves it and nothing is kept.
///
/// Call it in a tokio runtime.
pub fn dry_core(settings: Settings) -> Arc<Core> {
    Core::new(Parts {
        settings,
        clock: Clock::System,
        engine: obelus_engine::testing::engine(),
        sounds: obelus_engine::testing::sounds(&[]),
        database: Arc::new(MemoryDatabase::default()),
    })
}

/// The prompts that exist, each a second long.
const PROMPTS: [&str; 8] =
    ["hello-world", "beep", "digits/1", "digits/2", "digits/3", "digits/40", "demo-congrats", "goodbye"];

impl TestPbx {
    /// A PBX with these features; begins at noon UTC on Monday, 2 March 2026.
    pub fn new(register: impl FnOnce(&Arc<Core>, &mut Registry)) -> TestPbx {
        let start: Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");
        let prompts = PROMPTS.map(|name| (name, Duration::from_secs(1)));
        let directories = Directories::below("etc".into(), "share".into(), "var".into());
        let core = Core::new(Parts {
            settings: Settings::new(directories),
            clock: Clock::starting_at(start),
            engine: obelus_engine::testing::engine(),
            sounds: obelus_engine::testing::sounds(&prompts),
            database: Arc::new(MemoryDatabase::default()),
        });
        let (sender, rung) = mpsc::unbounded_channel();
        let tech = Arc::new(TestTech { core: Arc::downgrade(&core), rung: sender, next: AtomicU32::new(0) });
        let mut registry = Registry::default();
        registry.add_tech(tech.clone());
        register(&core, &mut registry);
        core.install(registry.finish().expect("no name twice"));
        TestPbx { core, rung: tokio::sync::Mutex::new(rung), tech }
    }

    /// Loads a dialplan; a problem in it fails the test.
    pub fn dialplan(&self, text: &str) {
        let problems = self.load(text);
        assert!(
            problems.is_empty(),
            "{}",
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        );
    }

    /// Loads a dialplan and returns what is wrong with it.
    pub fn load(&self, text: &str) -> Problems {
        let mut problems = Problems::new();
        let files = MemoryFiles::new().file("extensions.conf", text);
        let document = obelus_conf::load(&files, "extensions.conf", &mut problems);
        let plan = LoadedPlan::load(&self.core.registry(), &document, &mut problems);
        for (name, value) in plan.plan().globals() {
            self.core.globals.set(name, value.as_str());
        }
        self.core.dialplan.store(Arc::new(plan));
        problems
    }

    /// Somebody calls `exten` in `context`; the caller is "Alice" <1001>.
    pub fn call(&self, context: &str, exten: &str) -> Far {
        let (leg, mut far) = self.tech.leg("1001");
        let setup = ChannelSetup {
            context: context.into(),
            exten: exten.into(),
            caller: Party::new("Alice", "1001"),
            ..ChannelSetup::default()
        };
        far.channel = Some(self.core.incoming("Test", NewLeg { leg: Box::new(leg), setup }));
        far
    }

    /// A channel that runs nothing, for calling its methods; and its far end.
    pub fn channel(&self) -> (Channel, Far) {
        let (leg, mut far) = self.tech.leg("1001");
        let setup = ChannelSetup {
            context: "test".into(),
            exten: "s".into(),
            caller: Party::new("Alice", "1001"),
            ..ChannelSetup::default()
        };
        let channel =
            Channel::new(&self.core, "Test", NewLeg { leg: Box::new(leg), setup }, Origin::default());
        far.channel = Some(channel.handle().clone());
        (channel, far)
    }

    /// The next far end that somebody rings through `Test/…`.
    pub async fn rung(&self) -> Far {
        self.rung.lock().await.recv().await.expect("the technology lives")
    }

    /// Waits until every channel is gone.
    pub async fn quiet(&self) {
        self.core.channels.wait_until_none().await;
    }
}

/// The far end of a leg, in the hands of the test.
pub struct Far {
    /// The channel's name.
    pub name: String,
    /// The address behind `Test/`.
    pub address: String,
    /// Who calls, as the far end is shown.
    pub caller: Party,
    /// The channel, of an incoming call.
    pub channel: Option<ChannelHandle>,
    events: mpsc::Sender<LegEvent>,
    told: Arc<Mutex<Vec<LegCommand>>>,
    over: watch::Receiver<Option<Cause>>,
    port: PortHandle,
}

impl Far {
    /// Something happens at the far end.
    pub fn does(&self, event: LegEvent) {
        let _ = self.events.try_send(event);
    }

    /// Answers.
    pub fn answers(&self) {
        self.does(LegEvent::Answered);
    }

    /// Hangs up, or refuses.
    pub fn hangs_up(&self, cause: Cause) {
        self.does(LegEvent::Hangup(Ended::with(cause)));
    }

    /// Presses a digit for 100 ms.
    pub fn presses(&self, digit: char) {
        FakePort::of(&self.port).expect("a fake engine").press(digit, Duration::from_millis(100));
    }

    /// What the PBX has told the far end.
    pub fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().iter().map(|command| format!("{command:?}")).collect()
    }

    /// Waits until the PBX has told the far end something whose text begins with `text`.
    pub async fn is_told(&self, text: &str) {
        while !self.told().iter().any(|told| told.starts_with(text)) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits for the end of the call; the cause is what the far end was told, or nothing if it ended the call itself.
    pub async fn is_over(&mut self) -> Option<Cause> {
        while self.over.changed().await.is_ok() {}
        *self.over.borrow()
    }

    /// Whether the two are joined in the engine.
    pub fn hears(&self, other: &Far) -> bool {
        self.port().connected_to().as_ref() == Some(&other.port)
    }

    /// The port as the fake engine sees it.
    pub fn port(&self) -> FakePort {
        FakePort::of(&self.port).expect("a fake engine")
    }
}

struct TestTech {
    core: Weak<Core>,
    rung: mpsc::UnboundedSender<Far>,
    next: AtomicU32,
}

impl TestTech {
    fn leg(&self, address: &str) -> (TestLeg, Far) {
        let core = self.core.upgrade().expect("the PBX lives");
        let port = core.engine.open_rtp(RtpOptions::new([127, 0, 0, 1].into())).expect("a port");
        let (events, inbox) = mpsc::channel(64);
        let (over_sender, over) = watch::channel(None);
        let told = Arc::new(Mutex::new(Vec::new()));
        let name = format!("Test/{address}-{:08x}", self.next.fetch_add(1, Ordering::Relaxed));
        let far = Far {
            name: name.clone(),
            address: address.to_owned(),
            caller: Party::default(),
            channel: None,
            events,
            told: told.clone(),
            over,
            port: port.handle().clone(),
        };
        (TestLeg { name, inbox, told, over: over_sender, port, far: None, rung: self.rung.clone() }, far)
    }
}

#[async_trait]
impl ChannelTech for TestTech {
    fn name(&self) -> &'static str {
        "Test"
    }

    fn description(&self) -> &'static str {
        "Legs in the hands of a test"
    }

    async fn request(&self, request: Request<'_>) -> Result<NewLeg, CallError> {
        if let Some(number) = request.address.strip_prefix("refused-") {
            let cause = Cause::parse(number).expect("a cause");
            return Err(CallError::new(cause, "refused by the test"));
        }
        let (mut leg, far) = self.leg(request.address);
        leg.far = Some(far);
        let setup = ChannelSetup {
            context: "internal".into(),
            caller: Party::new("", request.address),
            ..ChannelSetup::default()
        };
        Ok(NewLeg { leg: Box::new(leg), setup })
    }

    fn device_state(&self, _address: &str) -> DeviceState {
        DeviceState::NotInUse
    }
}

struct TestLeg {
    name: String,
    inbox: mpsc::Receiver<LegEvent>,
    told: Arc<Mutex<Vec<LegCommand>>>,
    over: watch::Sender<Option<Cause>>,
    port: Port,
    far: Option<Far>,
    rung: mpsc::UnboundedSender<Far>,
}

#[async_trait]
impl Leg for TestLeg {
    fn name(&self) -> &str {
        &self.name
    }

    async fn call(&mut self, call: Call<'_>) -> Result<(), CallError> {
        let mut far = self.far.take().expect("called once");
        far.caller = call.channel.facts.connected.clone();
        let _ = self.rung.send(far);
        Ok(())
    }

    async fn handle(&mut self, command: LegCommand) -> Result<(), CallError> {
        if let LegCommand::Hangup(cause) = &command {
            self.over.send_replace(Some(*cause));
        }
        self.told.lock().unwrap().push(command);
        Ok(())
    }

    async fn next_event(&mut self) -> Option<LegEvent> {
        self.inbox.recv().await
    }

    fn media(&self) -> Option<&PortHandle> {
        Some(self.port.handle())
    }

    fn codec(&self) -> Option<Codec> {
        Some(Codec::Ulaw)
    }

    fn codecs(&self) -> Vec<Codec> {
        vec![Codec::Ulaw, Codec::Alaw]
    }
}
