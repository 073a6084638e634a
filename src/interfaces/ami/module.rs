//! The module: `manager.conf`, and the port as long as it is enabled.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::conf::Problems;
use obelus_core::events::{Event, EventKind};
use obelus_core::module::{Claim, Module, ModuleError, Resource};
use obelus_http::Site;
use obelus_http::tls::{self, Files};
use tokio_rustls::TlsAcceptor;

use crate::ami::Ami;
use crate::config::Config;
use crate::http::Web;
use crate::server::{Protocol, Server};

const FILE: &str = "manager.conf";

/// The module `manager`.
pub struct AmiModule {
    ami: Arc<Ami>,
    ports: Mutex<Ports>,
    web: Web,
}

/// What programs connect to.
#[derive(Default)]
struct Ports {
    tcp: Option<Server>,
    tls: Option<Server>,
}

impl Ports {
    fn slot(&mut self, protocol: Protocol) -> &mut Option<Server> {
        match protocol {
            Protocol::Tcp => &mut self.tcp,
            Protocol::Tls => &mut self.tls,
        }
    }
}

/// Where a configuration wants programs to connect.
fn wanted(config: &Config) -> [(Protocol, Option<SocketAddr>); 2] {
    let general = &config.general;
    let tls = general.tls.as_ref().map(|tls| tls.address);
    [
        (Protocol::Tcp, general.enabled.then_some(general.address)),
        (Protocol::Tls, tls.filter(|_| general.enabled)),
    ]
}

impl AmiModule {
    pub(crate) fn new(ami: Arc<Ami>, site: &Arc<Site>) -> AmiModule {
        let web = Web::new(&ami, site);
        AmiModule { ami, ports: Mutex::default(), web }
    }

    fn ports(&self) -> MutexGuard<'_, Ports> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, problems: &mut Problems) -> Config {
        let document = self.ami.folder.load_if_there(FILE, problems);
        Config::load(&document, problems)
    }

    fn core(&self) -> Result<Arc<Core>, ModuleError> {
        self.ami.core().ok_or_else(|| ModuleError::new("the PBX is stopping"))
    }

    /// Uses a configuration; a port is opened anew only if its address changed, so that sessions stay.
    async fn apply(&self, core: &Core, config: Config) -> Result<(), ModuleError> {
        let wanted = wanted(&config);
        let tls = match config.general.tls.as_ref().filter(|_| config.general.enabled) {
            Some(tls) => Some(Arc::new(self.acceptor(&tls.files)?)),
            None => None,
        };
        core.set_shown_variables(&config.general.channel_variables);
        self.ami.debug.store(config.general.debug, Ordering::Relaxed);
        self.ami.cache.clear();
        self.ami.tls.store(tls);
        if config.general.enabled {
            let failed =
                |error| ModuleError::new(format!("manager.conf: no thread for its sessions: {error}"));
            self.ami.settle(&core.events).map_err(failed)?;
        }
        self.web.open(config.general.enabled && config.general.web_enabled);
        self.ami.config.store(Arc::new(config));
        for (protocol, address) in wanted {
            self.open(protocol, address).await?;
        }
        Ok(())
    }

    /// Files are looked for in the configuration's folder.
    fn acceptor(&self, files: &Files) -> Result<TlsAcceptor, ModuleError> {
        let folder = self.ami.folder.path();
        tls::acceptor(&folder.join(&files.certificate), &folder.join(&files.key))
            .map_err(|error| ModuleError::new(format!("manager.conf: TLS: {error}")))
    }

    async fn open(&self, protocol: Protocol, wanted: Option<SocketAddr>) -> Result<(), ModuleError> {
        let is_right = |server: &Option<Server>| {
            server.as_ref().is_some_and(|server| wanted.is_some_and(|at| server.is_at(at)))
        };
        if is_right(self.ports().slot(protocol)) {
            return Ok(());
        }
        let old = self.ports().slot(protocol).take();
        if let Some(old) = old {
            let is_off = protocol == Protocol::Tcp && wanted.is_none();
            old.stop(&self.ami, is_off).await;
        }
        let Some(address) = wanted else { return Ok(()) };
        let server = Server::start(&self.ami, address, protocol).map_err(|error| {
            ModuleError::new(format!("manager.conf: cannot listen on {address}: {error}"))
        })?;
        *self.ports().slot(protocol) = Some(server);
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

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn resources(&self) -> Vec<Resource> {
        let open: Vec<Resource> = {
            let ports = self.ports();
            let servers = [&ports.tcp, &ports.tls].into_iter().flatten();
            servers.map(|server| Resource::Tcp(server.address())).collect()
        };
        if !open.is_empty() {
            return open;
        }
        let config = self.read(&mut Problems::new());
        wanted(&config).into_iter().filter_map(|(_, address)| address).map(Resource::Tcp).collect()
    }

    fn claims(&self) -> Vec<Claim> {
        let mut problems = Problems::new();
        let document = self.ami.folder.load_if_there(FILE, &mut problems);
        let config = Config::load(&document, &mut problems);
        let options = [["port", "bindaddr"], ["tlsbindaddr", "tlsenable"]];
        let all = wanted(&config).into_iter().zip(options);
        all.filter_map(|((_, at), options)| Some(Claim::of_general(Resource::Tcp(at?), &document, &options)))
            .collect()
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
        self.web.open(false);
        let ports = std::mem::take(&mut *self.ports());
        for server in [ports.tcp, ports.tls].into_iter().flatten() {
            server.stop(&self.ami, true).await;
        }
        self.ami.forget();
    }
}
