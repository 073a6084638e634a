//! THE list of everything that is loaded, in the order in which it starts.

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::features::FeaturesModule;
use obelus_core::files::ConfigFolder;
use obelus_core::interpreter::PbxConfig;
use obelus_core::music::MusicModule;
use obelus_core::registry::Registry;
use obelus_interfaces::console::{self, AliasModule, CliModule, Permissions, commands};
use obelus_interfaces::control::Control;
use obelus_interfaces::logger::{self, Logger, LoggerModule};
use obelus_interfaces::spool::SpoolModule;
use obelus_storage::CelSqlite;
use obelus_storage::cdr::{SqliteCustom, SqliteOwn};

use crate::choice::Choice;

/// What calls are made of: enough to check a configuration or try a dialplan.
pub fn features(core: &Arc<Core>, folder: &ConfigFolder, choice: &Choice, registry: &mut Registry) {
    obelus_funcs::register(registry);
    obelus_apps::register(registry);
    obelus_channel_local::register(core, registry);
    obelus_interfaces::agi::register(folder, registry);
    obelus_interfaces::cel::register(core, folder, vec![Arc::new(CelSqlite::new(core, folder))], registry);
    // Before everything that makes calls, so that it stops after the last of them.
    obelus_interfaces::cdr::register(
        core,
        folder,
        vec![Arc::new(SqliteOwn::new(core, folder)), Arc::new(SqliteCustom::new(core, folder))],
        registry,
    );
    // Before everybody who lets somebody in.
    obelus_interfaces::acl::register(core, folder, registry);
    registry.add_module(Arc::new(FeaturesModule::new(core, folder.clone())));
    registry.add_module(Arc::new(MusicModule::new(core, folder.clone())));
    registry.add_module(Arc::new(PbxConfig::new(core, folder.clone())));
    // After the dialplan: a call that comes at once must find it.
    if choice.wants("chan_pjsip") {
        obelus_channel_sip::register(core, folder, registry);
    }
    registry.add_module(Arc::new(SpoolModule::new(core)));
    choice.apply(registry);
}

/// The files about the console.
pub fn console(
    core: &Arc<Core>,
    permissions: &Arc<Permissions>,
    folder: &ConfigFolder,
    registry: &mut Registry,
) {
    registry.add_module(Arc::new(CliModule::new(permissions, folder.clone())));
    registry.add_module(Arc::new(AliasModule::new(core, folder.clone())));
}

/// What people run the PBX with.
pub fn operation(
    core: &Arc<Core>,
    control: &Arc<dyn Control>,
    logger: &Arc<Logger>,
    permissions: &Arc<Permissions>,
    folder: &ConfigFolder,
    registry: &mut Registry,
) {
    commands::register(registry, control, logger);
    console::register(registry, permissions);
    self::console(core, permissions, folder, registry);
    logger::commands::register(registry, logger, folder);
    registry.add_module(Arc::new(LoggerModule::new(logger.clone(), folder.clone())));
    network(core, control, folder, registry);
}

/// The ports that programs connect to.
pub fn network(core: &Arc<Core>, control: &Arc<dyn Control>, folder: &ConfigFolder, registry: &mut Registry) {
    let site = obelus_http::register(core, folder, registry);
    obelus_ami::register(core, control, folder, &site, registry);
}
