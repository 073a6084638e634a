//! The module `pbx_config`: `extensions.conf` at the start and at every reload.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use obelus_conf::Problems;

use crate::Core;
use crate::files::ConfigFolder;
use crate::interpreter::LoadedPlan;
use crate::module::{Module, ModuleError};

/// The file.
const FILE: &str = "extensions.conf";

/// Loads the dialplan and swaps it whole; live calls keep the one that they began with.
pub struct PbxConfig {
    core: Weak<Core>,
    folder: ConfigFolder,
}

impl PbxConfig {
    /// The module of this PBX.
    pub fn new(core: &Arc<Core>, folder: ConfigFolder) -> PbxConfig {
        PbxConfig { core: Arc::downgrade(core), folder }
    }

    /// Reads the file without using it; `problems` says what is wrong.
    pub fn read(core: &Core, folder: &ConfigFolder, problems: &mut Problems) -> LoadedPlan {
        let document = folder.load(FILE, problems);
        LoadedPlan::load(&core.registry(), &document, problems)
    }

    fn core(&self) -> Result<Arc<Core>, ModuleError> {
        self.core.upgrade().ok_or_else(|| ModuleError::new("the PBX is stopping"))
    }

    /// Reads the file and logs what is wrong with it; the number is that of the errors.
    fn load(&self, core: &Core) -> Result<(LoadedPlan, usize), ModuleError> {
        if !self.folder.has(FILE) {
            return Err(ModuleError::new(format!("{FILE} cannot be read")));
        }
        let mut problems = Problems::new();
        let plan = PbxConfig::read(core, &self.folder, &mut problems);
        for problem in problems.iter() {
            tracing::warn!("{problem}");
        }
        Ok((plan, problems.errors()))
    }

    fn put_in_place(core: &Core, plan: LoadedPlan) {
        if plan.plan().general().clear_globals {
            core.globals.clear();
        }
        for (name, value) in plan.plan().globals() {
            core.globals.set(name, value.as_str());
        }
        core.dialplan.store(Arc::new(plan));
    }
}

#[async_trait]
impl Module for PbxConfig {
    fn name(&self) -> &'static str {
        "pbx_config"
    }

    fn description(&self) -> &'static str {
        "Text Extension Configuration"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn check(&self, problems: &mut Problems) {
        match self.core() {
            Ok(core) => {
                PbxConfig::read(&core, &self.folder, problems);
            }
            Err(error) => problems.error(None, error.to_string()),
        }
    }

    /// What is wrong is left out, so that the rest can be called.
    async fn start(&self) -> Result<(), ModuleError> {
        let core = self.core()?;
        let (plan, _) = self.load(&core)?;
        PbxConfig::put_in_place(&core, plan);
        Ok(())
    }

    /// A plan with errors does not replace one that works.
    async fn reload(&self) -> Result<(), ModuleError> {
        let core = self.core()?;
        match self.load(&core)? {
            (plan, 0) => PbxConfig::put_in_place(&core, plan),
            (_, errors) => {
                let reason =
                    format!("{FILE} has {errors} errors (see the log); the dialplan stays as it was");
                return Err(ModuleError::new(reason));
            }
        }
        Ok(())
    }
}
