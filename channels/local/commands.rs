//! `local show channels`.

use std::collections::BTreeMap;
use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

/// Lists the pairs.
pub(crate) struct ShowChannels;

#[async_trait]
impl CliCommand for ShowChannels {
    fn syntax(&self) -> &'static str {
        "local show channels"
    }

    fn synopsis(&self) -> &'static str {
        "List status of local channels"
    }

    fn description(&self) -> &'static str {
        "Lists the pairs of halves: the half that was called, and the place in the dialplan that the other went to."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(CliError::Usage(self.syntax().to_owned()));
        }
        let channels = call.core.channels.all();
        let names = channels.iter().filter(|channel| channel.technology() == "Local");
        let names: Vec<_> = names.map(|channel| channel.name().clone()).collect();
        Ok(list(names.iter().map(|name| &**name)))
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut pairs: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for name in names {
        let Some((pair, half)) = name.rsplit_once(';') else { continue };
        let owner = pairs.entry(pair).or_default();
        if half == "1" {
            *owner = Some(name);
        }
    }
    if pairs.is_empty() {
        return "No local channels in use\n".to_owned();
    }
    let mut text = String::new();
    for (pair, owner) in pairs {
        let address = pair.strip_prefix("Local/").unwrap_or(pair);
        let place = address.rsplit_once('-').map_or(address, |(place, _)| place);
        let _ = writeln!(text, "{} -- {place}", owner.unwrap_or("<unowned>"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_is_one_line() {
        let check =
            |names: &[&str], expected: &str| assert_eq!(list(names.iter().copied()), expected, "{names:?}");
        check(&[], "No local channels in use\n");
        check(
            &["Local/s@far-end-00000001;2", "Local/s@far-end-00000001;1"],
            "Local/s@far-end-00000001;1 -- s@far-end\n",
        );
        check(&["Local/s@default-00000002;2"], "<unowned> -- s@default\n");
    }
}
