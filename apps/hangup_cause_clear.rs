//! `HangupCauseClear()`: forget how the channels that were rung have ended.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::Help;

pub(crate) struct HangupCauseClear;

static HELP: Help = Help {
    synopsis: "Clears hangup cause information from the channel that is available through HANGUPCAUSE.",
    arguments: &[],
    description: "HANGUPCAUSE and HANGUPCAUSE_KEYS give nothing until somebody is rung again.",
    see_also: &["HANGUPCAUSE", "HANGUPCAUSE_KEYS"],
};

impl InstantApp for HangupCauseClear {
    fn name(&self) -> &'static str {
        "HangupCauseClear"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.forget_causes();
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use obelus_core::channel::HungUp;

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn nothing_is_remembered() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let hung_up = HungUp { cause: Cause::USER_BUSY, technical: "SIP 486".into() };
        channel.remember_cause(&"Test/1".into(), hung_up);
        assert_eq!(channel.remembered_causes().len(), 1);
        channel.run_app("HangupCauseClear", "").await.expect("it ran");
        assert!(channel.remembered_causes().is_empty());
    }
}
