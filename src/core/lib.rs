//! What a call is, and the traits that features implement.
//!
//! A feature is an [`app::App`], a [`function::DialplanFunction`], a [`channel_tech::ChannelTech`], a
//! [`cli::CliCommand`] or a [`module::Module`], entered into the [`registry::Registry`]. Core names none of them.

pub mod acl;
pub mod action;
pub mod app;
pub mod bridge;
pub mod caller_id;
pub mod cause;
pub mod cdr;
pub mod cel;
pub mod channel;
pub mod channel_tech;
pub mod cli;
pub mod clock;
pub mod database;
pub mod device_state;
pub mod dial;
pub mod environment;
pub mod events;
pub mod extension_state;
pub mod features;
pub mod files;
pub mod function;
pub mod gauge;
pub mod globals;
pub mod help;
pub mod indications;
pub mod interpreter;
pub mod log_groups;
pub mod media_event;
pub mod mention;
pub mod message;
pub mod module;
pub mod module_names;
pub mod music;
pub mod presence_state;
pub mod program;
pub mod random;
pub mod rate_limit;
pub mod registry;
pub mod rtp_conf;
pub mod say;
pub mod settings;
pub mod signals;
#[cfg(feature = "testing")]
pub mod testing;
pub mod verbose;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use dashmap::DashMap;
use jiff::Timestamp;
use obelus_engine::{Engine, Sounds};

pub use obelus_conf as conf;
pub use obelus_dialplan as dialplan;
pub use obelus_engine as engine;
pub use obelus_media as media;

use crate::cause::Cause;
use crate::channel::Channels;
use crate::clock::Clock;
use crate::database::{Database, DatabaseError};
use crate::device_state::DeviceState;
use crate::environment::Environment;
use crate::events::{Event, EventBus, EventKind};
use crate::features::FeaturesConf;
use crate::globals::Globals;
use crate::indications::Indications;
use crate::interpreter::LoadedPlan;
use crate::music::Music;
use crate::random::Random;
use crate::registry::Registry;
use crate::settings::Settings;
use crate::signals::Signals;
use crate::verbose::Verbosity;

/// How long the last channels may take to end when the PBX stops.
const LAST_CALLS: Duration = Duration::from_secs(5);

/// How many events the bus keeps for those who come late.
const EVENTS: usize = 8192;

/// The family of the database in which `Custom:` devices have their states.
pub const CUSTOM_DEVICES: &str = "CustomDevstate";

/// The PBX, as everything in it sees it.
pub struct Core {
    /// The daemon's settings.
    pub settings: ArcSwap<Settings>,
    /// The time of day.
    pub clock: Clock,
    /// Random numbers.
    pub random: Random,
    /// The media engine.
    pub engine: Engine,
    /// The prompts.
    pub sounds: Sounds,
    /// The key store.
    pub database: Arc<dyn Database>,
    /// Live channels.
    pub channels: Channels,
    /// Live bridges.
    pub bridges: bridge::Bridges,
    /// The event bus.
    pub events: Arc<EventBus>,
    /// Call records, if they are kept.
    pub cdr: cdr::LiveBook,
    /// The dialplan for new calls.
    pub dialplan: ArcSwap<LoadedPlan>,
    /// What digits do in a call.
    pub features: ArcSwap<FeaturesConf>,
    /// The classes of musiconhold.conf.
    pub music: ArcSwap<Music>,
    /// The tones of countries.
    pub indications: Indications,
    /// The channel variables that events show.
    pub shown_variables: ArcSwap<Box<[Arc<str>]>>,
    /// The lists of acl.conf.
    pub access_lists: ArcSwap<acl::AccessLists>,
    /// Text messages outside calls that wait for the dialplan.
    pub messages: message::Lanes,
    /// Global variables.
    pub globals: Globals,
    /// What programs started by the PBX see.
    pub environment: Environment,
    /// Named signals between calls.
    pub signals: Signals,
    /// The queues of the program.
    pub gauges: gauge::Gauges,
    /// How much is printed.
    pub verbosity: Verbosity,
    /// Which channels' lines consoles show: `LOG_GROUP()`.
    pub log_groups: Arc<log_groups::LogGroups>,
    /// When it started.
    pub started: Timestamp,
    devices: DashMap<Box<str>, DeviceState>,
    registry: ArcSwapOption<Registry>,
    booted: AtomicBool,
    stopping: AtomicBool,
}

/// What a core is made of.
pub struct Parts {
    /// The daemon's settings.
    pub settings: Settings,
    /// The time of day.
    pub clock: Clock,
    /// The media engine.
    pub engine: Engine,
    /// The prompts.
    pub sounds: Sounds,
    /// The key store.
    pub database: Arc<dyn Database>,
}

impl Core {
    /// A core without features; [`Core::install`] brings them.
    pub fn new(parts: Parts) -> Arc<Core> {
        let started = parts.clock.now();
        let events = Arc::new(EventBus::new(EVENTS));
        let bus = Arc::downgrade(&events);
        parts.engine.report_rtcp_while(move || bus.upgrade().is_some_and(|bus| bus.wants(EventKind::Rtcp)));
        Arc::new(Core {
            verbosity: Verbosity::new(parts.settings.verbose, parts.settings.debug),
            log_groups: Arc::default(),
            settings: ArcSwap::from_pointee(parts.settings),
            random: Random::beside(&parts.clock),
            clock: parts.clock,
            engine: parts.engine,
            sounds: parts.sounds,
            database: parts.database,
            channels: Channels::default(),
            bridges: bridge::Bridges::default(),
            events,
            cdr: cdr::LiveBook::default(),
            dialplan: ArcSwap::from_pointee(LoadedPlan::empty()),
            features: ArcSwap::from_pointee(FeaturesConf::default()),
            music: ArcSwap::from_pointee(Music::default()),
            indications: Indications::default(),
            shown_variables: ArcSwap::default(),
            access_lists: ArcSwap::default(),
            messages: message::Lanes::default(),
            globals: Globals::default(),
            environment: Environment::default(),
            signals: Signals::default(),
            gauges: gauge::Gauges::default(),
            started,
            devices: DashMap::new(),
            registry: ArcSwapOption::empty(),
            booted: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        })
    }

