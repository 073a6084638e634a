//! `times,weekdays,days,months[,timezone]`: when an include or a `GotoIfTime` holds.

use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MINUTES: usize = 24 * 60;
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A set of minutes, weekdays, days of the month and months, in some time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// A bit for every minute of a day.
    minutes: [u64; MINUTES.div_ceil(64)],
    /// Sunday is bit 0.
    weekdays: u8,
    /// The first is bit 0.
    days: u32,
    /// January is bit 0.
    months: u16,
    /// Where the clock hangs; the system's own if there is none.
    zone: Option<TimeZone>,
}

impl Timing {
    /// Reads a timing; what cannot be read is left out, as in Asterisk, and complained about.
    ///
    /// Each field is `*`, or values and ranges joined by `&`: `9:00-12:00&13:00-17:00`, `mon-fri`, `24-26`,
    /// `dec-jan`. Ranges may wrap around. Fields that are missing are `*`.
    #[must_use]
    pub fn parse(text: &str, zones: &dyn Fn(&str) -> Option<TimeZone>) -> (Self, Vec<String>) {
        let mut complaints = Vec::new();
        let fields: Vec<&str> = text.split(['|', ',']).map(str::trim).collect();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        // Only a fifth field that is the last is a time zone.
        let zone = match fields.as_slice() {
            [_, _, _, _, name] if !name.is_empty() => {
                let zone = zones(name);
                if zone.is_none() {
                    complaints.push(format!("`{name}` is no time zone"));
                }
                zone
            }
            _ => None,
        };
        let timing = Self {
            minutes: minutes(field(0), &mut complaints),
            weekdays: mask(field(1), 7, &WEEKDAYS, "day of the week", &mut complaints) as u8,
            days: mask(field(2), 31, &[], "day of the month", &mut complaints),
            months: mask(field(3), 12, &MONTHS, "month", &mut complaints) as u16,
            zone,
        };
        (timing, complaints)
    }

    /// Whether a moment is in the set.
    #[must_use]
    pub fn includes(&self, now: &Zoned) -> bool {
        match &self.zone {
            Some(zone) => self.includes_civil(now.with_time_zone(zone.clone()).datetime()),
            None => self.includes_civil(now.datetime()),
        }
    }

    /// Whether a time on the wall, where the timing's clock hangs, is in the set.
    #[must_use]
    pub fn includes_civil(&self, time: DateTime) -> bool {
        let minute = usize::from(time.hour().unsigned_abs()) * 60 + usize::from(time.minute().unsigned_abs());
        let weekday = time.date().weekday().to_sunday_zero_offset();
        bit(u64::from(self.months), time.month() - 1)
            && bit(u64::from(self.days), time.day() - 1)
            && bit(u64::from(self.weekdays), weekday)
            && self.minutes.get(minute / 64).is_some_and(|word| word >> (minute % 64) & 1 == 1)
    }
}

fn bit(mask: u64, index: i8) -> bool {
    mask >> index.clamp(0, 63) & 1 == 1
}

fn minutes(text: &str, complaints: &mut Vec<String>) -> [u64; MINUTES.div_ceil(64)] {
    let mut set = [0; MINUTES.div_ceil(64)];
    if is_everything(text) {
        return [u64::MAX; MINUTES.div_ceil(64)];
    }
    for part in text.split('&') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        // Asterisk looks for the end of a range at the next digit, wherever that is.
        let last = last.trim_start_matches(|char: char| !char.is_ascii_digit());
        let (Some(first), Some(last)) = (minute(first), minute(last)) else {
            complaints.push(format!("`{part}` is no time of the day"));
            continue;
        };
        let mut at = first;
        loop {
            if let Some(word) = set.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
            if at == last {
                break;
            }
            at = (at + 1) % MINUTES;
        }
    }
    set
}

