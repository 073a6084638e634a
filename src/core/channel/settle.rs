//! The moment after the answer: what is played before the far end's audio flows would be lost on it.

use std::time::Duration;

use tokio::time::Instant;

use crate::channel::{Channel, ChannelState, Either, Event, Interrupted};

/// How long the far end may take until it is heard.
const SETTLING: Duration = Duration::from_millis(500);

/// How often one looks whether it is.
const GLANCE: Duration = Duration::from_millis(10);

impl Channel {
    /// Answers the call if it has not been answered, and waits until voice comes from the far end, for half a second
    /// at most.
    ///
    /// Digits that come meanwhile are kept for whoever waits next. A channel without audio does not wait.
    pub async fn answer_and_settle(&mut self) -> Result<(), Interrupted> {
        let was_up = self.state() == ChannelState::Up;
        self.answer().await?;
        let Some(port) = self.media().filter(|port| !was_up && !port.has_heard()).cloned() else {
            return Ok(());
        };
        let heard = async move {
            while !port.has_heard() {
                tokio::time::sleep(GLANCE).await;
            }
        };
        self.keep_until(Instant::now() + SETTLING, heard).await
    }

    /// Waits and keeps what comes meanwhile for whoever waits next.
    pub async fn wait_and_keep(&mut self, time: Duration) -> Result<(), Interrupted> {
        self.keep_until(Instant::now() + time, std::future::pending()).await
    }

    async fn keep_until(
        &mut self,
        deadline: Instant,
        side: impl Future<Output = ()>,
    ) -> Result<(), Interrupted> {
        let mut side = std::pin::pin!(side);
        let mut kept = Vec::new();
        let end = loop {
            match self.next_event_or(Some(deadline), side.as_mut()).await {
                Ok(Either::Side(()) | Either::Event(Event::Deadline)) => break Ok(()),
                Ok(Either::Event(event)) => kept.push(event),
                Err(interrupted) => break Err(interrupted),
            }
        };
        kept.into_iter().for_each(|event| self.keep(event));
        end
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use crate::channel::Event;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn a_far_end_that_is_silent_is_waited_for_half_a_second() {
        for (heard, expected) in [(true, 0), (false, 500)] {
            let pbx = TestPbx::new(|_, _| {});
            let (mut channel, far) = pbx.channel();
            if !heard {
                far.port().is_silent();
            }
            let before = Instant::now();
            channel.answer_and_settle().await.unwrap();
            assert_eq!(before.elapsed().as_millis(), expected, "heard: {heard}");
            channel.answer_and_settle().await.unwrap();
            assert_eq!(before.elapsed().as_millis(), expected, "an answered call is not waited for again");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn digits_of_the_wait_are_not_lost() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, far) = pbx.channel();
        ['4', '2'].into_iter().for_each(|digit| far.presses(digit));
        channel.wait_and_keep(Duration::from_secs(1)).await.unwrap();
        for expected in ['4', '2'] {
            let event = channel.next_event(Some(Instant::now())).await;
            assert!(matches!(event, Ok(Event::Digit { digit, .. }) if digit == expected), "{event:?}");
        }
    }
}
