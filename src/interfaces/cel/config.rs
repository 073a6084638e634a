//! `cel.conf`: whether the steps of calls are logged, which, and how their time is told.

use obelus_core::cel::{CelKind, Tracked};
use obelus_core::conf::{Document, Problem, Problems, Reader};
use obelus_core::files::ConfigFolder;

/// The file.
pub(super) const FILE: &str = "cel.conf";

/// Kinds of Asterisk that nothing here brings about, so that they never come.
const NEVER: [&str; 5] = ["PARK_START", "PARK_END", "STREAM_BEGIN", "STREAM_END", "CONF_START"];

/// The settings of cel.conf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CelConf {
    pub(super) enabled: bool,
    pub(super) tracked: Tracked,
    /// `dateformat`; empty for seconds.
    pub(super) date_format: String,
}

impl CelConf {
    /// Reads cel.conf; where it is missing nothing is logged.
    pub(super) fn load(folder: &ConfigFolder, problems: &mut Problems) -> CelConf {
        let mut conf = CelConf::default();
        conf.read(&folder.load_if_there(FILE, problems), problems);
        conf
    }

    fn read(&mut self, document: &Document, problems: &mut Problems) {
        for section in document.concrete() {
            match &*section.name {
                "general" => self.general(Reader::new(section, problems)),
                // The back end `cel_manager` reads it.
                "manager" => {}
                "radius" => {
                    let mut reader = Reader::new(section, problems);
                    reader.unserved("radiuscfg", &[]);
                    let _ = reader.finish();
                }
                other => {
                    let reason = format!("section [{other}] is unknown; there are [general] and [manager]");
                    problems.push(Problem::error(section.location.clone(), reason));
                }
            }
        }
    }

    fn general(&mut self, mut reader: Reader<'_>) {
        self.enabled = reader.boolean("enable").unwrap_or(false);
        reader.text("dateformat").unwrap_or("").clone_into(&mut self.date_format);
        for app in reader.text("apps").unwrap_or("").split(',').map(str::trim).filter(|app| !app.is_empty()) {
            self.tracked.add_app(app);
        }
        if let Some(entry) = reader.entry("events") {
            for word in entry.value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                match CelKind::parse(word) {
                    Some(kind) => self.tracked.add(kind),
                    None if word.eq_ignore_ascii_case("all") => {
                        CelKind::ALL.iter().for_each(|kind| self.tracked.add(*kind));
                    }
                    None if NEVER.contains(&word.to_ascii_uppercase().as_str()) => {
                        let reason = format!("`{word}` is not served yet: such events never come");
                        reader.report(Problem::warning(entry.location.clone(), reason));
                    }
                    None => reader.reject(entry, &format!("`{word}` is no event")),
                }
            }
        }
        let _ = reader.finish();
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;

    use super::*;

    fn load(text: &str) -> (CelConf, Vec<String>) {
        let mut problems = Problems::new();
        let conf = CelConf::load(&ConfigFolder::of(MemoryFiles::new().file(FILE, text)), &mut problems);
        (conf, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn events_and_applications_are_read() {
        let (conf, problems) =
            load("[general]\nenable=yes\napps=dial,park\nevents=ANSWER, app_start\ndateformat=%F %T\n");
        assert_eq!(problems, Vec::<String>::new());
        assert!(conf.enabled && conf.tracked.wants(CelKind::Answer) && conf.tracked.wants(CelKind::AppStart));
        assert!(!conf.tracked.wants(CelKind::Hangup));
        assert!(load("[general]\nevents=ALL\n").0.tracked.wants(CelKind::Dtmf));
    }

    #[test]
    fn what_never_comes_is_a_warning_and_what_is_unknown_an_error() {
        let (_, problems) = load("[general]\nevents=PARK_START,ANSWERS\n");
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
