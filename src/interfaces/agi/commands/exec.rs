//! `EXEC`: an application of the dialplan.

use obelus_core::app::{AppError, Flow};
use obelus_core::channel::Channel;
use obelus_core::conf::is_true;
use obelus_core::verbose;

use super::{Entry, Reply, word};
use crate::agi::session::Session;

pub(super) const COMMANDS: &[Entry] = &[Entry {
    name: "exec",
    synopsis: "Runs an application of the dialplan.",
    syntax: "EXEC APPLICATION OPTIONS",
    description: "Runs an application with its arguments; with AGIEXECFULL=1 they are substituted as in the dialplan. Result is what the application returns: 0, a digit's code, -1 to hang up, -2 if there is no such application.",
    runs_dead: true,
    run: |session, channel, words| Box::pin(exec(session, channel, words)),
}];

/// There is no such application.
const NO_APPLICATION: i32 = -2;

async fn exec(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    if words.len() < 2 {
        return Reply::Usage;
    }
    let (name, arguments) = (word(words, 1), word(words, 2));
    verbose!(channel.core(), 3, "AGI Script Executing Application: ({name}) Options: ({arguments})");
    let Some(app) = channel.core().registry().app(name).cloned() else {
        tracing::warn!(channel = %channel.name(), "AGI: could not find application ({name})");
        return Reply::result(NO_APPLICATION);
    };
    let full = channel.variable("AGIEXECFULL").is_some_and(|value| is_true(&value));
    let arguments = if full { channel.evaluate(arguments).await } else { arguments.to_owned() };
    let before = {
        let mut facts = channel.facts();
        let application = std::mem::replace(&mut facts.application, app.name().into());
        (application, std::mem::replace(&mut facts.data, arguments.clone()))
    };
    let ran = channel.run_app(name, &arguments).await;
    {
        let mut facts = channel.facts();
        (facts.application, facts.data) = before;
    }
    Reply::result(result(session, channel, ran))
}

/// What Asterisk's applications return; where the dialplan is to go on elsewhere, that is kept for later.
fn result(session: &mut Session, channel: &Channel, ran: Result<Flow, AppError>) -> i32 {
    match ran {
        Ok(Flow::Continue) => 0,
        Ok(Flow::Dialled(digits)) => digits.chars().next().map_or(0, |digit| digit as i32),
        Ok(after @ (Flow::Jump | Flow::TimedOut | Flow::Incomplete)) => {
            session.after = Some(after);
            0
        }
        Ok(Flow::Hangup) | Err(AppError::Interrupted(_)) => -1,
        Err(AppError::Failed(reason)) => {
            tracing::warn!(channel = %channel.name(), "AGI: {reason}");
            -1
        }
    }
}
