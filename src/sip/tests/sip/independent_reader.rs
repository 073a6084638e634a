//! rsip reads what we write, on the subset that it handles.

use crate::support::{ALICE, BOB, World, sdp};
use obelus_sip::header::Name;
use obelus_sip::message::{Body, HeaderList, MessageBuilder};
use obelus_sip::ua::Reply;
use obelus_sip::{Method, StatusCode, TransportKind};
use rsip::prelude::{HeadersExt, ToTypedHeader, UntypedHeader};

#[test]
fn a_written_request_is_read_by_rsip() {
    let mut builder = MessageBuilder::request(&Method::Invite, "sip:bob@example.com");
    builder
        .header(Name::Via, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc;rport")
        .header_display(Name::MaxForwards, 70)
        .header(Name::From, "\"Alice\" <sip:alice@example.com>;tag=t1")
        .header(Name::To, "<sip:bob@example.com>")
        .header(Name::CallId, "call@192.0.2.1")
        .header(Name::CSeq, "7 INVITE")
        .header(Name::Contact, "<sip:alice@192.0.2.1:5060>");
    let bytes = builder.finish(Some(&Body::sdp("v=0\r\n")));
    let rsip::SipMessage::Request(read) = rsip::SipMessage::try_from(&bytes[..]).unwrap() else {
        panic!("a request")
    };
    assert_eq!(read.method, rsip::Method::Invite);
    assert_eq!(read.uri.to_string(), "sip:bob@example.com");
    assert_eq!(read.via_header().unwrap().typed().unwrap().branch().unwrap().value(), "z9hG4bKabc");
    assert_eq!(read.from_header().unwrap().typed().unwrap().tag().unwrap().value(), "t1");
    assert_eq!(read.cseq_header().unwrap().typed().unwrap().seq, 7);
    assert_eq!(read.call_id_header().unwrap().value(), "call@192.0.2.1");
    assert_eq!(read.body, b"v=0\r\n");
}

#[test]
fn a_written_response_is_read_by_rsip() {
    let mut builder = MessageBuilder::response(StatusCode::RINGING, None);
    builder.header(Name::Via, "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKabc").header(Name::CSeq, "7 INVITE");
    let bytes = builder.finish(None);
    let rsip::SipMessage::Response(read) = rsip::SipMessage::try_from(&bytes[..]).unwrap() else {
        panic!("a response")
    };
    assert_eq!(read.status_code, rsip::StatusCode::Ringing);
    assert_eq!(read.cseq_header().unwrap().typed().unwrap().method, rsip::Method::Invite);
}

#[test]
fn every_message_of_a_call_is_read_by_rsip() {
    let mut world = World::with(3, TransportKind::Udp, |config, _| config);
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    world.ring(BOB, bobs);
    world.accept(BOB, bobs);
    world.settle();
    world
        .act(ALICE, |alice, now| alice.session_request(now, alices, Method::Info, HeaderList::new(), None))
        .unwrap();
    world.settle();
    let id = world.requested(BOB);
    world.respond(BOB, id, &Reply::new(StatusCode::OK));
    world.hang_up(ALICE, alices);
    world.settle();
    let written = world.written();
    assert_eq!(written.len(), 8);
    for bytes in written {
        let read = rsip::SipMessage::try_from(&bytes[..]).unwrap();
        assert!(read.call_id_header().is_ok() && read.from_header().unwrap().typed().is_ok());
        assert!(read.to_header().unwrap().typed().is_ok() && read.cseq_header().unwrap().typed().is_ok());
        assert_eq!(read.via_header().unwrap().typed().unwrap().version, rsip::Version::V2);
    }
}
