//! The module `features`: `features.conf` at the start and at every reload.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use obelus_conf::Problems;

use crate::Core;
use crate::features::FeaturesConf;
use crate::features::conf::FILE;
use crate::files::ConfigFolder;
use crate::module::{Module, ModuleError};

/// Loads the codes; channels that talk keep those that they began with.
pub struct FeaturesModule {
    core: Weak<Core>,
    folder: ConfigFolder,
}

impl FeaturesModule {
    /// The module of this PBX.
    pub fn new(core: &Arc<Core>, folder: ConfigFolder) -> FeaturesModule {
        FeaturesModule { core: Arc::downgrade(core), folder }
    }

    fn load(&self) -> (FeaturesConf, usize) {
        let mut problems = Problems::new();
        let conf = FeaturesConf::load(&self.folder, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        (conf, problems.errors())
    }

    fn put_in_place(&self, conf: FeaturesConf) {
        if let Some(core) = self.core.upgrade() {
            core.features.store(Arc::new(conf));
        }
    }
}

#[async_trait]
impl Module for FeaturesModule {
    fn name(&self) -> &'static str {
        "features"
    }

    fn description(&self) -> &'static str {
        "Call Features"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn check(&self, problems: &mut Problems) {
        FeaturesConf::load(&self.folder, problems);
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.put_in_place(self.load().0);
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        match self.load() {
            (conf, 0) => self.put_in_place(conf),
            (_, errors) => return Err(ModuleError::new(format!("{FILE} has {errors} errors (see the log)"))),
        }
        Ok(())
    }
}
