//! Configuration files: `GetConfig`, `GetConfigJSON`, `ListCategories`, `UpdateConfig` and `CreateConfig`.

mod edit;
mod read;
mod update;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use obelus_core::Core;
use obelus_core::registry::Registry;

use crate::ami::Ami;

pub(super) fn register(ami: &Arc<Ami>, registry: &mut Registry) {
    registry.add_action(read::GetConfig(ami.clone()));
    registry.add_action(read::GetConfigJson(ami.clone()));
    registry.add_action(read::ListCategories(ami.clone()));
    registry.add_action(update::UpdateConfig(ami.clone()));
    registry.add_action(update::CreateConfig(ami.clone()));
}

/// Why a file is not for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Unnamed,
    NotFound,
    Restricted,
}

impl Refusal {
    fn text(self) -> &'static str {
        match self {
            Refusal::Unnamed => "Filename not specified",
            Refusal::NotFound => "Config file not found",
            Refusal::Restricted => "File requires escalated privileges",
        }
    }
}

/// A file in the configuration's folder that is there; anywhere else only with `live_dangerously`.
fn existing(ami: &Ami, core: &Core, name: &str) -> Result<PathBuf, Refusal> {
    let path = named(ami, name)?.canonicalize().map_err(|_| Refusal::NotFound)?;
    allowed(ami, core, &path)?;
    Ok(path)
}

/// A file that may have to be made; its folder must be there.
fn writable(ami: &Ami, core: &Core, name: &str) -> Result<PathBuf, Refusal> {
    let path = named(ami, name)?;
    let (Some(folder), Some(file)) = (path.parent(), path.file_name()) else { return Err(Refusal::NotFound) };
    let path = folder.canonicalize().map_err(|_| Refusal::NotFound)?.join(file);
    // One that is a link is judged by where it leads.
    let path = path.canonicalize().unwrap_or(path);
    allowed(ami, core, &path)?;
    Ok(path)
}

fn named(ami: &Ami, name: &str) -> Result<PathBuf, Refusal> {
    match name.trim() {
        "" => Err(Refusal::Unnamed),
        name => Ok(ami.folder.path().join(name)),
    }
}

fn allowed(ami: &Ami, core: &Core, path: &Path) -> Result<(), Refusal> {
    let inside = ami.folder.path().canonicalize().is_ok_and(|folder| path.starts_with(folder));
    match inside || core.settings.load().live_dangerously {
        true => Ok(()),
        false => Err(Refusal::Restricted),
    }
}
