//! `core show device2extenstate`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::device_state::DeviceState;
use obelus_core::extension_state::ExtensionState;

pub(super) struct Show;

/// All states in the order of their numbers.
const STATES: [DeviceState; 9] = [
    DeviceState::Unknown,
    DeviceState::NotInUse,
    DeviceState::InUse,
    DeviceState::Busy,
    DeviceState::Invalid,
    DeviceState::Unavailable,
    DeviceState::Ringing,
    DeviceState::RingInUse,
    DeviceState::OnHold,
];

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "core show device2extenstate"
    }

    fn synopsis(&self) -> &'static str {
        "Show expected exten state from multiple device states"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = String::new();
        for one in STATES {
            for other in STATES {
                let state = ExtensionState::of([one, other]);
                let _ = write!(
                    text,
                    "\n Exten:{:>14}  Dev1:{:>12}  Dev2:{:>12}",
                    state.text(),
                    other.word(),
                    one.word()
                );
            }
        }
        text.push('\n');
        Ok(text)
    }
}
