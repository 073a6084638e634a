//! What the options of `Dial`, `Bridge` and others say of a bridged call: its length, and what each side may do.

use std::time::Duration;

use tokio::time::Instant;

use crate::app::{Arguments, seconds};
use crate::bridge::{Action, Features, Limit};
use crate::channel::Channel;

fn milliseconds(text: &str) -> Result<Option<Duration>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number: u64 = text.trim().parse().map_err(|_| format!("`{text}` is no number of milliseconds"))?;
    Ok((number > 0).then(|| Duration::from_millis(number)))
}

/// A limit as the options ask for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallLimit {
    length: Duration,
    warn_left: Option<Duration>,
    warn_every: Option<Duration>,
}

impl CallLimit {
    /// Reads the options `L` and `S`; the shorter of the two counts.
    pub fn parse(arguments: &Arguments) -> Result<Option<CallLimit>, String> {
        let limit = arguments.option_value('L').map(CallLimit::of_l).transpose()?;
        let length = arguments.option_value('S').map(seconds).transpose()?.flatten();
        Ok(match (limit.flatten(), length) {
            (None, None) => None,
            (None, Some(length)) => Some(CallLimit { length, ..CallLimit::default() }),
            (Some(limit), None) => Some(limit),
            (Some(limit), Some(length)) => Some(CallLimit { length: length.min(limit.length), ..limit }),
        })
    }

    fn of_l(text: &str) -> Result<Option<CallLimit>, String> {
        let mut parts = text.split(':');
        let mut next = || milliseconds(parts.next().unwrap_or(""));
        let (length, warn_left, warn_every) = (next()?, next()?, next()?);
        let Some(length) = length else { return Ok(None) };
        // A warning that would come before the call is pointless, as in Asterisk.
        let warn_left = warn_left.filter(|left| *left < length);
        Ok(Some(CallLimit { length, warn_left, warn_every }))
    }

    /// The limit of one side, from now on; `hears` says whether the prompts are for it.
    pub fn start(&self, channel: &Channel, hears: bool) -> Limit {
        let now = Instant::now();
        let prompt = |name: &str| {
            channel.variable(name).filter(|text| !text.is_empty() && hears).map(|text| text.to_string())
        };
        Limit {
            ends: now + self.length,
            warn_at: self.warn_left.filter(|_| hears).map(|left| now + (self.length - left)),
            warn_every: self.warn_every,
            warning: prompt("LIMIT_WARNING_FILE"),
            begin: prompt("LIMIT_CONNECT_FILE"),
            end: prompt("LIMIT_TIMEOUT_FILE"),
        }
    }
}

/// What the caller and the called side may do: the options `H`, `h`, `T`, `t`, `L`, `S` and the variables `LIMIT_…`.
///
/// The limit begins now.
pub fn features_of_both(channel: &Channel, arguments: &Arguments) -> Result<(Features, Features), String> {
    let limit = CallLimit::parse(arguments)?;
    let hears = |name: &str, default: bool| {
        channel.variable(name).map_or(default, |text| obelus_conf::is_true(&text))
    };
    let called_hears = hears("LIMIT_PLAYAUDIO_CALLEE", false);
    let caller_hears = hears("LIMIT_PLAYAUDIO_CALLER", !called_hears);
    let own = limit.as_ref().map(|limit| limit.start(channel, caller_hears));
    let theirs = limit.as_ref().filter(|_| called_hears).map(|limit| limit.start(channel, true));
    Ok((
        Features::new(actions(arguments, 'H', 'T'), own),
        Features::new(actions(arguments, 'h', 't'), theirs),
    ))
}

/// What one side may do with digits, by its option letters.
fn actions(arguments: &Arguments, hang_up: char, transfer: char) -> Vec<Action> {
    let all =
        [(hang_up, Action::HangUp), (transfer, Action::BlindTransfer), (transfer, Action::AttendedTransfer)];
    all.into_iter().filter(|(letter, _)| arguments.option(*letter)).map(|(_, action)| action).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_before_the_call_is_left_out() {
        let limit = CallLimit::of_l("10000:20000:1000").expect("valid").expect("a limit");
        assert_eq!(limit.warn_left, None);
        assert_eq!(CallLimit::of_l("0"), Ok(None));
        assert!(CallLimit::of_l("x").is_err());
    }
}
