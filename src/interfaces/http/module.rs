//! The module: `http.conf`, and the ports as long as it is enabled.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Claim, Module, ModuleError, Resource};
use tokio_rustls::TlsAcceptor;

use crate::config::{Config, Tls};
use crate::server::{House, Server};
use crate::{Site, status, tls};

const FILE: &str = "http.conf";

/// The module `http`.
pub(crate) struct HttpModule {
    folder: ConfigFolder,
    house: Arc<House>,
    ports: Mutex<Ports>,
}

/// What programs connect to.
#[derive(Default)]
struct Ports {
    plain: Option<Server>,
    secure: Option<Server>,
}

impl Ports {
    fn slot(&mut self, is_secure: bool) -> &mut Option<Server> {
        if is_secure { &mut self.secure } else { &mut self.plain }
    }
}

impl HttpModule {
    pub(crate) fn new(core: &Arc<Core>, folder: &ConfigFolder, site: &Arc<Site>) -> HttpModule {
        let house = House {
            core: Arc::downgrade(core),
            site: site.clone(),
            tls: ArcSwapOption::empty(),
            connections: AtomicUsize::new(0),
        };
        HttpModule { folder: folder.clone(), house: Arc::new(house), ports: Mutex::default() }
    }

    fn ports(&self) -> MutexGuard<'_, Ports> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, problems: &mut Problems) -> Config {
        Config::load(&self.folder.load_if_there(FILE, problems), problems)
    }

    /// Uses a configuration; a port is opened anew only if its address changed.
    async fn apply(&self, config: Config) -> Result<(), ModuleError> {
        let tls = config.tls.as_ref().map(|tls| self.acceptor(tls)).transpose()?;
        let wanted = [(false, config.address), (true, config.tls.as_ref().map(|tls| tls.address))];
        let site = &self.house.site;
        match config.shows_status {
            true => site.mount("httpstatus", Arc::new(status::StatusPage(Arc::downgrade(site)))),
            false => site.unmount("httpstatus"),
        }
        site.config.store(Arc::new(config));
        self.house.tls.store(tls.map(Arc::new));
        for (is_secure, address) in wanted {
            self.open(is_secure, address).await?;
        }
        Ok(())
    }

    /// Files are looked for in the configuration's folder.
    fn acceptor(&self, tls: &Tls) -> Result<TlsAcceptor, ModuleError> {
        let folder = self.folder.path();
        tls::acceptor(&folder.join(&tls.files.certificate), &folder.join(&tls.files.key))
            .map_err(|error| ModuleError::new(format!("{FILE}: TLS: {error}")))
    }

    async fn open(&self, is_secure: bool, wanted: Option<SocketAddr>) -> Result<(), ModuleError> {
        let is_right = |server: &Option<Server>| {
            server.as_ref().is_some_and(|server| wanted.is_some_and(|at| server.is_at(at)))
        };
        if is_right(self.ports().slot(is_secure)) {
            return Ok(());
        }
        let old = self.ports().slot(is_secure).take();
        if let Some(old) = old {
            old.stop().await;
        }
        let Some(address) = wanted else { return Ok(()) };
        let server = Server::start(&self.house, address, is_secure)
            .map_err(|error| ModuleError::new(format!("{FILE}: cannot listen on {address}: {error}")))?;
        *self.ports().slot(is_secure) = Some(server);
        Ok(())
    }
}

#[async_trait]
impl Module for HttpModule {
    fn name(&self) -> &'static str {
        "http"
    }

    fn description(&self) -> &'static str {
        "Built-in HTTP Server"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn resources(&self) -> Vec<Resource> {
        let open: Vec<Resource> = {
            let ports = self.ports();
            let servers = [&ports.plain, &ports.secure].into_iter().flatten();
            servers.map(|server| Resource::Tcp(server.address())).collect()
        };
        if !open.is_empty() {
            return open;
        }
        self.read(&mut Problems::new()).addresses().map(Resource::Tcp).collect()
    }

    fn claims(&self) -> Vec<Claim> {
        let mut problems = Problems::new();
        let document = self.folder.load_if_there(FILE, &mut problems);
        let config = Config::load(&document, &mut problems);
        let claim = |at, options: &[&str]| Claim::of_general(Resource::Tcp(at), &document, options);
        let plain = config.address.map(|at| claim(at, &["bindport", "bindaddr"]));
        let secure = config.tls.as_ref().map(|tls| claim(tls.address, &["tlsbindaddr", "tlsenable"]));
        plain.into_iter().chain(secure).collect()
    }

    fn use_count(&self) -> usize {
        self.house.connections.load(Ordering::Relaxed)
    }

    fn check(&self, problems: &mut Problems) {
        self.read(problems);
    }

    /// What is wrong is left out, so that the rest works.
    async fn start(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let config = self.read(&mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        self.apply(config).await
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let config = self.read(&mut problems);
        if problems.errors() > 0 {
            return Err(ModuleError::new(&problems));
        }
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        self.apply(config).await
    }

    async fn stop(&self) {
        let ports = std::mem::take(&mut *self.ports());
        for server in [ports.plain, ports.secure].into_iter().flatten() {
            server.stop().await;
        }
    }
}
