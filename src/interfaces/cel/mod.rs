//! Channel event logging outside the calls: cel.conf, cel_custom.conf, and the tasks that read and write.

mod config;
mod custom;
mod module;

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

/// Enters the module.
pub fn register(core: &Arc<Core>, folder: &ConfigFolder, registry: &mut Registry) {
    registry.add_module(Arc::new(module::Cel::new(core, folder)));
}
