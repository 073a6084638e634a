//! A finished call record, and its fields by Asterisk's names.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::channel::AmaFlags;

/// What became of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disposition {
    /// Nobody answered.
    NoAnswer,
    /// Nothing is known yet; shown as not answered.
    #[default]
    Unknown,
    /// It could not be made.
    Failed,
    /// The other side was busy.
    Busy,
    /// It was answered.
    Answered,
    /// There was no way; only with `congestion=yes`.
    Congestion,
    /// The caller gave up; only with `canceldispositionenabled=yes`.
    Cancel,
}

impl Disposition {
    /// Asterisk's number.
    pub fn number(self) -> u8 {
        match self {
            Disposition::NoAnswer => 0,
            Disposition::Unknown => 1,
            Disposition::Failed => 2,
            Disposition::Busy => 4,
            Disposition::Answered => 8,
            Disposition::Congestion => 16,
            Disposition::Cancel => 32,
        }
    }

    /// Asterisk's word.
    pub fn word(self) -> &'static str {
        match self {
            Disposition::NoAnswer | Disposition::Unknown => "NO ANSWER",
            Disposition::Failed => "FAILED",
            Disposition::Busy => "BUSY",
            Disposition::Answered => "ANSWERED",
            Disposition::Congestion => "CONGESTION",
            Disposition::Cancel => "CANCEL",
        }
    }

    /// The one of a word.
    pub fn parse(word: &str) -> Option<Disposition> {
        use Disposition::{Answered, Busy, Cancel, Congestion, Failed, NoAnswer};
        [NoAnswer, Failed, Busy, Answered, Congestion, Cancel].into_iter().find(|one| one.word() == word)
    }
}

/// One call record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// `"Alice" <1001>`.
    pub clid: String,
    /// The caller's number.
    pub src: Arc<str>,
    /// The extension.
    pub dst: Arc<str>,
    /// The context.
    pub dcontext: Arc<str>,
    /// The caller's channel.
    pub channel: Arc<str>,
    /// The other channel, empty for none.
    pub dstchannel: Arc<str>,
    /// The last application.
    pub lastapp: Arc<str>,
    /// Its arguments.
    pub lastdata: String,
    /// When it began.
    pub start: Timestamp,
    /// When it was answered.
    pub answer: Option<Timestamp>,
    /// When it ended; `None` for a record that is not finished.
    pub end: Option<Timestamp>,
    /// Seconds from start to end.
    pub duration: i64,
    /// Seconds from answer to end.
    pub billsec: i64,
    /// What became of it.
    pub disposition: Disposition,
    /// How it is billed.
    pub amaflags: AmaFlags,
    /// The caller's account.
    pub accountcode: Arc<str>,
    /// The other channel's account.
    pub peeraccount: Arc<str>,
    /// The caller's unique id.
    pub uniqueid: Arc<str>,
    /// What it belongs together with.
    pub linkedid: Arc<str>,
    /// The caller's tenant.
    pub tenantid: Arc<str>,
    /// The other channel's tenant.
    pub peertenantid: Arc<str>,
    /// The dialplan's own words.
    pub userfield: String,
    /// Rises by one with each record.
    pub sequence: u64,
    /// The dialplan's own fields: `CDR(name)=value`.
    pub variables: Vec<(String, String)>,
    /// Why it was closed, if not by the end of its call: `restart`.
    pub reason: &'static str,
}

/// The names of the fields that every record has, in the order of the sample configuration.
pub const FIELDS: [&str; 23] = [
    "clid",
    "src",
    "dst",
    "dcontext",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
    "accountcode",
    "peeraccount",
    "uniqueid",
    "linkedid",
    "tenantid",
    "peertenantid",
    "userfield",
    "sequence",
];

/// How a field is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// `u`: numbers instead of words and dates.
    pub raw: bool,
    /// `f`: `duration` and `billsec` with a fraction.
    pub fraction: bool,
}

impl CallRecord {
    /// Ends a record that was open when the PBX was killed, at the moment in which it was seen last.
    pub fn closed_after_kill(self, seen: Option<Timestamp>) -> CallRecord {
        let begun = self.answer.unwrap_or(self.start).max(self.start);
        let end = self.end.unwrap_or_else(|| seen.unwrap_or(begun).max(begun));
        let disposition = match self.disposition {
            Disposition::Unknown | Disposition::NoAnswer if self.answer.is_some() => Disposition::Answered,
            Disposition::Unknown => Disposition::NoAnswer,
            known => known,
        };
        let seconds = |from: Timestamp| end.as_second() - from.as_second();
        CallRecord {
            duration: seconds(self.start),
            billsec: self.answer.map_or(0, seconds),
            end: Some(end),
            disposition,
            reason: "restart",
            ..self
        }
    }

    /// A field by its name in any case, or a field of the dialplan's own; empty where there is none.
    ///
    /// `now` counts as the end of a record that is not finished.
    pub fn field(&self, name: &str, shape: Shape, zone: &TimeZone, now: Timestamp) -> String {
        let end = self.end.unwrap_or(now);
        let time = |at: Option<Timestamp>| if shape.raw { seconds(at) } else { date(at, zone) };
        let length = |from: Option<Timestamp>, whole: i64| match (from, shape.fraction) {
            (Some(from), true) => {
                format!("{:.6}", (end.as_microsecond() - from.as_microsecond()) as f64 / 1e6)
            }
            (None, true) => "0.000000".to_owned(),
            (_, false) => whole.to_string(),
        };
        match name.to_ascii_lowercase().as_str() {
            "clid" => self.clid.clone(),
            "src" => self.src.to_string(),
            "dst" => self.dst.to_string(),
            "dcontext" => self.dcontext.to_string(),
            "channel" => self.channel.to_string(),
            "dstchannel" => self.dstchannel.to_string(),
            "lastapp" => self.lastapp.to_string(),
            "lastdata" => self.lastdata.clone(),
            "start" => time(Some(self.start)),
            "answer" => time(self.answer),
            "end" => time(self.end),
            "duration" => length(Some(self.start), self.duration),
            "billsec" => length(self.answer, self.billsec),
            "disposition" if shape.raw => self.disposition.number().to_string(),
            "disposition" => self.disposition.word().to_owned(),
            "amaflags" if shape.raw => self.amaflags.number().to_string(),
            "amaflags" => self.amaflags.word().to_owned(),
            "accountcode" => self.accountcode.to_string(),
            "peeraccount" => self.peeraccount.to_string(),
            "uniqueid" => self.uniqueid.to_string(),
            "linkedid" => self.linkedid.to_string(),
            "tenantid" => self.tenantid.to_string(),
            "peertenantid" => self.peertenantid.to_string(),
            "userfield" => self.userfield.clone(),
            "sequence" => self.sequence.to_string(),
            own => {
                let found = self.variables.iter().find(|variable| variable.0.eq_ignore_ascii_case(own));
                found.map(|variable| variable.1.clone()).unwrap_or_default()
            }
        }
    }
}

/// `1700000000.000000`.
fn seconds(at: Option<Timestamp>) -> String {
    let micros = at.map_or(0, Timestamp::as_microsecond);
    format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
}

/// `2026-03-02 12:00:00`, empty for no time.
fn date(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}
