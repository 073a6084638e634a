//! The module `res_pjsip`: the driver's life.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Claim, Module, ModuleError, Resource};
use obelus_core::registry::Registry;
use obelus_sip::TransportKind;
use tokio::task::AbortHandle;

use crate::config::Transport;
use crate::driver::Driver;
use crate::hangup::{HangupAction, PjsipHangup};
use crate::message::SipMessages;
use crate::monitor::Intake;
use crate::notify::{NotifyModule, PjsipNotify};
use crate::reload::{self, FILE};
use crate::rtp_module::RtpModule;
use crate::tech::SipTech;
use crate::transport::State;
use crate::worker::Crew;
use crate::{actions, commands, functions, keeper, leg};

/// Fewer workers than this would let one slow call hold up all others.
const FEWEST_WORKERS: usize = 2;

/// Enters the technology, the module, its commands and functions.
pub fn register(core: &Arc<Core>, folder: &ConfigFolder, registry: &mut Registry) {
    let driver = Driver::new(core.clone(), core.random.key());
    registry.add_tech(Arc::new(SipTech::new(driver.clone())));
    registry.add_message_tech(Arc::new(SipMessages::new(driver.clone())));
    commands::register(&driver, registry);
    actions::register(&driver, registry);
    functions::register(&driver, registry);
    leg::functions::register(registry);
    registry.add_module(Arc::new(RtpModule::new(driver.clone(), folder.clone())));
    registry.add_app(PjsipNotify(driver.clone()));
    registry.add_app(PjsipHangup);
    registry.add_action(HangupAction);
    registry.add_module(Arc::new(NotifyModule::new(driver.clone(), folder.clone())));
    registry.add_module(Arc::new(SipModule::new(driver, folder.clone())));
}

/// The driver as a module.
pub struct SipModule {
    driver: Arc<Driver>,
    folder: ConfigFolder,
    running: Mutex<Option<Running>>,
    /// One reload at a time.
    reloading: tokio::sync::Mutex<()>,
}

/// What is there while the driver runs.
struct Running {
    intake: Arc<Intake>,
    keeper: AbortHandle,
    /// What was wrong with the configuration in use.
    faults: HashSet<String>,
}

impl SipModule {
    /// The module of this driver, with its configuration in this folder.
    pub fn new(driver: Arc<Driver>, folder: ConfigFolder) -> SipModule {
        SipModule { driver, folder, running: Mutex::default(), reloading: tokio::sync::Mutex::default() }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Faults that the configuration in use does not have.
    fn new_faults(&self, faults: &HashSet<String>) -> usize {
        self.running().as_ref().map_or(0, |running| faults.difference(&running.faults).count())
    }
}

#[async_trait]
impl Module for SipModule {
    fn name(&self) -> &'static str {
        "res_pjsip"
    }

    fn description(&self) -> &'static str {
        "Basic SIP resource and PJSIP Channel Driver"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    /// The addresses that are bound, and the ports of audio; a transport that is not bound harms no other module.
    fn resources(&self) -> Vec<Resource> {
        let list = self.driver.transports.list();
        let bound = list.iter().filter_map(|transport| match (&transport.state, transport.config.kind) {
            (State::Bound(address), TransportKind::Udp) => Some(Resource::Udp(*address)),
            (State::Bound(address), _) => Some(Resource::Tcp(*address)),
            (State::Failed(_), _) => None,
        });
        let rtp = self.driver.rtp.load();
        let rtp = self.running().is_some().then(|| Resource::Rtp(rtp.start, rtp.end));
        bound.chain(rtp).collect()
    }

    fn claims(&self) -> Vec<Claim> {
        let loaded = reload::read(&self.folder, &mut Problems::new());
        let claim = |transport: &Arc<Transport>| Claim {
            resource: match transport.kind {
                TransportKind::Udp => Resource::Udp(transport.bind),
                _ => Resource::Tcp(transport.bind),
            },
            place: Some(transport.source.location.clone()),
        };
        loaded.transports().map(claim).collect()
    }

    fn check(&self, problems: &mut Problems) {
        reload::read(&self.folder, problems);
    }

    /// Faulty objects are left out, so that the others can call.
    async fn start(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let loaded = reload::read(&self.folder, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        let faults = loaded.faults.clone();
        let cores = std::thread::available_parallelism().map_or(FEWEST_WORKERS, usize::from);
        let crew = Crew::start(&self.driver, cores.max(FEWEST_WORKERS));
        let intake = Arc::new(Intake::new(self.driver.clone(), crew.clone()));
        self.driver.set_crew(Some(crew));
        reload::take_over(&self.driver, loaded, &intake).await;
        let config = self.driver.config_arc();
        if let Err(error) = self.driver.locations.restore(&config).await {
            tracing::error!(%error, "stored registrations cannot be read, phones must register anew");
        }
        let keeper = tokio::spawn(keeper::keep(self.driver.clone())).abort_handle();
        *self.running() = Some(Running { intake, keeper, faults });
        Ok(())
    }

    /// What was wrong before may stay wrong; a new fault leaves everything as it was.
    async fn reload(&self) -> Result<(), ModuleError> {
        let _reloading = self.reloading.lock().await;
        let mut problems = Problems::new();
        let loaded = reload::read(&self.folder, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        let new = self.new_faults(&loaded.faults);
        if new > 0 {
            let reason = format!("{FILE} has {new} new errors (see the log); SIP stays as it was");
            return Err(ModuleError::new(reason));
        }
        let faults = loaded.faults.clone();
        let intake = self.running().as_ref().map(|running| running.intake.clone());
        let intake = intake.ok_or_else(|| ModuleError::new("SIP is not started"))?;
        reload::take_over(&self.driver, loaded, &intake).await;
        if let Some(running) = self.running().as_mut() {
            running.faults = faults;
        }
        Ok(())
    }

    async fn stop(&self) {
        let Some(running) = self.running().take() else { return };
        running.keeper.abort();
        self.driver.registrations.stop().await;
        if let Some(crew) = self.driver.crew() {
            // First what is still to be said, then the sockets.
            crew.stop().await;
        }
        self.driver.transports.close();
        self.driver.set_crew(None);
    }
}
