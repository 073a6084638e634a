//! `obelus check`: reads everything, starts nothing, says what is wrong.

use std::sync::Arc;

use obelus_core::conf::Problems;
use obelus_core::interpreter::PbxConfig;
use obelus_core::registry::Registry;
use obelus_interfaces::console::Permissions;
use obelus_interfaces::control::Control;

use crate::choice::Choice;
use crate::control::ProgramControl;
use crate::daemon::Daemon;
use crate::{clash, modules, world};

/// Everything that is wrong in the configuration, sorted by file and line.
pub async fn check(daemon: &Daemon, mut problems: Problems) -> Problems {
    let folder = daemon.folder();
    let core = obelus_core::testing::dry_core(daemon.settings.clone());
    let _ = obelus_interfaces::logger::LoggerConfig::load(
        &folder.load_if_there("logger.conf", &mut problems),
        &mut problems,
    );
    let _ = obelus_core::rtp_conf::load(&folder, &mut problems);
    let choice = Choice::load(&folder, &mut problems);
    let mut registry = Registry::default();
    modules::features(&core, &folder, &choice, &mut registry);
    let permissions = Arc::new(Permissions::load(&folder, &mut Problems::new()));
    modules::console(&core, &permissions, &folder, &mut registry);
    let control: Arc<dyn Control> = Arc::new(ProgramControl::new(&core));
    modules::network(&core, &control, &folder, &mut registry);
    match registry.finish() {
        Ok(registry) => core.install(registry),
        Err(clash) => problems.error(None, clash),
    }
    let registry = core.registry();
    choice.check(&registry, &mut problems);
    for module in registry.modules() {
        module.check(&mut problems);
    }
    clash::all(registry.modules()).into_iter().for_each(|clash| problems.push(clash));
    let plan = PbxConfig::read(&core, &folder, &mut Problems::new());
    plan.lint(&registry, &world::of(&folder), &mut problems);
    core.uninstall();
    problems.sort();
    problems
}
