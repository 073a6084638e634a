//! `DumpChan([level])`: print what is known of the channel.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::verbose;
use std::fmt::Write;

pub(crate) struct DumpChan;

static HELP: Help = Help {
    synopsis: "Dump Info About The Calling Channel.",
    arguments: &[Argument::optional("level", "Only when the console shows verbose messages of this level.")],
    description: "Prints the channel and all its variables on the console and into the log.",
    see_also: &["NoOp", "Verbose"],
};

const LINE: &str = "================================================================================";

fn level(arguments: &Arguments) -> Result<u8, String> {
    Ok(arguments.number(0)?.map_or(0, |level| u8::try_from(level).unwrap_or(u8::MAX)))
}

/// The facts in Asterisk's names and order, then the variables.
fn describe(channel: &Channel) -> String {
    let codec = channel.codec().map_or("none", |codec| codec.name());
    let handle = channel.handle();
    let facts = channel.facts();
    let or =
        |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
    let elapsed = channel.core().clock.now().duration_since(handle.created()).as_secs();
    let rows: [(&str, String); 22] = [
        ("Name", handle.name().to_string()),
        ("Type", handle.technology().to_owned()),
        ("UniqueID", handle.unique_id().to_string()),
        ("LinkedID", facts.linked_id.to_string()),
        ("CallerIDNum", or(facts.caller.number.text(), "(N/A)")),
        ("CallerIDName", or(facts.caller.name.text(), "(N/A)")),
        ("ConnectedLineIDNum", or(facts.connected.number.text(), "(N/A)")),
        ("ConnectedLineIDName", or(facts.connected.name.text(), "(N/A)")),
        ("DNIDDigits", or(&facts.dialed, "(N/A)")),
        (
            "RDNIS",
            or(facts.redirecting.as_ref().map_or("", |redirecting| redirecting.from.number.text()), "(N/A)"),
        ),
        ("Language", facts.language.to_string()),
        ("State", format!("{} ({})", facts.state.word(), facts.state.number())),
        ("NativeFormat", codec.to_owned()),
        ("ElapsedTime", format!("{}h{}m{}s", elapsed / 3600, elapsed % 3600 / 60, elapsed % 60)),
        ("BridgeID", or(facts.bridge.as_deref().unwrap_or(""), "(Not bridged)")),
        ("Context", facts.position.context.to_string()),
        ("Extension", facts.position.exten.to_string()),
        ("Priority", facts.position.priority.to_string()),
        ("CallGroup", groups(facts.call_group)),
        ("PickupGroup", groups(facts.pickup_group)),
        ("Application", or(&facts.application, "(N/A)")),
        ("Data", or(&facts.data, "(Empty)")),
    ];
    drop(facts);
    let mut text = format!("Dumping Info For Channel: {}:\n{LINE}\nInfo:\n", handle.name());
    for (name, value) in rows {
        let name = format!("{name}=");
        let _ = writeln!(text, "{name:<20}{value}");
    }
    text.push_str("\nVariables:\n");
    for (name, value, _) in channel.variables.iter() {
        let _ = writeln!(text, "{name}={value}");
    }
    text.push_str(LINE);
    text
}

/// The numbers of the groups whose bits are set.
fn groups(mask: u64) -> String {
    let numbers: Vec<String> =
        (0..64).filter(|bit| mask >> bit & 1 == 1).map(|bit: u32| bit.to_string()).collect();
    numbers.join(", ")
}

impl InstantApp for DumpChan {
    fn name(&self) -> &'static str {
        "DumpChan"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        level(arguments).map(|_| ())
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let level = level(arguments).map_err(AppError::Failed)?;
        if channel.core().verbosity.wants(level) {
            let text = describe(channel);
            verbose!(channel.core(), level, "\n{text}");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn facts_and_variables_are_printed() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        channel.set_variable("__A", "1");
        let text = super::describe(&channel);
        for line in [
            "Dumping Info For Channel: Test/1001-00000000:",
            "CallerIDNum=        1001",
            "State=              Down (0)",
            "A=1",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} in {text}");
        }
        channel.run_app("DumpChan", "").await.expect("it ran");
        channel.run_app("DumpChan", "9").await.expect("it ran");
    }

    #[tokio::test]
    async fn a_wrong_level_is_found_at_load() {
        assert_eq!(complaint("DumpChan(all)"), "DumpChan: `all` is no number");
    }
}
