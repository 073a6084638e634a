//! Digits that a caller dials while the dialplan runs: collected until they make an extension.

use tokio::time::Instant;

use crate::app::Flow;
use crate::channel::{Channel, Either, Interrupted, Position};
use crate::interpreter::Ran;
use crate::verbose;

impl Channel {
    /// Collects more digits while they could make another extension, then goes there.
    pub(crate) async fn collect(&mut self, mut digits: String) -> Result<Ran, Interrupted> {
        let context = self.position().context;
        let mut timeout = if digits.is_empty() { self.timeouts.response } else { self.timeouts.digit };
        while self.could_match_more(&context, &digits) {
            match self.wait_for_digit(Some(timeout)).await? {
                Some(digit) => digits.push(digit),
                None => break,
            }
            timeout = self.timeouts.digit;
        }
        let position = Position::new(context.clone(), digits.as_str(), 1);
        if self.exists_here(&position) {
            self.go_to(position);
            return Ok(Ran::Returned);
        }
        verbose!(self.core(), 3, "Invalid extension '{digits}' in context '{context}' on {}", self.name());
        Ok(if self.invalid(&digits) == Flow::Jump { Ran::Returned } else { Ran::HangUp })
    }

    /// Goes to the one-digit extension that a waiting caller dials, in `EXITCONTEXT` or the present context; says
    /// whether there is one.
    pub fn exit_by_digit(&mut self, digit: char) -> bool {
        let named = self.variable("EXITCONTEXT").filter(|context| !context.is_empty());
        let position = Position::new(named.unwrap_or_else(|| self.position().context), digit.to_string(), 1);
        let exists = self.exists_here(&position);
        if exists {
            self.go_to(position);
        }
        exists
    }

    /// Collects digits behind the extension that says it is not complete.
    ///
    /// An extension that no digit could make longer is invalid, as it would only say so again.
    pub(crate) async fn collect_behind(&mut self) -> Result<Ran, Interrupted> {
        let position = self.position();
        let flow = match self.could_match_more(&position.context, &position.exten) {
            true => match self.wait_for_digit(Some(self.timeouts.digit)).await? {
                Some(digit) => return self.collect(format!("{}{digit}", position.exten)).await,
                None => self.no_digit_came(),
            },
            false => self.invalid(&position.exten),
        };
        Ok(if flow == Flow::Jump { Ran::Returned } else { Ran::HangUp })
    }

    /// Takes in what has happened without waiting; digits stay for whoever waits next.
    pub(crate) async fn catch_up(&mut self) {
        let mut kept = Vec::new();
        // A deadline of now would not do: timers count in whole milliseconds, and the dialplan would stand still.
        while let Ok(Either::Event(event)) = self.next_event_or(None, std::future::ready(())).await {
            kept.push(event);
        }
        // That the call's time is over is noticed by who waits.
        if self.timeouts.absolute.is_some_and(|at| at <= Instant::now()) {
            kept.extend(self.next_event(None).await);
        }
        kept.into_iter().for_each(|event| self.keep(event));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn catching_up_takes_in_a_digit_and_takes_no_time() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, far) = pbx.channel();
        far.presses('5');
        let begin = Instant::now();
        channel.catch_up().await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        far.presses('6');
        assert_eq!(channel.wait_for_digit(None).await, Ok(Some('5')));
        assert_eq!(channel.wait_for_digit(None).await, Ok(Some('6')));
    }

    #[tokio::test(start_paused = true)]
    async fn catching_up_notices_that_the_time_is_over() {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, _far) = pbx.channel();
        channel.timeouts.absolute = Some(Instant::now() + Duration::from_secs(1));
        channel.catch_up().await;
        assert_eq!(channel.interruption(), None);
        tokio::time::advance(Duration::from_secs(1)).await;
        channel.catch_up().await;
        assert_eq!(channel.interruption(), Some(Interrupted::Timeout));
    }
}
