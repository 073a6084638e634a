//! `agi.conf`: how many AGI programs may run and how long.

use std::time::Duration;

use obelus_core::conf::{Document, Problem, Problems, Reader};
use obelus_core::files::ConfigFolder;

/// The file; a file of ours, since Asterisk has no limits.
pub(super) const FILE: &str = "agi.conf";

/// The settings of agi.conf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AgiConf {
    /// `maxprocesses`: programs and connections at once; more are refused with `AGISTATUS=FAILURE`.
    pub(super) most: usize,
    /// `maxtime`: seconds that one may take; zero for no limit.
    pub(super) time: Option<Duration>,
    /// `hanguptime`: seconds that one may go on after its channel was hung up; zero for no limit.
    pub(super) after_hangup: Option<Duration>,
    /// `connecttimeout`: milliseconds until the next address of a server is tried.
    pub(super) connect: Duration,
}

impl Default for AgiConf {
    fn default() -> AgiConf {
        AgiConf {
            most: 1000,
            time: None,
            after_hangup: Some(Duration::from_secs(3600)),
            connect: Duration::from_secs(2),
        }
    }
}

impl AgiConf {
    /// Reads agi.conf; where it is missing or wrong, the defaults hold.
    pub(super) fn load(folder: &ConfigFolder, problems: &mut Problems) -> AgiConf {
        let mut conf = AgiConf::default();
        conf.read(&folder.load_if_there(FILE, problems), problems);
        conf
    }

    fn read(&mut self, document: &Document, problems: &mut Problems) {
        for section in document.concrete() {
            if &*section.name != "general" {
                let reason = format!("section [{}] is unknown; there is [general]", section.name);
                problems.push(Problem::error(section.location.clone(), reason));
                continue;
            }
            let mut reader = Reader::new(section, problems);
            if let Some(most) = reader.integer("maxprocesses", 1..=100_000) {
                self.most = most;
            }
            let limit = |time: Duration| Some(time).filter(|time| !time.is_zero());
            if let Some(time) = reader.duration_seconds("maxtime", 0..=604_800) {
                self.time = limit(time);
            }
            if let Some(time) = reader.duration_seconds("hanguptime", 0..=604_800) {
                self.after_hangup = limit(time);
            }
            if let Some(time) = reader.duration_milliseconds("connecttimeout", 10..=60_000) {
                self.connect = time;
            }
            let _ = reader.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;

    use super::*;

    fn load(text: &str) -> (AgiConf, Vec<String>) {
        let mut problems = Problems::new();
        let conf = AgiConf::load(&ConfigFolder::of(MemoryFiles::new().file(FILE, text)), &mut problems);
        (conf, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn limits_are_read() {
        let (conf, problems) =
            load("[general]\nmaxprocesses = 5\nmaxtime = 60\nhanguptime = 0\nconnecttimeout = 500\n");
        assert_eq!(problems, Vec::<String>::new());
        let expected = AgiConf {
            most: 5,
            time: Some(Duration::from_secs(60)),
            after_hangup: None,
            connect: Duration::from_millis(500),
        };
        assert_eq!(conf, expected);
    }

    #[test]
    fn what_is_unknown_is_named() {
        let (conf, problems) = load("[general]\nmaxproceses = 5\n[other]\n");
        assert_eq!((conf, problems.len()), (AgiConf::default(), 2));
    }
}
