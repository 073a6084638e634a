//! `core show settings`.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::settings::Directories;

use crate::control::Control;
use crate::logger::Logger;
use crate::version::VERSION;

pub(super) struct ShowSettings {
    pub(super) control: Arc<dyn Control>,
    pub(super) logger: Arc<Logger>,
}

#[async_trait]
impl CliCommand for ShowSettings {
    fn syntax(&self) -> &'static str {
        "core show settings"
    }

    fn synopsis(&self) -> &'static str {
        "Show PBX core settings"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut page = Page("\nPBX Core settings\n-----------------\n".to_owned());
        let verbose = call.console.map_or_else(|| self.logger.root_verbose(), |console| console.verbose());
        page.push_core(call.core, &self.logger, verbose);
        page.push_times(call.core, self.control.last_reload());
        page.push_names(call.core);
        page.push_directories(&call.core.settings.load().directories);
        page.0.push_str("\n\n");
        Ok(page.0)
    }
}

struct Page(String);

impl Page {
    fn push(&mut self, name: &str, value: impl std::fmt::Display) {
        let name = format!("{name}:");
        let _ = writeln!(self.0, "  {name:<28} {value}");
    }

    fn push_core(&mut self, core: &Core, logger: &Logger, verbose: u8) {
        self.push("Version", VERSION);
        match core.settings.load().max_calls {
            Some(most) => {
                self.push("Maximum calls", format_args!("{most} (Current {})", core.channels.count()))
            }
            None => self.push("Maximum calls", "Not set"),
        }
        self.push("Maximum open file handles", open_files().unwrap_or_else(|| "Unknown".to_owned()));
        self.push("Root console verbosity", logger.root_verbose());
        self.push("Current console verbosity", verbose);
        self.push("Debug level", logger.debug());
    }

    fn push_times(&mut self, core: &Core, reload: Option<Timestamp>) {
        let zone = TimeZone::system();
        let show = |time: Timestamp| time.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
        self.push("Startup time", show(core.started));
        if let Some(reload) = reload {
            self.push("Last reload time", show(reload));
        }
    }

    fn push_names(&mut self, core: &Core) {
        let settings = core.settings.load();
        self.push("System", format_args!("{}/{}", std::env::consts::OS, std::env::consts::ARCH));
        self.push("System name", &settings.system_name);
        self.push("Entity ID", &settings.entity_id);
        self.push("Default language", &settings.language);
        self.push("User name and group", &settings.run_user);
        let folder = std::env::current_dir().map(|folder| folder.display().to_string());
        self.push("Running directory", folder.unwrap_or_else(|_| "Unable to access".to_owned()));
    }

    fn push_directories(&mut self, directories: &Directories) {
        self.0.push_str("\n* Directories\n  -------------\n");
        let mut push = |name: &str, path: &Path| self.push(name, path.display());
        push("Configuration directory", &directories.etc);
        push("Module directory", &directories.modules);
        push("Spool directory", &directories.spool);
        push("Log directory", &directories.log);
        push("Run/Sockets directory", &directories.run);
        push("VarLib directory", &directories.var_lib);
        push("Data directory", &directories.data);
        push("ASTDB", &directories.db);
        push("IAX2 Keys directory", &directories.keys);
        push("AGI Scripts directory", &directories.agi);
    }
}

/// The soft limit of open files, as the system keeps it.
fn open_files() -> Option<String> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next().map(str::to_owned)
}
