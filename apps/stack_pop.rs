//! `StackPop()`: forget where the subroutine was called from.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct StackPop;

static HELP: Help = Help {
    synopsis: "Remove one address from gosub stack.",
    arguments: &[],
    description: "Forgets the last address of the stack with its variables; a later Return goes to the one before.",
    see_also: &["Return", "Gosub"],
};

impl InstantApp for StackPop {
    fn name(&self) -> &'static str {
        "StackPop"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        if channel.leave_frame().is_none() {
            tracing::warn!(channel = %channel.name(), "StackPop: the stack is empty");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::way;

    #[tokio::test(start_paused = true)]
    async fn the_outer_caller_is_returned_to() {
        let plan = "Gosub(outer,1(x))\n same => n,Set(WAY=${WAY}z)\n\
            exten => outer,1,Set(WAY=${ARG1})\n same => n,Gosub(inner,1(y))\n same => n,Set(WAY=wrong)\n\
            exten => inner,1,Set(WAY=${WAY}${ARG1})\n same => n,StackPop()\n same => n,Set(WAY=${WAY}${ARG1})\n\
            same => n,Return()";
        assert_eq!(way(plan).await, "xyxz");
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_stack_is_no_reason_to_stop() {
        assert_eq!(way("StackPop()\n same => n,Set(WAY=a)").await, "a");
    }
}
