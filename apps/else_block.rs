//! `Else()`: the branch of an `If` block that runs when no other has run.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct Else;

static HELP: Help = Help {
    synopsis: "Define an optional else branch.",
    arguments: &[],
    description: "A branch that reaches it goes on after EndIf; a condition before it that was false goes on behind it.",
    see_also: &["If", "ElseIf", "EndIf", "ExitIf"],
};

impl InstantApp for Else {
    fn name(&self) -> &'static str {
        "Else"
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
    async fn it_runs_only_when_nothing_else_did() {
        let plan =
            "If(${A})\n same => n,Set(WAY=a)\n same => n,Else()\n same => n,Set(WAY=b)\n same => n,EndIf()";
        assert_eq!(way(&format!("Set(A=1)\n same => n,{plan}")).await, "a");
        assert_eq!(way(plan).await, "b");
    }
}
