//! `Diversion` (RFC 5806): where a call was redirected from, and why.

use obelus_core::caller_id::Party;
use obelus_core::channel::Redirecting;
use obelus_sip::header::{Name, NameAddr, NameAddrs, format_name_addr};
use obelus_sip::message::Headers;
use obelus_sip::uri::percent_encode_user;

use crate::identity::party_of;

/// Asterisk's word for a reason, and SIP's.
const REASONS: [(&str, &str); 13] = [
    ("unknown", "unknown"),
    ("cfb", "user-busy"),
    ("cfnr", "no-answer"),
    ("unavailable", "unavailable"),
    ("cfu", "unconditional"),
    ("time_of_day", "time-of-day"),
    ("dnd", "do-not-disturb"),
    ("deflection", "deflection"),
    ("follow_me", "follow-me"),
    ("out_of_order", "out-of-service"),
    ("away", "away"),
    ("cf_dte", "cf_dte"),
    ("send_to_vm", "send_to_vm"),
];

/// What the Diversion headers of an INVITE say: the first is the last who redirected, the last the first.
pub fn read(headers: &Headers) -> Option<Redirecting> {
    let elements: Vec<_> = headers.values(Name::Diversion).flat_map(NameAddrs::of).collect();
    let last = NameAddr::parse(elements.first()?)?;
    let first = NameAddr::parse(elements.last()?)?;
    let counter = |address: &NameAddr<'_>| address.params.number("counter").unwrap_or(1).max(1);
    let count =
        elements.iter().filter_map(|element| NameAddr::parse(element)).map(|address| counter(&address));
    Some(Redirecting {
        original: party_of(&first),
        from: party_of(&last),
        to: headers.value(Name::To).and_then(NameAddr::parse).map(|to| party_of(&to)).unwrap_or_default(),
        reason: reason_of(&last).into(),
        original_reason: reason_of(&first).into(),
        count: count.fold(0_u32, u32::saturating_add),
    })
}

/// Asterisk's word for the reason of a Diversion header; a word of somebody's own is kept.
pub fn reason_of(address: &NameAddr<'_>) -> String {
    let Some(reason) = address.params.find("reason") else { return "unknown".to_owned() };
    let reason = reason.unquoted();
    let known = REASONS
        .iter()
        .find(|(word, sip)| sip.eq_ignore_ascii_case(&reason) || word.eq_ignore_ascii_case(&reason));
    known.map_or_else(|| reason.into_owned(), |(word, _)| (*word).to_owned())
}

/// The value of a Diversion header, if the one who redirected has a number that may be shown.
pub fn write(redirecting: &Redirecting, host: &str) -> Option<String> {
    let Party { name, number, .. } = &redirecting.from;
    let uri = format!("sip:{}@{host}", percent_encode_user(number.visible()?));
    let address = format_name_addr(name.visible().unwrap_or_default(), &uri);
    let known = REASONS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&redirecting.reason));
    let reason = match known {
        Some((_, reason)) => (*reason).to_owned(),
        None if redirecting.reason.is_empty() => "unknown".to_owned(),
        None => format!("\"{}\"", redirecting.reason.replace(['"', '\\'], "")),
    };
    Some(format!("{address};reason={reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Wire;

    #[test]
    fn the_first_header_is_the_last_redirection() {
        let wire = Wire::new("INVITE", "sip:3@h")
            .to("<sip:3@h>")
            .line("Diversion: \"Bob\" <sip:2@h>;reason=user-busy;counter=2")
            .line("Diversion: <sip:1@h>;reason=unconditional");
        let redirecting = read(&wire.request()).unwrap();
        assert_eq!((redirecting.from, redirecting.original), (Party::new("Bob", "2"), Party::new("", "1")));
        assert_eq!((&*redirecting.reason, redirecting.count), ("cfb", 3));
        assert_eq!(read(&Wire::new("INVITE", "sip:3@h").request()), None);
    }

    #[test]
    fn a_redirection_is_written() {
        let check = |number: &str, reason: &str, expected: Option<&str>| {
            let redirecting = Redirecting {
                from: Party::new("Bob", number),
                reason: reason.into(),
                ..Redirecting::default()
            };
            assert_eq!(write(&redirecting, "pbx").as_deref(), expected);
        };
        check("2", "cfnr", Some("\"Bob\" <sip:2@pbx>;reason=no-answer"));
        check("2", "", Some("\"Bob\" <sip:2@pbx>;reason=unknown"));
        check("2", "my own", Some("\"Bob\" <sip:2@pbx>;reason=\"my own\""));
        check("", "cfu", None);
    }
}
