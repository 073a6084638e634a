//! What must happen in a scenario, and whether it did.

use serde::Deserialize;

use crate::glob;
use crate::log::{Entry, What};

/// How far from the expected second something may happen.
const TOLERANCE: f64 = 0.5;

/// One line of `expect` or `never`, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    runs: Option<String>,
    reaches: Option<String>,
    sets: Option<String>,
    to: Option<String>,
    rings: Option<String>,
    showing: Option<String>,
    becomes: Option<String>,
    answers: Option<String>,
    plays: Option<String>,
    sends: Option<String>,
    tells: Option<String>,
    with: Option<String>,
    ends: Option<u8>,
    who: Option<String>,
    seconds: Option<Seconds>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(untagged, expecting = "a number of seconds, or two in brackets")]
enum Seconds {
    About(f64),
    Between(f64, f64),
}

/// An expectation and its line in the file.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) line: usize,
    pub(crate) wanted: Wanted,
}

/// What has to be in the log.
#[derive(Debug)]
pub(crate) struct Wanted {
    what: Kind,
    /// Who does it: a channel's device, or the caller.
    who: Option<String>,
    seconds: Option<Seconds>,
}

#[derive(Debug)]
enum Kind {
    Runs(String),
    Reaches(String),
    Sets(String, Option<String>),
    Rings(String, Option<String>),
    Becomes(String, String),
    Answers(String),
    Plays(String),
    Sends(String),
    Tells(String, Option<String>),
    Ends(u8),
}

impl Wanted {
    /// Reads an expectation, which must be about one thing.
    pub(crate) fn of(raw: Expectation) -> Result<Wanted, String> {
        let Expectation { runs, reaches, sets, to, rings, showing, becomes, answers, .. } = raw;
        let Expectation { plays, sends, tells, with, ends, who, seconds, .. } = raw;
        let mut kinds: Vec<Kind> = Vec::new();
        kinds.extend(runs.map(Kind::Runs));
        kinds.extend(reaches.map(Kind::Reaches));
        kinds.extend(sets.map(|name| Kind::Sets(name, to.clone())));
        kinds.extend(rings.map(|device| match &becomes {
            Some(status) => Kind::Becomes(device, status.clone()),
            None => Kind::Rings(device, showing.clone()),
        }));
        kinds.extend(answers.map(Kind::Answers));
        kinds.extend(plays.map(Kind::Plays));
        kinds.extend(sends.map(Kind::Sends));
        kinds.extend(tells.map(|event| Kind::Tells(event, with.clone())));
        kinds.extend(ends.map(Kind::Ends));
        let one = kinds.pop().filter(|_| kinds.is_empty());
        let what = one.ok_or(
            "an expectation is about one of `runs`, `reaches`, `sets`, `rings`, `answers`, `plays`, `sends`, `tells`, `ends`",
        )?;
        let misplaced = [
            ("to", to.is_some() && !matches!(what, Kind::Sets(..))),
            ("showing", showing.is_some() && !matches!(what, Kind::Rings(..))),
            ("becomes", becomes.is_some() && !matches!(what, Kind::Becomes(..))),
            ("with", with.is_some() && !matches!(what, Kind::Tells(..))),
        ];
        match misplaced.iter().find(|(_, is_misplaced)| *is_misplaced) {
            Some((word, _)) => Err(format!("`{word}` does not belong here")),
            None => Ok(Wanted { what, who, seconds }),
        }
    }

    /// Where the log has it, from an entry on; the digits of `sends` may be spread over several.
    pub(crate) fn find(&self, entries: &[Entry], from: usize, caller: &str) -> Option<usize> {
        if let Kind::Sends(digits) = &self.what {
            return self.find_digits(digits, entries, from, caller);
        }
        let rest = entries.iter().enumerate().skip(from);
        rest.filter(|(_, entry)| self.fits(entry, caller)).map(|(index, _)| index).next()
    }

    fn find_digits(&self, digits: &str, entries: &[Entry], from: usize, caller: &str) -> Option<usize> {
        let mut missing = digits.chars().peekable();
        for (index, entry) in entries.iter().enumerate().skip(from) {
            if let What::Sends(digit) = &entry.what
                && self.is_by(entry, caller)
                && missing.peek() == Some(digit)
            {
                missing.next();
                if missing.peek().is_none() {
                    return Some(index);
                }
            }
        }
        None
    }

