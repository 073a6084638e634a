//! A record as the patterns of cdr_custom.conf and its like see it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{CallRecord, Disposition, Pattern, Shape, Source};
use crate::channel::AmaFlags;

/// A record that is asked for its fields.
pub struct RecordSource<'a> {
    /// The record.
    pub record: &'a CallRecord,
    /// In which its times are told.
    pub zone: &'a TimeZone,
}

impl Source for RecordSource<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        let end = self.record.end.unwrap_or(self.record.start);
        (name == "EPOCH").then(|| end.as_second().to_string())
    }

    fn function(&self, name: &str, arguments: &str) -> Option<String> {
        if name != "CDR" {
            return None;
        }
        let (field, options) = arguments.split_once(',').unwrap_or((arguments, ""));
        let shape = Shape { raw: options.contains('u'), fraction: options.contains('f') };
        Some(self.record.field(field.trim(), shape, self.zone, self.record.end.unwrap_or(self.record.start)))
    }
}

impl Pattern {
    /// Compiles a pattern over a call record; the error names what a record does not have.
    pub fn of_record(text: &str) -> Result<Pattern, String> {
        let sample = CallRecord::empty();
        Pattern::compile(text, &RecordSource { record: &sample, zone: &TimeZone::UTC })
    }
}

impl CallRecord {
    /// A record without anything in it, of the beginning of time.
    pub fn empty() -> CallRecord {
        CallRecord {
            clid: String::new(),
            src: "".into(),
            dst: "".into(),
            dcontext: "".into(),
            channel: "".into(),
            dstchannel: "".into(),
            lastapp: "".into(),
            lastdata: String::new(),
            start: Timestamp::UNIX_EPOCH,
            answer: None,
            end: None,
            duration: 0,
            billsec: 0,
            disposition: Disposition::default(),
            amaflags: AmaFlags::default(),
            accountcode: "".into(),
            peeraccount: "".into(),
            uniqueid: "".into(),
            linkedid: "".into(),
            tenantid: "".into(),
            peertenantid: "".into(),
            userfield: String::new(),
            sequence: 0,
            variables: Vec::new(),
            reason: "",
        }
    }
}
