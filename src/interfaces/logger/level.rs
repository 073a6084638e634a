//! The levels of the log, with Asterisk's names and numbers.

use std::fmt;
use std::sync::Arc;

/// What a line of the log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// For developers.
    Debug,
    /// The bytes on the wire.
    Trace,
    /// The life of calls and registrations.
    Notice,
    /// Something was refused or degraded.
    Warning,
    /// The operator must act.
    Error,
    /// What a call does, step by step.
    Verbose,
    /// Digits.
    Dtmf,
    /// Who was let in and who was not.
    Security,
    /// One of `custom_levels`, by its place there; its lines carry its name.
    Custom(u8),
}

/// The number of the first of `custom_levels`.
const FIRST_CUSTOM: u8 = 17;

/// How many `custom_levels` there can be.
pub(super) const MOST_CUSTOM: usize = 15;

/// Level, Asterisk's number and name; `SECURITY` has the first number of the levels that modules bring.
const LEVELS: [(Level, u8, &str); 8] = [
    (Level::Debug, 0, "DEBUG"),
    (Level::Trace, 1, "TRACE"),
    (Level::Notice, 2, "NOTICE"),
    (Level::Warning, 3, "WARNING"),
    (Level::Error, 4, "ERROR"),
    (Level::Verbose, 5, "VERBOSE"),
    (Level::Dtmf, 6, "DTMF"),
    (Level::Security, 16, "SECURITY"),
];

impl Level {
    /// All levels in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Level> {
        LEVELS.iter().map(|row| row.0)
    }

    /// Asterisk's number.
    pub fn number(self) -> u8 {
        match self {
            Level::Custom(place) => (FIRST_CUSTOM + place).min(31),
            level => level.row().1,
        }
    }

    /// The name in the log and in `logger.conf`; a common one for all of `custom_levels`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Custom(_) => "CUSTOM",
            level => level.row().2,
        }
    }

    /// Reads a name, in any case.
    pub fn parse(name: &str) -> Option<Level> {
        LEVELS.iter().find(|row| row.2.eq_ignore_ascii_case(name)).map(|row| row.0)
    }

    /// Reads a name, which may be one of `custom_levels`.
    pub fn parse_with(name: &str, custom: &[Arc<str>]) -> Option<Level> {
        Level::parse(name).or_else(|| {
            let place = custom.iter().position(|known| known.eq_ignore_ascii_case(name))?;
            u8::try_from(place).ok().map(Level::Custom)
        })
    }

    fn row(self) -> &'static (Level, u8, &'static str) {
        LEVELS.iter().find(|row| row.0 == self).unwrap_or(&LEVELS[0])
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels(u32);

impl Levels {
    /// No level.
    pub const NONE: Levels = Levels(0);

    /// Every level, also of `*` in `logger.conf`, with all that `custom_levels` may name.
    pub fn all() -> Levels {
        (0..MOST_CUSTOM as u8).map(Level::Custom).chain(Level::all()).fold(Levels::NONE, Levels::with)
    }

    /// The names of its levels in the order of their numbers.
    pub fn names(self, custom: &[Arc<str>]) -> Vec<String> {
        let own = custom.iter().zip(0..).filter(|(_, place)| self.contains(Level::Custom(*place)));
        self.iter()
            .map(|level| level.name().to_owned())
            .chain(own.map(|(name, _)| name.to_string()))
            .collect()
    }

    /// The same levels where the `custom_levels` have come to other places; those that are gone are left out.
    #[must_use]
    pub fn moved(self, from: &[Arc<str>], to: &[Arc<str>]) -> Levels {
        let is_all = self == Levels::all();
        let own = from.iter().zip(0..).filter(|(_, place)| self.contains(Level::Custom(*place)));
        let own = own.filter_map(|(name, _)| Level::parse_with(name, to));
        if is_all { self } else { self.iter().chain(own).fold(Levels::NONE, Levels::with) }
    }

    /// The same set and this level.
    #[must_use]
    pub fn with(self, level: Level) -> Levels {
        Levels(self.0 | 1 << level.number())
    }

    /// The levels of both sets.
    #[must_use]
    pub fn union(self, other: Levels) -> Levels {
        Levels(self.0 | other.0)
    }

    /// The same set without this level.
    #[must_use]
    pub fn without(self, level: Level) -> Levels {
        Levels(self.0 & !(1 << level.number()))
    }

    /// Whether the level is in it.
    pub fn contains(self, level: Level) -> bool {
        self.0 & 1 << level.number() != 0
    }

    /// Its levels in the order of their numbers, without those of `custom_levels`.
    pub fn iter(self) -> impl Iterator<Item = Level> {
        Level::all().filter(move |level| self.contains(*level))
    }

    pub(super) fn bits(self) -> u32 {
        self.0
    }

    pub(super) fn from_bits(bits: u32) -> Levels {
        Levels(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_by_name_and_kept_in_order() {
        assert_eq!(Level::parse("Warning"), Some(Level::Warning));
        assert_eq!(Level::parse("warn"), None);
        let names: Vec<&str> = Levels::all().iter().map(Level::name).collect();
        assert_eq!(names, ["DEBUG", "TRACE", "NOTICE", "WARNING", "ERROR", "VERBOSE", "DTMF", "SECURITY"]);
        assert!(!Levels::NONE.with(Level::Error).contains(Level::Notice));
    }

    #[test]
    fn levels_of_ones_own_keep_their_names_when_they_move() {
        let names = |text: &str| text.split(',').map(Arc::from).collect::<Vec<Arc<str>>>();
        let (before, after) = (names("billing,audit"), names("audit,fraud"));
        let level = |name: &str, custom: &[Arc<str>]| Level::parse_with(name, custom);
        assert_eq!(level("AUDIT", &before), Some(Level::Custom(1)));
        assert_eq!(level("error", &before), Some(Level::Error));
        assert_eq!(level("fraud", &before), None);
        let levels = Levels::NONE.with(Level::Error).with(Level::Custom(0)).with(Level::Custom(1));
        assert_eq!(levels.names(&before), ["ERROR", "billing", "audit"]);
        assert_eq!(levels.moved(&before, &after).names(&after), ["ERROR", "audit"]);
        assert_eq!(Levels::all().moved(&before, &after), Levels::all());
    }
}
