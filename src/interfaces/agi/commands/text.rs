//! Text inside a call: `SEND TEXT`, `SEND IMAGE`, `RECEIVE CHAR`, `RECEIVE TEXT`; and one digit: `WAIT FOR DIGIT`.

use std::time::Duration;

use obelus_core::channel::{Channel, Event, Interrupted};
use obelus_core::channel_tech::{LegCommand, LegEvent};
use tokio::time::Instant;

use super::{Entry, Reply, word};
use crate::agi::playing::End;
use crate::agi::session::Session;
use crate::agi::words::number;

pub(super) const COMMANDS: &[Entry] = &[
    Entry {
        name: "receive char",
        synopsis: "Receives one character of a text message.",
        syntax: "RECEIVE CHAR TIMEOUT",
        description: "Waits so many milliseconds for a text, 0 without end. Result is the character's code, 0 (timeout), or -1 (hangup).",
        runs_dead: false,
        run: |_, channel, words| Box::pin(receive_char(channel, words)),
    },
    Entry {
        name: "receive text",
        synopsis: "Receives a text message.",
        syntax: "RECEIVE TEXT TIMEOUT",
        description: "Waits so many milliseconds for a text, 0 without end. Result 1 with the text in parentheses, or -1.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(receive_text(channel, words)),
    },
    Entry {
        name: "send image",
        synopsis: "Sends a picture.",
        syntax: "SEND IMAGE IMAGE",
        description: "Sends a picture where the technology can; none here can. Result 0.",
        runs_dead: false,
        run: |_, _, words| Box::pin(async { if words.len() == 3 { Reply::result(0) } else { Reply::Usage } }),
    },
    Entry {
        name: "send text",
        synopsis: "Sends a text message inside the call.",
        syntax: "SEND TEXT TEXT",
        description: "Sends a text, which stands in double quotes if it has blanks. Result 0, or -1 if the channel is gone.",
        runs_dead: false,
        run: |_, channel, words| Box::pin(send_text(channel, words)),
    },
    Entry {
        name: "wait for digit",
        synopsis: "Waits for a digit.",
        syntax: "WAIT FOR DIGIT TIMEOUT",
        description: "Waits so many milliseconds, -1 without end. Result is the digit's code, 0 for none, or -1 if the channel is gone.",
        runs_dead: false,
        run: |session, channel, words| Box::pin(wait_for_digit(session, channel, words)),
    },
];

async fn wait_for_digit(session: &mut Session, channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, _, timeout] = words else { return Reply::Usage };
    let Some(timeout) = number(timeout) else { return Reply::Usage };
    let timeout = u64::try_from(timeout).ok().map(Duration::from_millis);
    match session.digit(channel, timeout).await {
        Ok(Some(End::Digit(digit))) => Reply::result(digit as u32),
        Ok(Some(End::NextCommand)) => Reply::result(1),
        Ok(_) => Reply::result(0),
        Err(_) => Reply::failed(),
    }
}

async fn send_text(channel: &mut Channel, words: &[String]) -> Reply {
    let [_, _, text] = words else { return Reply::Usage };
    if channel.facts().hung_up.is_some() {
        return Reply::failed();
    }
    channel.show(LegCommand::Text(text.as_str().into())).await;
    Reply::result(0)
}

/// Waits for a text; `None` when the time is over.
async fn next_text(channel: &mut Channel, timeout: &str) -> Result<Option<String>, Interrupted> {
    let timeout =
        number(timeout).and_then(|timeout| u64::try_from(timeout).ok()).filter(|timeout| *timeout > 0);
    let deadline = timeout.map(|timeout| Instant::now() + Duration::from_millis(timeout));
    loop {
        match channel.next_event(deadline).await? {
            Event::Leg(LegEvent::Text(text)) => return Ok(Some(text.body)),
            Event::Deadline => return Ok(None),
            _ => {}
        }
    }
}

async fn receive_char(channel: &mut Channel, words: &[String]) -> Reply {
    if words.len() != 3 {
        return Reply::Usage;
    }
    match next_text(channel, word(words, 2)).await {
        Ok(Some(text)) if !text.is_empty() => {
            Reply::result(text.chars().next().map_or(0, |letter| letter as u32))
        }
        Ok(_) => Reply::result("0 (timeout)"),
        Err(_) => Reply::Bad("result=-1 (hangup)".to_owned()),
    }
}

async fn receive_text(channel: &mut Channel, words: &[String]) -> Reply {
    if words.len() != 3 {
        return Reply::Usage;
    }
    match next_text(channel, word(words, 2)).await {
        Ok(Some(text)) => Reply::result(format_args!("1 ({text})")),
        Ok(None) | Err(_) => Reply::result(-1),
    }
}
