//! `History-Info` (RFC 7044): the way of a call through other numbers, oldest first.

use obelus_core::channel::Redirecting;
use obelus_sip::header::{Name, NameAddr, NameAddrs, format_name_addr};
use obelus_sip::message::Headers;
use obelus_sip::uri::SipUri;

use crate::identity::party_of;
use crate::uri_edit::{with_param, with_user};

/// Asterisk's word for a reason, and the status that stands for it in `cause` (RFC 4458).
const CAUSES: [(&str, u32); 6] = [
    ("cfu", 302),
    ("cfb", 486),
    ("cfnr", 408),
    ("deflection", 480),
    ("deflection", 487),
    ("unavailable", 503),
];

/// The status of a reason that has none of its own.
const NO_CAUSE: u32 = 404;

/// What the History-Info headers of a message say: the entry with the index 1 is who was called first, the last other
/// one whom the call goes to now. With the first alone nothing was redirected.
pub(crate) fn read(headers: &Headers) -> Option<Redirecting> {
    let entries: Vec<_> =
        headers.values(Name::HistoryInfo).flat_map(NameAddrs::of).filter_map(NameAddr::parse).collect();
    let is_first = |entry: &&NameAddr<'_>| entry.params.value("index") == Some("1");
    let now = entries.iter().rev().find(|entry| !is_first(entry))?;
    let first = party_of(entries.iter().find(is_first).unwrap_or(now));
    Some(Redirecting {
        original: first.clone(),
        from: first,
        to: party_of(now),
        reason: reason_of(now).into(),
        original_reason: reason_of(now).into(),
        count: 1,
    })
}

fn reason_of(entry: &NameAddr<'_>) -> &'static str {
    let cause = entry.uri.params().number("cause");
    CAUSES.iter().find(|(_, status)| Some(*status) == cause).map_or("unknown", |(word, _)| word)
}

/// The values of the History-Info headers of a message to `to`: who was called first, and whom it goes to now if that is
/// known. Numbers that may not be shown do not appear.
pub(crate) fn write(redirecting: &Redirecting, to: &SipUri<'_>) -> Vec<String> {
    let Redirecting { from, to: now, reason, .. } = redirecting;
    let first = from.number.visible().filter(|number| !number.is_empty());
    let mut values = vec![match first {
        Some(number) => {
            let uri = with_user(to, number);
            format!("{};index=1", format_name_addr(from.name.visible().unwrap_or_default(), uri.as_str()))
        }
        None => format!("<{}>;index=1", to.as_str()),
    }];
    if let Some(number) = now.number.visible().filter(|number| !number.is_empty()) {
        let cause = CAUSES.iter().find(|(word, _)| word.eq_ignore_ascii_case(reason));
        let cause = cause.map_or(NO_CAUSE, |(_, status)| *status).to_string();
        let uri = with_user(to, number);
        let uri = uri.view().as_sip().map_or(uri.clone(), |uri| with_param(uri, "cause", &cause));
        let address = format_name_addr(now.name.visible().unwrap_or_default(), uri.as_str());
        values.push(format!("{address};index=1.1"));
    }
    values
}

#[cfg(test)]
mod tests {
    use obelus_core::caller_id::Party;
    use obelus_sip::uri::Uri;

    use super::*;
    use crate::testing::Wire;

    #[test]
    fn the_first_entry_redirected_to_the_last() {
        let wire = Wire::new("INVITE", "sip:3@h")
            .line("History-Info: \"Bob\" <sip:2@h>;index=1")
            .line("History-Info: <sip:4@h>;index=1.1, <sip:3@h;cause=486>;index=1.1.1");
        let redirecting = read(&wire.request()).unwrap();
        assert_eq!((redirecting.from, redirecting.to), (Party::new("Bob", "2"), Party::new("", "3")));
        assert_eq!((&*redirecting.reason, redirecting.count), ("cfb", 1));
        let alone = Wire::new("INVITE", "sip:3@h").line("History-Info: <sip:3@h>;index=1");
        assert_eq!(read(&alone.request()), None);
    }

    #[test]
    fn the_way_is_written_as_far_as_it_is_known() {
        let check = |from: &str, now: &str, reason: &str, expected: &[&str]| {
            let redirecting = Redirecting {
                from: Party::new("Bob", from),
                to: Party::new("", now),
                reason: reason.into(),
                ..Redirecting::default()
            };
            let Ok(Uri::Sip(to)) = Uri::parse("sip:9@h:5070;x=y") else { unreachable!() };
            assert_eq!(write(&redirecting, &to), expected);
        };
        let first = "\"Bob\" <sip:2@h:5070;x=y>;index=1";
        check("", "", "", &["<sip:9@h:5070;x=y>;index=1"]);
        check("2", "", "cfu", &[first]);
        check("2", "3", "cfu", &[first, "<sip:3@h:5070;x=y;cause=302>;index=1.1"]);
        check("2", "3", "away", &[first, "<sip:3@h:5070;x=y;cause=404>;index=1.1"]);
    }
}
