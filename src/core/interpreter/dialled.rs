//! Digits that a caller dials while the dialplan runs: collected until they make an extension.

use tokio::time::Instant;

use crate::app::Flow;
use crate::channel::{Channel, Event, Interrupted, Position};
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
        let already = Instant::now();
        let mut kept = Vec::new();
        while let Ok(event) = self.next_event(Some(already)).await {
            match event {
                Event::Deadline => break,
                event => kept.push(event),
            }
        }
        kept.into_iter().for_each(|event| self.keep(event));
    }
}
