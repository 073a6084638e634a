//! What a channel asks its far end to do, and the answer: texts and transfers.

use std::time::Duration;

use tokio::time::Instant;

use crate::cause::Cause;
use crate::channel::{Channel, Event, Interrupted};
use crate::channel_tech::{CallError, LegCommand, LegEvent, Text};

/// How long a far end may take to say what became of a transfer: as long as SIP's subscription to its progress lasts.
const TRANSFER: Duration = Duration::from_secs(600);

/// What became of asking the far end to call somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transferred {
    /// It does.
    Accepted,
    /// It does not; the number is the protocol's (`603`), 0 where there is none.
    Refused(u16),
    /// The technology has no such thing.
    Unsupported,
}

impl Channel {
    /// Sends a text message inside the call.
    pub async fn send_text(&mut self, text: Text) -> Result<(), CallError> {
        self.leg.handle(LegCommand::Text(text)).await
    }

    /// Waits for a text message inside the call; `None` when the time is over.
    pub async fn receive_text(&mut self, timeout: Option<Duration>) -> Result<Option<String>, Interrupted> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            match self.next_event(deadline).await? {
                Event::Leg(LegEvent::Text(text)) => return Ok(Some(text.body)),
                Event::Deadline => return Ok(None),
                _ => {}
            }
        }
    }

    /// Asks the far end to call `target` instead. Before the answer that ends the call: the wait is then interrupted.
    pub async fn transfer(&mut self, target: &str) -> Result<Transferred, Interrupted> {
        if let Some(interrupted) = self.interruption() {
            return Err(interrupted);
        }
        match self.leg.handle(LegCommand::Transfer(target.to_owned())).await {
            Ok(()) => self.transferred().await,
            Err(error) if error.cause == Cause::FACILITY_NOT_IMPLEMENTED => Ok(Transferred::Unsupported),
            Err(error) => {
                tracing::warn!(channel = %self.name(), %error, target, "the transfer was not asked for");
                Ok(Transferred::Refused(0))
            }
        }
    }

    async fn transferred(&mut self) -> Result<Transferred, Interrupted> {
        let deadline = Instant::now() + TRANSFER;
        loop {
            match self.next_event(Some(deadline)).await? {
                Event::Leg(LegEvent::Transferred { accepted: true, .. }) => return Ok(Transferred::Accepted),
                Event::Leg(LegEvent::Transferred { status, .. }) => return Ok(Transferred::Refused(status)),
                Event::Deadline => return Ok(Transferred::Refused(0)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn the_far_end_says_what_becomes_of_a_transfer() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, far) = pbx.channel();
        far.does(LegEvent::Transferred { accepted: false, status: 603 });
        assert_eq!(channel.transfer("1002").await, Ok(Transferred::Refused(603)));
        far.does(LegEvent::Transferred { accepted: true, status: 202 });
        assert_eq!(channel.transfer("1002").await, Ok(Transferred::Accepted));
        assert_eq!(far.told(), ["Transfer(\"1002\")"; 2]);
        assert_eq!(channel.transfer("1002").await, Ok(Transferred::Refused(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_text_is_waited_for() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, far) = pbx.channel();
        far.does(LegEvent::Text("hello".into()));
        let second = Some(Duration::from_secs(1));
        assert_eq!(channel.receive_text(second).await, Ok(Some("hello".to_owned())));
        assert_eq!(channel.receive_text(second).await, Ok(None));
        assert_eq!(channel.send_text("bye".into()).await, Ok(()));
        assert_eq!(far.told(), ["Text(\"bye\")"]);
    }
}
