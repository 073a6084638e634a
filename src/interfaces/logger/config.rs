//! `logger.conf`, typed.

use std::ops::RangeInclusive;
use std::sync::Arc;

use obelus_core::conf::{
    ConfiguredSection, Document, Entry, OptionHelp, Problem, Problems, Reader, Section, is_false,
};

use super::date::DateFormat;
use super::filter::{self, Complaint, Filter, Format};
use super::level::{Level, Levels, MOST_CUSTOM};
use super::rotate::{Period, Rotation};
use super::syslog::Facility;

/// What `logger.conf` says.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggerConfig {
    /// `[general]`.
    pub general: General,
    /// `[logfiles]`, in order.
    pub channels: Vec<ChannelConfig>,
}

/// `[general]`.
#[derive(Clone, Debug, PartialEq)]
pub struct General {
    /// `dateformat`.
    pub dates: DateFormat,
    /// `use_callids`.
    pub call_ids: bool,
    /// `appendhostname`: to the names of the files.
    pub append_hostname: bool,
    /// `rotatestrategy`.
    pub rotation: Rotation,
    /// `exec_after_rotate`: a shell command, `${filename}` in it is replaced.
    pub exec_after_rotate: Option<String>,
    /// `rotate_size`: bytes after which a file is rotated by itself.
    pub rotate_size: Option<u64>,
    /// `rotate_time`: the time that one file covers.
    pub rotate_time: Option<Period>,
    /// `logger_queue_limit`: lines that may wait for the disk.
    pub queue_limit: usize,
    /// `custom_levels`: names beside Asterisk's, for `Log()`.
    pub custom_levels: Vec<Arc<str>>,
}

/// One line of `[logfiles]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelConfig {
    /// The name as written: `console`, `messages.log`, `syslog.local0`.
    pub name: String,
    /// Where it goes.
    pub kind: ChannelKind,
    /// How its lines look.
    pub format: Format,
    /// Which lines it takes.
    pub filter: Filter,
}

/// Where the lines of a log channel go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// To all consoles.
    Console,
    /// To a file in the log directory, or at an absolute path.
    File,
    /// To the system's log.
    Syslog(Facility),
    /// To systemd's journal, with its fields.
    Journal,
}

/// How many lines may wait; Asterisk's bounds.
const QUEUE_LIMITS: RangeInclusive<usize> = 10..=1_000_000;

impl Default for General {
    fn default() -> General {
        General {
            dates: DateFormat::default(),
            call_ids: true,
            append_hostname: false,
            rotation: Rotation::default(),
            exec_after_rotate: None,
            rotate_size: None,
            rotate_time: None,
            queue_limit: 1000,
            custom_levels: Vec::new(),
        }
    }
}

impl Default for LoggerConfig {
    /// What holds without a file: everything but debugging on the consoles.
    fn default() -> LoggerConfig {
        let levels = [Level::Error, Level::Warning, Level::Notice, Level::Verbose];
        let console = ChannelConfig {
            name: "console".to_owned(),
            kind: ChannelKind::Console,
            format: Format::Default,
            filter: Filter { levels: levels.into_iter().fold(Levels::NONE, Levels::with), verbose: None },
        };
        LoggerConfig { general: General::default(), channels: vec![console] }
    }
}

impl LoggerConfig {
    /// Reads the document of `logger.conf`, the default if it was made of no file; what is wrong is left out and reported.
    pub fn load(document: &Document, problems: &mut Problems) -> LoggerConfig {
        if document.files.is_empty() {
            return LoggerConfig::default();
        }
        let mut config = LoggerConfig { general: General::default(), channels: Vec::new() };
        // First, since it may name levels that the files take.
        for section in document.sections_named("general") {
            let mut reader = Reader::new(section, problems);
            config.general = General::read(&mut reader).unwrap_or_default();
            // What is wrong has been reported, and the default stands in for it.
            let _ = reader.finish();
        }
        for section in document.concrete() {
            match section.name.to_ascii_lowercase().as_str() {
                "general" => {}
                "logfiles" => config.read_channels(section, problems),
                _ => {
                    let message =
                        format!("unknown section [{}]; there are [general] and [logfiles]", section.name);
                    problems.error(section.location.clone(), message);
                }
            }
        }
        config
    }

