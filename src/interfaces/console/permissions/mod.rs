//! Who may run which console commands: `cli_permissions.conf`, by the user and group at the other end of the socket.

mod commands;
mod config;

use std::sync::Arc;

use arc_swap::ArcSwap;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

pub(super) use config::Configured;

/// Who is at the other end, by the system's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) user: Option<u32>,
    pub(super) group: Option<u32>,
}

/// The permissions of now.
pub struct Permissions {
    folder: ConfigFolder,
    configured: ArcSwap<Configured>,
}

impl Permissions {
    /// Those of the folder's file; without one everybody may do everything, as the socket's mode says who can connect.
    pub fn load(folder: &ConfigFolder, problems: &mut Problems) -> Permissions {
        let configured = Configured::load(folder, problems);
        Permissions { folder: folder.clone(), configured: ArcSwap::from_pointee(configured) }
    }

    /// Reads the file again; returns what is wrong with it, and then keeps what holds now.
    pub(super) fn reload(&self) -> Result<(), Problems> {
        let mut problems = Problems::new();
        let configured = Configured::load(&self.folder, &mut problems);
        if problems.errors() > 0 {
            return Err(problems);
        }
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        self.configured.store(Arc::new(configured));
        Ok(())
    }

    /// Whether somebody may run a line, which is written in full.
    pub(super) fn permit(&self, peer: Peer, line: &str) -> bool {
        self.configured.load().permit(peer, line)
    }
}

/// Enters the commands.
pub(super) fn register(registry: &mut Registry, permissions: &Arc<Permissions>) {
    commands::register(registry, permissions);
}
