//! `core show hints` and `core show hint`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::device_state::DeviceState;
use obelus_core::dialplan::Hint;

use super::text::s;
use crate::usage::usage;

pub(super) struct ShowHints;

#[async_trait]
impl CliCommand for ShowHints {
    fn syntax(&self) -> &'static str {
        "core show hints"
    }

    fn synopsis(&self) -> &'static str {
        "Show dialplan hints"
    }

    fn description(&self) -> &'static str {
        "Lists the hints: extension, devices, state, presence, and how many watch it."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let hints = all(call.core);
        if hints.is_empty() {
            return Ok("There are no registered dialplan hints\n".to_owned());
        }
        let mut text = "\n    -= Registered Asterisk Dial Plan Hints =-\n".to_owned();
        for hint in &hints {
            hint.push_row(&mut text, call.core).await;
        }
        let _ = writeln!(text, "----------------\n- {} hints registered", hints.len());
        Ok(text)
    }
}

pub(super) struct ShowHint;

#[async_trait]
impl CliCommand for ShowHint {
    fn syntax(&self) -> &'static str {
        "core show hint <exten>"
    }

    fn synopsis(&self) -> &'static str {
        "Show dialplan hint"
    }

    fn description(&self) -> &'static str {
        "Shows the hints of extensions that begin like this; the columns are those of `core show hints`."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { all(core).into_iter().map(|hint| hint.exten).collect() } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [wanted] = call.arguments() else { return Err(usage(self)) };
        let hints = all(call.core);
        if hints.is_empty() {
            return Ok("There are no registered dialplan hints\n".to_owned());
        }
        let mut text = String::new();
        let mut count = 0;
        for hint in hints.iter().filter(|hint| hint.exten.starts_with(wanted)) {
            hint.push_row(&mut text, call.core).await;
            count += 1;
        }
        let _ = match count {
            0 => writeln!(text, "No hints matching extension {wanted}"),
            _ => writeln!(text, "{count} hint{} matching extension {wanted}", s(count)),
        };
        Ok(text)
    }
}

/// A hint of the dialplan as it is now.
struct Shown {
    exten: String,
    context: String,
    devices: String,
}

fn all(core: &Core) -> Vec<Shown> {
    let plan = core.dialplan.load();
    let shown = |(context, exten, hint): (
        &obelus_core::dialplan::Context,
        &obelus_core::dialplan::Extension,
        &Hint,
    )| {
        let devices = hint.text().literal().unwrap_or_else(|| hint.text().source()).to_owned();
        Shown { exten: exten.name().to_owned(), context: context.name().to_owned(), devices }
    };
    plan.plan().hints().map(shown).collect()
}

impl Shown {
    async fn push_row(&self, text: &mut String, core: &Core) {
        let mut states = Vec::new();
        for device in Hint::devices(&self.devices) {
            states.push(core.device_state(device).await);
        }
        let place = format!("{}@{}", self.exten, self.context);
        let (state, devices) = (extension_state(&states), &self.devices);
        // Nothing provides presence yet, and nothing subscribes to hints.
        let _ = writeln!(
            text,
            "{place:<30.30}: {devices:<60.60}  State:{state:<15.15} Presence:not_set         Watchers  0"
        );
    }
}

/// How much a state says about several devices together; the highest wins.
fn weight(state: DeviceState) -> u8 {
    match state {
        DeviceState::Invalid => 0,
        DeviceState::Unknown => 1,
        DeviceState::Unavailable => 2,
        DeviceState::NotInUse => 3,
        DeviceState::OnHold => 4,
        DeviceState::Ringing => 5,
        DeviceState::InUse => 6,
        DeviceState::Busy => 7,
        DeviceState::RingInUse => 8,
    }
}

/// The state of an extension with these devices, in Asterisk's words.
fn extension_state(devices: &[DeviceState]) -> &'static str {
    let is_used =
        |state: &DeviceState| matches!(state, DeviceState::InUse | DeviceState::OnHold | DeviceState::Busy);
    let rings_and_is_used = devices.contains(&DeviceState::Ringing) && devices.iter().any(is_used);
    let together = match rings_and_is_used {
        true => DeviceState::RingInUse,
        false => {
            devices.iter().copied().max_by_key(|state| weight(*state)).unwrap_or(DeviceState::Unavailable)
        }
    };
    match together {
        DeviceState::Unknown | DeviceState::NotInUse => "Idle",
        DeviceState::Invalid | DeviceState::Unavailable => "Unavailable",
        DeviceState::OnHold => "Hold",
        DeviceState::Ringing => "Ringing",
        DeviceState::InUse => "InUse",
        DeviceState::Busy => "Busy",
        DeviceState::RingInUse => "InUse&Ringing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_make_the_state_of_their_extension() {
        use DeviceState::{Busy, InUse, NotInUse, OnHold, RingInUse, Ringing, Unavailable};
        let check =
            |devices: &[DeviceState], expected| assert_eq!(extension_state(devices), expected, "{devices:?}");
        check(&[], "Unavailable");
        check(&[NotInUse, Unavailable], "Idle");
        check(&[InUse, NotInUse], "InUse");
        check(&[Ringing, NotInUse], "Ringing");
        check(&[Ringing, OnHold], "InUse&Ringing");
        check(&[RingInUse], "InUse&Ringing");
        check(&[OnHold, NotInUse], "Hold");
        check(&[Busy, InUse], "Busy");
    }
}
