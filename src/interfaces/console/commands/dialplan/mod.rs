//! The commands of the dialplan.

mod add;
mod debug;
mod globals;
mod reload;
mod remove;
mod save;
mod show;
mod trial;
mod variables;

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::conf::Location;
use obelus_core::registry::Registry;

use add::Kind;

use crate::control::Control;

/// Where lines stand that were typed and not read from a file.
fn typed_here() -> Location {
    Location::new("CLI", 0)
}

/// The names of all contexts.
fn contexts(core: &Core) -> Vec<String> {
    core.dialplan.load().plan().contexts().iter().map(|context| context.name().to_owned()).collect()
}

fn has_context(core: &Core, name: &str) -> bool {
    core.dialplan.load().plan().context(name).is_some()
}

pub(super) fn register(registry: &mut Registry, control: &Arc<dyn Control>) {
    registry.add_command(show::Show);
    registry.add_command(debug::Debug);
    registry.add_command(globals::ShowGlobals);
    registry.add_command(globals::SetGlobal);
    registry.add_command(variables::ShowVariables);
    registry.add_command(variables::SetVariable);
    registry.add_command(reload::Reload(control.clone()));
    registry.add_command(save::Save);
    registry.add_command(trial::EvalFunction);
    registry.add_command(trial::ExecApplication);
    registry.add_command(add::AddExtension);
    registry.add_command(remove::RemoveExtension);
    registry.add_command(remove::RemoveContext);
    for what in [Kind::Include, Kind::IgnorePattern] {
        registry.add_command(add::AddText { what });
        registry.add_command(remove::RemoveText { what });
    }
}
