//! Programs that steer calls by AGI.

use obelus_core::action::Lines;
use obelus_core::events::{AgiStep, Event};

use super::push_channel;

/// Asterisk's name of a step.
pub(super) fn name(step: &AgiStep) -> &'static str {
    match step {
        AgiStep::ExecStart { .. } => "AGIExecStart",
        AgiStep::ExecEnd { .. } => "AGIExecEnd",
        AgiStep::AsyncStart { .. } => "AsyncAGIStart",
        AgiStep::AsyncExec { .. } => "AsyncAGIExec",
        AgiStep::AsyncEnd => "AsyncAGIEnd",
    }
}

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    let Event::Agi { channel, step } = event else { return false };
    push_channel(lines, "", channel);
    match &**step {
        AgiStep::ExecStart { id, command } => drop(lines.put("CommandId", id).put("Command", command)),
        AgiStep::ExecEnd { id, command, code, result } => {
            lines.put("CommandId", id).put("Command", command).put("ResultCode", code).put("Result", result);
        }
        AgiStep::AsyncStart { environment } => drop(lines.put("Env", environment)),
        AgiStep::AsyncExec { result, id } => {
            lines.put("Result", result);
            if let Some(id) = id {
                lines.put("CommandId", id);
            }
        }
        AgiStep::AsyncEnd => {}
    }
    true
}
