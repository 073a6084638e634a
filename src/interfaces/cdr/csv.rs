//! `cdr_csv`: comma separated values, `cdr-csv/Master.csv` and a file for each account.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord};
use obelus_core::conf::{Problems, Reader};
use obelus_core::files::ConfigFolder;

use super::config::FILE;
use super::file::{append, inside};

/// `[csv]` of cdr.conf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CsvConf {
    utc: bool,
    unique_id: bool,
    user_field: bool,
    /// `newcdrcolumns`: peeraccount, linkedid and sequence as well.
    new_columns: bool,
    /// `accountlogs`.
    accounts: bool,
}

/// The files.
pub(super) struct Csv {
    pub(super) core: std::sync::Weak<Core>,
    folder: ConfigFolder,
    conf: Mutex<Option<CsvConf>>,
}

impl Csv {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder) -> Csv {
        Csv { core: Arc::downgrade(core), folder: folder.clone(), conf: Mutex::default() }
    }

    fn conf(&self) -> Option<CsvConf> {
        *self.conf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the section there are no files, as in Asterisk.
fn read(folder: &ConfigFolder, problems: &mut Problems) -> Option<CsvConf> {
    // What else is wrong in the file is told by whom it belongs to.
    let document = folder.load_if_there(FILE, &mut Problems::new());
    let section = document.concrete().find(|section| &*section.name == "csv")?;
    let mut reader = Reader::new(section, problems);
    let mut switch = |name, default| reader.boolean(name).unwrap_or(default);
    let conf = CsvConf {
        utc: switch("usegmtime", false),
        unique_id: switch("loguniqueid", false),
        user_field: switch("loguserfield", false),
        new_columns: switch("newcdrcolumns", false),
        accounts: switch("accountlogs", true),
    };
    let _ = reader.finish();
    Some(conf)
}

#[async_trait]
impl Backend for Csv {
    fn name(&self) -> &'static str {
        "cdr_csv"
    }

    fn description(&self) -> &'static str {
        "Comma Separated Values CDR Backend"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let conf = read(&self.folder, problems);
        if use_it && problems.errors() == before {
            *self.conf.lock().unwrap_or_else(PoisonError::into_inner) = conf;
        }
    }

    fn is_active(&self) -> bool {
        self.conf().is_some()
    }

    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let (Some(conf), Some(core)) = (self.conf(), self.core.upgrade()) else { return Ok(()) };
        let folder = core.settings.load().directories.log.join("cdr-csv");
        let zone = if conf.utc { TimeZone::UTC } else { TimeZone::system() };
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for record in records {
            let line = line(record, conf, &zone);
            files.entry("Master.csv".to_owned()).or_default().push_str(&line);
            if conf.accounts && !record.accountcode.is_empty() {
                files.entry(format!("{}.csv", record.accountcode)).or_default().push_str(&line);
            }
        }
        for (name, lines) in files {
            match inside(&folder, &name) {
                Some(path) => append(&path, &lines).await?,
                None => tracing::warn!(name, "an account code cannot be the name of a file"),
            }
        }
        Ok(())
    }
}

fn line(record: &CallRecord, conf: CsvConf, zone: &TimeZone) -> String {
    let mut line = String::new();
    let text = |line: &mut String, text: &str| {
        if !line.is_empty() {
            line.push(',');
        }
        let _ = write!(line, "\"{}\"", text.replace('"', "\"\""));
    };
    let date = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    for value in [&record.accountcode, &record.src, &record.dst, &record.dcontext] {
        text(&mut line, value);
    }
    text(&mut line, &record.clid);
    for value in [&record.channel, &record.dstchannel, &record.lastapp] {
        text(&mut line, value);
    }
    text(&mut line, &record.lastdata);
    for at in [Some(record.start), record.answer, record.end] {
        match at {
            Some(at) => text(&mut line, &date(at)),
            None => line.push(','),
        }
    }
    let _ = write!(line, ",{},{}", record.duration, record.billsec);
    text(&mut line, record.disposition.word());
    text(&mut line, record.amaflags.word());
    if conf.unique_id {
        text(&mut line, &record.uniqueid);
    }
    if conf.user_field {
        text(&mut line, &record.userfield);
    }
    if conf.new_columns {
        text(&mut line, &record.peeraccount);
        text(&mut line, &record.linkedid);
        let _ = write!(line, ",{}", record.sequence);
    }
    line.push('\n');
    line
}
