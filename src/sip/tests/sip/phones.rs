//! What phones, softphones and gateways really send, and what we make of it.

use crate::{read, request, response};
use obelus_sip::header::{Contact, Name, RetryAfter, Rport};
use obelus_sip::message::{Headers, Request, find_part};
use obelus_sip::uri::Uri;
use obelus_sip::{Method, ParseError};

/// A REGISTER whose headers with the same name as one of `lines` are replaced by it.
fn with(lines: &[&str]) -> Request {
    let name_of = |line: &str| Name::of(line.split(':').next().unwrap_or_default().trim().as_bytes());
    let usual = [
        "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK77asjd;rport",
        "From: <sip:100@pbx.example.com>;tag=a1",
        "To: <sip:100@pbx.example.com>",
        "Call-ID: 843817637684230@998sdasdh09",
        "CSeq: 1826 REGISTER",
        "Max-Forwards: 70",
    ];
    let mut text = String::from("REGISTER sip:pbx.example.com SIP/2.0\n");
    for line in usual.iter().filter(|line| !lines.iter().any(|other| name_of(other) == name_of(line))) {
        text += &format!("{line}\n");
    }
    for line in lines {
        text += &format!("{line}\n");
    }
    request(&(text + "\n"))
}

fn contact(line: &str, uri: &str, params: &[(&str, Option<&str>)]) {
    let request = with(&[line]);
    request.essentials().unwrap();
    let contact = request.contact().unwrap_or_else(|| panic!("{line}"));
    assert_eq!(contact.uri.as_str(), uri, "{line}");
    for (name, value) in params {
        let param = contact.params.find(name).unwrap_or_else(|| panic!("{name} in {line}"));
        assert_eq!(param.value, *value, "{name} in {line}");
    }
}

fn from(line: &str, display: &str, uri: &str, tag: Option<&str>) {
    let request = with(&[line]);
    let from = request.essentials().unwrap().from;
    assert_eq!((from.display_name().as_ref(), from.uri.as_str(), from.tag()), (display, uri, tag), "{line}");
}

fn via(line: &str, transport: &str, sent_by: &str, branch: Option<&str>, rport: Rport) {
    let request = with(&[line]);
    let via = request.essentials().unwrap().via;
    assert_eq!(
        (via.transport, via.sent_by.to_string().as_str(), via.branch(), via.rport()),
        (transport, sent_by, branch, rport),
        "{line}"
    );
}

fn refused(lines: &[&str], error: ParseError) {
    assert_eq!(with(lines).essentials().unwrap_err(), error, "{lines:?}");
}

#[test]
fn yealink_contact_with_instance_and_reg_id() {
    contact(
        "Contact: <sip:100@192.0.2.7:5060>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-805ec0123456>\"",
        "sip:100@192.0.2.7:5060",
        &[
            ("reg-id", Some("1")),
            ("+sip.instance", Some("\"<urn:uuid:00000000-0000-1000-8000-805ec0123456>\"")),
        ],
    );
}

#[test]
fn polycom_contact_lists_its_methods() {
    contact(
        "Contact: <sip:100@192.0.2.7>;methods=\"INVITE, ACK, BYE, CANCEL, OPTIONS, INFO\"",
        "sip:100@192.0.2.7",
        &[("methods", Some("\"INVITE, ACK, BYE, CANCEL, OPTIONS, INFO\""))],
    );
}

#[test]
fn pjsip_contact_with_ob() {
    contact("Contact: \"100\" <sip:100@192.0.2.7:5060;ob>", "sip:100@192.0.2.7:5060;ob", &[]);
}

#[test]
fn linphone_contact_with_gr_and_pub_gruu() {
    contact(
        "Contact: <sip:100@192.0.2.7:5060;transport=udp;gr=urn:uuid:a>;pub-gruu=\"sip:100@pbx.example.com;gr=urn:uuid:a\"",
        "sip:100@192.0.2.7:5060;transport=udp;gr=urn:uuid:a",
        &[("pub-gruu", Some("\"sip:100@pbx.example.com;gr=urn:uuid:a\""))],
    );
}

