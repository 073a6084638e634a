//! Variables and functions: `GET VARIABLE`, `GET FULL VARIABLE`, `SET VARIABLE`.

use obelus_core::channel::Channel;

use super::{Entry, Reply};

pub(super) const COMMANDS: &[Entry] = &[
    Entry {
        name: "get full variable",
        synopsis: "Evaluates an expression with variables.",
        syntax: "GET FULL VARIABLE EXPRESSION [CHANNEL]",
        description: "Substitutes variables, functions and expressions in a text such as ${CALLERID(num)}, on this channel or another. Result 1 with the text in parentheses, or 0 if there is no such channel.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(get_full_variable(channel, words)),
    },
    Entry {
        name: "get variable",
        synopsis: "Reads a variable or a function.",
        syntax: "GET VARIABLE VARIABLENAME",
        description: "Result 1 with the value in parentheses, or 0 if it is not set.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(get_variable(channel, words)),
    },
    Entry {
        name: "set variable",
        synopsis: "Sets a variable or writes a function.",
        syntax: "SET VARIABLE VARIABLENAME VALUE",
        description: "Sets a variable of the channel, or writes a function such as CALLERID(name). Result 1.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(set_variable(channel, words)),
    },
];

fn found(value: Option<impl std::fmt::Display>) -> Reply {
    value.map_or_else(|| Reply::result(0), |value| Reply::result(format_args!("1 ({value})")))
}

async fn get_variable(channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, name] = words else { return Reply::Usage };
    if !name.ends_with(')') {
        return found(channel.variable(name));
    }
    let value = channel.read(name).await;
    let value =
        value.inspect_err(|error| tracing::warn!(channel = %channel.name(), %error, "GET VARIABLE {name}"));
    found(value.ok().flatten())
}

async fn get_full_variable(channel: &mut Channel, words: &[String]) -> Reply {
    let (text, name) = match words {
        [_, _, _, text] => (text, None),
        [_, _, _, text, name] => (text, Some(name)),
        _ => return Reply::Usage,
    };
    let Some(name) = name.filter(|name| ***name != **channel.name()) else {
        return found(Some(channel.evaluate(text).await));
    };
    let Some(other) = channel.core().channels.find(name) else { return Reply::result(0) };
    let text = text.clone();
    let asked = other.run(move |other| Box::pin(async move { other.evaluate(&text).await }));
    found(channel.meanwhile(asked).await.ok())
}

async fn set_variable(channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, name, value] = words else { return Reply::Usage };
    if let Err(error) = channel.assign(name, value).await {
        tracing::warn!(channel = %channel.name(), %error, "SET VARIABLE {name}");
    }
    Reply::result(1)
}
