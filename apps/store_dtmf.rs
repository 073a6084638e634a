//! `StoreDTMF(direction[,variable[,maxdigits]])`: keep the digits of a call in a variable.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::channel::DigitStore;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct StoreDtmf;

static HELP: Help = Help {
    synopsis: "Stores DTMF digits transmitted or received on a channel.",
    arguments: &[
        Argument::required(
            "direction",
            "RX for digits of the far end, TX for those that are sent to it; remove to end it.",
        ),
        Argument::optional("variable", "The variable or function that they are added to."),
        Argument::optional("maxdigits", "How many digits are kept at most; without end by default."),
    ],
    description: "From now on each digit is added to the variable, while the dialplan goes on.",
    see_also: &["Read"],
};

/// What to keep; `None` to end it.
fn store(arguments: &Arguments) -> Result<Option<DigitStore>, String> {
    let received = match arguments.text(0).to_ascii_lowercase().as_str() {
        "rx" => true,
        "tx" => false,
        "remove" => return Ok(None),
        other => return Err(format!("the direction is `{other}`; there are RX, TX and remove")),
    };
    let variable = arguments.get(1).ok_or("the argument `variable` is missing")?.to_owned();
    let most = arguments.number(2)?.filter(|most| *most > 0).and_then(|most| usize::try_from(most).ok());
    Ok(Some(DigitStore { received, variable, most }))
}

impl InstantApp for StoreDtmf {
    fn name(&self) -> &'static str {
        "StoreDTMF"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        store(arguments).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        arguments.get(1).map(|variable| Mention::Written(variable.into())).into_iter().collect()
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let store = store(arguments).map_err(AppError::Failed)?;
        let (done, otherwise) = match store {
            Some(store) => (channel.store_digits(store), "digits are stored already"),
            None => (channel.stop_storing_digits(), "no digits are stored"),
        };
        if !done {
            tracing::warn!(channel = %channel.name(), "StoreDTMF: {otherwise}");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn digits_are_kept_until_that_is_ended() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        channel.run_app("StoreDTMF", "rx,KEPT,3").await.expect("it ran");
        channel.run_app("StoreDTMF", "TX,OTHER").await.expect("it goes on");
        far.presses('1');
        channel.wait(Duration::from_secs(1)).await.expect("a second");
        channel.run_app("StoreDTMF", "remove").await.expect("it ran");
        channel.run_app("StoreDTMF", "remove").await.expect("it goes on");
        far.presses('2');
        channel.wait(Duration::from_secs(1)).await.expect("a second");
        assert_eq!((channel.variable("KEPT").as_deref(), channel.variable("OTHER")), (Some("1"), None));
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(
            complaint("StoreDTMF(both,X)"),
            "StoreDTMF: the direction is `both`; there are RX, TX and remove"
        );
        assert_eq!(complaint("StoreDTMF(RX)"), "StoreDTMF: the argument `variable` is missing");
        assert_eq!(complaint("StoreDTMF(RX,X,few)"), "StoreDTMF: `few` is no number");
    }
}