#[test]
fn snom_contact_with_line_and_q() {
    contact(
        "Contact: <sip:100@192.0.2.7:2048;line=2dfx8chn>;q=1.0;reg-id=1;audio;mobility=\"fixed\";duplex=\"full\";events=\"dialog\"",
        "sip:100@192.0.2.7:2048;line=2dfx8chn",
        &[("q", Some("1.0")), ("audio", None), ("events", Some("\"dialog\""))],
    );
}

#[test]
fn cisco_contact_with_device_name() {
    contact(
        "Contact: <sip:100@192.0.2.7:51224;transport=tcp>;+sip.instance=\"<urn:uuid:0-0>\";+u.sip!devicename.ccm.cisco.com=\"SEP001\";+u.sip!model.ccm.cisco.com=\"437\"",
        "sip:100@192.0.2.7:51224;transport=tcp",
        &[("+u.sip!devicename.ccm.cisco.com", Some("\"SEP001\""))],
    );
}

#[test]
fn grandstream_contact_with_spaces_around_equals() {
    contact(
        "Contact: <sip:100@192.0.2.7> ; reg-id = 1 ; expires = 3600",
        "sip:100@192.0.2.7",
        &[("expires", Some("3600"))],
    );
}

#[test]
fn zoiper_contact_with_rinstance_and_upper_case_transport() {
    let request = with(&["Contact: <sip:100@192.0.2.7:37127;rinstance=2c5a;transport=UDP>"]);
    let contact = request.contact().unwrap();
    assert_eq!(contact.uri.as_sip().unwrap().transport(), Some("UDP"));
    assert_eq!(contact.uri.params().value("rinstance"), Some("2c5a"));
}

#[test]
fn tls_contact_of_a_phone_that_writes_sip() {
    let request = with(&["Contact: <sip:100@192.0.2.7:5061;transport=TLS>"]);
    let uri = request.contact().unwrap().uri;
    assert!(!uri.as_sip().unwrap().secure);
    assert!(uri.is_equivalent(&Uri::parse("sip:100@192.0.2.7:5061;transport=tls").unwrap()));
}

#[test]
fn jssip_contact_under_the_invalid_domain() {
    contact(
        "Contact: <sip:4k2j1m3n@5f6g7h8j9k0l.invalid;transport=ws>;+sip.ice;reg-id=1;expires=600",
        "sip:4k2j1m3n@5f6g7h8j9k0l.invalid;transport=ws",
        &[("+sip.ice", None)],
    );
}

#[test]
fn microsip_contact_without_angle_brackets() {
    contact(
        "Contact: sip:100@192.0.2.7:5062;expires=300",
        "sip:100@192.0.2.7:5062",
        &[("expires", Some("300"))],
    );
}

#[test]
fn a_star_removes_all_bindings() {
    assert_eq!(with(&["Contact: *"]).contacts().collect::<Vec<_>>(), [Some(Contact::All)]);
    assert_eq!(with(&["m:*"]).contacts().collect::<Vec<_>>(), [Some(Contact::All)]);
}

#[test]
fn several_contacts_in_one_line() {
    let request = with(&["Contact: <sip:100@192.0.2.7>;q=0.7, \"Desk, upstairs\" <sip:100@192.0.2.8>"]);
    assert_eq!(request.contacts().flatten().count(), 2);
}

#[test]
fn a_trailing_comma_or_semicolon_is_harmless() {
    contact("Contact: <sip:100@192.0.2.7>;", "sip:100@192.0.2.7", &[]);
    assert_eq!(with(&["Contact: <sip:100@192.0.2.7>,"]).contacts().count(), 1);
}

#[test]
fn an_empty_contact_of_an_old_gateway_is_no_contact() {
    let request = with(&["Contact:"]);
    request.essentials().unwrap();
    assert!(request.contact().is_none());
}

#[test]
fn a_negative_or_huge_expires_is_an_error_where_it_is_read() {
    assert_eq!(with(&["Expires: -1"]).number(Name::Expires), Err(ParseError::Invalid(Name::Expires)));
    assert_eq!(with(&["Expires: 4294967296"]).number(Name::Expires), Err(ParseError::Invalid(Name::Expires)));
    assert_eq!(with(&["Expires: 4294967295"]).number(Name::Expires), Ok(Some(u32::MAX)));
    assert_eq!(with(&["Expires:"]).number(Name::Expires), Err(ParseError::Invalid(Name::Expires)));
}

