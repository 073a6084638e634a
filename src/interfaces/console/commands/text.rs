//! Numbers and times in words, as the console prints them.

use std::time::Duration;

/// `s` unless there is exactly one.
pub(super) fn s(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// `Yes` or `No`.
pub(super) fn yes_no(yes: bool) -> &'static str {
    if yes { "Yes" } else { "No" }
}

/// `01:02:03`.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `1 day, 2 hours, 3 seconds`.
pub(super) fn period(time: Duration) -> String {
    const UNITS: [(&str, u64); 5] =
        [("year", 31_536_000), ("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60)];
    let mut left = time.as_secs();
    let mut parts = Vec::new();
    for (unit, length) in UNITS {
        let count = left / length;
        if count > 0 {
            parts.push(format!("{count} {unit}{}", s(count)));
            left %= length;
        }
    }
    if left > 0 || parts.is_empty() {
        parts.push(format!("{left} second{}", s(left)));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_told_in_words() {
        let check = |seconds, expected: &str| assert_eq!(period(Duration::from_secs(seconds)), expected);
        check(0, "0 seconds");
        check(1, "1 second");
        check(60, "1 minute");
        check(93_784, "1 day, 2 hours, 3 minutes, 4 seconds");
        check(31_536_000 + 604_800, "1 year, 1 week");
        assert_eq!(clock(Duration::from_secs(100 * 3600 + 61)), "100:01:01");
    }
}
