//! `WaitEvent`: answers when there is an event.

use std::time::Duration;

use obelus_core::action::{ActionInfo, Classes, Message, Reply};
use obelus_core::events::Delivery;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::Instant;

use super::{Next, PIECE, Session, ended};

pub(crate) static WAIT_EVENT: ActionInfo = ActionInfo {
    name: "WaitEvent",
    privilege: Classes::NONE,
    synopsis: "Wait for an event to occur.",
    arguments: &[("Timeout", "After how many seconds to stop; -1 is never.")],
};

/// What ends the waiting.
enum Came {
    Event(Delivery),
    Bytes(usize),
    Nothing,
    End,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Waits for an event, for more from the program, or for the time to be over.
    pub(super) async fn wait_event(&mut self, message: &Message, reply: &mut Reply) -> Next {
        let seconds = message.get("Timeout").trim().parse::<i64>().unwrap_or(-1);
        let until = u64::try_from(seconds).ok().map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let mut piece = vec![0; PIECE];
        let came = self.wait_until(until, &mut piece).await;
        reply.ack("Waiting for Event completed.");
        self.out.push_str(&reply.take());
        match came {
            Came::Event(delivery) => {
                if self.deliver(delivery) == Next::End {
                    return Next::End;
                }
            }
            Came::Bytes(0) | Came::End => return Next::End,
            Came::Bytes(length) => self.reader.push(piece.get(..length).unwrap_or_default()),
            Came::Nothing => {}
        }
        reply.event("WaitEventComplete").id();
        Next::GoOn
    }

    async fn wait_until(&mut self, until: Option<Instant>, piece: &mut [u8]) -> Came {
        let listener = self.login.as_mut().and_then(|login| login.listener.as_mut());
        let event = async {
            match listener {
                Some(listener) => listener.next().await,
                None => std::future::pending().await,
            }
        };
        let deadline = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        // Cancel safe, as in `wake`.
        tokio::select! {
            biased;
            delivery = event => Came::Event(delivery),
            result = self.stream.read(piece) => Came::Bytes(result.unwrap_or(0)),
            () = deadline => Came::Nothing,
            _ = ended(&mut self.ended) => Came::End,
        }
    }
}
