//! `rotatestrategy` and `rotate_time`: when a log file is rotated, and what becomes of it then.

use std::io;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// How old log files are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// They are not: something else rotates them.
    None,
    /// `messages.log.0`, `.1` …: the newest has the highest number.
    #[default]
    Sequential,
    /// `messages.log.0` is the newest; the others move up.
    Rotate,
    /// `messages.log.1700000000`: the time of rotation.
    Timestamp,
}

/// How much time one log file covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// An hour.
    Hour,
    /// A day, from midnight.
    Day,
    /// A week, from Monday.
    Week,
}

impl Period {
    /// Whether two moments fall into the same one.
    pub fn is_same(self, one: Timestamp, other: Timestamp, zone: &TimeZone) -> bool {
        let place = |moment: Timestamp| {
            let zoned: Zoned = moment.to_zoned(zone.clone());
            match self {
                // An hour that a change of the clock repeats is another one.
                Period::Hour => (zoned.date(), zoned.hour(), zoned.offset().seconds()),
                Period::Day => (zoned.date(), 0, 0),
                Period::Week => (
                    zoned.date().iso_week_date().first_of_week().map_or(zoned.date(), |week| week.date()),
                    0,
                    0,
                ),
            }
        };
        place(one) == place(other)
    }
}

/// What a compressed old file may end with.
const SUFFIXES: [&str; 4] = ["", ".gz", ".bz2", ".Z"];

impl Rotation {
    /// Gives the file its old name; returns what `exec_after_rotate` calls `${filename}`.
    pub fn rotate(self, path: &Path, now: Timestamp) -> io::Result<PathBuf> {
        match self {
            Rotation::None => Ok(path.to_owned()),
            Rotation::Sequential => {
                let free = (0_u32..).map(|number| numbered(path, number, "")).find(|name| !name.exists());
                move_to(path, free.unwrap_or_else(|| path.to_owned()))
            }
            Rotation::Timestamp => move_to(path, with_suffix(path, &now.as_second().to_string())),
            Rotation::Rotate => {
                let free = (0_u32..).find(|number| find_numbered(path, *number).is_none()).unwrap_or(0);
                for number in (0..free).rev() {
                    move_up(path, number)?;
                }
                move_to(path, numbered(path, 0, ""))?;
                Ok(path.to_owned())
            }
        }
    }
}

fn move_to(path: &Path, name: PathBuf) -> io::Result<PathBuf> {
    std::fs::rename(path, &name)?;
    Ok(name)
}

fn move_up(path: &Path, number: u32) -> io::Result<()> {
    let Some(suffix) = find_numbered(path, number) else { return Ok(()) };
    std::fs::rename(numbered(path, number, suffix), numbered(path, number + 1, suffix))
}

fn find_numbered(path: &Path, number: u32) -> Option<&'static str> {
    SUFFIXES.into_iter().find(|suffix| numbered(path, number, suffix).exists())
}

fn numbered(path: &Path, number: u32, suffix: &str) -> PathBuf {
    with_suffix(path, &format!("{number}{suffix}"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rotates `messages` among these files; each file holds its own old name.
    fn check(strategy: Rotation, before: &[&str], after: &[(&str, &str)]) -> PathBuf {
        let folder = tempfile::tempdir().unwrap();
        for name in before {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let name = strategy.rotate(&folder.path().join("messages"), now).unwrap();
        let mut found: Vec<(String, String)> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                (path.file_name().unwrap().to_str().unwrap().into(), std::fs::read_to_string(path).unwrap())
            })
            .collect();
        found.sort();
        let expected: Vec<(String, String)> = after.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        assert_eq!(found, expected, "{strategy:?}");
        name.file_name().unwrap().into()
    }

    #[test]
    fn sequential_gives_the_newest_the_highest_number() {
        let after = [("messages.0", "messages.0"), ("messages.1", "messages")];
        assert_eq!(check(Rotation::Sequential, &["messages", "messages.0"], &after), Path::new("messages.1"));
    }

    #[test]
    fn rotate_moves_the_old_ones_up_compressed_or_not() {
        let before = ["messages", "messages.0", "messages.1.gz"];
        let after =
            [("messages.0", "messages"), ("messages.1", "messages.0"), ("messages.2.gz", "messages.1.gz")];
        assert_eq!(check(Rotation::Rotate, &before, &after), Path::new("messages"));
    }

    #[test]
    fn timestamp_names_the_time_and_none_does_nothing() {
        let after = [("messages.1700000000", "messages")];
        assert_eq!(check(Rotation::Timestamp, &["messages"], &after), Path::new("messages.1700000000"));
        check(Rotation::None, &["messages"], &[("messages", "messages")]);
    }

    #[test]
    fn a_period_begins_by_the_clock_on_the_wall() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let check = |period: Period, one: &str, other: &str, expected: bool| {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(period.is_same(one, other, &zone), expected, "{period:?} {one} {other}");
        };
        check(Period::Hour, "2026-11-21T10:00:00Z", "2026-11-21T10:59:59Z", true);
        check(Period::Hour, "2026-11-21T10:59:59Z", "2026-11-21T11:00:00Z", false);
        check(Period::Hour, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", false);
        check(Period::Day, "2026-11-20T23:00:00Z", "2026-11-21T22:59:59Z", true);
        check(Period::Day, "2026-11-20T22:59:59Z", "2026-11-20T23:00:00Z", false);
        check(Period::Week, "2026-11-16T00:00:00Z", "2026-11-22T22:00:00Z", true);
        check(Period::Week, "2026-11-22T22:00:00Z", "2026-11-22T23:30:00Z", false);
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Rotation::Sequential.rotate(&folder.path().join("messages"), Timestamp::UNIX_EPOCH).is_err());
    }
}