#[test]
fn a_comma_in_an_unquoted_display_name() {
    from(
        "From: Smith, John <sip:100@pbx.example.com>;tag=1",
        "Smith, John",
        "sip:100@pbx.example.com",
        Some("1"),
    );
}

#[test]
fn a_display_name_in_utf8_without_quotes() {
    from(
        "From: Jürgen Müller <sip:100@pbx.example.com>;tag=1",
        "Jürgen Müller",
        "sip:100@pbx.example.com",
        Some("1"),
    );
}

#[test]
fn a_display_name_in_latin1() {
    let text = b"OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: \"M\xfcller\" <sip:1@h>;tag=1\nTo: <sip:a>\nCall-ID: x\nCSeq: 1 OPTIONS\n\n";
    let message = read(text).unwrap();
    assert_eq!(message.headers().from().unwrap().display_name(), "M\u{fffd}ller");
    assert_eq!(message.headers().value(Name::From), Some(&b"\"M\xfcller\" <sip:1@h>;tag=1"[..]));
}

#[test]
fn an_empty_display_name_and_one_with_angle_brackets() {
    from("From: \"\" <sip:100@h>;tag=1", "", "sip:100@h", Some("1"));
    from("From: \"<100>\" <sip:100@h>;tag=1", "<100>", "sip:100@h", Some("1"));
}

#[test]
fn an_anonymous_caller() {
    from(
        "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1",
        "Anonymous",
        "sip:anonymous@anonymous.invalid",
        Some("1"),
    );
}

#[test]
fn a_telephone_number_as_the_address() {
    from("From: <tel:+12125550123;isub=1411>;tag=1", "", "tel:+12125550123;isub=1411", Some("1"));
    from(
        "From: <tel:7042;phone-context=example.com>;tag=1",
        "",
        "tel:7042;phone-context=example.com",
        Some("1"),
    );
}

#[test]
fn a_user_with_the_number_in_parameters() {
    from(
        "From: <sip:+12125550123;npdi;rn=+12125550000@gw.example.com;user=phone>;tag=1",
        "",
        "sip:+12125550123;npdi;rn=+12125550000@gw.example.com;user=phone",
        Some("1"),
    );
}

#[test]
fn a_hash_or_star_in_the_user() {
    from("From: <sip:*72#@h>;tag=1", "", "sip:*72#@h", Some("1"));
    from("From: <sip:%2372@h>;tag=1", "", "sip:%2372@h", Some("1"));
}

#[test]
fn a_single_letter_and_an_underscore_host() {
    from("From: <sip:x@y>;tag=1", "", "sip:x@y", Some("1"));
    from("From: <sip:x@my_pbx.local>;tag=1", "", "sip:x@my_pbx.local", Some("1"));
}

#[test]
fn a_missing_or_empty_tag_is_no_tag() {
    from("From: <sip:100@h>", "", "sip:100@h", None);
    from("From: <sip:100@h>;tag=", "", "sip:100@h", None);
}

#[test]
fn tags_in_any_case_and_spacing() {
    from("From: <sip:100@h> ; TAG = a.b-c", "", "sip:100@h", Some("a.b-c"));
    from("f:sip:100@h;tag=1", "", "sip:100@h", Some("1"));
    from("FROM\t:\t<sip:100@h>\t;tag=1\t", "", "sip:100@h", Some("1"));
}

#[test]
fn no_space_between_name_and_bracket() {
    from("From: \"100\"<sip:100@h>;tag=1", "100", "sip:100@h", Some("1"));
    from("From: 100<sip:100@h>;tag=1", "100", "sip:100@h", Some("1"));
}

#[test]
fn an_ipv6_address_with_a_zone() {
    from("From: <sip:100@[fe80::1%25eth0]:5060>;tag=1", "", "sip:100@[fe80::1%25eth0]:5060", Some("1"));
    via(
        "Via: SIP/2.0/UDP [fe80::1%eth0]:5060;branch=z9hG4bK1",
        "UDP",
        "[fe80::1%eth0]:5060",
        Some("z9hG4bK1"),
        Rport::Absent,
    );
}

