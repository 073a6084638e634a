//! The key store: `DATABASE GET`, `PUT`, `DEL`, `DELTREE`.

use obelus_core::channel::Channel;
use obelus_core::database::{DatabaseError, path};

use super::{Entry, Reply, word};

pub(super) const COMMANDS: &[Entry] = &[
    Entry {
        name: "database del",
        synopsis: "Deletes a key.",
        syntax: "DATABASE DEL FAMILY KEY",
        description: "Result 1, or 0 if it cannot be done.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(del(channel, words)),
    },
    Entry {
        name: "database deltree",
        synopsis: "Deletes a family or a part of it.",
        syntax: "DATABASE DELTREE FAMILY [KEYTREE]",
        description: "Result 0 if something was deleted, else 1.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(deltree(channel, words)),
    },
    Entry {
        name: "database get",
        synopsis: "Reads a key.",
        syntax: "DATABASE GET FAMILY KEY",
        description: "Result 1 with the value in parentheses, or 0 if there is none.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(get(channel, words)),
    },
    Entry {
        name: "database put",
        synopsis: "Sets a key.",
        syntax: "DATABASE PUT FAMILY KEY VALUE",
        description: "Result 1, or 0 if it cannot be done.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(put(channel, words)),
    },
];

/// A failure is logged.
fn done<T>(result: Result<T, DatabaseError>) -> Option<T> {
    result.inspect_err(|error| tracing::warn!(%error, "AGI: the database")).ok()
}

async fn get(channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, family, key] = words else { return Reply::Usage };
    let database = channel.core().database.clone();
    match done(channel.meanwhile(database.get(family, key)).await).flatten() {
        Some(value) => Reply::result(format_args!("1 ({value})")),
        None => Reply::result(0),
    }
}

async fn put(channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, family, key, value] = words else { return Reply::Usage };
    let database = channel.core().database.clone();
    let put = done(channel.meanwhile(database.put(family, key, value)).await);
    Reply::result(u8::from(put.is_some()))
}

async fn del(channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, family, key] = words else { return Reply::Usage };
    let database = channel.core().database.clone();
    let deleted = done(channel.meanwhile(database.delete(family, key)).await);
    Reply::result(u8::from(deleted.is_some()))
}

/// 0 for success, as Asterisk has it.
async fn deltree(channel: &mut Channel, words: &[String]) -> Reply {
    if !(3..=4).contains(&words.len()) {
        return Reply::Usage;
    }
    let prefix = match words.get(3) {
        Some(key) => path(word(words, 2), key),
        None => word(words, 2).to_owned(),
    };
    let database = channel.core().database.clone();
    let deleted = done(channel.meanwhile(database.delete_tree(&prefix)).await).unwrap_or(0);
    Reply::result(u8::from(deleted == 0))
}
