//! `core waitfullybooted`.

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::events::EventKind;

/// What scripts look for, Asterisk's name included.
const BOOTED: &str = "Asterisk has fully booted.\n";

pub(super) struct WaitFullyBooted;

#[async_trait]
impl CliCommand for WaitFullyBooted {
    fn syntax(&self) -> &'static str {
        "core waitfullybooted"
    }

    fn synopsis(&self) -> &'static str {
        "Wait for the PBX to be fully booted"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        // Listening begins before the look, so that the event cannot fall between the two.
        let mut listener = call.core.events.listen(EventKind::FullyBooted.bit(), None);
        while !call.core.is_booted() {
            listener.next().await;
        }
        Ok(BOOTED.to_owned())
    }
}
