//! Channel event logging outside the calls: cel.conf, the back ends, and the tasks that feed them.

mod ami;
mod cli;
mod config;
mod custom;
mod module;

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::cel::Backend;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

/// Enters the module, its command and the back ends that are here; `others` are those of other rooms.
pub fn register(
    core: &Arc<Core>,
    folder: &ConfigFolder,
    others: Vec<Arc<dyn Backend>>,
    registry: &mut Registry,
) {
    let mut backends: Vec<Arc<dyn Backend>> =
        vec![Arc::new(custom::Custom::new(core, folder)), Arc::new(ami::ToPrograms::new(core, folder))];
    backends.extend(others);
    let cel = Arc::new(module::Cel::new(core, folder, backends));
    cli::register(&cel, registry);
    registry.add_module(cel);
}
