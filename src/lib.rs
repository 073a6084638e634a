//! Obelus as a library: build, start, reload and stop a whole PBX.

pub mod check;
pub mod choice;
mod clash;
pub mod control;
pub mod daemon;
pub mod modules;
pub mod phones;
pub mod process;
pub mod rehearsal;
pub mod run;
pub mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use obelus_core::clock::Clock;
use obelus_core::conf::Problems;
use obelus_core::database::Database;
use obelus_core::engine::{Engine, EngineError, Sounds, SoundsConfig};
use obelus_core::files::ConfigFolder;
use obelus_core::gauge::Gauge;
use obelus_core::module::{Module, Resource};
use obelus_core::registry::Registry;
use obelus_core::settings::Settings;
use obelus_core::{Core, Parts, database::DatabaseError};
use obelus_interfaces::console::{ConsoleServer, Permissions, SocketPlace, Startup, When};
use obelus_interfaces::control::Control;
use obelus_interfaces::logger::{Fed, Feed, Level, Logger, LoggerConfig, LoggerSettings};
use obelus_storage::Storage;

use crate::choice::Choice;
use crate::control::ProgramControl;
use crate::daemon::Daemon;

/// Debian's prompts, used where our own folder lacks one.
const SYSTEM_SOUNDS: &str = "/usr/share/asterisk/sounds";

/// A running PBX.
pub struct Pbx {
    core: Arc<Core>,
    logger: Arc<Logger>,
    storage: Arc<Storage>,
    console: Mutex<Option<ConsoleServer>>,
    started: Vec<Arc<dyn Module>>,
    control: Arc<ProgramControl>,
    /// What a console would have been shown of the start.
    opening: Mutex<Option<Feed>>,
}

