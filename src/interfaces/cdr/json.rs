//! `cdr_json`: a file of lines, each a JSON object with every field; one of ours.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::cdr::{Backend, CallRecord};
use obelus_core::conf::{Problem, Problems, Reader};
use obelus_core::files::ConfigFolder;
use serde_json::{Map, Value, json};

use super::file::{append, inside};

/// The configuration.
const FILE: &str = "cdr_json.conf";

/// The file of lines.
pub(super) struct Json {
    core: Weak<Core>,
    folder: ConfigFolder,
    /// Its name in the log folder.
    file: Mutex<Option<String>>,
}

impl Json {
    pub(super) fn new(core: &Arc<Core>, folder: &ConfigFolder) -> Json {
        Json { core: Arc::downgrade(core), folder: folder.clone(), file: Mutex::default() }
    }

    fn file(&self) -> Option<String> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn read(folder: &ConfigFolder, problems: &mut Problems) -> Option<String> {
    let document = folder.load_if_there(FILE, problems);
    let mut file = None;
    for section in document.concrete() {
        if &*section.name != "general" {
            let reason = format!("section [{}] is unknown; there is [general]", section.name);
            problems.push(Problem::error(section.location.clone(), reason));
            continue;
        }
        let mut reader = Reader::new(section, problems);
        let enabled = reader.boolean("enabled").unwrap_or(false);
        let entry = reader.entry("file");
        if let Some(entry) = entry.filter(|entry| inside(std::path::Path::new(""), &entry.value).is_none()) {
            reader.reject(entry, "a file's name has no `/` and no `.` at its beginning");
        }
        file = enabled.then(|| entry.map_or("cdr.jsonl", |entry| &*entry.value).to_owned());
        let _ = reader.finish();
    }
    file
}

#[async_trait]
impl Backend for Json {
    fn name(&self) -> &'static str {
        "cdr_json"
    }

    fn description(&self) -> &'static str {
        "JSON Lines CDR Backend"
    }

    fn load(&self, use_it: bool, problems: &mut Problems) {
        let before = problems.errors();
        let file = read(&self.folder, problems);
        if use_it && problems.errors() == before {
            *self.file.lock().unwrap_or_else(PoisonError::into_inner) = file;
        }
    }

    fn is_active(&self) -> bool {
        self.file().is_some()
    }

    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        let (Some(file), Some(core)) = (self.file(), self.core.upgrade()) else { return Ok(()) };
        let path = core.settings.load().directories.log.join(file);
        let lines: String = records.iter().map(|record| format!("{}\n", object(record))).collect();
        append(&path, &lines).await
    }
}

/// Times are in UTC, as RFC 3339 writes them; the dialplan's own fields stand in `variables`.
pub(super) fn object(record: &CallRecord) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let variables: Map<String, Value> =
        record.variables.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "clid": record.clid,
        "src": &*record.src,
        "dst": &*record.dst,
        "dcontext": &*record.dcontext,
        "channel": &*record.channel,
        "dstchannel": &*record.dstchannel,
        "lastapp": &*record.lastapp,
        "lastdata": record.lastdata,
        "start": time(Some(record.start)),
        "answer": time(record.answer),
        "end": time(record.end),
        "duration": record.duration,
        "billsec": record.billsec,
        "disposition": record.disposition.word(),
        "amaflags": record.amaflags.word(),
        "accountcode": &*record.accountcode,
        "peeraccount": &*record.peeraccount,
        "uniqueid": &*record.uniqueid,
        "linkedid": &*record.linkedid,
        "tenantid": &*record.tenantid,
        "peertenantid": &*record.peertenantid,
        "userfield": record.userfield,
        "sequence": record.sequence,
        "variables": variables,
        "reason": record.reason,
    })
}
