//! `Incomplete([n])`: say that more digits are needed.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};

pub(crate) struct Incomplete;

static HELP: Help = Help {
    synopsis: "Let the caller dial more digits.",
    arguments: &[Argument::options(OPTIONS)],
    description: "Answers the call, waits for more digits behind those dialled, and goes to the longer extension that they make; to i where no longer one could match, to t when no digit comes.",
    see_also: &["WaitExten"],
};

static OPTIONS: &[OptionHelp] = &[OptionHelp::flag('n', "Do not answer the call first.")];

#[async_trait]
impl App for Incomplete {
    fn name(&self) -> &'static str {
        "Incomplete"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if !arguments.option('n') && !channel.is_up() {
            channel.answer_and_settle().await?;
        }
        Ok(Flow::Incomplete)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::cause::Cause;
    use tokio::time::sleep;

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn more_digits_make_a_longer_extension() {
        for (options, answered) in [("", true), ("n", false)] {
            let pbx = pbx(&format!(
                "[internal]\nexten => _0X,1,Incomplete({options})\nexten => 0123,1,Hangup(31)\nexten => i,1,Hangup(28)\nexten => t,1,Hangup(18)\n"
            ));
            for (digits, cause) in [("23", 31), ("24", 28), ("", 18)] {
                let mut caller = pbx.call("internal", "01");
                for digit in digits.chars() {
                    sleep(Duration::from_millis(100)).await;
                    caller.presses(digit);
                }
                assert_eq!(caller.is_over().await, Some(Cause::new(cause)), "{digits}");
                assert_eq!(caller.told().iter().any(|told| told.starts_with("Answer")), answered);
            }
        }
    }
}
