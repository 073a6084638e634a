//! `group show channels`: the console's view of `GROUP()`.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::dialplan::Regex;

use crate::groups::Groups;

pub(crate) struct GroupShowChannels(pub(crate) Arc<Groups>);

#[async_trait]
impl CliCommand for GroupShowChannels {
    fn syntax(&self) -> &'static str {
        "group show channels [<pattern>]"
    }

    fn synopsis(&self) -> &'static str {
        "Display active channels with group(s)"
    }

    fn description(&self) -> &'static str {
        "Lists the channels that are in groups; with a regular expression only the groups that match it."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let usage = || CliError::Usage(self.syntax().to_owned());
        let pattern = match call.arguments() {
            [] => None,
            [pattern] => Some(Regex::new(pattern).map_err(|_| usage())?),
            _ => return Err(usage()),
        };
        let channels = call.core.channels.all();
        let names: HashMap<u64, _> = channels.iter().map(|channel| (channel.id(), channel.name())).collect();
        let mut text = row("Channel", "Group", "Category");
        let mut count = 0;
        for member in self.0.all() {
            let Some(name) = names.get(&member.channel) else { continue };
            if pattern.as_ref().is_none_or(|pattern| pattern.is_match(&member.group)) {
                let category = if member.category.is_empty() { "(default)" } else { &member.category };
                text.push_str(&row(name, &member.group, category));
                count += 1;
            }
        }
        let _ = writeln!(text, "{count} active channel{}", if count == 1 { "" } else { "s" });
        Ok(text)
    }
}

fn row(channel: &str, group: &str, category: &str) -> String {
    format!("{channel:<25}  {group:<20}  {category:<20}\n")
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn channels_are_listed_with_their_groups() {
        let mut bench = Bench::new();
        bench.run("Set(GROUP()=outbound)\nSet(GROUP(trunk)=berlin)\n").await;
        let core = bench.pbx.core.clone();
        let check = async |line: &str, expected: &[&str]| {
            let text = core.registry().commands().run(&core, line, None).await.unwrap();
            let rows = text.lines().skip(1).map(|row| {
                let cells: Vec<&str> = row.split_whitespace().skip(1).collect();
                cells.join(" ")
            });
            assert_eq!(rows.collect::<Vec<_>>(), expected, "{line}");
        };
        check("group show channels", &["outbound (default)", "berlin trunk", "active channels"]).await;
        check("group show channels ^ber", &["berlin trunk", "active channel"]).await;
        check("group show channels none", &["active channels"]).await;
    }
}
