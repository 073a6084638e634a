//! The console commands of the log.

mod add;
mod groups;
mod levels;
mod maintain;
mod show;

use std::sync::Arc;

use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

use super::{Depth, Logger};

/// Enters the commands of the log.
pub fn register(registry: &mut Registry, logger: &Arc<Logger>, folder: &ConfigFolder) {
    registry.add_command(show::ShowChannels(logger.clone()));
    registry.add_command(show::ShowLevels(logger.clone()));
    registry.add_command(maintain::Reload(logger.clone(), folder.clone()));
    registry.add_command(maintain::Rotate(logger.clone()));
    registry.add_command(add::AddChannel(logger.clone()));
    registry.add_command(add::RemoveChannel(logger.clone()));
    registry.add_command(levels::SetVerbose(logger.clone()));
    for depth in [Depth::Debug, Depth::Trace] {
        registry.add_command(levels::SetDepth { logger: logger.clone(), depth });
    }
    registry.add_command(levels::SetDebugChannel(logger.clone()));
    registry.add_command(levels::SetLevel);
    registry.add_command(levels::Mute);
    registry.add_command(groups::Change);
    registry.add_command(groups::Show);
    registry.add_command(groups::Reset);
}