/// Why the PBX did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings cannot be read.
    #[error("the settings cannot be read: {0}")]
    Settings(#[from] config::ConfigError),
    /// A folder cannot be made.
    #[error("{folder}: {error}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The log cannot begin.
    #[error("the log: {0}")]
    Log(String),
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The media engine does not start.
    #[error("the media engine: {0}")]
    Engine(#[from] EngineError),
    /// A thread or file that is needed cannot be had.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// Two features have the same name, or two modules want the same port.
    #[error("{0}")]
    Clash(String),
    /// The console's socket cannot be opened.
    #[error("the console: {0}")]
    Console(String),
}

impl Pbx {
    /// Starts everything. Problems in the configuration are logged; what is right works.
    pub async fn start(daemon: &Daemon, problems: Problems) -> Result<Pbx, StartError> {
        Pbx::start_with(daemon, problems, |_| {}).await
    }

    /// Starts everything, and with it features of the caller's own: a program that embeds the PBX, or a test.
    pub async fn start_with(
        daemon: &Daemon,
        mut problems: Problems,
        own: impl FnOnce(&mut Registry),
    ) -> Result<Pbx, StartError> {
        let folder = daemon.folder();
        let settings = daemon.settings.clone();
        make_folders(&settings)?;
        let config = LoggerConfig::load(&folder.load_if_there("logger.conf", &mut problems), &mut problems);
        let (logger, failures) = Logger::install(&config, LoggerSettings::of(&settings))
            .map_err(|error| StartError::Log(error.to_string()))?;
        let opening = logger.attach(0);
        let storage = Arc::new(Storage::open(&settings.directories.db.join("astdb.sqlite3"))?);
        let core = core(settings, storage.clone(), &folder, &mut problems)?;
        logger.govern(&core);
        let gauge: Arc<dyn Gauge> = storage.clone();
        core.gauges.add(&gauge);
        let choice = Choice::load(&folder, &mut problems);
        let permissions = Arc::new(Permissions::load(&folder, &mut problems));
        let startup = Startup::load(&folder, &mut problems);
        failures.iter().for_each(|failure| tracing::error!("{failure}"));
        let control = Arc::new(ProgramControl::new(&core));
        let mut registry = Registry::default();
        let program: Arc<dyn Control> = control.clone();
        modules::operation(&core, &program, &logger, &permissions, &folder, &mut registry);
        modules::features(&core, &folder, &choice, &mut registry);
        own(&mut registry);
        choice.check(&registry, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        core.install(registry.finish().map_err(StartError::Clash)?);
        let opening = Mutex::new(Some(opening));
        let (console, started) = (Mutex::default(), Vec::new());
        let mut pbx = Pbx { core, logger, storage, console, started, control, opening };
        startup.run(&pbx.core, When::BeforeModules).await;
        pbx.start_modules().await?;
        pbx.open_console(&permissions)?;
        startup.run(&pbx.core, When::Started).await;
        pbx.core.set_booted();
        Ok(pbx)
    }

    /// A module that does not start is reported, and the others work without it.
    async fn start_modules(&mut self) -> Result<(), StartError> {
        let registry = self.core.registry();
        if let Some(clash) = clash::all(registry.modules()).into_iter().next() {
            return Err(StartError::Clash(clash.to_string()));
        }
        for module in registry.modules() {
            match module.start().await {
                Ok(()) => self.started.push(module.clone()),
                Err(error) => tracing::error!(module = module.name(), %error, "the module did not start"),
            }
        }
        Ok(())
    }

    fn open_console(&self, permissions: &Arc<Permissions>) -> Result<(), StartError> {
        let place = SocketPlace::of(&self.core.settings.load());
        let server = ConsoleServer::start(&self.core, &self.logger, permissions, &place);
        let server = server.map_err(|error| StartError::Console(error.to_string()))?;
        *self.console.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    /// The errors and warnings of the start, as a console would have shown them; once.
    pub fn take_complaints(&self) -> Vec<String> {
        let opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut opening) = opening else { return Vec::new() };
        let said = std::iter::from_fn(|| opening.try_next()).filter_map(|fed| match fed {
            Fed::Line(line) if matches!(line.level, Level::Error | Level::Warning) => {
                Some(self.logger.show(&line, false))
            }
            Fed::Line(_) => None,
            Fed::Lost(lines) => Some(format!("{lines} lines more are in the log")),
        });
        said.collect()
    }

    /// The PBX's inside.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// What may be asked of it while it runs.
    pub fn control(&self) -> &Arc<ProgramControl> {
        &self.control
    }

    /// The log.
    pub fn logger(&self) -> &Arc<Logger> {
        &self.logger
    }

    /// What it listens on, a line each.
    pub fn listens_on(&self) -> Vec<String> {
        self.started
            .iter()
            .flat_map(|module| module.resources())
            .map(|resource| resource.to_string())
            .collect()
    }

    /// Where SIP over UDP is heard first.
    pub fn sip_address(&self) -> Option<SocketAddr> {
        self.started.iter().flat_map(|module| module.resources()).find_map(|resource| match resource {
            Resource::Udp(address) => Some(address),
            _ => None,
        })
    }

    /// Connects the console in the foreground.
    pub fn foreground(&self) -> std::io::Result<std::os::unix::net::UnixStream> {
        let console = self.console.lock().unwrap_or_else(PoisonError::into_inner);
        console.as_ref().ok_or_else(|| std::io::Error::other("the console has ended"))?.attach_root()
    }

    /// Ends everything: calls first, then modules in the reverse order of their start.
    pub async fn stop(self) {
        self.core.set_stopping(true);
        self.core.hang_up_all().await;
        for module in self.started.iter().rev() {
            module.stop().await;
        }
        let console = self.console.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(console) = console {
            console.stop().await;
        }
        if let Err(error) = self.storage.flush().await {
            tracing::error!(%error, "the last writes");
        }
        self.storage.close();
        self.core.engine.stop();
        self.logger.flush().await;
        self.core.uninstall();
    }
}

/// The console's socket.
pub fn socket(settings: &Settings) -> PathBuf {
    SocketPlace::of(settings).path
}

fn make_folders(settings: &Settings) -> Result<(), StartError> {
    let directories = &settings.directories;
    for folder in [&directories.db, &directories.run, &directories.log, &directories.spool] {
        std::fs::create_dir_all(folder)
            .map_err(|error| StartError::Folder { folder: folder.clone(), error })?;
    }
    Ok(())
}

fn core(
    settings: Settings,
    database: Arc<dyn Database>,
    folder: &ConfigFolder,
    problems: &mut Problems,
) -> Result<Arc<Core>, StartError> {
    let media = obelus_core::rtp_conf::load(folder, problems);
    let own = settings.directories.data.join("sounds");
    let sounds =
        Sounds::new(SoundsConfig { folders: vec![own, SYSTEM_SOUNDS.into()], ..SoundsConfig::default() })?;
    Ok(Core::new(Parts {
        engine: Engine::start(media.engine())?,
        sounds,
        database,
        clock: Clock::System,
        settings,
    }))
}
