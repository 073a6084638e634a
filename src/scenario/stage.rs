//! Where scenarios are played: a PBX of its own for each, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::cause::Cause;
use obelus_core::channel::Position;
use obelus_core::channel_tech::{ChannelSetup, NewLeg};
use obelus_core::clock::Clock;
use obelus_core::database::MemoryDatabase;
use obelus_core::device_state::DeviceState;
use obelus_core::engine::Sounds;
use obelus_core::engine::testing::{engine, silent_sounds};
use obelus_core::events::{Delivery, Listener};
use obelus_core::interpreter::LoadedPlan;
use obelus_core::registry::Registry;
use obelus_core::settings::Settings;
use obelus_core::{Core, Parts};
use tokio::time::{sleep, timeout};

use crate::actor::ScriptedLeg;
use crate::cast::{Cast, ScriptedTech};
use crate::contacts::{self, DialContacts};
use crate::log::{Entry, KINDS, Log, What};
use crate::outside;
use crate::report::Outcome;
use crate::scenario::Scenario;

/// Every prompt lasts so long.
const PROMPT: Duration = Duration::from_secs(1);

/// A scenario in which more than this happens goes in circles.
const MOST_ENTRIES: usize = 20_000;

/// The technology that stays as it is: calls into the dialplan itself.
const REAL: &str = "local";

/// The features that calls are made of, as the program registers them.
pub type Scenery = Box<dyn Fn(&Arc<Core>, &mut Registry) + Send + Sync>;

/// A dialplan and all that its calls need.
pub struct Stage {
    settings: Settings,
    scenery: Scenery,
    /// Modules whose configuration calls need; they touch nothing outside.
    starts: &'static [&'static str],
    plan: LoadedPlan,
    sounds: Sounds,
}

impl Stage {
    /// A stage for this plan; `starts` names the modules to start.
    #[must_use]
    pub fn new(
        settings: Settings,
        scenery: Scenery,
        starts: &'static [&'static str],
        plan: LoadedPlan,
    ) -> Stage {
        let sounds = silent_sounds(&[], Some(PROMPT));
        Stage { settings, scenery, starts, plan: plan.remembering(), sounds }
    }

    /// The plan, which remembers what has run.
    #[must_use]
    pub fn plan(&self) -> &LoadedPlan {
        &self.plan
    }

    /// Plays one scenario and compares what happens with what is expected.
    ///
    /// # Errors
    /// When the system gives no timer.
    pub fn play(&self, scenario: &Scenario) -> std::io::Result<Outcome> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build()?;
        Ok(runtime.block_on(self.perform(scenario)))
    }

    async fn perform(&self, scenario: &Scenario) -> Outcome {
        let core = Core::new(Parts {
            settings: self.settings.clone(),
            clock: Clock::hanging_in(&scenario.at),
            engine: engine(),
            sounds: self.sounds.clone(),
            database: Arc::new(MemoryDatabase::default()),
        });
        let log = Arc::new(Log::new(core.clock.now()));
        let cast = Arc::new(Cast::new(scenario.devices.clone(), log.clone()));
        let prepared = self.prepare(&core, scenario, &cast).await;
        let (caller, trouble) = match prepared {
            Ok(()) => self.call(&core, scenario, &cast).await,
            Err(trouble) => (String::new(), Some(trouble)),
        };
        core.uninstall();
        Outcome::of(scenario, &log.take(), &caller, trouble)
    }

    async fn prepare(&self, core: &Arc<Core>, scenario: &Scenario, cast: &Arc<Cast>) -> Result<(), String> {
        let mut registry = Registry::default();
        (self.scenery)(core, &mut registry);
        let names: Vec<&'static str> = registry.techs().map(|tech| tech.name()).collect();
        for name in names.into_iter().filter(|name| !name.eq_ignore_ascii_case(REAL)) {
            let tech = ScriptedTech { name, core: Arc::downgrade(core), cast: cast.clone() };
            registry.replace_tech(Arc::new(tech));
        }
        outside::close(&mut registry, &Arc::new(scenario.outside.clone().into_iter().collect()));
        if registry.function(contacts::NAME).is_some() {
            registry.replace_function(DialContacts(cast.clone()));
        }
        core.install(registry.finish()?);
        let registry = core.registry();
        for module in registry.modules().iter().filter(|module| self.starts.contains(&module.name())) {
            module.start().await.map_err(|error| format!("{}: {error}", module.name()))?;
        }
        let plan = self.plan.moved_to(&registry);
        let globals = plan.plan().globals().to_vec();
        core.dialplan.store(Arc::new(plan));
        let own = scenario.globals.iter().map(|(name, value)| (name.clone(), value.clone()));
        globals.into_iter().chain(own).for_each(|(name, value)| core.globals.set(&name, value));
        furnish(core, scenario).await
    }

    /// The call itself; returns the caller's channel, and what kept it from its end.
    async fn call(
        &self,
        core: &Arc<Core>,
        scenario: &Scenario,
        cast: &Arc<Cast>,
    ) -> (String, Option<String>) {
        let name = cast.channel_name(&scenario.device);
        if !self.is_callable(core, scenario) {
            // What a technology does with a number that leads nowhere: no channel is made.
            let what = What::Ends(Cause::UNALLOCATED);
            cast.log.add(Entry { at: Duration::ZERO, channel: name.clone(), what });
            return (name, None);
        }
        let mut listener = core.events.listen(KINDS.iter().fold(0, |mask, kind| mask | kind.bit()), None);
        if let Err(trouble) = begin(core, scenario, cast, name.clone()) {
            return (name, Some(trouble));
        }
        let trouble = until_over(core, scenario, &cast.log, &mut listener).await;
        core.channels.all().iter().for_each(|channel| channel.hangup(Cause::NORMAL_CLEARING));
        // A call that goes in circles does not hear it before its next wait.
        let _ = timeout(Duration::from_secs(1), core.channels.wait_until_none()).await;
        while let Some(delivery) = listener.try_next() {
            if let Delivery::Event(record) = delivery {
                cast.log.record(&record);
            }
        }
        (name, trouble)
    }

    fn is_callable(&self, core: &Core, scenario: &Scenario) -> bool {
        let position = Position::new(scenario.context.as_str(), scenario.extension.as_str(), 1);
        core.dialplan.load().exists(&core.clock, &position, scenario.caller.number.text())
    }
}

