//! A call record as a row: the columns, there and back.

use jiff::Timestamp;
use obelus_core::cdr::{CallRecord, Disposition};
use obelus_core::channel::AmaFlags;
use rusqlite::types::Value;
use rusqlite::{Row, Statement};

/// The columns with their types. Times are in UTC, as RFC 3339 writes them.
pub(super) const COLUMNS: &str = "start TEXT NOT NULL, answer TEXT, end TEXT, clid TEXT, src TEXT, dst TEXT, \
    dcontext TEXT, channel TEXT, dstchannel TEXT, lastapp TEXT, lastdata TEXT, duration INTEGER, billsec INTEGER, \
    disposition TEXT, amaflags TEXT, accountcode TEXT, peeraccount TEXT, uniqueid TEXT, linkedid TEXT, tenantid TEXT, \
    peertenantid TEXT, userfield TEXT, sequence INTEGER, variables TEXT, reason TEXT";

/// The columns' names.
pub(super) const NAMES: &str = "start, answer, end, clid, src, dst, dcontext, channel, dstchannel, lastapp, lastdata, \
    duration, billsec, disposition, amaflags, accountcode, peeraccount, uniqueid, linkedid, tenantid, peertenantid, \
    userfield, sequence, variables, reason";

/// A mark for each column.
pub(super) const MARKS: &str = "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?";

/// Writes a record with a statement that has [`MARKS`].
pub(super) fn insert(statement: &mut Statement<'_>, record: &CallRecord) -> rusqlite::Result<()> {
    let text = |text: &str| Value::Text(text.to_owned());
    let time = |at: Option<Timestamp>| at.map_or(Value::Null, |at| Value::Text(at.to_string()));
    let variables: serde_json::Map<String, serde_json::Value> =
        record.variables.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let values = [
        time(Some(record.start)),
        time(record.answer),
        time(record.end),
        text(&record.clid),
        text(&record.src),
        text(&record.dst),
        text(&record.dcontext),
        text(&record.channel),
        text(&record.dstchannel),
        text(&record.lastapp),
        text(&record.lastdata),
        Value::Integer(record.duration),
        Value::Integer(record.billsec),
        text(record.disposition.word()),
        text(record.amaflags.word()),
        text(&record.accountcode),
        text(&record.peeraccount),
        text(&record.uniqueid),
        text(&record.linkedid),
        text(&record.tenantid),
        text(&record.peertenantid),
        text(&record.userfield),
        Value::Integer(record.sequence as i64),
        text(&serde_json::Value::Object(variables).to_string()),
        text(record.reason),
    ];
    statement.execute(rusqlite::params_from_iter(values)).map(|_| ())
}

/// Reads a record whose columns stand in the order of [`NAMES`]; what cannot be read counts as empty.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    let text = |at: usize| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
    let time = |at: usize| text(at).map(|text| text.parse::<Timestamp>().ok());
    let variables: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text(23)?).unwrap_or_default();
    let variables = variables.into_iter();
    Ok(CallRecord {
        start: time(0)?.unwrap_or(Timestamp::UNIX_EPOCH),
        answer: time(1)?,
        end: time(2)?,
        clid: text(3)?,
        src: text(4)?.into(),
        dst: text(5)?.into(),
        dcontext: text(6)?.into(),
        channel: text(7)?.into(),
        dstchannel: text(8)?.into(),
        lastapp: text(9)?.into(),
        lastdata: text(10)?,
        duration: row.get(11)?,
        billsec: row.get(12)?,
        disposition: Disposition::parse(&text(13)?).unwrap_or_default(),
        amaflags: AmaFlags::parse(&text(14)?).unwrap_or_default(),
        accountcode: text(15)?.into(),
        peeraccount: text(16)?.into(),
        uniqueid: text(17)?.into(),
        linkedid: text(18)?.into(),
        tenantid: text(19)?.into(),
        peertenantid: text(20)?.into(),
        userfield: text(21)?,
        sequence: row.get::<_, i64>(22)? as u64,
        variables: variables
            .map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        reason: "",
    })
}
