//! `ClearHash(hashname)`: empty an array of `HASH()`.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct ClearHash;

static HELP: Help = Help {
    synopsis: "Clear the keys from a specified hashname.",
    arguments: &[Argument::required("hashname", "The array's name.")],
    description: "Removes all keys of the array and their values from the channel.",
    see_also: &["HASH", "HASHKEYS"],
};

impl InstantApp for ClearHash {
    fn name(&self) -> &'static str {
        "ClearHash"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let prefix = format!("~HASH~{}~", arguments.text(0));
        let is_key = |name: &str| name.starts_with(&prefix) && name.ends_with('~');
        let names: Vec<String> =
            channel.variables.iter().map(|(name, ..)| name.to_owned()).filter(|name| is_key(name)).collect();
        for name in names {
            channel.variables.remove(&name);
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn only_the_keys_of_this_array_go() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        for name in ["~HASH~a~one~", "~HASH~a~two~", "~HASH~ab~one~", "a"] {
            channel.set_variable(name, "1");
        }
        channel.run_app("ClearHash", "a").await.expect("it ran");
        let left: Vec<_> = channel.variables.iter().map(|(name, ..)| name).collect();
        assert_eq!(left, ["~HASH~ab~one~", "a"]);
    }
}
