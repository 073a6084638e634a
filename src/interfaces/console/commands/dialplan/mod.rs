//! The commands of the dialplan.

mod globals;
mod reload;
mod show;
mod variables;

use std::sync::Arc;

use obelus_core::registry::Registry;

use crate::control::Control;

pub(super) fn register(registry: &mut Registry, control: &Arc<dyn Control>) {
    registry.add_command(show::Show);
    registry.add_command(globals::ShowGlobals);
    registry.add_command(globals::SetGlobal);
    registry.add_command(variables::ShowVariables);
    registry.add_command(variables::SetVariable);
    registry.add_command(reload::Reload(control.clone()));
}
