//! `FEATURE(option)`: an option of features.conf, for this channel.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::conf;
use obelus_core::features::{FeaturesConf, is_code};
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_integer;

pub(crate) struct Feature;

static HELP: Help = Help {
    synopsis: "Get or set a feature option on a channel.",
    arguments: &[Argument::required(
        "option_name",
        "`inherit`, `featuredigittimeout`, `transferdigittimeout`, `transferdialattempts`, `transferannouncesound`, `transferretrysound`, `transferinvalidsound`, `xfersound`, `xferfailsound`, `atxferabort`, `atxfercomplete`, `atxferswap`, `atxferdropcall`, `atxfernoanswertimeout`, `atxferloopdelay`, `atxfercallbackretries`, `pickupexten`, `pickupsound` or `pickupfailsound`.",
    )],
    description: "What is not set for the channel is that of features.conf; what is set stays, whatever becomes of the file. With inherit true the channels that this one places begin with its settings, those of FEATUREMAP included. featuredigittimeout is in milliseconds, the other times are in seconds.",
    see_also: &["FEATUREMAP"],
};

#[async_trait]
impl DialplanFunction for Feature {
    fn name(&self) -> &'static str {
        "FEATURE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(FEATURE(transferdigittimeout)=5)\n${FEATURE(transferdigittimeout)} ${FEATURE(featuredigittimeout)}",
            "5 1000",
        )]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let features = channel.features();
        Ok(match arguments.trim() {
            "inherit" => u8::from(channel.passes_features_on()).to_string(),
            "featuredigittimeout" => features.digit_timeout.as_millis().to_string(),
            "transferdigittimeout" => features.transfer_digit_timeout.as_secs().to_string(),
            "transferdialattempts" => features.transfer_attempts.to_string(),
            "transferannouncesound" => features.transfer_announce_sound.clone(),
            "transferretrysound" => features.transfer_retry_sound.clone(),
            "transferinvalidsound" => features.transfer_invalid_sound.clone(),
            "xfersound" => features.transfer_sound.clone(),
            "xferfailsound" => features.transfer_fail_sound.clone(),
            "atxferabort" => features.transfer_abort.clone(),
            "atxfercomplete" => features.transfer_complete.clone(),
            "atxferswap" => features.transfer_swap.clone(),
            "atxferdropcall" => u8::from(features.transfer_drop_call).to_string(),
            "atxfernoanswertimeout" => features.transfer_no_answer_timeout.as_secs().to_string(),
            "atxferloopdelay" => features.transfer_loop_delay.as_secs().to_string(),
            "atxfercallbackretries" => features.transfer_callback_retries.to_string(),
            "pickupexten" => features.pickup_exten.clone(),
            "pickupsound" => features.pickup_sound.clone(),
            "pickupfailsound" => features.pickup_fail_sound.clone(),
            other => return Err(unknown(other)),
        })
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        match arguments.trim() {
            "inherit" => channel.pass_features_on(conf::is_true(value)),
            option => channel.change_features(|features| set(features, option, value))?,
        }
        Ok(())
    }
}

fn set(features: &mut FeaturesConf, option: &str, value: &str) -> Result<(), FunctionError> {
    match option {
        "featuredigittimeout" => features.digit_timeout = Duration::from_millis(number(value, 60_000)?),
        "transferdigittimeout" => features.transfer_digit_timeout = Duration::from_secs(number(value, 600)?),
        "transferdialattempts" => {
            features.transfer_attempts = u32::try_from(number(value, 100)?).unwrap_or(u32::MAX);
        }
        "transferannouncesound" => value.clone_into(&mut features.transfer_announce_sound),
        "transferretrysound" => value.clone_into(&mut features.transfer_retry_sound),
        "transferinvalidsound" => value.clone_into(&mut features.transfer_invalid_sound),
        "xfersound" => value.clone_into(&mut features.transfer_sound),
        "xferfailsound" => value.clone_into(&mut features.transfer_fail_sound),
        "atxferabort" => features.transfer_abort = code(value)?,
        "atxfercomplete" => features.transfer_complete = code(value)?,
        "atxferswap" => features.transfer_swap = code(value)?,
        "atxferdropcall" => features.transfer_drop_call = conf::is_true(value),
        "atxfernoanswertimeout" => {
            features.transfer_no_answer_timeout = Duration::from_secs(number(value, 3600)?);
        }
        "atxferloopdelay" => features.transfer_loop_delay = seconds(value)?,
        "atxfercallbackretries" => {
            features.transfer_callback_retries = seconds(value)?.as_secs().try_into().unwrap_or(u32::MAX);
        }
        "pickupexten" => value.clone_into(&mut features.pickup_exten),
        "pickupsound" => value.clone_into(&mut features.pickup_sound),
        "pickupfailsound" => value.clone_into(&mut features.pickup_fail_sound),
        other => return Err(unknown(other)),
    }
    Ok(())
}

