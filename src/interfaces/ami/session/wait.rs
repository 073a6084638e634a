//! `WaitEvent`: answers when there is an event.

use std::time::Duration;

use async_trait::async_trait;
use obelus_core::action::{ActionInfo, Classes, Message, Reply};
use obelus_core::events::Delivery;
use tokio::time::Instant;

use super::{Conversation, Next, ended, next_delivery};

pub(crate) static WAIT_EVENT: ActionInfo = ActionInfo {
    name: "WaitEvent",
    privilege: Classes::NONE,
    synopsis: "Wait for an event to occur.",
    arguments: &[("Timeout", "After how many seconds to stop; -1 is never.")],
};

/// What may end the waiting beside an event.
#[async_trait]
pub(crate) trait More: Send {
    /// Waits until the program says more; false when it has gone. Cancel safe.
    async fn comes(&mut self) -> bool;
}

/// What ends the waiting.
enum Came {
    Event(Delivery),
    More,
    Nothing,
    End,
}

impl Conversation {
    /// Waits for an event, for more from the program, or for the time to be over.
    pub(super) async fn wait_event(
        &mut self,
        message: &Message,
        reply: &mut Reply,
        more: &mut dyn More,
    ) -> Next {
        let seconds = message.get("Timeout").trim().parse::<i64>().unwrap_or(-1);
        let until = u64::try_from(seconds).ok().map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let came = self.wait_until(until, more).await;
        reply.ack("Waiting for Event completed.");
        self.out.push_str(&reply.take());
        match came {
            Came::Event(delivery) => {
                if self.deliver(delivery) == Next::End {
                    return Next::End;
                }
            }
            Came::End => return Next::End,
            Came::More | Came::Nothing => {}
        }
        reply.event("WaitEventComplete").id();
        Next::GoOn
    }

    async fn wait_until(&mut self, until: Option<Instant>, more: &mut dyn More) -> Came {
        let deadline = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        // Cancel safe, as in `wake`.
        tokio::select! {
            biased;
            delivery = next_delivery(&mut self.login, &mut self.held) => Came::Event(delivery),
            goes_on = more.comes() => if goes_on { Came::More } else { Came::End },
            () = deadline => Came::Nothing,
            _ = ended(&mut self.ended) => Came::End,
        }
    }
}
