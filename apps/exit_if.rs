//! `ExitIf()`: leave an `If` block.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct ExitIf;

static HELP: Help = Help {
    synopsis: "End an If branch.",
    arguments: &[],
    description: "Goes on after the EndIf of the block that it is in.",
    see_also: &["If", "ElseIf", "Else", "EndIf"],
};

impl InstantApp for ExitIf {
    fn name(&self) -> &'static str {
        "ExitIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.leave_block("If", "EndIf").map_err(AppError::Failed)?;
        Ok(Flow::Jump)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::way;

    #[tokio::test(start_paused = true)]
    async fn the_innermost_block_is_left() {
        let plan = "If(1)\n same => n,If(1)\n same => n,ExitIf()\n same => n,Set(WAY=x)\n same => n,EndIf()\n\
            same => n,Set(WAY=${WAY}a)\n same => n,ExitIf()\n same => n,Set(WAY=x)\n same => n,EndIf()\n\
            same => n,Set(WAY=${WAY}z)";
        assert_eq!(way(plan).await, "az");
    }

    #[tokio::test(start_paused = true)]
    async fn outside_of_a_block_the_call_ends() {
        assert_eq!(way("ExitIf()\n same => n,Set(WAY=x)").await, "");
    }
}
