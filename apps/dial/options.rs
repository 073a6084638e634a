//! What the arguments of `Dial` ask for.

use std::time::Duration;

use obelus_core::app::{Arguments, seconds};
use obelus_core::caller_id::{Party, Presentation, Shown};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::mention::Mention;

/// The timeout argument: `seconds[^seconds without early media]`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Timeouts {
    /// Until the answer.
    pub(super) answer: Option<Duration>,
    /// Until the first ringing or audio.
    pub(super) progress: Option<Duration>,
}

impl Timeouts {
    pub(super) fn parse(text: &str) -> Result<Timeouts, String> {
        let (answer, progress) = text.split_once('^').unwrap_or((text, ""));
        Ok(Timeouts { answer: seconds(answer)?, progress: seconds(progress)? })
    }
}

/// `D(called[:calling[:progress]])`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Digits {
    pub(super) called: String,
    pub(super) calling: String,
    pub(super) progress: String,
}

impl Digits {
    pub(super) fn parse(text: &str) -> Result<Digits, String> {
        let mut parts = text.split(':').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        let digits = Digits { called: next(), calling: next(), progress: next() };
        if parts.any(|rest| !rest.is_empty()) {
            return Err(
                "option `D`: MF and SF tones are not served; write D(called:calling:progress)".to_owned()
            );
        }
        let valid = |text: &str| text.chars().all(|c| "0123456789*#ABCDabcdwW".contains(c));
        if let Some(wrong) =
            [&digits.called, &digits.calling, &digits.progress].into_iter().find(|text| !valid(text))
        {
            return Err(format!("option `D`: `{wrong}` holds something that is neither a digit nor `w`"));
        }
        Ok(digits)
    }
}

/// The devices that are rung, and the places and subroutines that options name.
pub(super) fn mentions(arguments: &Arguments) -> Vec<Mention<'_>> {
    let place = |letter| arguments.option_value(letter).filter(|text| !text.is_empty());
    let mut mentions: Vec<Mention<'_>> =
        arguments.text(0).split('&').map(|device| Mention::Device(device.trim().into())).collect();
    for letter in ['b', 'B'] {
        mentions.extend(place(letter).map(|text| Mention::Subroutine(text.replace('^', ",").into())));
    }
    for letter in ['F', 'G'] {
        mentions.extend(place(letter).map(|text| Mention::Target(text.replace('^', ",").into())));
    }
    let screening = place('U').map(|text| text.split('^').next().unwrap_or_default());
    mentions.extend(screening.map(|context| Mention::Subroutine(format!("{context},s,1").into())));
    mentions
}

/// `Q(cause)`: what the others are told when one has answered.
pub(super) fn losers_cause(arguments: &Arguments) -> Result<Cause, String> {
    match arguments.option_value('Q') {
        None => Ok(Cause::ANSWERED_ELSEWHERE),
        Some("NONE" | "none") => Ok(Cause::NOT_DEFINED),
        Some(text) => Cause::parse(text).ok_or_else(|| format!("option `Q`: unknown cause `{text}`")),
    }
}

/// Who the called party sees: the caller, changed by `f`, `s` and `u`.
pub(super) fn shown_caller(channel: &Channel, arguments: &Arguments) -> Result<Party, String> {
    let mut party = channel.facts().caller.clone();
    if let Some(forced) = arguments.option_value('f') {
        party = Party::parse(forced);
    }
    if let Some(tag) = arguments.option_value('s') {
        party.tag = Some(tag.into());
    }
    if let Some(word) = arguments.option_value('u') {
        let presentation =
            Presentation::parse(word).ok_or_else(|| format!("option `u`: unknown presentation `{word}`"))?;
        let show = |shown: &mut Shown| shown.presentation = presentation;
        show(&mut party.name);
        show(&mut party.number);
    }
    Ok(party)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_seconds_with_fractions() {
        let check = |text: &str, answer: Option<u64>, progress: Option<u64>| {
            let expected = Timeouts {
                answer: answer.map(Duration::from_millis),
                progress: progress.map(Duration::from_millis),
            };
            assert_eq!(Timeouts::parse(text), Ok(expected), "{text}");
        };
        check("", None, None);
        check("20", Some(20_000), None);
        check("0", None, None);
        check("2.5^1", Some(2500), Some(1000));
        check("^2", None, Some(2000));
        assert!(Timeouts::parse("soon").is_err());
    }

    #[test]
    fn digits_go_to_both_sides() {
        let digits = Digits::parse("12w:34:#").expect("valid");
        assert_eq!((&*digits.called, &*digits.calling, &*digits.progress), ("12w", "34", "#"));
        assert!(Digits::parse("1:2:3:4").is_err());
        assert!(Digits::parse("1x").is_err());
    }
}