    /// Enters the features.
    pub fn install(&self, registry: Registry) {
        self.registry.store(Some(Arc::new(registry)));
    }

    /// The features; none before [`Core::install`] and after [`Core::uninstall`].
    pub fn registry(&self) -> Arc<Registry> {
        self.registry.load_full().unwrap_or_default()
    }

    /// Lets the features go, which hold the core themselves.
    pub fn uninstall(&self) {
        self.registry.store(None);
    }

    /// Says that everything has started.
    pub fn set_booted(&self) {
        self.booted.store(true, Ordering::Release);
        self.events.publish(EventKind::FullyBooted, || self.clock.now(), || Event::FullyBooted);
    }

    /// Whether everything has started.
    pub fn is_booted(&self) -> bool {
        self.booted.load(Ordering::Acquire)
    }

    /// Sets a global variable and tells about it.
    pub fn set_global(&self, name: &str, value: impl Into<Arc<str>>) {
        let value = value.into();
        self.globals.set(name, value.clone());
        let event = || Event::VarSet { channel: None, name: name.into(), value };
        self.events.publish(EventKind::VarSet, || self.clock.now(), event);
    }

    /// Says which variables events show from now on (`channelvars`).
    pub fn set_shown_variables(&self, names: &[Arc<str>]) {
        self.shown_variables.store(Arc::new(names.into()));
    }

    /// Refuses new calls from now on, or takes them again.
    pub fn set_stopping(&self, stopping: bool) {
        self.stopping.store(stopping, Ordering::Release);
    }

    /// Whether a new call may begin; the reason if not.
    pub fn admits_calls(&self) -> Result<(), &'static str> {
        if self.stopping.load(Ordering::Acquire) {
            return Err("the PBX is shutting down");
        }
        match self.settings.load().max_calls {
            Some(most) if self.channels.count() >= most => Err("maxcalls is reached"),
            _ => Ok(()),
        }
    }

    /// Hangs all channels up and waits for their end, but not for ever.
    pub async fn hang_up_all(&self) {
        for channel in self.channels.all() {
            channel.hangup(Cause::NORMAL_CLEARING);
        }
        let gone = tokio::time::timeout(LAST_CALLS, self.channels.wait_until_none()).await;
        if gone.is_err() {
            tracing::warn!(channels = self.channels.count(), "some channels did not end in time");
        }
    }

    /// The script of a zone's tone (`ring`, `busy`, …); the default zone's where `zone` is empty or unknown.
    pub fn tone(&self, zone: &str, tone: &str) -> Option<String> {
        self.indications.script(zone, tone)
    }

    /// The state of a device such as `PJSIP/1001` or `Custom:lamp1`.
    pub async fn device_state(&self, device: &str) -> DeviceState {
        if let Some(name) = custom_name(device) {
            let stored = self.database.get(CUSTOM_DEVICES, name).await.ok().flatten();
            return stored.and_then(|word| DeviceState::parse(&word)).unwrap_or_default();
        }
        self.tech_device_state(device)
    }

    /// Sets the state of the device `Custom:name`, which survives a restart, and tells those who watch it.
    pub async fn set_custom_device_state(&self, name: &str, state: DeviceState) -> Result<(), DatabaseError> {
        self.database.put(CUSTOM_DEVICES, name, state.word()).await?;
        let event = || Event::DeviceState { device: format!("Custom:{name}").into(), state };
        self.events.publish(EventKind::DeviceState, || self.clock.now(), event);
        Ok(())
    }

    fn tech_device_state(&self, device: &str) -> DeviceState {
        let Some((tech, address)) = device.split_once('/') else { return DeviceState::Invalid };
        let idle = match self.registry().tech(tech) {
            Some(tech) => tech.device_state(address),
            None => return DeviceState::Invalid,
        };
        self.channels.counts(device).state(idle)
    }

    /// The devices of which something is known: those that changed while somebody watched, and the custom ones.
    pub async fn known_devices(&self) -> Vec<String> {
        let custom = self.database.entries(CUSTOM_DEVICES).await.unwrap_or_default();
        let custom = custom.iter().filter_map(|(path, _)| path.trim_start_matches('/').split_once('/'));
        let mut known: Vec<String> = custom.map(|(_, name)| format!("Custom:{name}")).collect();
        known.extend(self.devices.iter().map(|entry| entry.key().to_string()));
        known.sort();
        known.dedup();
        known
    }

    /// A channel or the reachability of a device has changed: tells those who watch its state.
    pub fn device_changed(&self, device: &str) {
        if !self.events.wants(EventKind::DeviceState) {
            return;
        }
        let state = self.tech_device_state(device);
        if self.devices.insert(device.into(), state) == Some(state) {
            return;
        }
        let event = || Event::DeviceState { device: device.into(), state };
        self.events.publish(EventKind::DeviceState, || self.clock.now(), event);
    }
}

/// `lamp` of `Custom:lamp`, whose first part is read in any case.
fn custom_name(device: &str) -> Option<&str> {
    let (provider, name) = device.split_once(':')?;
    provider.eq_ignore_ascii_case("Custom").then_some(name)
}
