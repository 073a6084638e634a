//! `ElseIf(condition)`: another branch of an `If` block, with its own condition.

use obelus_core::app::is_true;
use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct ElseIf;

static HELP: Help = Help {
    synopsis: "Start an else if branch.",
    arguments: &[Argument::rest("expr", false, "True unless it is empty or 0.")],
    description: "Goes on with the next priority if the condition is true; else at the next branch of the block. A branch before it that does not end with ExitIf runs into it.",
    see_also: &["If", "Else", "EndIf", "ExitIf"],
};

impl InstantApp for ElseIf {
    fn name(&self) -> &'static str {
        "ElseIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if is_true(arguments.whole()) {
            return Ok(Flow::Continue);
        }
        channel.skip_branch("If", "ElseIf", "Else", "EndIf").map_err(AppError::Failed)?;
        Ok(Flow::Jump)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::way;

    const PLAN: &str = "If(1)\n same => n,Set(WAY=a)\n same => n,EXIT()\n same => n,ElseIf(1)\n\
        same => n,Set(WAY=${WAY}b)\n same => n,ElseIf(1)\n same => n,Set(WAY=${WAY}c)\n same => n,EndIf()";

    #[tokio::test(start_paused = true)]
    async fn a_branch_runs_into_it_unless_it_is_left() {
        assert_eq!(way(&PLAN.replace("EXIT", "ExitIf")).await, "a");
        assert_eq!(way(&PLAN.replace("EXIT", "NoOp")).await, "abc");
    }
}