    fn fits(&self, entry: &Entry, caller: &str) -> bool {
        let kind = match (&self.what, &entry.what) {
            (Kind::Runs(pattern), What::Runs { application, arguments, .. }) => match pattern.contains('(') {
                true => glob::matches(pattern, &format!("{application}({arguments})")),
                false => glob::matches(pattern, application),
            },
            (Kind::Reaches(pattern), What::Runs { position, .. }) => {
                let place = position.to_string();
                let pattern = if pattern.contains(':') { pattern.clone() } else { format!("{pattern}:*") };
                glob::matches(&pattern, &place)
            }
            (Kind::Sets(wanted, to), What::Sets { name, value }) => {
                wanted == name.trim_start_matches('_')
                    && to.as_ref().is_none_or(|to| glob::matches(to, value))
            }
            (Kind::Rings(pattern, showing), What::Rings { device, shown }) => {
                let is_shown = |wanted: &String| {
                    glob::matches(wanted, &shown.to_string()) || glob::matches(wanted, shown.number.text())
                };
                glob::matches(pattern, device) && showing.as_ref().is_none_or(is_shown)
            }
            (Kind::Becomes(device, wanted), What::Dialled { status }) => {
                glob::matches(wanted, status) && is_device(device, &entry.channel, caller)
            }
            (Kind::Answers(device), What::Answers) => is_device(device, &entry.channel, caller),
            (Kind::Plays(pattern), What::Plays(prompt)) => glob::matches(pattern, prompt),
            (Kind::Tells(wanted, with), What::Tells { event, headers }) => {
                let has = |with: &String| {
                    headers.iter().any(|(name, value)| glob::matches(with, &format!("{name}: {value}")))
                };
                glob::matches(wanted, event) && with.as_ref().is_none_or(has)
            }
            (Kind::Ends(wanted), What::Ends(cause)) => {
                *wanted == cause.number()
                    && (self.who.is_some() || entry.channel == caller || entry.channel.is_empty())
            }
            _ => false,
        };
        kind && self.is_by(entry, caller) && self.is_in_time(entry)
    }

    fn is_by(&self, entry: &Entry, caller: &str) -> bool {
        self.who.as_ref().is_none_or(|who| is_device(who, &entry.channel, caller))
    }

    fn is_in_time(&self, entry: &Entry) -> bool {
        let at = entry.at.as_secs_f64();
        match self.seconds {
            None => true,
            Some(Seconds::About(second)) => (at - second).abs() <= TOLERANCE,
            Some(Seconds::Between(first, last)) => first <= at && at <= last,
        }
    }

    /// Whether an entry is of the kind that was expected: what to show when it did not come.
    pub(crate) fn is_akin(&self, entry: &Entry) -> bool {
        match (&self.what, &entry.what) {
            (Kind::Sets(wanted, _), What::Sets { name, .. }) => wanted == name.trim_start_matches('_'),
            (Kind::Runs(_) | Kind::Reaches(_), What::Runs { .. })
            | (Kind::Rings(..) | Kind::Becomes(..), What::Rings { .. })
            | (Kind::Becomes(..), What::Dialled { .. })
            | (Kind::Answers(_), What::Answers)
            | (Kind::Plays(_), What::Plays(_))
            | (Kind::Sends(_), What::Sends(_))
            | (Kind::Tells(..), What::Tells { .. })
            | (Kind::Ends(_), What::Ends(_)) => true,
            _ => false,
        }
    }
}

