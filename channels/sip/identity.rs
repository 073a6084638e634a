//! Who calls: read from From, P-Asserted-Identity (RFC 3325) and Remote-Party-ID, and written there.

use std::borrow::Cow;

use obelus_core::caller_id::{Party, Presentation, Shown};
use obelus_sip::header::{Name, NameAddr, NameAddrs, Params, format_name_addr};
use obelus_sip::message::{HeaderList, Headers};
use obelus_sip::uri::{percent_decode, percent_encode_user};

use crate::config::{Endpoint, Global};

/// Which side of the call a Remote-Party-ID describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Of a call that we make.
    Calling,
    /// Of a call that we answer.
    Called,
}

/// Passed screening, in the octet of a presentation (Q.931).
const SCREENED: u8 = 0x01;

/// Who calls, as an INVITE and its endpoint's configuration say it.
///
/// Asserted identities count only if the endpoint is trusted; its own `callerid` goes before From.
pub fn caller_of(headers: &Headers, endpoint: &Endpoint) -> Party {
    let own = &endpoint.identity.caller;
    if endpoint.identity.trust_inbound
        && let Some(party) = asserted(headers)
    {
        return Party { tag: own.tag.clone(), ..party };
    }
    if own.number.value.is_some() {
        return own.clone();
    }
    let Some(from) = headers.value(Name::From).and_then(NameAddr::parse) else { return own.clone() };
    let mut party = party_of(&from);
    party.name.presentation = own.name.presentation;
    party.number.presentation = own.number.presentation;
    if party.name.value.is_none() {
        party.name = own.name.clone();
    }
    Party { tag: own.tag.clone(), ..party }
}

/// The kind of line that calls, which a gateway adds to From: `isup-oli=27`, as a parameter of the header or of its
/// URI; 0 where it says none.
pub fn line_kind_of(headers: &Headers) -> u8 {
    let Some(from) = headers.value(Name::From).and_then(NameAddr::parse) else { return 0 };
    let named =
        |params: Params<'_>| ["isup-oli", "ss7-oli", "oli"].iter().find_map(|name| params.number(name));
    let kind = named(from.params).or_else(|| named(from.uri.params()));
    kind.and_then(|kind| u8::try_from(kind).ok()).unwrap_or_default()
}

/// Who the far end has become, if it may say so and does.
pub fn connected_of(headers: &Headers, endpoint: &Endpoint) -> Option<Party> {
    let identity = &endpoint.identity;
    let party = (identity.trust_connected_line && identity.trust_inbound).then(|| asserted(headers))??;
    Some(Party { tag: identity.caller.tag.clone(), ..party })
}

/// The identity that somebody vouches for.
fn asserted(headers: &Headers) -> Option<Party> {
    by_pai(headers).or_else(|| by_rpid(headers))
}

fn by_pai(headers: &Headers) -> Option<Party> {
    let mut party = first_party(headers, Name::PAssertedIdentity)?.0;
    let privacy = headers.text(Name::Privacy);
    let is_private = privacy.is_some_and(|privacy| !privacy.trim().eq_ignore_ascii_case("none"));
    present(&mut party, if is_private { Presentation::PROHIBITED } else { Presentation::ALLOWED });
    Some(party)
}

fn by_rpid(headers: &Headers) -> Option<Party> {
    let (mut party, header) = first_party(headers, Name::RemotePartyId)?;
    let is = |name: &str, value: &str| {
        header.params.find(name).is_some_and(|param| param.unquoted().eq_ignore_ascii_case(value))
    };
    let restriction = if is("privacy", "full") { Presentation::PROHIBITED } else { Presentation::ALLOWED };
    let screening = if is("screen", "yes") { SCREENED } else { 0 };
    let number = restriction.number() | screening;
    let presentation = Presentation::parse(&number.to_string()).unwrap_or(restriction);
    present(&mut party, presentation);
    Some(party)
}

/// The party in the first address of a header, if it has a number.
fn first_party(headers: &Headers, name: Name) -> Option<(Party, NameAddr<'_>)> {
    let address = NameAddr::parse(NameAddrs::of(headers.value(name)?).next()?)?;
    let party = party_of(&address);
    party.number.value.is_some().then_some((party, address))
}

fn present(party: &mut Party, presentation: Presentation) {
    party.name.presentation = presentation;
    party.number.presentation = presentation;
}

/// Name and number of an address; what stands behind a `;` in the user is no part of the number.
pub(crate) fn party_of(address: &NameAddr<'_>) -> Party {
    let user = address.uri.user().unwrap_or_default();
    let user = user.split(';').next().unwrap_or_default();
    Party::new(&address.display_name(), &String::from_utf8_lossy(&percent_decode(user)))
}

/// The From of a call that we make, and what the other identity headers are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The From header without its tag.
    pub from: String,
    /// The URI that it stands for, without anonymity: host and parameters of the identity headers.
    host: String,
    /// The user of Contact, if the caller's number is to stand there.
    pub contact_user: Option<String>,
}