/// A number from 1 to `most`, as features.conf allows it.
fn number(text: &str, most: u64) -> Result<u64, FunctionError> {
    let number = scan_integer(text).filter(|(_, rest)| rest.trim().is_empty());
    let number = number.and_then(|(number, _)| u64::try_from(number).ok());
    number
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| FunctionError::arguments(format!("`{text}` is no number from 1 to {most}")))
}

/// Seconds, or a number of times; 0 is one as well.
fn seconds(text: &str) -> Result<Duration, FunctionError> {
    if text.trim() == "0" { Ok(Duration::ZERO) } else { number(text, 3600).map(Duration::from_secs) }
}

fn code(text: &str) -> Result<String, FunctionError> {
    match is_code(text) {
        true => Ok(text.to_owned()),
        false => Err(FunctionError::arguments(format!(
            "`{text}` is no code: it is made of digits, `*`, `#` and the letters A to D"
        ))),
    }
}

/// The options that Asterisk has and Obelus has not.
const UNSERVED: [&str; 3] = ["atxferthreeway", "courtesytone", "recordingfailsound"];

fn unknown(option: &str) -> FunctionError {
    match UNSERVED.contains(&option) {
        true => FunctionError::arguments(format!("the option `{option}` is not served yet")),
        false => FunctionError::arguments(format!("there is no option `{option}`")),
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::dial::Caller;

    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn options_are_the_files_until_they_are_set() {
        check("${FEATURE(transferdialattempts)} ${FEATURE(transferannouncesound)} ${FEATURE(transferretrysound)} ${FEATURE(transferinvalidsound)} ${FEATURE(inherit)}", "3 pbx-transfer pbx-invalid privacy-incorrect 0").await;
        for (option, value) in [
            ("featuredigittimeout", "700"),
            ("transferdialattempts", "1"),
            ("transferannouncesound", "who"),
            ("transferretrysound", "again"),
            ("transferinvalidsound", "no"),
            ("xfersound", "done"),
            ("xferfailsound", "undone"),
            ("atxferabort", "*7"),
            ("atxfercomplete", "#2"),
            ("atxferswap", ""),
            ("atxferdropcall", "1"),
            ("atxfernoanswertimeout", "20"),
            ("atxferloopdelay", "0"),
            ("atxfercallbackretries", "5"),
            ("pickupexten", "*9"),
            ("pickupsound", "got"),
            ("pickupfailsound", "lost"),
        ] {
            check(&format!("Set(FEATURE({option})={value})\n${{FEATURE({option})}}"), value).await;
        }
    }

    #[tokio::test]
    async fn placed_channels_inherit_them_if_asked_to() {
        for (inherit, expected) in [("no", "#"), ("yes", "*2")] {
            let mut bench = Bench::new();
            bench.run(&format!("Set(FEATUREMAP(blindxfer)=*2)\nSet(FEATURE(inherit)={inherit})\n")).await;
            let placed = bench.pbx.core.request("Test/2", &Caller::of(&bench.channel)).await.unwrap();
            assert_eq!(placed.features().blind_transfer, expected, "inherit={inherit}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        refuses("FEATURE(courtesytone)", "the option `courtesytone` is not served yet").await;
        let mut bench = Bench::new();
        for (option, value, reason) in [
            ("transferdigittimeout", "0", "`0` is no number from 1 to 600"),
            ("featuredigittimeout", "long", "`long` is no number from 1 to 60000"),
            ("colour", "red", "there is no option `colour`"),
        ] {
            let error = bench.channel.assign(&format!("FEATURE({option})"), value).await.expect_err(option);
            assert_eq!(error.to_string(), reason);
        }
    }
}
