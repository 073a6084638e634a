//! `ForkCDR([options])`: a second record of the same call.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::cdr::Fork;
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct ForkCdr;

static HELP: Help = Help {
    synopsis: "Forks the current Call Data Record for this channel.",
    arguments: &[Argument::options(&[
        OptionHelp::flag('a', "The new record is answered now, if the channel is up."),
        OptionHelp::flag('e', "The records before it end now."),
        OptionHelp::flag('r', "The new record begins now, and is answered now."),
        OptionHelp::flag('v', "The new record keeps what the dialplan has set with CDR(name)."),
    ])],
    description: "Makes a record with the times of the present one; both go on with the call, unless an option says otherwise. Nothing is done while no records are kept (cdr.conf).",
    see_also: &["CDR", "CDR_PROP", "ResetCDR"],
};

impl InstantApp for ForkCdr {
    fn name(&self) -> &'static str {
        "ForkCDR"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let fork = Fork {
            answered_now: arguments.option('a'),
            ends_others: arguments.option('e'),
            reset: arguments.option('r'),
            keep_variables: arguments.option('v'),
        };
        let (id, now) = (channel.handle().unique_id().clone(), channel.core().clock.now());
        if channel.core().cdr.with(|book| book.fork(&id, now, fork)) == Some(false) {
            tracing::warn!(channel = %channel.name(), "the call's records are finished and cannot be forked");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cdr::CdrOptions;

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn a_call_can_have_two_records_and_begin_anew() {
        let pbx = pbx("");
        pbx.core.cdr.begin(&pbx.core, CdrOptions::default(), 0);
        let (mut channel, _far) = pbx.channel();
        channel.answer().await.unwrap();
        channel.wait(std::time::Duration::from_secs(5)).await.unwrap();
        channel.run_app("ForkCDR", "er").await.unwrap();
        channel.wait(std::time::Duration::from_secs(2)).await.unwrap();
        channel.run_app("ResetCDR", "v").await.unwrap();
        channel.wait(std::time::Duration::from_secs(1)).await.unwrap();
        drop(channel);
        let records = pbx.core.cdr.with(|book| book.take_finished()).unwrap();
        // A reset concerns every record of the channel, as in Asterisk.
        assert_eq!(records.iter().map(|record| record.billsec).collect::<Vec<_>>(), [1, 1]);
    }
}
