//! The module: `manager.conf`, and the port as long as it is enabled.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::conf::Problems;
use obelus_core::events::{Event, EventKind};
use obelus_core::module::{Module, ModuleError, Resource};

use crate::ami::Ami;
use crate::config::Config;
use crate::server::Server;

const FILE: &str = "manager.conf";

/// The module `manager`.
pub struct AmiModule {
    ami: Arc<Ami>,
    server: Mutex<Option<Server>>,
}

impl AmiModule {
    pub(crate) fn new(ami: Arc<Ami>) -> AmiModule {
        AmiModule { ami, server: Mutex::default() }
    }

    fn server(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, problems: &mut Problems) -> Config {
        let document = self.ami.folder.load_if_there(FILE, problems);
        Config::load(&document, problems)
    }

    fn core(&self) -> Result<Arc<Core>, ModuleError> {
        self.ami.core().ok_or_else(|| ModuleError::new("the PBX is stopping"))
    }

    /// Uses a configuration; the port is opened anew only if its address changed, so that sessions stay.
    async fn apply(&self, core: &Core, config: Config) -> Result<(), ModuleError> {
        let general = config.general.clone();
        core.set_shown_variables(&general.channel_variables);
        self.ami.debug.store(general.debug, std::sync::atomic::Ordering::Relaxed);
        self.ami.cache.clear();
        let before = self.ami.config.swap(Arc::new(config));
        let is_there = self.server().is_some();
        if is_there && general.enabled && before.general.address == general.address {
            return Ok(());
        }
        let old = self.server().take();
        if let Some(old) = old {
            old.stop(&self.ami, !general.enabled).await;
        }
        if general.enabled {
            let server = Server::start(&self.ami, general.address).map_err(|error| {
                ModuleError::new(format!("manager.conf: cannot listen on {}: {error}", general.address))
            })?;
            *self.server() = Some(server);
        }
        Ok(())
    }
}

#[async_trait]
impl Module for AmiModule {
    fn name(&self) -> &'static str {
        "manager"
    }

    fn description(&self) -> &'static str {
        "Asterisk Manager Interface"
    }

    fn resources(&self) -> Vec<Resource> {
        match &*self.server() {
            Some(server) => vec![Resource::Tcp(server.address())],
            None => {
                let config = self.read(&mut Problems::new());
                Vec::from_iter(config.general.enabled.then_some(Resource::Tcp(config.general.address)))
            }
        }
    }

    fn use_count(&self) -> usize {
        self.ami.connected().len()
    }

    fn check(&self, problems: &mut Problems) {
        self.read(problems);
    }

    /// What is wrong is left out, so that the rest works.
    async fn start(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let config = self.read(&mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        self.apply(&*self.core()?, config).await
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let config = self.read(&mut problems);
        if problems.errors() > 0 {
            return Err(ModuleError::new(&problems));
        }
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        self.apply(&*self.core()?, config).await
    }

    async fn stop(&self) {
        if let Some(core) = self.ami.core() {
            core.events.publish(EventKind::Shutdown, || core.clock.now(), || Event::Shutdown);
        }
        let server = self.server().take();
        if let Some(server) = server {
            server.stop(&self.ami, true).await;
        }
        self.ami.forget();
    }
}
