//! Where the dialplan goes on: `SET CONTEXT`, `SET EXTENSION`, `SET PRIORITY`.

use obelus_core::app::Flow;
use obelus_core::channel::Channel;

use super::{Entry, Reply};
use crate::agi::session::Session;
use crate::agi::words::number;

pub(super) const COMMANDS: &[Entry] = &[
    Entry {
        name: "set context",
        synopsis: "Sets the context for the time after the program.",
        syntax: "SET CONTEXT CONTEXT",
        description: "The dialplan goes on in this context when the program ends. Result 0.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(async { set_context(channel, words) }),
    },
    Entry {
        name: "set extension",
        synopsis: "Sets the extension for the time after the program.",
        syntax: "SET EXTENSION EXTENSION",
        description: "The dialplan goes on at this extension when the program ends. Result 0.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(async { set_extension(channel, words) }),
    },
    Entry {
        name: "set priority",
        synopsis: "Sets the priority for the time after the program.",
        syntax: "SET PRIORITY PRIORITY",
        description: "The dialplan goes on at this priority or label when the program ends. Result 0.",
        runs_dead: false,
        run: |session, channel, words| Box::pin(async { set_priority(session, channel, words) }),
    },
];

fn set_context(channel: &Channel, words: &[String]) -> Reply {
    let [_, _, context] = words else { return Reply::Usage };
    channel.facts().position.context = context.as_str().into();
    Reply::result(0)
}

fn set_extension(channel: &Channel, words: &[String]) -> Reply {
    let [_, _, exten] = words else { return Reply::Usage };
    channel.facts().position.exten = exten.as_str().into();
    Reply::result(0)
}

fn set_priority(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, text] = words else { return Reply::Usage };
    let priority = match number(text) {
        Some(number) => u32::try_from(number).ok(),
        None => channel.resolve(text).ok().map(|position| position.priority),
    };
    let Some(priority) = priority else { return Reply::Usage };
    channel.facts().position.priority = priority;
    session.after = Some(Flow::Jump);
    Reply::result(0)
}