/// Whether a channel is that of a device, or the caller's.
fn is_device(wanted: &str, channel: &str, caller: &str) -> bool {
    match wanted {
        "caller" => channel == caller,
        wanted => glob::matches(wanted, obelus_core::channel::device_of(channel)),
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let more = |word: &str, text: &Option<String>| {
            text.as_ref().map_or(String::new(), |text| format!("{word}{text}"))
        };
        let text = match &self.what {
            Kind::Runs(text) => format!("runs {text}"),
            Kind::Reaches(text) => format!("reaches {text}"),
            Kind::Sets(name, to) => format!("sets {name}{}", more(" to ", to)),
            Kind::Rings(device, showing) => format!("rings {device}{}", more(", showing ", showing)),
            Kind::Becomes(device, status) => format!("rings {device}, which becomes {status}"),
            Kind::Answers(device) => format!("{device} answers"),
            Kind::Plays(prompt) => format!("plays {prompt}"),
            Kind::Sends(digits) => format!("sends {digits}"),
            Kind::Tells(event, with) => format!("tells {event}{}", more(" with ", with)),
            Kind::Ends(cause) => format!("ends with cause {cause}"),
        };
        f.write_str(&text)?;
        if let Some(who) = &self.who {
            write!(f, ", by {who}")?;
        }
        match self.seconds {
            None => Ok(()),
            Some(Seconds::About(second)) => write!(f, ", at second {second}"),
            Some(Seconds::Between(first, last)) => write!(f, ", between the seconds {first} and {last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::caller_id::Party;
    use obelus_core::cause::Cause;
    use obelus_core::channel::Position;

    use super::*;

    const CALLER: &str = "PJSIP/trunk-00000000";

    fn log() -> Vec<Entry> {
        let entry = |at: u64, channel: &str, what: What| Entry {
            at: Duration::from_secs(at),
            channel: channel.to_owned(),
            what,
        };
        let runs = |application: &str, arguments: &str, priority| What::Runs {
            application: application.to_owned(),
            arguments: arguments.to_owned(),
            position: Position::new("menu", "s", priority),
        };
        let desk = "PJSIP/1001-00000001";
        vec![
            entry(0, CALLER, runs("Answer", "", 1)),
            entry(0, CALLER, What::Answers),
            entry(1, CALLER, What::Sets { name: "__TENANT".into(), value: "7".into() }),
            entry(2, CALLER, runs("Dial", "PJSIP/1001,20", 2)),
            entry(2, desk, What::Rings { device: "PJSIP/1001".into(), shown: Party::new("Ann", "0301") }),
            entry(4, desk, What::Answers),
            entry(4, desk, What::Dialled { status: "ANSWER".into() }),
            entry(5, desk, What::Sends('1')),
            entry(5, CALLER, What::Sends('9')),
            entry(5, desk, What::Sends('2')),
            entry(9, desk, What::Ends(Cause::USER_BUSY)),
            entry(9, CALLER, What::Ends(Cause::NORMAL_CLEARING)),
        ]
    }

    /// Where the log has what a line expects.
    fn check(text: &str, expected: Option<usize>) {
        let expectation: Expectation = toml::from_str(text).expect("an expectation");
        let wanted = Wanted::of(expectation).expect("about one thing");
        assert_eq!(wanted.find(&log(), 0, CALLER), expected, "{text}");
    }

    #[test]
    fn an_expectation_is_found_where_it_happened() {
        check("runs = \"dial\"", Some(3));
        check("runs = \"Dial(PJSIP/1001*)\"", Some(3));
        check("runs = \"Dial(PJSIP/1002*)\"", None);
        check("reaches = \"s@menu:2\"", Some(3));
        check("reaches = \"s@menu\"", Some(0));
        check("sets = \"TENANT\"\nto = \"7\"", Some(2));
        check("sets = \"TENANT\"\nto = \"8\"", None);
        check("rings = \"PJSIP/1001\"\nshowing = \"0301\"", Some(4));
        check("rings = \"PJSIP/*\"\nshowing = '\"Ann\" <0301>'", Some(4));
        check("rings = \"PJSIP/1001\"\nbecomes = \"ANSWER\"", Some(6));
        check("rings = \"PJSIP/1001\"\nbecomes = \"BUSY\"", None);
        check("answers = \"caller\"", Some(1));
        check("answers = \"PJSIP/1001\"", Some(5));
    }

    #[test]
    fn time_and_channel_narrow_it_down() {
        check("answers = \"*\"\nseconds = 4", Some(5));
        check("answers = \"*\"\nseconds = [2, 3]", None);
        check("ends = 16", Some(11));
        check("ends = 17", None);
        check("ends = 17\nwho = \"PJSIP/1001\"", Some(10));
        check("sends = \"12\"", Some(9));
        check("sends = \"12\"\nwho = \"caller\"", None);
        check("sends = \"9\"\nwho = \"caller\"", Some(8));
    }

    #[test]
    fn an_expectation_is_about_one_thing() {
        for wrong in [
            "who = \"caller\"",
            "runs = \"a\"\nplays = \"b\"",
            "runs = \"a\"\nto = \"b\"",
            "ends = 16\nbecomes = \"BUSY\"",
        ] {
            let expectation: Expectation = toml::from_str(wrong).expect("readable");
            assert!(Wanted::of(expectation).is_err(), "{wrong}");
        }
    }
}
