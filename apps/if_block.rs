//! `If(condition)` … `EndIf()`: run a part of the dialplan if a condition holds.

use obelus_core::app::is_true;
use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct If;

static HELP: Help = Help {
    synopsis: "Start an if branch.",
    arguments: &[Argument::rest("expr", false, "True unless it is empty or 0.")],
    description: "Goes on with the next priority if the condition is true; else at the next ElseIf of the block, after its Else, or after its EndIf.",
    see_also: &["ElseIf", "Else", "EndIf", "ExitIf"],
};

impl InstantApp for If {
    fn name(&self) -> &'static str {
        "If"
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

    const PLAN: &str = "If($[${A} = 1])\n same => n,Set(WAY=${WAY}a)\n same => n,If($[${B} = 1])\n\
         same => n,Set(WAY=${WAY}b)\n same => n,Else()\n same => n,Set(WAY=${WAY}c)\n same => n,EndIf()\n\
         same => n,ExitIf()\n same => n,ElseIf($[${A} = 2])\n same => n,Set(WAY=${WAY}d)\n\
         same => n,Else()\n same => n,Set(WAY=${WAY}e)\n same => n,EndIf()\n same => n,Set(WAY=${WAY}z)";

    #[tokio::test(start_paused = true)]
    async fn one_branch_of_each_block_runs() {
        for (a, b, expected) in [(1, 1, "abz"), (1, 2, "acz"), (2, 1, "dz"), (3, 1, "ez")] {
            assert_eq!(way(&format!("Set(A={a})\n same => n,Set(B={b})\n same => n,{PLAN}")).await, expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_condition_is_false_and_a_block_may_have_one_branch() {
        let plan = "If(${NOTHING})\n same => n,Set(WAY=x)\n same => n,EndIf()\n same => n,Set(WAY=${WAY}z)";
        assert_eq!(way(plan).await, "z");
    }

    #[tokio::test(start_paused = true)]
    async fn a_block_without_end_ends_the_call() {
        assert_eq!(way("If(0)\n same => n,Set(WAY=x)").await, "");
    }
}