/// What the database and custom devices hold when the call begins.
async fn furnish(core: &Core, scenario: &Scenario) -> Result<(), String> {
    for (path, value) in &scenario.database {
        let (family, key) = path
            .trim_matches('/')
            .rsplit_once('/')
            .ok_or_else(|| format!("`{path}` of the database has no family; write \"family/key\""))?;
        core.database.put(family, key, value).await.map_err(|error| error.to_string())?;
    }
    for (device, word) in &scenario.device_states {
        let name =
            device.strip_prefix("Custom:").ok_or_else(|| format!("`{device}` is no `Custom:` device"))?;
        let state = DeviceState::parse(word).ok_or_else(|| format!("`{word}` is no state of a device"))?;
        core.set_custom_device_state(name, state).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The caller's leg comes in.
fn begin(core: &Arc<Core>, scenario: &Scenario, cast: &Cast, name: String) -> Result<(), String> {
    let (technology, _) = scenario.device.split_once('/').unwrap_or((&scenario.device, ""));
    let known = core.registry().tech(technology).map(|tech| tech.name());
    let technology = known
        .ok_or_else(|| format!("there is no technology of the caller's device `{}`", scenario.device))?;
    let leg = ScriptedLeg::new(core, name, scenario.acts.clone(), cast.log.clone());
    let mut leg = leg.map_err(|error| error.to_string())?;
    leg.begin();
    let setup = ChannelSetup {
        context: scenario.context.as_str().into(),
        exten: scenario.extension.as_str().into(),
        caller: scenario.caller.clone(),
        variables: scenario.variables.clone().into_iter().collect(),
        ..ChannelSetup::default()
    };
    core.incoming(technology, NewLeg { leg: Box::new(leg), setup });
    Ok(())
}

/// Records what happens until all channels are gone; says what kept them.
async fn until_over(core: &Core, scenario: &Scenario, log: &Log, listener: &mut Listener) -> Option<String> {
    let recording = async {
        loop {
            if let Delivery::Event(record) = listener.next().await
                && log.record(&record) > MOST_ENTRIES
            {
                return;
            }
        }
    };
    let limit = scenario.limit;
    // All branches may be given up: what was published stays in the ring for `try_next`.
    tokio::select! {
        biased;
        () = recording => Some(format!("the call goes in circles: more than {MOST_ENTRIES} things happened")),
        () = core.channels.wait_until_none() => None,
        () = sleep(limit) => Some(format!("the call did not end within {} seconds", limit.as_secs_f64())),
    }
}