    fn read_channels(&mut self, section: &Section, problems: &mut Problems) {
        for entry in &section.entries {
            if self.channels.iter().any(|channel| *channel.name == *entry.key) {
                problems.error(entry.location.clone(), format!("`{}` is there already", entry.key));
                continue;
            }
            let channel = read_channel(entry, &self.general.custom_levels, problems);
            self.channels.extend(channel);
        }
    }
}

fn read_channel(entry: &Entry, custom: &[Arc<str>], problems: &mut Problems) -> Option<ChannelConfig> {
    let kind = match ChannelKind::of(&entry.key) {
        Ok(kind) => kind,
        Err(message) => {
            problems.error(entry.location.clone(), message);
            return None;
        }
    };
    let (format, filter, complaints) = filter::parse(&entry.value, custom);
    for complaint in complaints {
        problems.push(problem(entry, &complaint));
    }
    Some(ChannelConfig::new(&entry.key, kind, format, filter))
}

/// A level that is merely silent harms nobody; the others are mistakes. Either way the channel works without it.
fn problem(entry: &Entry, complaint: &Complaint) -> Problem {
    let message = format!("`{}`: {complaint}", entry.key);
    match complaint {
        Complaint::Silent(_) => Problem::warning(entry.location.clone(), message),
        Complaint::Unknown { suggestion, .. } => {
            Problem::error(entry.location.clone(), message).suggesting(*suggestion)
        }
        Complaint::Format(_) | Complaint::Verbose(_) => Problem::error(entry.location.clone(), message),
    }
}

impl ChannelConfig {
    /// A channel; a console always takes verbose lines, as verbose as each console wants them.
    pub fn new(name: &str, kind: ChannelKind, format: Format, mut filter: Filter) -> ChannelConfig {
        if kind == ChannelKind::Console {
            filter = Filter { levels: filter.levels.with(Level::Verbose), verbose: None };
        }
        ChannelConfig { name: name.to_owned(), kind, format, filter }
    }
}

impl ChannelKind {
    /// The kind that a channel's name asks for; the error says which facility there is not.
    pub fn of(name: &str) -> Result<ChannelKind, String> {
        if name.eq_ignore_ascii_case("console") {
            return Ok(ChannelKind::Console);
        }
        if name.eq_ignore_ascii_case("journald") {
            return Ok(ChannelKind::Journal);
        }
        let is_syslog = name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("syslog"));
        match (is_syslog, name.get(6..)) {
            (true, Some("")) => Ok(ChannelKind::Syslog(Facility::default())),
            (true, Some(rest)) => match rest.strip_prefix('.') {
                Some(facility) => Facility::parse(facility).map(ChannelKind::Syslog),
                None => Ok(ChannelKind::File),
            },
            _ => Ok(ChannelKind::File),
        }
    }

    /// `Console`, `File`, `Syslog` or `Journal`.
    pub fn word(self) -> &'static str {
        match self {
            ChannelKind::Console => "Console",
            ChannelKind::File => "File",
            ChannelKind::Syslog(_) => "Syslog",
            ChannelKind::Journal => "Journal",
        }
    }
}