fn minute(text: &str) -> Option<usize> {
    let (hour, minute) = text.trim_start().split_once(':')?;
    let (hour, minute) = (two_digits(hour)?, two_digits(minute.trim_start())?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// At most two digits, and nothing of what follows them.
fn two_digits(text: &str) -> Option<usize> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    text.get(..digits)?.parse().ok()
}

fn is_everything(text: &str) -> bool {
    text.is_empty() || text == "*"
}

/// The bits of the values and cyclic ranges of a field, counted from one.
fn mask(text: &str, size: u32, names: &[&str], what: &str, complaints: &mut Vec<String>) -> u32 {
    if is_everything(text) {
        return (1 << size) - 1;
    }
    let mut mask = 0;
    for part in text.split('&').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (Some(first), Some(last)) = (index(first, size, names), index(last, size, names)) else {
            complaints.push(format!("`{part}` is no {what}"));
            continue;
        };
        let mut at = first;
        mask |= 1 << last;
        while at != last {
            mask |= 1 << at;
            at = (at + 1) % size;
        }
    }
    mask
}

fn index(text: &str, size: u32, names: &[&str]) -> Option<u32> {
    let text = text.trim();
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    named
        .or_else(|| two_digits(text)?.checked_sub(1))
        .and_then(|at| u32::try_from(at).ok())
        .filter(|at| *at < size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-10-05 is a Monday.
    fn check(timing: &str, time: &str, expected: bool) {
        let (timing_, complaints) = Timing::parse(timing, &|_| None);
        assert!(complaints.is_empty(), "{complaints:?}");
        assert_eq!(timing_.includes_civil(time.parse().unwrap()), expected, "{timing} at {time}");
    }

    /// The examples of GotoIfTime in the documentation, and `main/pbx_timing.c` for the corners.
    #[test]
    fn times_are_inclusive_and_wrap() {
        check("9:00-17:00,mon-fri,*,*", "2026-10-05T09:00", true);
        check("9:00-17:00,mon-fri,*,*", "2026-10-05T17:00:59", true);
        check("9:00-17:00,mon-fri,*,*", "2026-10-05T17:01", false);
        check("9:00-17:00,mon-fri,*,*", "2026-10-04T12:00", false);
        check("22:00-6:00", "2026-10-05T23:59", true);
        check("22:00-6:00", "2026-10-05T06:00", true);
        check("22:00-6:00", "2026-10-05T12:00", false);
        check("9:30", "2026-10-05T09:30", true);
        check("9:30", "2026-10-05T09:31", false);
        check("9:00-10:00&11:00-12:00", "2026-10-05T11:30", true);
        check("9:00-10:00&11:00-12:00", "2026-10-05T10:30", false);
        check("9:00- 10:00", "2026-10-05T09:30", true);
    }

    #[test]
    fn days_and_months_are_names_or_numbers() {
        check("*,fri-mon", "2026-10-05T12:00", true);
        check("*,fri-mon", "2026-10-06T12:00", false);
        check("*,2", "2026-10-05T12:00", true);
        check("*,MON&wed", "2026-10-05T12:00", true);
        check("*|*|24-26|dec", "2026-12-25T12:00", true);
        check("*|*|24-26|dec", "2026-11-25T12:00", false);
        check("*,*,28-3,*", "2026-10-31T12:00", true);
        check("*,*,28-3,*", "2026-10-04T12:00", false);
        check("*,*,*,nov-feb", "2026-01-05T12:00", true);
        check("*,*,*,11-2", "2026-10-05T12:00", false);
        check("", "2026-10-05T12:00", true);
    }

    #[test]
    fn a_time_zone_moves_the_clock() {
        let zone = TimeZone::fixed(jiff::tz::offset(-5));
        let (timing, _) = Timing::parse("9:00-17:00,*,*,*,Far/Away", &|_| Some(zone.clone()));
        let now: Zoned = "2026-10-05T15:00+00:00[UTC]".parse().unwrap();
        assert!(timing.includes(&now));
        let now: Zoned = "2026-10-05T13:00+00:00[UTC]".parse().unwrap();
        assert!(!timing.includes(&now));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let (timing, complaints) = Timing::parse("25:00-1:00&8:00,monday,0,foo,Nowhere", &|_| None);
        assert_eq!(
            complaints,
            [
                "`Nowhere` is no time zone",
                "`25:00-1:00` is no time of the day",
                "`monday` is no day of the week",
                "`0` is no day of the month",
                "`foo` is no month",
            ]
        );
        assert!(!timing.includes_civil("2026-10-05T08:00".parse().unwrap()));
    }
}
