//! A blind transfer by digits: the other party is sent to an extension, whoever sends it is out of the call.

use std::sync::Arc;

use crate::bridge::{Bridge, Departure};
use crate::channel::{Channel, ChannelHandle, DigitRules, Interrupted, PlayEnd, Position};
use crate::channel_tech::LegCommand;
use crate::events::{self, EventKind};
use crate::{test_event, verbose};

/// The longest number that is collected.
const LONGEST: usize = 80;

impl Channel {
    /// Asks for a number and sends the other party there; nothing if the transfer comes to nothing.
    pub(crate) async fn blind_transfer(&mut self, bridge: &Bridge) -> Result<Option<Departure>, Interrupted> {
        let Some(other) = bridge.other(self.handle()) else { return Ok(None) };
        let _ = other.show(LegCommand::Hold(true));
        let target = self.ask_target().await;
        if !matches!(target, Ok(Some(_))) {
            let _ = other.show(LegCommand::Hold(false));
        }
        let Some(target) = target? else { return Ok(None) };
        verbose!(self.core(), 3, "{} transfers {} to {target}", self.name(), other.name());
        let event = |transferer| events::Event::BlindTransfer {
            transferer,
            transferee: Some(Arc::new(other.snapshot())),
            bridge: Some(Arc::new(bridge.snapshot())),
            target: target.clone(),
            external: false,
        };
        self.publish_with(EventKind::BlindTransfer, event);
        let sent = transfer(&other, self.name().clone(), target, Vec::new());
        Ok(sent.then_some(Departure::Transferred))
    }

    /// Collects a number that exists, with a few attempts.
    pub(super) async fn ask_target(&mut self) -> Result<Option<Position>, Interrupted> {
        let conf = self.features();
        let context = self.transfer_context();
        if let Some(exten) = self.variable("TRANSFER_EXTEN").filter(|exten| !exten.is_empty()) {
            let target = Position::new(context.clone(), exten, 1);
            if self.extension_exists(&target) {
                return Ok(Some(target));
            }
            tracing::warn!(channel = %self.name(), %target, "TRANSFER_EXTEN: there is no such extension");
        }
        let mut begun = match self.play(&conf.transfer_announce_sound, "0123456789*#").await? {
            PlayEnd::Digit(digit) => digit.to_string(),
            PlayEnd::Finished | PlayEnd::Missing => String::new(),
        };
        for attempt in 1..=conf.transfer_attempts {
            test_event!(self.core(), "TRANSFER_BEGIN_DIAL", [("Channel", self.name()), ("Attempt", attempt)]);
            let digits = self.dial_target(&context, std::mem::take(&mut begun)).await?;
            let target = Position::new(context.clone(), digits.as_str(), 1);
            let found = !digits.is_empty() && self.extension_exists(&target);
            test_event!(
                self.core(),
                "TRANSFER_DIALLED",
                [
                    ("Channel", self.name()),
                    ("Attempt", attempt),
                    ("Dialled", digits),
                    ("Result", word(found))
                ]
            );
            if found {
                test_event!(
                    self.core(),
                    "TRANSFER_DIAL_FINAL",
                    [("Channel", self.name()), ("Result", word(true))]
                );
                return Ok(Some(target));
            }
            let last = attempt == conf.transfer_attempts;
            let sound = if last { &conf.transfer_invalid_sound } else { &conf.transfer_retry_sound };
            self.play(sound, "").await?;
        }
        test_event!(self.core(), "TRANSFER_DIAL_FINAL", [("Channel", self.name()), ("Result", word(false))]);
        Ok(None)
    }

    fn transfer_context(&self) -> Arc<str> {
        let named = self.variable("TRANSFER_CONTEXT").filter(|context| !context.is_empty());
        named.unwrap_or_else(|| {
            let own = self.position().context;
            if own.is_empty() { "default".into() } else { own }
        })
    }

    async fn dial_target(&mut self, context: &str, begun: String) -> Result<String, Interrupted> {
        let between = self.features().transfer_digit_timeout;
        let mut digits = begun;
        while digits.is_empty() || self.could_match_more(context, &digits) {
            let rules =
                DigitRules { most: digits.len() + 1, first: between, next: between, terminators: "#" };
            let read = self.read_digits(digits, rules).await?;
            digits = read.digits;
            if read.timed_out || read.terminator.is_some() || digits.len() >= LONGEST {
                break;
            }
        }
        Ok(digits)
    }
}

/// Sends a channel to an extension on behalf of `transferer`.
pub(super) fn transfer(
    channel: &ChannelHandle,
    transferer: Arc<str>,
    target: Position,
    variables: Vec<(&'static str, String)>,
) -> bool {
    let sent = channel.then(move |channel| {
        Box::pin(async move {
            channel.show(LegCommand::Hold(false)).await;
            channel.set_variable("BLINDTRANSFER", transferer.clone());
            channel.set_variable("ATTENDEDTRANSFER", "");
            channel.set_variable("TRANSFERERNAME", transferer);
            for (name, value) in variables {
                channel.set_variable(name, value);
            }
            channel.execute(target).await;
        })
    });
    sent.is_ok()
}

/// How tests of Asterisk call an outcome.
#[cfg(feature = "test-events")]
fn word(good: bool) -> &'static str {
    if good { "Success" } else { "Failure" }
}
