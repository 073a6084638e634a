//! Named access lists: acl.conf and `acl show`.

mod cli;
mod module;

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

/// Enters the module and its command.
pub fn register(core: &Arc<Core>, folder: &ConfigFolder, registry: &mut Registry) {
    registry.add_command(cli::Show);
    registry.add_module(Arc::new(module::Acl::new(core, folder)));
}
