//! RFC 4475's torture messages: each is read, or refused for the reason that the RFC gives.

use crate::torture_messages::MESSAGES;
use crate::{read, wire};
use obelus_sip::header::{Contact, Name, Rport};
use obelus_sip::message::{Headers, Message, Request, call_id_of};
use obelus_sip::uri::{Uri, UriError, percent_decode};
use obelus_sip::{Method, ParseError};

fn text(name: &str) -> &'static [u8] {
    MESSAGES.iter().find(|(known, _)| *known == name).unwrap().1
}

/// The error that a message gives, at its parsing or when its essentials are read.
fn fault(name: &str) -> Option<ParseError> {
    match read(text(name)) {
        Err(malformed) => Some(malformed.error),
        Ok(Message::Request(request)) => request.essentials().err(),
        Ok(Message::Response(response)) => Headers::essentials(&response).err(),
    }
}

fn check(name: &str, expected: Option<ParseError>) {
    assert_eq!(fault(name), expected, "{name}");
}

fn request(name: &str) -> Request {
    match read(text(name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn all_49_messages_are_here() {
    assert_eq!(MESSAGES.len(), 49);
}

#[test]
fn valid_messages_are_read() {
    for name in [
        "wsinv",
        "intmeth",
        "esc01",
        "escnull",
        "esc02",
        "lwsdisp",
        "longreq",
        "dblreq",
        "semiuri",
        "transports",
        "mpart01",
        "unreason",
        "noreason",
        "trws",
        "baddate",
        "badaspec",
        "baddn",
        "badbranch",
        "unkscm",
        "novelsc",
        "unksm2",
        "bext01",
        "invut",
        "regaut01",
        "bcast",
        "zeromf",
        "cparam01",
        "cparam02",
        "regescrt",
        "sdp01",
        "inv2543",
        "regbadct",
    ] {
        check(name, None);
    }
}

#[test]
fn malformed_messages_are_refused_for_their_reason() {
    check("badinv01", Some(ParseError::Invalid(Name::Via)));
    check("clerr", Some(ParseError::BodyShort { declared: 9999, present: 154 }));
    check("ncl", Some(ParseError::Invalid(Name::ContentLength)));
    check("scalar02", Some(ParseError::Invalid(Name::CSeq)));
    check("scalarlg", Some(ParseError::Invalid(Name::CSeq)));
    check("quotbal", Some(ParseError::Invalid(Name::To)));
    check("ltgtruri", Some(ParseError::RequestUri(UriError::Character)));
    check("lwsruri", Some(ParseError::RequestUri(UriError::Character)));
    check("lwsstart", Some(ParseError::RequestUri(UriError::Character)));
    check("escruri", Some(ParseError::RequestUriHeaders));
    check("badvers", Some(ParseError::Version));
    check("mismatch01", Some(ParseError::CSeqMethod));
    check("mismatch02", Some(ParseError::CSeqMethod));
    check("bigcode", Some(ParseError::StatusLine));
    check("insuf", Some(ParseError::Missing(Name::From)));
    check("multi01", Some(ParseError::Repeated(Name::CSeq)));
    check("mcl01", Some(ParseError::Repeated(Name::ContentLength)));
}

#[test]
fn every_message_gives_its_call_id_to_a_scan() {
    for (name, text) in MESSAGES.iter() {
        let wire = wire(text);
        let scanned = call_id_of(&wire);
        assert_eq!(scanned.is_some(), *name != "insuf", "{name}");
        if let Ok(message) = read(text) {
            assert_eq!(scanned, message.headers().value(Name::CallId), "{name}");
        }
    }
}

#[test]
fn a_short_tortuous_invite() {
    let request = request("wsinv");
    let essentials = request.essentials().unwrap();
    assert_eq!(essentials.to.tag(), Some("1918181833n"));
    assert_eq!(essentials.from.display_name(), "J Rosenberg \\\"");
    assert_eq!(essentials.from.tag(), Some("98asjd8"));
    assert_eq!(essentials.cseq.number, 9);
    assert_eq!(request.number(Name::MaxForwards), Ok(Some(68)));
    let vias: Vec<_> = request.vias().map(|via| via.map(|via| (via.transport, via.branch()))).collect();
    assert_eq!(
        vias,
        [
            Some(("UDP", Some("390skdjuw"))),
            Some(("TCP", Some("z9hG4bK9ikj8"))),
            Some(("UDP", Some("z9hG4bK30239")))
        ]
    );
    assert_eq!(request.text(Name::Subject).as_deref(), Some(""));
    let contact = request.contact().unwrap();
    assert_eq!(contact.display_name(), "Quoted string \"\"");
    assert_eq!(contact.params.value("newparam"), Some("newvalue"));
    assert_eq!(contact.params.value("q"), Some("0.33"));
    assert!(contact.params.has("secondparam"));
    let value = request.values_named("UnknownHeaderWithUnusualValue").next();
    assert_eq!(value, Some(&b";;,,;;,;"[..]));
    let route = request.addresses(Name::Route).next().flatten().unwrap();
    assert!(route.uri.as_sip().unwrap().is_loose_router());
    assert_eq!(request.body().len(), 150);
}

#[test]
fn a_wide_range_of_valid_characters() {
    let request = request("intmeth");
    assert_eq!(request.method().as_str(), "!interesting-Method0123456789_*+`.%indeed'~");
    let uri = request.uri().unwrap();
    assert_eq!(uri.user(), Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"));
    assert_eq!(uri.as_sip().unwrap().password, Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"));
    let essentials = request.essentials().unwrap();
    assert_eq!(essentials.to.display_name(), "BEL:\u{7} NUL:\0 DEL:\u{7f}");
    assert_eq!(essentials.from.display_name(), "token1~` token2'+_ token3*%!.-");
    assert_eq!(essentials.from.tag(), Some("_token~1'+`*%!-."));
    assert_eq!(essentials.from.params.find("fromParam''~+*_!.-%").unwrap().unquoted(), "работающий");
    assert_eq!(essentials.call_id, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
    assert!(request.values_named("extensionHeader-!.%*+_`'~").next().is_some());
}

#[test]
fn valid_use_of_percent_escapes() {
    let request = request("esc01");
    assert_eq!(request.uri().unwrap().user(), Some("sips%3Auser%40example.com"));
    assert_eq!(percent_decode(request.uri().unwrap().user().unwrap()), &b"sips:user@example.com"[..]);
    assert!(request.to().unwrap().uri.is_equivalent(&Uri::parse("sip:user@example.com").unwrap()));
    assert_eq!(percent_decode(request.from().unwrap().uri.user().unwrap()), &b"I have spaces"[..]);
    let contact = request.contact().unwrap().uri;
    // The escaped name means `lr`, and the escaped value `value%41`.
    assert!(contact.is_equivalent(&Uri::parse("sip:caller@host5.example.net;lr;name=value%2541").unwrap()));
}

#[test]
fn escaped_nulls_in_uris() {
    let request = request("escnull");
    let users: Vec<_> = request
        .contacts()
        .map(|contact| match contact {
            Some(Contact::Address(address)) => percent_decode(address.uri.user().unwrap()).into_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(users, [b"\0".to_vec(), b"\0\0".to_vec()]);
}

#[test]
fn percent_that_is_no_escape() {
    let request = request("esc02");
    assert_eq!(*request.method(), Method::Other("RE%47IST%45R".into()));
    assert_eq!(request.to().unwrap().display_name(), "%Z%45");
    assert_eq!(request.contacts().count(), 2);
    assert_eq!(request.essentials().unwrap().via.branch(), Some("z9hG4bK209%fzsnel234"));
}

#[test]
fn long_values_in_headers() {
    let request = request("longreq");
    assert_eq!(request.vias().flatten().count(), 34);
    assert_eq!(request.from().unwrap().tag().unwrap().len(), 155);
    assert_eq!(request.body().len(), 150);
}

#[test]
fn extra_octets_after_a_datagrams_message_are_no_body() {
    let request = request("dblreq");
    assert_eq!((request.method(), request.body()), (&Method::Register, &b""[..]));
}

#[test]
fn semicolons_in_the_user_part() {
    let request = request("semiuri");
    let uri = request.uri().unwrap();
    assert_eq!(percent_decode(uri.user().unwrap()), &b"user;par=u@example.net"[..]);
    assert!(uri.params().is_empty());
    assert_eq!(request.elements(Name::Accept).count(), 6);
}

#[test]
fn varied_and_unknown_transports() {
    let transports: Vec<_> =
        request("transports").vias().map(|via| via.unwrap().transport.to_owned()).collect();
    assert_eq!(transports, ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]);
}

#[test]
fn a_multipart_message_with_binary() {
    let request = request("mpart01");
    assert_eq!(request.body().len(), 553);
    assert_eq!(request.part("text/plain"), Some(&b"Hello"[..]));
    assert_eq!(request.part("application/octet-stream").unwrap().first(), Some(&b'0'));
    assert_eq!(request.via().unwrap().rport(), Rport::Requested);
}

#[test]
fn unusual_and_empty_reason_phrases() {
    let reason = |name| match read(text(name)) {
        Ok(Message::Response(response)) => String::from_utf8(response.reason().to_vec()).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason("unreason"), "= 2**3 * 5**2 но сто девяносто девять - простое");
    assert_eq!(reason("noreason"), "");
}

#[test]
fn what_only_a_registrar_cares_about_is_still_readable() {
    let bad_contact = request("regbadct");
    assert_eq!(bad_contact.contacts().collect::<Vec<_>>(), [None]);
    let outside = request("cparam01");
    assert!(outside.contact().unwrap().params.has("unknownparam"));
    let inside = request("cparam02");
    assert!(inside.contact().unwrap().uri.params().has("unknownparam"));
    let escaped = request("regescrt");
    assert_eq!(
        escaped.contact().unwrap().uri.as_sip().unwrap().headers,
        Some("Route=%3Csip:sip.example.com%3E")
    );
    assert_eq!(obelus_sip::header::parse_date(request("baddate").value(Name::Date).unwrap()), None);
    assert_eq!(request("regaut01").auth(Name::Authorization).next().unwrap().scheme, "NoOneKnowsThisScheme");
}

#[test]
fn a_message_of_rfc_2543_has_no_branch_and_no_tags() {
    let old = request("inv2543");
    let essentials = old.essentials().unwrap();
    assert_eq!((essentials.via.branch(), essentials.from.tag(), essentials.to.tag()), (None, None, None));
    assert_eq!(essentials.to.params.value("user"), Some("phone"));
    assert_eq!(request("badbranch").via().unwrap().unique_branch(), None);
}
