//! Call records outside the calls: cdr.conf, the back ends that write files or tell programs, and the task that feeds them all.

mod ami;
mod cli;
mod config;
mod csv;
mod custom;
pub(crate) mod file;
mod journal;
mod json;
mod module;
#[cfg(test)]
mod stories;
mod writer;

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::cdr::Backend;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

/// Enters the module, its commands and the back ends that write files; `others` are those of other rooms.
pub fn register(
    core: &Arc<Core>,
    folder: &ConfigFolder,
    others: Vec<Arc<dyn Backend>>,
    registry: &mut Registry,
) {
    let mut backends: Vec<Arc<dyn Backend>> = vec![
        Arc::new(csv::Csv::new(core, folder)),
        Arc::new(custom::Custom::new(core, folder)),
        Arc::new(json::Json::new(core, folder)),
        Arc::new(ami::ToPrograms::new(core, folder)),
    ];
    backends.extend(others);
    let cdr = Arc::new(module::Cdr::new(core, folder, backends));
    cli::register(&cdr, registry);
    registry.add_module(cdr);
}
