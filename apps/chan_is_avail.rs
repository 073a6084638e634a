//! `ChanIsAvail(Technology/Resource[&…][,options])`: find out who could be called.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::device_state::DeviceState;
use obelus_core::dial::Caller;
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct ChanIsAvail;

static HELP: Help = Help {
    synopsis: "Check channel availability.",
    arguments: &[
        Argument::optional("Technology/Resource[&Technology2/Resource2[&...]]", "The devices to look at."),
        Argument::options(OPTIONS),
    ],
    description: "Makes a channel to each device without calling it, up to the first that can be made.\n\n\
        AVAILCHAN becomes the name of the channel that could be made, AVAILORIGCHAN its device, AVAILSTATUS the number of the device's state, 0 unless options s or t ask for it, and AVAILCAUSECODE the cause, 0. Several are joined by &.",
    see_also: &["Dial", "DEVICE_STATE"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('a', "Look at all devices, not only up to the first that is available."),
    OptionHelp::flag('s', "A device that is in use at all is not available."),
    OptionHelp::flag('t', "As s, but only by the channels that there are, without asking the technology."),
];

#[derive(Default)]
struct Found {
    channels: Vec<String>,
    devices: Vec<String>,
    states: Vec<String>,
    causes: Vec<String>,
}

impl Found {
    /// Looks at one device; says whether it is available.
    async fn look(&mut self, channel: &Channel, device: &str, arguments: &Arguments) -> bool {
        if !device.contains('/') {
            self.states.push(DeviceState::Invalid.number().to_string());
            return false;
        }
        let state = match (arguments.option('t'), arguments.option('s')) {
            (true, _) => Some(channel.core().channels.counts(device).state(DeviceState::Unknown)),
            (false, true) => Some(channel.core().device_state(device).await),
            (false, false) => None,
        };
        self.states.push(state.unwrap_or_default().number().to_string());
        if !matches!(state, None | Some(DeviceState::Unknown | DeviceState::NotInUse)) {
            return false;
        }
        match channel.core().request(device, &Caller::of(channel)).await {
            Ok(made) => {
                self.channels.push(made.name().to_string());
                self.devices.push(device.to_owned());
                self.causes.push("0".to_owned());
                true
            }
            Err(error) => {
                tracing::debug!(channel = %channel.name(), device, %error, "ChanIsAvail");
                false
            }
        }
    }
}

#[async_trait]
impl App for ChanIsAvail {
    fn name(&self) -> &'static str {
        "ChanIsAvail"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        arguments.text(0).split('&').map(|device| Mention::Device(device.trim().into())).collect()
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let mut found = Found::default();
        for device in arguments.text(0).split('&').map(str::trim) {
            if found.look(channel, device, arguments).await && !arguments.option('a') {
                break;
            }
        }
        for (name, values) in [
            ("AVAILCHAN", found.channels),
            ("AVAILORIGCHAN", found.devices),
            ("AVAILSTATUS", found.states),
            ("AVAILCAUSECODE", found.causes),
        ] {
            channel.set_variable(name, values.join("&"));
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, sleep};

    use crate::testing::pbx;

    async fn check(arguments: &str, devices: &str, states: &str, causes: &str) {
        let pbx = pbx("[internal]\nexten => s,1,Wait(600)\n");
        let _busy = pbx.call("internal", "s");
        sleep(Duration::from_millis(1)).await;
        let (mut channel, _far) = pbx.channel();
        channel.run_app("ChanIsAvail", arguments).await.expect("it ran");
        let value = |name: &str| channel.variable(name).unwrap_or_default().to_string();
        let seen = (value("AVAILORIGCHAN"), value("AVAILSTATUS"), value("AVAILCAUSECODE"));
        assert_eq!(seen, (devices.to_owned(), states.to_owned(), causes.to_owned()), "{arguments}");
        assert_eq!(
            value("AVAILCHAN").split('&').filter(|name| !name.is_empty()).count(),
            causes.len().div_ceil(2)
        );
        assert_eq!(pbx.core.channels.count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_that_can_be_called_is_found() {
        check("Test/2&Test/3", "Test/2", "0", "0").await;
        check("Test/refused-20&Test/3", "Test/3", "0&0", "0").await;
        check("Test/refused-20", "", "0", "").await;
        check("Nothing/1&nonsense", "", "0&4", "").await;
    }

    #[tokio::test(start_paused = true)]
    async fn options_ask_for_all_or_for_idle_ones() {
        check("Test/2&Test/refused-20&Test/3,a", "Test/2&Test/3", "0&0&0", "0&0").await;
        check("Test/1001&Test/3,s", "Test/3", "2&1", "0").await;
        check("Test/1001&Test/3,t", "Test/3", "2&0", "0").await;
    }
}