impl ConfiguredSection for General {
    const OPTIONS: &'static [OptionHelp] = &[
        OptionHelp {
            name: "dateformat",
            default: DateFormat::DEFAULT,
            synopsis: "The time of a line, as strftime(3) writes it; %3q are milliseconds.",
        },
        OptionHelp { name: "use_callids", default: "yes", synopsis: "Whether lines name their call." },
        OptionHelp { name: "display_callids", default: "yes", synopsis: "The same under its old name." },
        OptionHelp {
            name: "appendhostname",
            default: "no",
            synopsis: "Whether the host's name ends the names of the files.",
        },
        OptionHelp {
            name: "rotatestrategy",
            default: "sequential",
            synopsis: "none, sequential, rotate or timestamp.",
        },
        OptionHelp {
            name: "exec_after_rotate",
            default: "",
            synopsis: "A command to run after a rotation; ${filename} is the file.",
        },
        OptionHelp {
            name: "rotate_size",
            default: "0",
            synopsis: "Bytes after which a file is rotated by itself, with K, M or G; 0 is never. Not in Asterisk.",
        },
        OptionHelp {
            name: "rotate_time",
            default: "none",
            synopsis: "none, hourly, daily or weekly: the first line of another one begins a new file. Not in Asterisk.",
        },
        OptionHelp {
            name: "logger_queue_limit",
            default: "1000",
            synopsis: "Lines that may wait to be written before others are lost.",
        },
        OptionHelp { name: "queue_log", default: "no", synopsis: "The log of queues is not served yet." },
        OptionHelp { name: "queue_log_to_file", default: "no", synopsis: "Not served yet." },
        OptionHelp { name: "queue_log_name", default: "queue_log", synopsis: "Not served yet." },
        OptionHelp { name: "queue_log_realtime_use_gmt", default: "no", synopsis: "Not served yet." },
        OptionHelp {
            name: "custom_levels",
            default: "",
            synopsis: "Levels of one's own, with commas between, for Log() and for the log channels.",
        },
    ];

    fn read(reader: &mut Reader<'_>) -> Option<General> {
        let default = General::default();
        reader.unserved("queue_log", &["no"]);
        reader.unserved("queue_log_to_file", &["no"]);
        reader.unserved("queue_log_name", &["queue_log"]);
        reader.unserved("queue_log_realtime_use_gmt", &["no"]);
        let old_name = reader.boolean("display_callids");
        let strategies = [
            ("none", Rotation::None),
            ("sequential", Rotation::Sequential),
            ("rotate", Rotation::Rotate),
            ("timestamp", Rotation::Timestamp),
        ];
        let periods = [
            ("none", None),
            ("hourly", Some(Period::Hour)),
            ("daily", Some(Period::Day)),
            ("weekly", Some(Period::Week)),
        ];
        Some(General {
            dates: read_dates(reader).unwrap_or_default(),
            call_ids: reader.boolean("use_callids").or(old_name).unwrap_or(default.call_ids),
            append_hostname: reader.boolean("appendhostname").unwrap_or(default.append_hostname),
            rotation: reader.choice("rotatestrategy", &strategies).unwrap_or_default(),
            exec_after_rotate: reader
                .text("exec_after_rotate")
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            rotate_size: reader.parsed("rotate_size", "a number of bytes such as 100M", size).flatten(),
            rotate_time: reader.choice("rotate_time", &periods).flatten(),
            queue_limit: reader.integer("logger_queue_limit", QUEUE_LIMITS).unwrap_or(default.queue_limit),
            custom_levels: read_custom_levels(reader),
        })
    }
}

/// Names that are no level yet, as many as there is room for.
fn read_custom_levels(reader: &mut Reader<'_>) -> Vec<Arc<str>> {
    let Some(entry) = reader.entry("custom_levels") else { return Vec::new() };
    let mut found: Vec<Arc<str>> = Vec::new();
    for name in entry.value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let is_word = name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
        if Level::parse_with(name, &found).is_some() {
            reader.reject(entry, &format!("there is a level `{name}` already"));
        } else if !is_word {
            reader.reject(entry, &format!("`{name}` is no name for a level"));
        } else if found.len() == MOST_CUSTOM {
            reader.reject(entry, &format!("there can be {MOST_CUSTOM} at most, so `{name}` is none"));
        } else {
            found.push(name.into());
        }
    }
    found
}

fn read_dates(reader: &mut Reader<'_>) -> Option<DateFormat> {
    let entry = reader.entry("dateformat")?;
    match DateFormat::parse(&entry.value) {
        Ok(format) => Some(format),
        Err(message) => {
            reader.reject(entry, &message);
            None
        }
    }
}

