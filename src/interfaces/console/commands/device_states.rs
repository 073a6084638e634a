//! `devstate list` and `devstate change`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::device_state::DeviceState;
use obelus_core::{CUSTOM_DEVICES, Core};

use crate::usage::usage;

const LINE: &str = "---------------------------------------------------------------------\n";

/// The states that a person may set.
const STATES: [DeviceState; 8] = [
    DeviceState::NotInUse,
    DeviceState::InUse,
    DeviceState::Busy,
    DeviceState::Invalid,
    DeviceState::Unavailable,
    DeviceState::Ringing,
    DeviceState::RingInUse,
    DeviceState::OnHold,
];

/// The custom devices with their states, by name.
async fn devices(core: &Core) -> Result<Vec<(String, String)>, CliError> {
    let entries =
        core.database.entries(CUSTOM_DEVICES).await.map_err(|error| CliError::failed(error.to_string()))?;
    let name = |path: &str| path.rsplit('/').next().unwrap_or("").to_owned();
    Ok(entries.into_iter().map(|(path, state)| (name(&path), state)).collect())
}

pub(super) struct List;

#[async_trait]
impl CliCommand for List {
    fn syntax(&self) -> &'static str {
        "devstate list"
    }

    fn synopsis(&self) -> &'static str {
        "List currently known custom device states"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let title = "--- Custom Device States --------------------------------------------\n";
        let mut text = format!("\n{LINE}{title}{LINE}---\n");
        for (name, state) in devices(call.core).await? {
            let _ = write!(text, "--- Name: 'Custom:{name}'  State: '{state}'\n---\n");
        }
        let _ = writeln!(text, "{LINE}{LINE}");
        Ok(text)
    }
}

pub(super) struct Change;

#[async_trait]
impl CliCommand for Change {
    fn syntax(&self) -> &'static str {
        "devstate change <device> <state>"
    }

    fn synopsis(&self) -> &'static str {
        "Change a custom device state"
    }

    fn description(&self) -> &'static str {
        "Sets a device such as Custom:lamp1 to NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, RINGING, RINGINUSE or\n\
         ONHOLD."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            2 => vec!["Custom:".to_owned()],
            3 => STATES.iter().map(|state| state.word().to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [device, word] = call.arguments() else { return Err(usage(self)) };
        let custom = device
            .get(..7)
            .filter(|start| start.eq_ignore_ascii_case("Custom:"))
            .and_then(|_| device.get(7..));
        let only = "The devstate command can only be used to set 'Custom:' device state!";
        let name = custom.ok_or_else(|| CliError::failed(only))?;
        let state =
            DeviceState::parse(word).filter(|state| STATES.contains(state)).ok_or_else(|| usage(self))?;
        if name.is_empty() {
            return Err(usage(self));
        }
        let set = call.core.set_custom_device_state(name, state).await;
        set.map_err(|error| CliError::failed(error.to_string()))?;
        Ok(format!("Changing {name} to {state}\n"))
    }
}
