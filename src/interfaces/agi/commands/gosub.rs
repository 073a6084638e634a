//! `GOSUB`: a subroutine of the dialplan.

use obelus_core::channel::Channel;
use obelus_core::verbose;

use super::{Entry, Reply, word};
use crate::agi::session::Session;

pub(super) const COMMANDS: &[Entry] = &[Entry {
    name: "gosub",
    synopsis: "Runs a subroutine of the dialplan.",
    syntax: "GOSUB CONTEXT EXTENSION PRIORITY [ARGUMENTS]",
    description: "Runs a subroutine until its Return; the arguments are one word with commas between them. A line with the code 100 says that it begins. Result 0, -1 if there is no such place; GOSUB_RETVAL has what it returned, and nothing if it ended without Return.",
    runs_dead: false,
    run: |session, channel, words| Box::pin(gosub(session, channel, words)),
}];

async fn gosub(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if !(4..=5).contains(&words.len()) {
        return Reply::Usage;
    }
    let place = format!("{},{},{}", word(words, 1), word(words, 2), word(words, 3));
    if !channel.resolve(&place).is_ok_and(|position| channel.extension_exists(&position)) {
        tracing::warn!(channel = %channel.name(), place, "AGI: there is no such place for GOSUB");
        return Reply::Bad("result=-1 Gosub label not found".to_owned());
    }
    let target = match words.get(4) {
        Some(arguments) => format!("{place}({arguments})"),
        None => place,
    };
    verbose!(channel.core(), 3, "{} AGI Gosub({target}) start", channel.name());
    session.send(channel, "100 result=0 Trying...\n").await;
    match channel.subroutine_value(&target).await {
        Ok(value) => {
            verbose!(
                channel.core(),
                3,
                "{} AGI Gosub({target}) complete GOSUB_RETVAL={value}",
                channel.name()
            );
            Reply::Good("result=0 Gosub complete".to_owned())
        }
        Err(reason) => {
            tracing::info!(channel = %channel.name(), "AGI: {reason}");
            channel.set_variable("GOSUB_RETVAL", "");
            Reply::Good("result=0 Gosub complete (abnormal exit)".to_owned())
        }
    }
}
