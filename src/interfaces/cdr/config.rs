//! `cdr.conf`: whether records are kept, how they are derived, and in what portions they are written.

use std::time::Duration;

use obelus_core::cdr::CdrOptions;
use obelus_core::conf::{Document, Problem, Problems, Reader};
use obelus_core::files::ConfigFolder;

/// The file; where it is missing, no records are kept.
pub(super) const FILE: &str = "cdr.conf";

/// Sections that belong to modules with files of their own, or that Asterisk leaves alone as well.
const OF_OTHERS: [&str; 9] =
    ["csv", "custom", "manager", "odbc", "pgsql", "radius", "sqlite", "tds", "mysql"];

/// `[general]` of cdr.conf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CdrConf {
    /// `enable`.
    pub(super) enabled: bool,
    pub(super) options: CdrOptions,
    /// `batch`: records are written together.
    pub(super) batch: bool,
    /// `size`: so many are written at once.
    pub(super) size: usize,
    /// `time`: nor do they wait longer than this.
    pub(super) time: Duration,
}

impl Default for CdrConf {
    fn default() -> CdrConf {
        CdrConf {
            enabled: true,
            options: CdrOptions::default(),
            batch: false,
            size: 100,
            time: Duration::from_secs(300),
        }
    }
}

impl CdrConf {
    /// Reads cdr.conf.
    pub(super) fn load(folder: &ConfigFolder, problems: &mut Problems) -> CdrConf {
        let mut conf = CdrConf { enabled: folder.has(FILE), ..CdrConf::default() };
        conf.read(&folder.load_if_there(FILE, problems), problems);
        conf
    }

    fn read(&mut self, document: &Document, problems: &mut Problems) {
        for section in document.concrete() {
            match &*section.name {
                "general" => self.general(Reader::new(section, problems)),
                name if OF_OTHERS.contains(&name) => {}
                other => {
                    let reason = format!("section [{other}] is unknown; there are [general] and [csv]");
                    problems.push(Problem::error(section.location.clone(), reason));
                }
            }
        }
    }

    fn general(&mut self, mut reader: Reader<'_>) {
        let options = &mut self.options;
        let switches = [
            ("enable", &mut self.enabled),
            ("unanswered", &mut options.unanswered),
            ("congestion", &mut options.congestion),
            ("canceldispositionenabled", &mut options.cancel),
            ("endbeforehexten", &mut options.end_before_h),
            ("initiatedseconds", &mut options.initiated_seconds),
            ("channeldefaultenabled", &mut options.enabled),
            ("ignorestatechanges", &mut options.ignore_bridges),
            ("ignoredialchanges", &mut options.ignore_dials),
            ("batch", &mut self.batch),
        ];
        for (name, switch) in switches {
            if let Some(on) = reader.boolean(name) {
                *switch = on;
            }
        }
        if let Some(size) = reader.integer("size", 1..=1000) {
            self.size = size;
        }
        if let Some(time) = reader.duration_seconds("time", 1..=86_400) {
            self.time = time;
        }
        // Records are always written by a task of their own, and the end of the PBX always waits for it.
        reader.unserved("scheduleronly", &["no"]);
        reader.unserved("safeshutdown", &["yes"]);
        reader.unserved("debug", &["no"]);
        let _ = reader.finish();
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;

    use super::*;

    fn load(text: &str) -> (CdrConf, Vec<String>) {
        let mut problems = Problems::new();
        let conf = CdrConf::load(&ConfigFolder::of(MemoryFiles::new().file(FILE, text)), &mut problems);
        (conf, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn options_are_read_and_what_is_unknown_is_named() {
        let (conf, problems) =
            load("[general]\nunanswered=yes\nbatch=yes\nsize=5\ntime=10\n[csv]\nusegmtime=yes\n");
        assert_eq!(problems, Vec::<String>::new());
        assert!(conf.enabled && conf.options.unanswered && conf.batch && conf.options.end_before_h);
        assert_eq!((conf.size, conf.time), (5, Duration::from_secs(10)));
        assert_eq!(load("[general]\nunansered=yes\n[cvs]\n").1.len(), 2);
    }

    #[test]
    fn without_the_file_nothing_is_kept() {
        let mut problems = Problems::new();
        assert!(!CdrConf::load(&ConfigFolder::of(MemoryFiles::new()), &mut problems).enabled);
    }
}