impl Origin {
    /// The From that shows `party` to an endpoint; `host` is our own, unless `from_domain` or the channel's
    /// `SIPFROMDOMAIN` replace it.
    pub fn new(
        endpoint: &Endpoint,
        global: &Global,
        party: &Party,
        host: &str,
        from_domain: Option<&str>,
    ) -> Origin {
        let identity = &endpoint.identity;
        // Nothing known counts as not to be shown, as in Asterisk.
        let is_restricted = !party.presentation().is_allowed();
        let may_show = identity.trust_outbound || !is_restricted;
        let number = Some(party.number.text()).filter(|number| may_show && !number.is_empty());
        let own_domain = identity.from_domain.as_deref();
        let host = from_domain.filter(|domain| !domain.is_empty()).or(own_domain).unwrap_or(host);
        let mut display = if may_show { party.name.text() } else { "" };
        let mut user: &str = number.unwrap_or(&global.default_from_user);
        let mut shown_host = host;
        if let Some(fixed) = identity.from_user.as_deref() {
            (display, user) = ("", fixed);
        }
        if is_restricted {
            display = "Anonymous";
            user = identity.from_user.as_deref().unwrap_or("anonymous");
            shown_host = own_domain.unwrap_or("anonymous.invalid");
        }
        let phone = if is_restricted { "" } else { user_phone(endpoint, user) };
        let from =
            format_name_addr(display, &format!("sip:{}@{shown_host}{phone}", percent_encode_user(user)));
        let by_number = global.use_callerid_contact && identity.contact_user.is_none();
        let contact_user = by_number.then(|| match is_restricted {
            true => "anonymous".to_owned(),
            false => percent_encode_user(party.number.text()).into_owned(),
        });
        Origin { from, host: host.to_owned(), contact_user }
    }

    /// The host of the URI that it stands for.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What the identity headers of a response, or of a request in a call that came, are made of.
    pub fn of_address(address: &NameAddr<'_>) -> Origin {
        let host = address.uri.as_sip().map_or("invalid", |uri| uri.host().as_str()).to_owned();
        Origin { from: String::new(), host, contact_user: None }
    }

    /// What the identity headers of later requests in a call that we made are made of.
    pub fn of_host(host: &str) -> Origin {
        Origin { from: String::new(), host: host.to_owned(), contact_user: None }
    }
}

fn user_phone(endpoint: &Endpoint, user: &str) -> &'static str {
    let digits = user.strip_prefix('+').unwrap_or(user);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| b"0123456789*#ABCDabcd".contains(&byte));
    if endpoint.identity.user_eq_phone && is_number { ";user=phone" } else { "" }
}

/// The P-Asserted-Identity, Privacy and Remote-Party-ID headers that an endpoint is sent.
pub fn headers(endpoint: &Endpoint, party: &Party, origin: &Origin, side: Side) -> HeaderList {
    let identity = &endpoint.identity;
    let mut headers = HeaderList::new();
    let is_restricted = !party.presentation().is_allowed();
    if party.number.value.is_none() || (is_restricted && !identity.trust_outbound) {
        return headers;
    }
    let number = party.number.text();
    let uri = format!("sip:{}@{}{}", percent_encode_user(number), origin.host, user_phone(endpoint, number));
    let address = format_name_addr(party.name.text(), &uri);
    if identity.headers.asserted_identity {
        if is_restricted {
            headers = headers.with(Name::Privacy, "id");
        }
        headers = headers.with(Name::PAssertedIdentity, &address);
    }
    if identity.headers.remote_party_id {
        headers = headers.with(Name::RemotePartyId, remote_party(&address, party, side, is_restricted));
    }
    headers
}

fn remote_party(address: &str, party: &Party, side: Side, is_restricted: bool) -> String {
    let side = match side {
        Side::Calling => "calling",
        Side::Called => "called",
    };
    let privacy = if is_restricted { "full" } else { "off" };
    let screen = if party.presentation().number() & 0x03 == SCREENED { "yes" } else { "no" };
    format!("{address};party={side};privacy={privacy};screen={screen}")
}

