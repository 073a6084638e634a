//! The console as a module: `cli_permissions.conf` and `cli.conf` are checked, and the first is read again.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};

use super::permissions::{Configured, Permissions};
use super::startup::Startup;

/// The module `cli`.
pub struct CliModule {
    permissions: Arc<Permissions>,
    folder: ConfigFolder,
}

impl CliModule {
    /// The module of permissions that were read from `folder`.
    pub fn new(permissions: &Arc<Permissions>, folder: ConfigFolder) -> CliModule {
        CliModule { permissions: permissions.clone(), folder }
    }
}

#[async_trait]
impl Module for CliModule {
    fn name(&self) -> &'static str {
        "cli"
    }

    fn description(&self) -> &'static str {
        "CLI"
    }

    fn files(&self) -> &'static [&'static str] {
        &["cli_permissions.conf"]
    }

    fn check(&self, problems: &mut Problems) {
        Configured::load(&self.folder, problems);
        Startup::load(&self.folder, problems);
    }

    async fn start(&self) -> Result<(), ModuleError> {
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        self.permissions.reload().map_err(ModuleError::new)
    }
}
