//! Digits in INFO requests: `application/dtmf-relay`, `application/dtmf` and `application/hook-flash`.

use std::time::Duration;

use obelus_sip::message::{Body, Request};

/// How long a digit was pressed when nobody says so.
const USUAL: Duration = Duration::from_millis(100);

/// What an INFO request says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Info {
    /// A digit.
    Digit {
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
        /// How long it was pressed.
        duration: Duration,
    },
    /// The hook was flashed.
    Flash,
    /// It has one of these types and nothing in it, which is answered and means nothing.
    Empty,
    /// It has one of these types and makes no sense.
    Malformed,
    /// It is about something else.
    Other,
}

/// Reads an INFO request.
pub fn read(request: &Request) -> Info {
    let Ok(Some(kind)) = request.content_type() else { return Info::Other };
    let body = String::from_utf8_lossy(request.body());
    match kind {
        kind if kind.is("application/hook-flash") => Info::Flash,
        kind if kind.is("application/dtmf") => digit(&body, USUAL),
        kind if kind.is("application/dtmf-relay") => relay(&body),
        _ => Info::Other,
    }
}

fn relay(body: &str) -> Info {
    if body.trim().is_empty() {
        return Info::Empty;
    }
    let (mut signal, mut duration) = (None, USUAL);
    for (name, value) in body.lines().filter_map(|line| line.split_once('=')) {
        let value = value.trim();
        if name.trim().eq_ignore_ascii_case("signal") {
            signal = Some(value);
        } else if name.trim().eq_ignore_ascii_case("duration")
            && let Ok(milliseconds) = value.parse::<u16>()
        {
            duration = Duration::from_millis(milliseconds.into());
        }
    }
    signal.map_or(Info::Malformed, |signal| digit(signal, duration))
}

/// `5`, `*`, `a`, or an event number from 10 on.
fn digit(text: &str, duration: Duration) -> Info {
    let text = text.trim();
    let mut letters = text.chars();
    let digit = match (letters.next(), text.parse::<u8>()) {
        (None, _) => return Info::Empty,
        (_, Ok(event @ 10..=16)) => b"*#ABCD!".get(usize::from(event - 10)).copied().map(char::from),
        (_, Ok(17..)) => None,
        (Some(letter @ ('0'..='9' | '*' | '#' | '!' | 'A'..='D' | 'a'..='d')), _) => {
            Some(letter.to_ascii_uppercase())
        }
        (Some(_), _) => None,
    };
    match digit {
        Some('!') => Info::Flash,
        Some(digit) => Info::Digit { digit, duration },
        None => Info::Malformed,
    }
}

/// The body of an INFO that presses a digit; `!` is the hook.
pub fn body(digit: char, duration: Duration) -> Body {
    let text = format!("Signal={digit}\r\nDuration={}\r\n", duration.as_millis());
    Body::new("application/dtmf-relay", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Wire;

    fn check(kind: &str, body: &str, expected: Info) {
        let line = format!("Content-Type: {kind}");
        assert_eq!(
            read(&Wire::new("INFO", "sip:a@h").line(&line).body(body).request()),
            expected,
            "{kind} {body}"
        );
    }

    fn pressed(digit: char, milliseconds: u64) -> Info {
        Info::Digit { digit, duration: Duration::from_millis(milliseconds) }
    }

    #[test]
    fn digits_come_in_all_spellings() {
        check("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", pressed('5', 160));
        check("application/dtmf-relay", "signal= 11\nduration= x", pressed('#', 100));
        check("application/dtmf-relay", "Signal=d\r\n", pressed('D', 100));
        check("application/dtmf-relay", "Signal=!\r\nDuration=300\r\n", Info::Flash);
        check("application/dtmf-relay", "Signal=16\r\n", Info::Flash);
        check("application/dtmf", "1", pressed('1', 100));
        check("application/dtmf", "10", pressed('*', 100));
        check("application/hook-flash", "", Info::Flash);
    }

    #[test]
    fn what_is_no_digit_is_told_apart() {
        check("application/dtmf-relay", "", Info::Empty);
        check("application/dtmf-relay", "Duration=100\r\n", Info::Malformed);
        check("application/dtmf-relay", "Signal=17\r\n", Info::Malformed);
        check("application/dtmf", "x", Info::Malformed);
        check("application/media_control+xml", "<x/>", Info::Other);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let body = body('#', Duration::from_millis(160));
        assert_eq!(body.content_type, "application/dtmf-relay");
        check("application/dtmf-relay", std::str::from_utf8(&body.content).unwrap(), pressed('#', 160));
    }
}