#[test]
fn an_ipv6_address_without_brackets_is_refused() {
    refused(&["From: <sip:100@2001:db8::10>;tag=1"], ParseError::Invalid(Name::From));
}

#[test]
fn a_call_id_with_blanks_or_control_characters_is_refused() {
    for id in ["a b", "\u{1b}[2J", "a\u{7f}", "a\r\n b"] {
        refused(&[&format!("Call-ID: {id}")], ParseError::Invalid(Name::CallId));
    }
}

#[test]
fn via_of_every_usual_phone() {
    via(
        "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1;rport",
        "UDP",
        "192.0.2.7:5060",
        Some("z9hG4bK1"),
        Rport::Requested,
    );
    via(
        "v:SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1;rport=",
        "UDP",
        "192.0.2.7",
        Some("z9hG4bK1"),
        Rport::Requested,
    );
    via(
        "Via: SIP/2.0/TLS 192.0.2.7:5061;alias;branch=z9hG4bK1",
        "TLS",
        "192.0.2.7:5061",
        Some("z9hG4bK1"),
        Rport::Absent,
    );
    via(
        "Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks",
        "WSS",
        "df7jal23ls0d.invalid",
        Some("z9hG4bK56sdasks"),
        Rport::Absent,
    );
    via(
        "Via: SIP / 2.0 / UDP 192.0.2.7 ; branch = z9hG4bK1 ; rport = 99",
        "UDP",
        "192.0.2.7",
        Some("z9hG4bK1"),
        Rport::Port(99),
    );
}

#[test]
fn via_with_a_branch_full_of_punctuation() {
    via(
        "Via: SIP/2.0/UDP h;branch=z9hG4bK-d8754z-3f8a--1---d8754z-;rport",
        "UDP",
        "h",
        Some("z9hG4bK-d8754z-3f8a--1---d8754z-"),
        Rport::Requested,
    );
    via("Via: SIP/2.0/UDP h;branch=z9hG4bK.~x%41", "UDP", "h", Some("z9hG4bK.~x%41"), Rport::Absent);
}

