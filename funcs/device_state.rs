//! `DEVICE_STATE(device)`: what a device does.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::device_state::DeviceState as State;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct DeviceState;

static HELP: Help = Help {
    synopsis: "Get or Set a device state.",
    arguments: &[Argument::required("device", "A device such as `PJSIP/1001`, or `Custom:name`.")],
    description: "Gives UNKNOWN, NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, RINGING, RINGINUSE or ONHOLD. Only `Custom:` devices can be set, which then light the lamps of hints such as `exten => 8000,hint,Custom:name`; their states last over restarts.",
    see_also: &["EXTENSION_STATE", "HINT"],
};

#[async_trait]
impl DialplanFunction for DeviceState {
    fn name(&self) -> &'static str {
        "DEVICE_STATE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Set(DEVICE_STATE(Custom:lamp1)=BUSY)\n${DEVICE_STATE(Custom:lamp1)}", "BUSY"),
            ("${DEVICE_STATE(Nothing/1)}", "INVALID"),
        ]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(channel.core().device_state(arguments).await.word().to_owned())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let name = arguments
            .split_once(':')
            .filter(|(provider, name)| provider.eq_ignore_ascii_case("Custom") && !name.is_empty())
            .map(|(_, name)| name)
            .ok_or_else(|| FunctionError::arguments("only `Custom:name` devices can be set"))?;
        let state = State::parse(value.trim()).filter(|state| *state != State::Unknown);
        let state = state.ok_or_else(|| FunctionError::arguments(format!("`{value}` is no device state")))?;
        let set = channel.core().set_custom_device_state(name, state).await;
        set.map_err(|error| FunctionError::failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, check};

    #[tokio::test]
    async fn custom_devices_can_be_set() {
        check("${DEVICE_STATE(Custom:new)}", "UNKNOWN").await;
        check("Set(DEVICE_STATE(custom:a b)=ringing)\n${DEVICE_STATE(Custom:a b)}", "RINGING").await;
    }

    #[tokio::test]
    async fn what_is_no_state_or_no_custom_device_is_refused() {
        let mut bench = Bench::new();
        for (name, value) in
            [("Custom:lamp", "BLUE"), ("Custom:lamp", "UNKNOWN"), ("Custom:", "BUSY"), ("PJSIP/1", "BUSY")]
        {
            let set = bench.channel.assign(&format!("DEVICE_STATE({name})"), value).await;
            assert!(matches!(set, Err(FunctionError::Arguments(_))), "{name}={value}");
        }
        assert_eq!(bench.read("DEVICE_STATE(Custom:lamp)").await.as_deref(), Ok("UNKNOWN"));
    }
}