/// Whether telling about `new` would tell anything that the far end does not know from `told` yet.
pub fn is_news(told: &Party, new: &Party) -> bool {
    let text = |shown: &Shown| -> Cow<'static, str> { shown.text().to_owned().into() };
    new.number.value.is_some()
        && (text(&told.number) != text(&new.number) || text(&told.name) != text(&new.name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::{Wire, config};

    fn endpoint(lines: &str) -> Arc<Endpoint> {
        let text = format!("[a]\ntype=aor\n[e]\ntype=endpoint\nallow=ulaw\naors=a\n{lines}");
        config(&text).endpoints.find("e").unwrap().clone()
    }

    fn check_caller(options: &str, lines: &str, expected: &str, presentation: &str) {
        let wire = Wire::new("INVITE", "sip:2@h").from("\"From\" <sip:1001;x=y@pbx>");
        let wire = lines.lines().fold(wire, |wire, line| wire.line(line));
        let caller = caller_of(&wire.request(), &endpoint(options));
        assert_eq!((caller.to_string().as_str(), caller.presentation().word()), (expected, presentation));
    }

    #[test]
    fn a_caller_is_who_may_say_so() {
        check_caller("", "", "\"From\" <1001>", "allowed_not_screened");
        let pai = "P-Asserted-Identity: \"Pai\" <sip:+49@h>, <tel:+49>";
        check_caller("", pai, "\"From\" <1001>", "allowed_not_screened");
        check_caller("trust_id_inbound=yes", pai, "\"Pai\" <+49>", "allowed_not_screened");
        let private = format!("{pai}\nPrivacy: id");
        check_caller("trust_id_inbound=yes", &private, "\"Pai\" <+49>", "prohib_not_screened");
        let rpid = "Remote-Party-ID: <sip:7@h>;privacy=full;screen=yes";
        check_caller("trust_id_inbound=yes", rpid, "\"\" <7>", "prohib_passed_screen");
        check_caller("callerid=Own <5>", pai, "\"Own\" <5>", "allowed_not_screened");
        check_caller("callerid_privacy=prohib", "", "\"From\" <1001>", "prohib");
    }

    #[test]
    fn a_gateway_says_what_kind_of_line_calls() {
        let check = |from: &str, expected: u8| {
            assert_eq!(line_kind_of(&Wire::new("INVITE", "sip:2@h").from(from).request()), expected);
        };
        check("<sip:1@h>;isup-oli=27", 27);
        check("<sip:1@h;oli=62>", 62);
        check("<sip:1@h;ss7-oli=1>;ss7-oli=2", 2);
        check("<sip:1@h>", 0);
        check("<sip:1@h>;isup-oli=300", 0);
    }

    fn check_from(options: &str, party: &Party, expected: &str) {
        let origin = Origin::new(&endpoint(options), &Global::default(), party, "192.0.2.1", None);
        assert_eq!(origin.from, expected, "{options}");
    }

    fn private(name: &str, number: &str) -> Party {
        let mut party = Party::new(name, number);
        present(&mut party, Presentation::PROHIBITED);
        party
    }

    #[test]
    fn from_shows_what_the_endpoint_may_see() {
        let alice = Party::new("Alice", "1001");
        check_from("", &alice, "\"Alice\" <sip:1001@192.0.2.1>");
        check_from("", &Party::default(), "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
        check_from("", &Party::new("Alice", ""), "\"Alice\" <sip:asterisk@192.0.2.1>");
        check_from("from_user=me\nfrom_domain=example.com", &alice, "<sip:me@example.com>");
        check_from("user_eq_phone=yes", &alice, "\"Alice\" <sip:1001@192.0.2.1;user=phone>");
        check_from("", &private("Alice", "1001"), "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
        let kept = "\"Anonymous\" <sip:me@example.com>";
        check_from("from_user=me\nfrom_domain=example.com", &private("A", "1"), kept);
        check_from("", &Party::new("", "a b"), "<sip:a%20b@192.0.2.1>");
    }

    fn check_headers(options: &str, party: &Party, expected: &str) {
        let endpoint = endpoint(options);
        let origin = Origin::new(&endpoint, &Global::default(), party, "192.0.2.1", None);
        let headers = headers(&endpoint, party, &origin, Side::Calling);
        assert_eq!(String::from_utf8_lossy(headers.as_bytes()), expected, "{options}");
    }

    #[test]
    fn identity_headers_are_sent_to_those_who_may_know() {
        let alice = Party::new("Alice", "1001");
        check_headers("", &alice, "");
        let pai = "P-Asserted-Identity: \"Alice\" <sip:1001@192.0.2.1>\r\n";
        check_headers("send_pai=yes", &alice, pai);
        let rpid = "Remote-Party-ID: \"Alice\" <sip:1001@192.0.2.1>;party=calling;privacy=off;screen=no\r\n";
        check_headers("send_rpid=yes", &alice, rpid);
        check_headers("send_pai=yes", &private("Alice", "1001"), "");
        let private_pai = format!("Privacy: id\r\n{pai}");
        check_headers("send_pai=yes\ntrust_id_outbound=yes", &private("Alice", "1001"), &private_pai);
        check_headers("send_pai=yes", &Party::new("Alice", ""), "");
    }

    #[test]
    fn only_a_change_is_news() {
        let alice = Party::new("Alice", "1001");
        assert!(is_news(&Party::default(), &alice));
        assert!(!is_news(&alice, &alice));
        assert!(!is_news(&alice, &Party::new("Bob", "")));
    }
}