#[test]
fn several_vias_on_one_line() {
    let request =
        with(&["Via: SIP/2.0/UDP a;branch=z9hG4bK1,SIP/2.0/TCP b;branch=z9hG4bK2", "v: SIP/2.0/UDP c"]);
    request.essentials().unwrap();
    assert_eq!(
        request.vias().flatten().map(|via| via.sent_by.to_string()).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[test]
fn a_lower_case_method_is_the_method() {
    let text = "invite sip:a SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:b>;tag=1\nTo: <sip:a>\nCall-ID: x\nCSeq: 1 invite\n\n";
    let request = request(text);
    assert_eq!(*request.method(), Method::Invite);
    request.essentials().unwrap();
}

#[test]
fn a_lower_case_version() {
    assert_eq!(*request("OPTIONS sip:a sip/2.0\n\n").method(), Method::Options);
}

#[test]
fn bare_line_feeds() {
    let text = "OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nContent-Length: 2\n\nab";
    let message = obelus_sip::message::parse(text.into(), &obelus_sip::message::Limits::default()).unwrap();
    assert_eq!(message.headers().body(), b"ab");
}

#[test]
fn line_ends_before_the_request() {
    assert_eq!(*request("\n\nOPTIONS sip:a SIP/2.0\n\n").method(), Method::Options);
}

#[test]
fn a_message_without_the_empty_line_at_its_end() {
    assert_eq!(request("OPTIONS sip:a SIP/2.0\nCall-ID: x\n").call_id(), Ok("x"));
    assert_eq!(request("OPTIONS sip:a SIP/2.0\nCall-ID: x").call_id(), Ok("x"));
}

#[test]
fn a_huge_cseq() {
    assert_eq!(with(&["CSeq: 4294967295 REGISTER"]).cseq().unwrap().number, u32::MAX);
    refused(&["CSeq: 4294967296 REGISTER"], ParseError::Invalid(Name::CSeq));
}

#[test]
fn a_tab_and_many_spaces_in_cseq() {
    assert_eq!(with(&["CSeq:\t 102 \t REGISTER "]).cseq().unwrap().number, 102);
}

#[test]
fn a_call_id_with_odd_characters() {
    assert_eq!(with(&["Call-ID: {1F-2E}@[2001:db8::1]\"<>"]).call_id(), Ok("{1F-2E}@[2001:db8::1]\"<>"));
    assert_eq!(with(&["i: a"]).call_id(), Ok("a"));
}

#[test]
fn an_empty_call_id_is_refused() {
    refused(&["Call-ID: "], ParseError::Invalid(Name::CallId));
}

#[test]
fn max_forwards_may_be_missing_but_not_odd() {
    assert_eq!(with(&["Max-Forwards: 255"]).number(Name::MaxForwards), Ok(Some(255)));
    refused(&["Max-Forwards: 256"], ParseError::Invalid(Name::MaxForwards));
    refused(&["Max-Forwards: -1"], ParseError::Invalid(Name::MaxForwards));
}

#[test]
fn empty_values_of_optional_headers() {
    let request = with(&["Subject:", "Supported:", "Allow: ", "User-Agent:"]);
    request.essentials().unwrap();
    assert_eq!(request.elements(Name::Supported).count(), 0);
    assert!(!request.lists(Name::Supported, "timer"));
}

#[test]
fn supported_in_compact_form_over_two_lines() {
    let request = with(&["k: replaces,\ttimer", "Supported: 100REL"]);
    assert!(request.lists(Name::Supported, "timer") && request.lists(Name::Supported, "100rel"));
}

#[test]
fn allow_without_spaces() {
    let request = with(&["Allow: INVITE,ACK,UPDATE"]);
    assert!(request.allows(&Method::Update));
    assert!(!request.allows(&Method::Prack));
}

#[test]
fn a_header_without_a_colon_does_not_spoil_the_rest() {
    let request = with(&["this is no header", "Subject: here"]);
    assert_eq!(request.text(Name::Subject).as_deref(), Some("here"));
}

#[test]
fn unknown_headers_pass_in_order() {
    let request = with(&["X-A: 1", "P-RTP-Stat: PS=1,OS=2", "x-a: 2"]);
    assert_eq!(request.values_named("X-A").collect::<Vec<_>>(), [b"1", b"2"]);
    assert_eq!(request.values_named("p-rtp-stat").next(), Some(&b"PS=1,OS=2"[..]));
}

#[test]
fn a_route_without_lr_is_a_strict_router() {
    let request =
        with(&["Route: <sip:p1.example.com>,<sip:p2.example.com;lr=on>", "Route: <sip:p3.example.com;lr>"]);
    let loose: Vec<_> = request
        .addresses(Name::Route)
        .map(|route| route.unwrap().uri.as_sip().unwrap().is_loose_router())
        .collect();
    assert_eq!(loose, [false, true, true]);
}

#[test]
fn a_record_route_with_many_parameters() {
    let request = with(&["Record-Route: <sip:192.0.2.1:5060;r2=on;lr;ftag=a1;did=1.2;nat=yes>"]);
    let route = request.addresses(Name::RecordRoute).next().flatten().unwrap();
    assert_eq!(route.uri.params().value("did"), Some("1.2"));
}

#[test]
fn a_path_of_an_edge_proxy_with_an_encoded_flow() {
    let request = with(&["Path: <sip:VskztcQ/S8p4WPbOnHbuyh5iJvJIW3ib@ep.example.com;lr;ob>"]);
    assert!(request.addresses(Name::Path).next().flatten().unwrap().uri.params().has("ob"));
}

#[test]
fn an_asserted_identity_with_two_addresses() {
    let request = with(&["P-Asserted-Identity: \"Smith, J\" <sip:100@h>, <tel:+12125550123>"]);
    let users: Vec<_> = request
        .addresses(Name::PAssertedIdentity)
        .map(|address| address.unwrap().uri.user().unwrap().to_owned())
        .collect();
    assert_eq!(users, ["100", "+12125550123"]);
}

#[test]
fn a_diversion_with_reason_and_counter() {
    let request = with(&["Diversion: <sip:200@h>;reason=no-answer;counter=2;privacy=off"]);
    let diversion = request.addresses(Name::Diversion).next().flatten().unwrap();
    assert_eq!(diversion.params.value("reason"), Some("no-answer"));
    assert_eq!(diversion.params.number("counter"), Some(2));
}

#[test]
fn a_remote_party_id_without_quotes() {
    let request = with(&["Remote-Party-ID: 100 <sip:100@h>;party=calling;screen=yes;privacy=off"]);
    let party = request.addresses(Name::RemotePartyId).next().flatten().unwrap();
    assert_eq!((party.display_name().as_ref(), party.params.value("party")), ("100", Some("calling")));
}

#[test]
fn a_refer_to_with_replaces() {
    let request = with(&["Refer-To: <sip:200@h?Replaces=abc%40x%3Bto-tag%3D1%3Bfrom-tag%3D2>"]);
    let target = request.refer_to().unwrap().unwrap();
    assert_eq!(target.uri.as_sip().unwrap().headers, Some("Replaces=abc%40x%3Bto-tag%3D1%3Bfrom-tag%3D2"));
}

#[test]
fn a_cisco_refer_to_without_brackets() {
    let request = with(&["r: sip:200@h?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2"]);
    assert!(request.refer_to().unwrap().unwrap().uri.as_sip().unwrap().headers.is_some());
}

#[test]
fn a_replaces_header_with_its_tags_in_any_order() {
    let request = with(&["Replaces: 12345@192.0.2.1;to-tag=a;from-tag=b"]);
    let replaces = request.replaces().unwrap().unwrap();
    assert_eq!((replaces.to_tag, replaces.from_tag, replaces.early_only), ("a", "b", false));
}

#[test]
fn an_event_with_an_id_and_a_subscription_state() {
    let request = with(&["o: dialog;id=7", "Subscription-State: terminated;reason=timeout"]);
    assert_eq!(request.word(Name::Event).unwrap().unwrap().params.value("id"), Some("7"));
    assert!(request.word(Name::SubscriptionState).unwrap().unwrap().is("terminated"));
}

#[test]
fn a_reason_of_an_isdn_gateway() {
    let request = with(&[
        "Reason: Q.850;cause=16;text=\"Normal call clearing\", SIP ;cause=200 ;text=\"Call completed elsewhere\"",
    ]);
    let causes: Vec<_> = request.reasons().map(|reason| (reason.protocol.to_owned(), reason.cause)).collect();
    assert_eq!(causes, [("Q.850".to_owned(), Some(16)), ("SIP".to_owned(), Some(200))]);
}

#[test]
fn a_digest_of_a_phone_that_quotes_everything_or_nothing() {
    let request = with(&[
        "Authorization: Digest username=\"100\",realm=asterisk, nonce=\"1/a=\",uri=\"sip:h;a=b,c\",response=\"0\",algorithm=\"MD5\",nc=\"00000001\",qop=\"auth\"",
    ]);
    let auth = request.auth(Name::Authorization).next().unwrap();
    assert_eq!(auth.find("realm").as_deref(), Some("asterisk"));
    assert_eq!(auth.find("uri").as_deref(), Some("sip:h;a=b,c"));
    assert_eq!(auth.find("qop").as_deref(), Some("auth"));
}

#[test]
fn a_session_expires_with_spaces() {
    let request = with(&["Session-Expires: 1800 ; refresher = uac", "Min-SE:  90"]);
    assert_eq!(request.session_expires().unwrap().unwrap().seconds, 1800);
    assert_eq!(request.number(Name::MinSe), Ok(Some(90)));
}

#[test]
fn a_retry_after_with_a_comment() {
    let response = response("SIP/2.0 503 Busy\nRetry-After: 30 (try later);duration=10\n\n");
    assert_eq!(response.retry_after(), Ok(Some(RetryAfter { seconds: 30 })));
}

#[test]
fn a_response_without_reason_or_trailing_space() {
    assert_eq!(response("SIP/2.0 200\n\n").status().code(), 200);
}

#[test]
fn a_response_of_a_carrier_with_two_to_tags_keeps_the_first() {
    let response = response("SIP/2.0 200 OK\nTo: <sip:a@b>;tag=1;tag=2\n\n");
    assert_eq!(Headers::to(&response).unwrap().tag(), Some("1"));
}

#[test]
fn content_types_with_a_charset_or_in_upper_case() {
    let request = request(
        "INFO sip:a SIP/2.0\nc: Application/DTMF-Relay ; charset=\"utf-8\"\nl: 24\n\nSignal=5\nDuration=160\n",
    );
    assert!(request.part("application/dtmf-relay").unwrap().starts_with(b"Signal=5"));
}

#[test]
fn an_isup_gateway_sends_its_sdp_in_a_multipart() {
    let request = request(
        "INVITE sip:a SIP/2.0\nContent-Type: multipart/mixed;boundary=\"uniq-1\"\n\n--uniq-1\nContent-Type: application/sdp\nContent-Disposition: session\n\nv=0\n--uniq-1\nContent-Type: application/ISUP;version=itu-t92+;base=itu-t92+\nContent-Disposition: signal;handling=optional\n\n\u{1}\u{2}\n--uniq-1--\n",
    );
    assert_eq!(request.part("application/sdp"), Some(&b"v=0"[..]));
    let content_type = request.content_type().unwrap().unwrap();
    assert!(find_part(&content_type, request.body(), "application/isup").is_some());
}

#[test]
fn a_body_without_a_content_type_is_nobodys() {
    let request = request("MESSAGE sip:a SIP/2.0\nContent-Length: 2\n\nhi");
    assert_eq!((request.part("text/plain"), request.body()), (None, &b"hi"[..]));
}

#[test]
fn a_request_uri_with_quirks() {
    for uri in [
        "sip:100@192.0.2.1;transport=UDP",
        "sip:100@[2001:db8::1]:5060;ob",
        "sips:h",
        "tel:+1-212",
        "sip:h;maddr=192.0.2.1;lr",
        "SIP:100@H",
        "sip:100@h:5060;x=\u{e9}",
    ] {
        assert_eq!(request(&format!("OPTIONS {uri} SIP/2.0\n\n")).uri_text(), uri);
    }
}

#[test]
fn folded_values_read_as_one() {
    let request = with(&["Subject: first\n  second\n\tthird"]);
    assert_eq!(request.text(Name::Subject).as_deref(), Some("first second third"));
}

#[test]
fn a_user_agent_with_anything_in_it() {
    let request = with(&["User-Agent: Grandstream GXP2170 1.0.11.35 (\"x\" <y>, z; w)"]);
    assert_eq!(
        request.text(Name::UserAgent).as_deref(),
        Some("Grandstream GXP2170 1.0.11.35 (\"x\" <y>, z; w)")
    );
}

#[test]
fn history_info_with_escaped_reasons() {
    let request = with(&[
        "History-Info: <sip:UserA@ims.example.com?Reason=SIP%3Bcause%3D302>;index=1.1, <sip:UserB@example.com>;index=1.2;mp=1.1",
    ]);
    let indexes: Vec<_> = request
        .addresses(Name::HistoryInfo)
        .map(|entry| entry.unwrap().params.value("index").unwrap().to_owned())
        .collect();
    assert_eq!(indexes, ["1.1", "1.2"]);
}

/// RFC 5118: the messages of its sections 4.1 to 4.10 in what they ask of a parser.
#[test]
fn ipv6_as_rfc_5118_tortures_it() {
    for uri in ["sip:[2001:db8::10]", "sip:[2001:db8::10]:5070", "sip:user@[::ffff:192.0.2.10]"] {
        assert_eq!(request(&format!("REGISTER {uri} SIP/2.0\n\n")).uri_text(), uri);
    }
    assert!(read(b"REGISTER sip:2001:db8::10 SIP/2.0\n\n").is_err());
    let ambiguous = request("REGISTER sip:[2001:db8::10:5070] SIP/2.0\n\n");
    assert_eq!(ambiguous.uri().unwrap().as_sip().unwrap().port(), None);
    let request = with(&[
        "Via: SIP/2.0/UDP [2001:db8::9:1]:6050;received=[2001:db8::9:255];branch=z9hG4bKas3-111",
        "v: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3",
    ]);
    let received: Vec<_> = request.vias().map(|via| via.unwrap().received()).collect();
    assert_eq!(received, [Some("2001:db8::9:255".parse().unwrap()); 2]);
    let (left, right) =
        (Uri::parse("sip:u@[2001:db8:0:0:0:0:0:9]").unwrap(), Uri::parse("sip:u@[2001:DB8::9]").unwrap());
    assert!(left.is_equivalent(&right));
}
