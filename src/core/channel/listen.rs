//! Digits from a channel's far end, one or many.

use std::time::Duration;

use tokio::time::Instant;

use crate::channel::{Channel, Event, Interrupted, PlayEnd};
use crate::channel_tech::LegCommand;

/// Every digit that a telephone may send.
pub const DIGITS: &str = "0123456789*#ABCD";

/// The quiet before the first of several digits, so that a receiver hears it whole.
pub(super) const QUIET: Duration = Duration::from_millis(100);

/// How digits are sent in a row.
#[derive(Clone, Copy, Debug)]
pub struct DigitPace {
    /// How long each is.
    pub length: Duration,
    /// Between two of them.
    pub gap: Duration,
}

impl Default for DigitPace {
    fn default() -> DigitPace {
        DigitPace { length: Duration::from_millis(100), gap: Duration::from_millis(250) }
    }
}

/// How many digits to read, and how long to wait for them.
#[derive(Clone, Copy, Debug)]
pub struct DigitRules<'a> {
    /// The most digits; reading ends with the last.
    pub most: usize,
    /// Until the first digit.
    pub first: Duration,
    /// Between two digits.
    pub next: Duration,
    /// Digits that end the reading and do not count.
    pub terminators: &'a str,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DigitsRead {
    /// The digits, without the terminator.
    pub digits: String,
    /// The digit that ended it; `None` for the time or the number.
    pub terminator: Option<char>,
    /// Whether the time ended it.
    pub timed_out: bool,
}

impl Channel {
    /// Waits for one digit; `None` when the time is over.
    pub async fn wait_for_digit(&mut self, timeout: Option<Duration>) -> Result<Option<char>, Interrupted> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            match self.next_event(deadline).await? {
                Event::Digit { digit, .. } => return Ok(Some(digit)),
                Event::Deadline => return Ok(None),
                _ => {}
            }
        }
    }

    /// Reads digits by the rules; `begun` has been pressed already.
    pub async fn read_digits(
        &mut self,
        begun: String,
        rules: DigitRules<'_>,
    ) -> Result<DigitsRead, Interrupted> {
        let mut read = DigitsRead { digits: begun, ..DigitsRead::default() };
        while read.digits.len() < rules.most {
            let timeout = if read.digits.is_empty() { rules.first } else { rules.next };
            match self.wait_for_digit(Some(timeout)).await? {
                Some(digit) if rules.terminators.contains(digit) => {
                    read.terminator = Some(digit);
                    break;
                }
                Some(digit) => read.digits.push(digit),
                None => {
                    read.timed_out = true;
                    break;
                }
            }
        }
        Ok(read)
    }

    /// Plays prompts (`one&two`) and reads digits by the rules; the first digit stops the prompts.
    pub async fn ask(&mut self, prompts: &str, rules: DigitRules<'_>) -> Result<DigitsRead, Interrupted> {
        for prompt in prompts.split('&').map(str::trim).filter(|prompt| !prompt.is_empty()) {
            if let PlayEnd::Digit(first) = self.play(prompt, DIGITS).await? {
                return match rules.terminators.contains(first) {
                    true => Ok(DigitsRead { terminator: Some(first), ..DigitsRead::default() }),
                    false => self.read_digits(first.to_string(), rules).await,
                };
            }
        }
        self.read_digits(String::new(), rules).await
    }

    /// Plays a tone of the zone, or a script of one, and reads digits by the rules; the first digit stops it.
    pub async fn ask_over_tone(
        &mut self,
        tone: &str,
        rules: DigitRules<'_>,
    ) -> Result<DigitsRead, Interrupted> {
        if let Err(reason) = self.play_tone(tone) {
            tracing::warn!(channel = %self.name(), tone, reason, "no such tone");
        }
        let first = self.wait_for_digit(Some(rules.first)).await;
        self.stop_tone();
        match first? {
            None => Ok(DigitsRead { timed_out: true, ..DigitsRead::default() }),
            Some(first) if rules.terminators.contains(first) => {
                Ok(DigitsRead { terminator: Some(first), ..DigitsRead::default() })
            }
            Some(first) => self.read_digits(first.to_string(), rules).await,
        }
    }

    /// Sends digits in a row at the usual pace; see [`Channel::send_digits_at`].
    pub async fn send_digits(&mut self, digits: &str) -> Result<(), Interrupted> {
        self.send_digits_at(digits, DigitPace::default()).await
    }

    /// Sends digits in a row, after a moment of quiet; `w` waits half a second, `W` a whole one, `f` flashes the hook.
    pub async fn send_digits_at(&mut self, digits: &str, pace: DigitPace) -> Result<(), Interrupted> {
        self.wait(QUIET).await?;
        for digit in digits.chars() {
            match digit {
                'w' => self.wait(Duration::from_millis(500)).await?,
                'W' => self.wait(Duration::from_secs(1)).await?,
                'f' | 'F' => {
                    self.show(LegCommand::Flash).await;
                    self.wait(pace.gap).await?;
                }
                digit => {
                    self.send_digit(digit.to_ascii_uppercase(), Some(pace.length)).await;
                    self.wait(pace.length + pace.gap).await?;
                }
            }
        }
        Ok(())
    }
}
