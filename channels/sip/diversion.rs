//! `Diversion` (RFC 5806): where a call was redirected from, and why.

use obelus_core::caller_id::Party;
use obelus_core::channel::Redirecting;
use obelus_sip::header::{Name, NameAddr, NameAddrs, format_name_addr};
use obelus_sip::message::{HeaderList, Headers, Response};
use obelus_sip::uri::percent_encode_user;

use crate::config::Endpoint;
use crate::history_info;
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

/// What an INVITE or a 302 says of its way: in Diversion, else in History-Info.
pub fn read(headers: &Headers) -> Option<Redirecting> {
    read_diversion(headers).or_else(|| history_info::read(headers))
}

/// What a 181 says: its Diversion is whom the call goes to now, redirected by whom it was to.
pub fn read_forwarded(response: &Response) -> Option<Redirecting> {
    let Some(told) = read_diversion(response) else { return history_info::read(response) };
    Some(Redirecting { from: told.to.clone(), original: told.to, to: told.from, ..told })
}

/// The first Diversion header is the last who redirected, the last the first.
fn read_diversion(headers: &Headers) -> Option<Redirecting> {
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

/// What an INVITE to `to` tells an endpoint of the call's way.
pub fn of_request(
    endpoint: &Endpoint,
    redirecting: Option<&Redirecting>,
    host: &str,
    to: &str,
) -> HeaderList {
    let diversion = redirecting.and_then(|redirecting| write(&redirecting.from, &redirecting.reason, host));
    told(endpoint, diversion, redirecting, to)
}

/// What a 181 tells an endpoint that called `to`: in Diversion stands whom the call goes to now.
pub fn of_forwarded(endpoint: &Endpoint, redirecting: &Redirecting, host: &str, to: &str) -> HeaderList {
    let diversion = write(&redirecting.to, &redirecting.reason, host);
    told(endpoint, diversion, Some(redirecting), to)
}

fn told(
    endpoint: &Endpoint,
    diversion: Option<String>,
    redirecting: Option<&Redirecting>,
    to: &str,
) -> HeaderList {
    let identity = &endpoint.identity;
    let mut headers = HeaderList::new();
    if let Some(value) = diversion.filter(|_| identity.send_diversion) {
        headers = headers.with(Name::Diversion, value);
    }
    let to = NameAddr::parse(to.as_bytes()).filter(|_| identity.send_history_info);
    if let Some(uri) = to.as_ref().and_then(|to| to.uri.as_sip()) {
        let nowhere = Redirecting::default();
        for value in history_info::write(redirecting.unwrap_or(&nowhere), uri) {
            headers = headers.with(Name::HistoryInfo, value);
        }
    }
    headers
}

/// The value of a Diversion header, if the party has a number that may be shown.
fn write(party: &Party, reason: &str, host: &str) -> Option<String> {
    let Party { name, number, .. } = party;
    let uri = format!("sip:{}@{host}", percent_encode_user(number.visible()?));
    let address = format_name_addr(name.visible().unwrap_or_default(), &uri);
    let known = REASONS.iter().find(|(word, _)| word.eq_ignore_ascii_case(reason));
    let reason = match known {
        Some((_, reason)) => (*reason).to_owned(),
        None if reason.is_empty() => "unknown".to_owned(),
        None => format!("\"{}\"", reason.replace(['"', '\\'], "")),
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
    fn a_181_names_whom_the_call_goes_to() {
        let response = Wire::response(181, "Diversion: <sip:3@h>;reason=unconditional\r\n");
        let redirecting = read_forwarded(&response).unwrap();
        assert_eq!((redirecting.from, redirecting.to), (Party::new("", "a"), Party::new("", "3")));
        assert_eq!(&*redirecting.reason, "cfu");
        let history = "History-Info: <sip:2@h>;index=1\r\nHistory-Info: <sip:3@h;cause=408>;index=1.1\r\n";
        let redirecting = read_forwarded(&Wire::response(181, history)).unwrap();
        assert_eq!((redirecting.from, redirecting.to), (Party::new("", "2"), Party::new("", "3")));
        assert_eq!(&*redirecting.reason, "cfnr");
    }

    fn endpoint(options: &str) -> std::sync::Arc<Endpoint> {
        let text = format!("[e]\ntype=endpoint\nallow=ulaw\n{options}\n");
        crate::testing::config(&text).endpoints.find("e").unwrap().clone()
    }

    #[test]
    fn an_endpoint_is_told_the_way_in_the_headers_it_asks_for() {
        let redirecting = Redirecting {
            from: Party::new("", "2"),
            to: Party::new("", "3"),
            reason: "cfb".into(),
            ..Redirecting::default()
        };
        let check = |options: &str, request: &str, forwarded: &str| {
            let endpoint = endpoint(options);
            let told = of_request(&endpoint, Some(&redirecting), "pbx", "<sip:9@h>");
            assert_eq!(String::from_utf8_lossy(told.as_bytes()), request);
            let told = of_forwarded(&endpoint, &redirecting, "pbx", "\"X\" <sip:9@h>");
            assert_eq!(String::from_utf8_lossy(told.as_bytes()), forwarded);
        };
        let history = "History-Info: <sip:2@h>;index=1\r\nHistory-Info: <sip:3@h;cause=486>;index=1.1\r\n";
        check(
            "",
            "Diversion: <sip:2@pbx>;reason=user-busy\r\n",
            "Diversion: <sip:3@pbx>;reason=user-busy\r\n",
        );
        check("send_diversion=no\nsend_history_info=yes", history, history);
        check("send_diversion=no", "", "");
    }

    #[test]
    fn a_redirection_is_written() {
        let check = |number: &str, reason: &str, expected: Option<&str>| {
            assert_eq!(write(&Party::new("Bob", number), reason, "pbx").as_deref(), expected);
        };
        check("2", "cfnr", Some("\"Bob\" <sip:2@pbx>;reason=no-answer"));
        check("2", "", Some("\"Bob\" <sip:2@pbx>;reason=unknown"));
        check("2", "my own", Some("\"Bob\" <sip:2@pbx>;reason=\"my own\""));
        check("", "cfu", None);
    }
}
