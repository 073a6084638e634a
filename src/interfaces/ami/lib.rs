//! The manager interface (AMI): programs written for Asterisk's ask, act and listen through it.
//!
//! `protocol` turns bytes into messages and knows nothing else. A session (`session/`) is one task that owns its
//! connection and a cursor on the bus; an event is formatted once, when the first session wants it, and shared.
//! Actions are in `actions/`, one file for each family, and in the registry for those of other features.

mod actions;
mod ami;
mod commands;
mod config;
mod events;
mod filter;
mod hints;
mod http;
mod module;
pub mod protocol;
mod quarters;
mod secrets;
mod server;
mod session;
#[cfg(test)]
mod stories;

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;
use obelus_http::Site;
use obelus_interfaces::control::Control;

pub use config::Config;
pub use module::AmiModule;

/// Enters the module, its actions and its console commands.
pub fn register(
    core: &Arc<Core>,
    control: &Arc<dyn Control>,
    folder: &ConfigFolder,
    site: &Arc<Site>,
    registry: &mut Registry,
) {
    let ami = Arc::new(ami::Ami::new(core, control, folder));
    actions::register(&ami, registry);
    commands::register(&ami, registry);
    registry.add_module(Arc::new(AmiModule::new(ami, site)));
}
