//! The console: a socket, the client that connects to it, and the commands.

mod aliases;
pub mod client;
pub mod commands;
pub mod manual;
mod module;
mod permissions;
mod protocol;
mod server;
mod socket;
mod startup;

pub use aliases::AliasModule;
pub use module::CliModule;
pub use permissions::Permissions;
pub use protocol::Welcome;
pub use server::ConsoleServer;
pub use socket::{SocketError, SocketPlace};
pub use startup::{Startup, When};

use std::sync::Arc;

use obelus_core::registry::Registry;

/// Enters the commands about the console itself.
pub fn register(registry: &mut Registry, permissions: &Arc<Permissions>) {
    permissions::register(registry, permissions);
    registry.add_command(aliases::ShowAliases);
}
