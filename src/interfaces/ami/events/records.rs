//! Call records and the steps of calls, as their back ends pass them on.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use obelus_core::action::Lines;
use obelus_core::cdr::CallRecord;
use obelus_core::cel::{CelEvent, CelKind};
use obelus_core::events::Event;

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    match event {
        Event::Logged { step, by_kind } => push_step(lines, step, *by_kind),
        Event::Recorded { record, more } => {
            push_record(lines, record);
            for (name, value) in more.iter() {
                lines.put(name, value);
            }
        }
        _ => return false,
    }
    true
}

fn time(time: Option<Timestamp>) -> String {
    let told = |time: Timestamp| time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %T").to_string();
    time.map_or_else(String::new, told)
}

fn push_record(lines: &mut Lines<'_>, record: &CallRecord) {
    lines
        .put("AccountCode", &record.accountcode)
        .put("Source", &record.src)
        .put("Destination", &record.dst)
        .put("DestinationContext", &record.dcontext)
        .put("CallerID", &record.clid)
        .put("Channel", &record.channel)
        .put("DestinationChannel", &record.dstchannel)
        .put("LastApplication", &record.lastapp)
        .put("LastData", &record.lastdata)
        .put("StartTime", time(Some(record.start)))
        .put("AnswerTime", time(record.answer))
        .put("EndTime", time(record.end))
        .put("Duration", record.duration)
        .put("BillableSeconds", record.billsec)
        .put("Disposition", record.disposition.word())
        .put("AMAFlags", record.amaflags.word())
        .put("UniqueID", &record.uniqueid)
        .put("UserField", &record.userfield);
}

fn push_step(lines: &mut Lines<'_>, step: &CelEvent, by_kind: bool) {
    let (who, facts) = (&step.who, &step.who.facts);
    let from = facts.redirecting.as_ref().map_or("", |redirecting| redirecting.from.number.text());
    lines
        .put("EventName", if by_kind { step.kind.word() } else { step.name() })
        .put("AccountCode", &facts.account_code)
        .put("CallerIDnum", facts.caller.number.text())
        .put("CallerIDname", facts.caller.name.text())
        .put("CallerIDani", facts.ani.number.text())
        .put("CallerIDrdnis", from)
        .put("CallerIDdnid", &facts.dialed)
        .put("Exten", &facts.position.exten)
        .put("Context", &facts.position.context)
        .put("Channel", &who.name)
        .put("Application", &facts.application)
        .put("AppData", &facts.data)
        .put("EventTime", time(Some(step.time)))
        .put("AMAFlags", facts.ama_flags.word())
        .put("UniqueID", &who.unique_id)
        .put("LinkedID", &facts.linked_id);
    if !facts.tenant_id.is_empty() {
        lines.put("TenantID", &facts.tenant_id);
    }
    lines.put("Userfield", &facts.user_field).put("Peer", &step.peer).put("PeerAccount", &facts.peer_account);
    if by_kind && step.kind == CelKind::UserDefined {
        lines.put("UserDefType", &step.user_name);
    }
    lines.put("Extra", &step.extra);
}
