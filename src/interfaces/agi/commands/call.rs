//! The call itself: `ANSWER`, `HANGUP`, `CHANNEL STATUS`, `SET CALLERID`, `SET AUTOHANGUP`, `SET MUSIC`, `VERBOSE`ness.

use std::time::Duration;

use obelus_core::caller_id::{Party, Shown};
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, ChannelState};
use obelus_core::verbose;
use tokio::time::Instant;

use super::{Entry, Reply, word};
use crate::agi::words::{decimal, number};

pub(super) const COMMANDS: &[Entry] = &[
    Entry {
        name: "answer",
        synopsis: "Answers the channel.",
        syntax: "ANSWER",
        description: "Answers the channel if it is not up yet. Result 0, or -1 if it is gone.",
        runs_dead: false,
        run: |_, channel, _| Box::pin(answer(channel)),
    },
    Entry {
        name: "asyncagi break",
        synopsis: "Ends Async AGI.",
        syntax: "ASYNCAGI BREAK",
        description: "Gives the call back to the dialplan where the commands come over AMI. Result 0.",
        runs_dead: true,
        run: |_, _, _| Box::pin(async { Reply::Break }),
    },
    Entry {
        name: "channel status",
        synopsis: "Tells the state of a channel.",
        syntax: "CHANNEL STATUS [CHANNEL]",
        description: "Result is the number of the state: 0 down, 1 reserved, 2 off hook, 3 dialing, 4 ring, 5 ringing, 6 up, 7 busy; -1 if there is no such channel.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(async { channel_status(channel, words) }),
    },
    Entry {
        name: "hangup",
        synopsis: "Hangs a channel up.",
        syntax: "HANGUP [CHANNEL]",
        description: "Hangs up the channel of this name, or this one. Result 1, or -1 if there is no such channel.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(async { hangup(channel, words) }),
    },
    Entry {
        name: "noop",
        synopsis: "Does nothing.",
        syntax: "NOOP",
        description: "Does nothing. Result 0.",
        runs_dead: true,
        run: |_, _, _| Box::pin(async { Reply::result(0) }),
    },
    Entry {
        name: "set autohangup",
        synopsis: "Hangs the channel up later.",
        syntax: "SET AUTOHANGUP TIME",
        description: "Ends the call in so many seconds from now; 0 takes that back. Result 0.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(async { set_autohangup(channel, words) }),
    },
    Entry {
        name: "set callerid",
        synopsis: "Sets who calls.",
        syntax: "SET CALLERID NUMBER",
        description: "Sets the caller's number and name: 1001, or \"\\\"Alice\\\" <1001>\". Result 1.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(async { set_callerid(channel, words) }),
    },
    Entry {
        name: "set music",
        synopsis: "Begins or ends music on hold.",
        syntax: "SET MUSIC ON|OFF [CLASS]",
        description: "Plays the music of a class while other commands run, or ends it. Result 0.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(set_music(channel, words)),
    },
    Entry {
        name: "tdd mode",
        synopsis: "Sets the mode of a text telephone.",
        syntax: "TDD MODE ON|OFF|MATE|TDD",
        description: "Turns the transmission of text telephones on or off. Result 0, since no technology here has it.",
        runs_dead: false,
        run: |_, _, words| Box::pin(async { if words.len() == 3 { Reply::result(0) } else { Reply::Usage } }),
    },
    Entry {
        name: "verbose",
        synopsis: "Writes a line into the log.",
        syntax: "VERBOSE MESSAGE [LEVEL]",
        description: "Shows the message where the verbose level is at least LEVEL. Result 1.",
        runs_dead: true,
        run: |_, channel, words| Box::pin(async { write_verbose(channel, words) }),
    },
];

async fn answer(channel: &mut Channel) -> Reply {
    match channel.answer_and_settle().await {
        Ok(()) => Reply::result(0),
        Err(_) => Reply::failed(),
    }
}

fn channel_status(channel: &Channel, words: &[String]) -> Reply {
    let state = |state: ChannelState| Reply::result(state.number());
    match words {
        [_, _] => state(channel.state()),
        [_, _, name] => match channel.core().channels.find(name) {
            Some(other) => state(other.state()),
            None => Reply::result(-1),
        },
        _ => Reply::Usage,
    }
}

fn hangup(channel: &mut Channel, words: &[String]) -> Reply {
    match words {
        [_] => channel.hang_up(Cause::NORMAL_CLEARING),
        [_, name] if **name == **channel.name() => channel.hang_up(Cause::NORMAL_CLEARING),
        [_, name] => match channel.core().channels.find(name) {
            Some(other) => other.hangup(Cause::NORMAL_CLEARING),
            None => return Reply::result(-1),
        },
        _ => return Reply::Usage,
    }
    Reply::result(1)
}

fn set_autohangup(channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, text] = words else { return Reply::Usage };
    let Some(seconds) = decimal(text) else { return Reply::Usage };
    let limit = Duration::try_from_secs_f64(seconds).ok().filter(|limit| !limit.is_zero());
    channel.timeouts.absolute = limit.and_then(|limit| Instant::now().checked_add(limit));
    Reply::result(0)
}

fn set_callerid(channel: &Channel, words: &[String]) -> Reply {
    if words.len() > 2 {
        let party = Party::parse(word(words, 2));
        channel.change_caller(|caller| {
            caller.number = Shown::allowed(party.number.text());
            caller.name = Shown::allowed(party.name.text());
        });
    }
    Reply::result(1)
}

/// The application of the dialplan does it.
async fn set_music(channel: &mut Channel, words: &[String]) -> Reply {
    if words.len() < 3 {
        return Reply::Usage;
    }
    let what = word(words, 2).to_ascii_lowercase();
    let done = if what.starts_with("on") {
        channel.run_app("StartMusicOnHold", word(words, 3)).await
    } else if what.starts_with("off") {
        channel.run_app("StopMusicOnHold", "").await
    } else {
        return Reply::result(0);
    };
    if let Err(error) = done {
        tracing::warn!(channel = %channel.name(), %error, "SET MUSIC");
    }
    Reply::result(0)
}

fn write_verbose(channel: &Channel, words: &[String]) -> Reply {
    if words.len() < 2 {
        return Reply::Usage;
    }
    let level = number(word(words, 2)).unwrap_or(0).clamp(0, 255) as u8;
    let data = channel.facts().data.clone();
    verbose!(channel.core(), level, "{data}: {}", word(words, 1));
    Reply::result(1)
}
