//! `ResetCDR([options])`: the call's records begin anew.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct ResetCdr;

static HELP: Help = Help {
    synopsis: "Resets the Call Data Record.",
    arguments: &[Argument::options(&[OptionHelp::flag(
        'v',
        "What the dialplan has set with CDR(name) is kept.",
    )])],
    description: "The records of the channel start now, and are answered now if the channel is up. What the dialplan has set with CDR(name) is forgotten. Nothing is done while no records are kept (cdr.conf).",
    see_also: &["CDR", "ForkCDR"],
};

impl InstantApp for ResetCdr {
    fn name(&self) -> &'static str {
        "ResetCDR"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (id, now) = (channel.handle().unique_id().clone(), channel.core().clock.now());
        channel.core().cdr.with(|book| book.reset(&id, now, arguments.option('v')));
        Ok(Flow::Continue)
    }
}