/// A size in bytes; zero is none at all.
fn size(text: &str) -> Option<Option<u64>> {
    if is_false(text) {
        return Some(None);
    }
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..)?.to_ascii_uppercase().as_str() {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    let bytes: u64 = digits.trim().parse().ok()?;
    Some(bytes.checked_mul(unit).filter(|bytes| *bytes > 0))
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::{MemoryFiles, documentation_gaps, load};

    use super::*;

    fn check(text: &str, expected: &[&str]) -> LoggerConfig {
        let files = MemoryFiles::new().file("logger.conf", text);
        let mut problems = Problems::new();
        let document = load(&files, "logger.conf", &mut problems);
        let config = LoggerConfig::load(&document, &mut problems);
        problems.sort();
        let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{text}");
        config
    }

    #[test]
    fn every_option_is_documented() {
        assert_eq!(documentation_gaps::<General>(), Vec::<String>::new());
    }

    #[test]
    fn a_usual_file_is_read() {
        let config = check(
            "[general]\ndateformat = %F %T.%3q\nuse_callids = no\nrotatestrategy = rotate\nrotate_size = 100M\n\
             [logfiles]\nconsole => notice,warning,error,verbose(3)\nmessages.log => [json]notice\n\
             syslog.local3 => error\n",
            &[],
        );
        assert_eq!(config.general.rotate_size, Some(100 << 20));
        assert!(!config.general.call_ids);
        let kinds: Vec<&str> = config.channels.iter().map(|channel| channel.kind.word()).collect();
        assert_eq!(kinds, ["Console", "File", "Syslog"]);
        assert_eq!(config.channels[0].filter.verbose, None, "each console has its own level");
        assert_eq!(config.channels[1].format, Format::Json);
    }

    #[test]
    fn what_is_not_served_is_refused_by_name() {
        check(
            "[general]\nqueue_log = yes\nqueue_log_to_file = no\n",
            &["logger.conf:2: `queue_log = yes` in [general] is not served yet"],
        );
    }

    #[test]
    fn levels_of_ones_own_are_read_before_the_files_that_take_them() {
        let config = check(
            "[logfiles]\naudit.log => error,Audit\nfull.log => *\n[general]\ncustom_levels = billing, audit,error\n",
            &["logger.conf:5: `custom_levels` in [general]: there is a level `error` already"],
        );
        let custom = &config.general.custom_levels;
        assert_eq!(custom.iter().map(|name| &**name).collect::<Vec<_>>(), ["billing", "audit"]);
        assert_eq!(config.channels[0].filter.levels.names(custom), ["ERROR", "audit"]);
        assert!(config.channels[1].filter.levels.contains(Level::Custom(0)));
    }

    #[test]
    fn a_mistake_costs_only_the_level_or_option_it_is_in() {
        let config = check(
            "[general]\ndateformat = %&\nlogger_queue_limit = 5\nrotate_size = much\n[logfiles]\n\
             messages.log => notice,eror\nfull.log => *,fax\nsyslog.here => error\nmessages.log => debug\n[logfile]\n",
            &[
                "logger.conf:2: `dateformat` in [general]: `%&` is no format of strftime(3)",
                "logger.conf:3: `logger_queue_limit` in [general]: `5` is not a whole number from 10 to 1000000",
                "logger.conf:4: `rotate_size` in [general]: `much` is not a number of bytes such as 100M",
                "logger.conf:6: `messages.log`: unknown level `eror`; did you mean `error`?",
                "logger.conf:7: `full.log`: nothing writes the level `fax` yet; it is left out",
                "logger.conf:8: there is no syslog facility `here`",
                "logger.conf:9: `messages.log` is there already",
                "logger.conf:10: unknown section [logfile]; there are [general] and [logfiles]",
            ],
        );
        assert_eq!(config.channels.len(), 2);
        assert_eq!(config.general, General::default());
    }
}
