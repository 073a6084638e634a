//! The module: reads acl.conf into the core, where every room finds its lists.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::acl::{AccessLists, FILE};
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};

/// The module `acl`.
pub(super) struct Acl {
    core: Weak<Core>,
    folder: ConfigFolder,
}

impl Acl {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder) -> Acl {
        Acl { core: Arc::downgrade(core), folder: folder.clone() }
    }

    fn read(&self, problems: &mut Problems) -> AccessLists {
        AccessLists::load(&self.folder.load_if_there(FILE, problems), problems)
    }

    fn apply(&self, lists: AccessLists, problems: &Problems) {
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        if let Some(core) = self.core.upgrade() {
            core.access_lists.store(Arc::new(lists));
        }
    }
}

#[async_trait]
impl Module for Acl {
    fn name(&self) -> &'static str {
        "acl"
    }

    fn description(&self) -> &'static str {
        "Named access lists"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn check(&self, problems: &mut Problems) {
        self.read(problems);
    }

    /// A list with a mistake permits nobody.
    async fn start(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let lists = self.read(&mut problems);
        self.apply(lists, &problems);
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let lists = self.read(&mut problems);
        if problems.errors() > 0 {
            return Err(ModuleError::new(&problems));
        }
        self.apply(lists, &problems);
        Ok(())
    }
}
