//! Async AGI: a session whose commands come over AMI or from the console, and whose answers are events.

use std::fmt::Write;
use std::sync::Arc;

use obelus_core::channel::{Channel, Either, Event};
use obelus_core::events::AgiStep;
use tokio::time::Instant;

use super::Agi;
use super::session::{Ended, Session, Status, publish};

/// Carries out what comes until `ASYNCAGI BREAK`, a failure or the end of the call.
///
/// `first` is the block that a program would read first.
pub(super) async fn run(agi: &Arc<Agi>, channel: &mut Channel, first: &str) -> Ended {
    let queue = agi.queues.of(channel);
    let deadline = agi.conf.load().time.map(|time| Instant::now() + time);
    let mut session = Session::without_connection(agi.clone());
    publish(channel, || AgiStep::AsyncStart { environment: encoded(first).into() });
    let (status, out_of_time) = loop {
        let command = match channel.next_event_or(deadline, queue.next()).await {
            Ok(Either::Side(command)) => command,
            Ok(Either::Event(Event::Deadline)) => {
                tracing::warn!(channel = %channel.name(), "Async AGI has used up its time");
                break (Status::Failure, true);
            }
            Ok(Either::Event(_)) => continue,
            Err(_) => break (Status::Hangup, false),
        };
        let carried = session.carry_out(channel, &command.line).await;
        publish(channel, || AgiStep::AsyncExec {
            result: encoded(&carried.text).into(),
            id: Some(command.id).filter(|id| !id.is_empty()).map(Arc::from),
        });
        if carried.breaks {
            break (Status::Success, false);
        }
        if carried.failed() && channel.facts().hung_up.is_none() {
            break (Status::Failure, false);
        }
    };
    publish(channel, || AgiStep::AsyncEnd);
    Ended { status, closed: true, out_of_time, after: session.after }
}

/// Letters, digits and the marks of RFC 2396 2.3 as they are, all else as `%XX`.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) => {
                encoded.push(char::from(byte));
            }
            byte => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_break_a_line_is_encoded() {
        let check = |text: &str, expected: &str| assert_eq!(encoded(text), expected);
        check("200 result=1 (é)\n", "200%20result%3D1%20(%C3%A9)%0A");
        check("agi_request: async\n\n", "agi_request%3A%20async%0A%0A");
        check("-_.!~*'()", "-_.!~*'()");
    }
}
