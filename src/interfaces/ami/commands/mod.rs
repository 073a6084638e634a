//! The console's commands.

mod connected;
mod debug;
mod events;
mod list;
mod reload;
mod settings;
mod users;

use std::sync::Arc;

use obelus_core::cli::{CliCommand, CliError};
use obelus_core::registry::Registry;

use crate::ami::Ami;

pub(crate) fn register(ami: &Arc<Ami>, registry: &mut Registry) {
    registry.add_command(list::ShowCommands);
    registry.add_command(list::ShowCommand);
    registry.add_command(connected::ShowConnected(ami.clone()));
    registry.add_command(connected::Kick(ami.clone()));
    registry.add_command(events::ShowEvents);
    registry.add_command(events::ShowEvent);
    registry.add_command(users::ShowUsers(ami.clone()));
    registry.add_command(users::ShowUser(ami.clone()));
    registry.add_command(settings::ShowSettings(ami.clone()));
    registry.add_command(reload::ManagerReload(ami.clone()));
    registry.add_command(debug::SetDebug(ami.clone()));
}

fn yes_no(flag: bool) -> &'static str {
    if flag { "Yes" } else { "No" }
}

/// The arguments do not fit.
fn usage(command: &dyn CliCommand) -> CliError {
    CliError::Usage(format!("{}\n       {}\n", command.syntax(), command.synopsis()))
}
