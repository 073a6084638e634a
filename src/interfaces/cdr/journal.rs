//! The calls that are up, in a file beside the database, where no back end keeps them itself.
//!
//! The first line says when they were seen, each other is a record as `cdr_json` writes it. After a kill they are closed
//! at that moment; where the PBX has ended well there is no file.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::cdr::{CallRecord, Disposition};
use obelus_core::channel::AmaFlags;
use serde_json::{Value, json};

use super::json;

/// The file's name.
const FILE: &str = "cdr-open.jsonl";

/// Writes the file anew each time the calls are noted.
pub(super) struct Journal {
    core: Weak<Core>,
}

impl Journal {
    pub(super) fn new(core: &Arc<Core>) -> Journal {
        Journal { core: Arc::downgrade(core) }
    }

    fn path(&self) -> Option<PathBuf> {
        Some(self.core.upgrade()?.settings.load().directories.db.join(FILE))
    }

    /// Notes these records in the place of those before; with none the file goes.
    pub(super) async fn keep(&self, records: &[CallRecord]) {
        let (Some(path), Some(core)) = (self.path(), self.core.upgrade()) else { return };
        let done = if records.is_empty() {
            gone(tokio::fs::remove_file(&path).await)
        } else {
            write(path, text(records, core.clock.now())).await
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the calls that are up could not be noted");
        }
    }

    /// Takes the records that were open at the last end, closed.
    pub(super) async fn take(&self) -> Vec<CallRecord> {
        let Some(path) = self.path() else { return Vec::new() };
        let text = match tokio::fs::read_to_string(&path).await {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                tracing::error!(%error, file = %path.display(), "the calls of the last run cannot be read");
                return Vec::new();
            }
        };
        if let Err(error) = gone(tokio::fs::remove_file(&path).await) {
            tracing::warn!(%error, file = %path.display(), "the calls of the last run cannot be forgotten");
        }
        let (records, lost) = closed(&text);
        if lost > 0 {
            tracing::error!(lost, file = %path.display(), "lines about calls of the last run are no records: {text}");
        }
        records
    }
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A kill in the middle leaves the file of before.
async fn write(path: PathBuf, text: String) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let new = path.with_extension("new");
    tokio::fs::write(&new, text).await?;
    tokio::fs::rename(&new, &path).await
}

fn text(records: &[CallRecord], now: Timestamp) -> String {
    let mut text = format!("{}\n", json!({ "seen": now.to_string() }));
    for record in records {
        text.push_str(&format!("{}\n", json::object(record)));
    }
    text
}

/// The records of a file, closed, and how many of its lines are none.
fn closed(text: &str) -> (Vec<CallRecord>, usize) {
    let mut lines = text.lines();
    let value = |line: &str| serde_json::from_str::<Value>(line).ok();
    let seen = lines.next().and_then(value).and_then(|first| first.get("seen")?.as_str()?.parse().ok());
    let read: Vec<Option<CallRecord>> =
        lines.map(|line| Some(record(&value(line)?)?.closed_after_kill(seen))).collect();
    let lost = read.iter().filter(|record| record.is_none()).count();
    (read.into_iter().flatten().collect(), lost)
}

/// A record from its JSON; `None` for what is none.
fn record(value: &Value) -> Option<CallRecord> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let time = |name: &str| text(name).parse::<Timestamp>().ok();
    let variables = value.get("variables").and_then(Value::as_object);
    let variable = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    Some(CallRecord {
        clid: text("clid").to_owned(),
        src: text("src").into(),
        dst: text("dst").into(),
        dcontext: text("dcontext").into(),
        channel: text("channel").into(),
        dstchannel: text("dstchannel").into(),
        lastapp: text("lastapp").into(),
        lastdata: text("lastdata").to_owned(),
        start: time("start")?,
        answer: time("answer"),
        end: time("end"),
        disposition: Disposition::parse(text("disposition")).unwrap_or_default(),
        amaflags: AmaFlags::parse(text("amaflags")).unwrap_or_default(),
        accountcode: text("accountcode").into(),
        peeraccount: text("peeraccount").into(),
        uniqueid: text("uniqueid").into(),
        linkedid: text("linkedid").into(),
        tenantid: text("tenantid").into(),
        peertenantid: text("peertenantid").into(),
        userfield: text("userfield").to_owned(),
        sequence: value.get("sequence").and_then(Value::as_u64)?,
        variables: variables.into_iter().flatten().filter_map(variable).collect(),
        ..CallRecord::empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_record_comes_back_as_it_was_and_ends_when_it_was_seen() {
        let open = CallRecord {
            clid: "\"A\" <1>".to_owned(),
            dst: "600".into(),
            start: at("2026-03-02T12:00:00Z"),
            answer: Some(at("2026-03-02T12:00:05Z")),
            sequence: 7,
            variables: vec![("colour".to_owned(), "blue".to_owned())],
            ..CallRecord::empty()
        };
        let read = closed(&text(std::slice::from_ref(&open), at("2026-03-02T12:01:00Z")));
        let expected = CallRecord {
            duration: 60,
            billsec: 55,
            end: Some(at("2026-03-02T12:01:00Z")),
            disposition: Disposition::Answered,
            reason: "restart",
            ..open
        };
        assert_eq!(read, (vec![expected], 0));
    }

    #[test]
    fn what_is_no_record_is_counted() {
        let text = "{\"seen\":\"x\"}\nhello\n{}\n[1]\n{\"start\":\"2026-03-02T12:00:00Z\"}\n";
        assert_eq!(closed(text), (Vec::new(), 4));
    }
}
