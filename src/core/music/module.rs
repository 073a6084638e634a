//! The module `res_musiconhold`: musiconhold.conf at the start and at every reload.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use obelus_conf::Problems;

use crate::Core;
use crate::files::ConfigFolder;
use crate::module::{Module, ModuleError};
use crate::music::conf::FILE;
use crate::music::{Mode, Music};

/// Loads the classes; who listens keeps the class that it has.
pub struct MusicModule {
    core: Weak<Core>,
    folder: ConfigFolder,
}

impl MusicModule {
    /// The module of this PBX.
    pub fn new(core: &Arc<Core>, folder: ConfigFolder) -> MusicModule {
        MusicModule { core: Arc::downgrade(core), folder }
    }

    fn load(&self, problems: &mut Problems) -> Option<(Arc<Core>, Music)> {
        let core = self.core.upgrade()?;
        let data = core.settings.load().directories.data.clone();
        let music = Music::load(&self.folder, &data, problems);
        Some((core, music))
    }

    /// Puts the classes in place unless that is forbidden where there are errors; returns how many those are.
    fn put_in_place(&self, with_errors: bool) -> usize {
        let mut problems = Problems::new();
        let loaded = self.load(&mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        if let Some((core, music)) = loaded.filter(|_| with_errors || problems.errors() == 0) {
            tell_of_silence(&music);
            core.music.store(Arc::new(music));
        }
        problems.errors()
    }
}

/// Says who will hear nothing.
fn tell_of_silence(music: &Music) {
    if music.classes().is_empty() {
        tracing::info!("{FILE} has no classes: whoever is held hears nothing");
    }
    for class in music.classes().iter().filter(|class| class.files.is_empty()) {
        if let Mode::Files(folder) = &class.mode {
            tracing::warn!(class = %class.name, "no music in {}: whoever is held hears silence", folder.display());
        }
    }
}

#[async_trait]
impl Module for MusicModule {
    fn name(&self) -> &'static str {
        "res_musiconhold"
    }

    fn description(&self) -> &'static str {
        "Music On Hold Resource"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn check(&self, problems: &mut Problems) {
        self.load(problems);
    }

    async fn start(&self) -> Result<(), ModuleError> {
        self.put_in_place(true);
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        match self.put_in_place(false) {
            0 => Ok(()),
            errors => Err(ModuleError::new(format!("{FILE} has {errors} errors (see the log)"))),
        }
    }
}
