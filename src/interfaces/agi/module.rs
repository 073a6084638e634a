//! The module `res_agi`: `agi.conf` at the start and at every reload.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};

use super::Agi;
use super::config::{AgiConf, FILE};

/// Loads the limits; programs that run keep those that they began with.
pub(super) struct AgiModule {
    pub(super) agi: Arc<Agi>,
    pub(super) folder: ConfigFolder,
}

impl AgiModule {
    fn load(&self) -> (AgiConf, usize) {
        let mut problems = Problems::new();
        let conf = AgiConf::load(&self.folder, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        (conf, problems.errors())
    }
}

#[async_trait]
impl Module for AgiModule {
    fn name(&self) -> &'static str {
        "res_agi"
    }

    fn description(&self) -> &'static str {
        "Asterisk Gateway Interface (AGI)"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn use_count(&self) -> usize {
        self.agi.running()
    }

    fn check(&self, problems: &mut Problems) {
        AgiConf::load(&self.folder, problems);
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.agi.conf.store(Arc::new(self.load().0));
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        match self.load() {
            (conf, 0) => self.agi.conf.store(Arc::new(conf)),
            (_, errors) => return Err(ModuleError::new(format!("{FILE} has {errors} errors (see the log)"))),
        }
        Ok(())
    }
}
