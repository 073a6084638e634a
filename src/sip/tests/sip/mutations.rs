//! Torture messages with bytes changed at random: every view of them, the framer and a user agent survive.

use crate::support::{ALICE, World, flow};
use crate::torture_messages::MESSAGES;
use crate::wire;
use bytes::Bytes;
use obelus_sip::digest::{Challenge, Credentials};
use obelus_sip::framing::{Frame, Framer};
use obelus_sip::header::{Name, format_date, parse_date};
use obelus_sip::message::{Headers, Limits, Message, call_id_of, parse};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Remove(usize, usize),
    Insert(usize, &'static str),
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    const PIECES: &[&str] = &[
        "\r\n",
        "\r\n ",
        ";",
        "=",
        "\"",
        "<",
        ">",
        ",",
        ":",
        "@",
        "%",
        "[",
        "]",
        "\0",
        "é",
        "?",
        "/",
        " ",
        "-1",
        "99999999999",
    ];
    let at = 0usize..4000;
    prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at.clone(), 1usize..30).prop_map(|(at, length)| Change::Remove(at, length)),
        (at.clone(), proptest::sample::select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        at.prop_map(Change::Cut),
    ]
}

fn changed(message: &[u8], changes: &[Change]) -> Bytes {
    let mut bytes = wire(message).to_vec();
    for change in changes {
        let place = |at: usize| if bytes.is_empty() { 0 } else { at % bytes.len() };
        match *change {
            Change::Set(at, byte) => {
                let at = place(at);
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            Change::Remove(at, length) => {
                let at = place(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Change::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.bytes());
            }
            Change::Cut(at) => bytes.truncate(place(at)),
        }
    }
    bytes.into()
}

fn read_everything(headers: &Headers) {
    let _ = headers.essentials();
    headers.vias().flatten().for_each(|via| {
        let _ = (via.received(), via.rport(), via.maddr(), via.params.iter().count());
    });
    for name in [Name::Route, Name::RecordRoute, Name::Path, Name::Diversion, Name::PAssertedIdentity] {
        headers.addresses(name).flatten().for_each(|address| {
            let _ = (address.display_name(), address.tag(), address.uri.is_equivalent(&address.uri));
        });
    }
    let _ = (
        headers.contacts().count(),
        headers.refer_to(),
        headers.content_type(),
        headers.rack(),
        headers.replaces(),
    );
    let _ = (
        headers.session_expires(),
        headers.retry_after(),
        headers.reasons().count(),
        headers.word(Name::Event),
    );
    for name in [Name::MaxForwards, Name::Expires, Name::MinSe, Name::RSeq] {
        let _ = headers.number(name);
    }
    for name in [Name::Authorization, Name::WwwAuthenticate] {
        headers.auth(name).for_each(|value| {
            let _ = (Credentials::parse(&value), Challenge::parse(&value), value.params().count());
        });
    }
    let _ = headers.value(Name::Date).and_then(parse_date).map(format_date);
    let _ = (headers.part("application/sdp"), headers.text(Name::Subject), headers.iter().count());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(index in 0..MESSAGES.len(), changes in proptest::collection::vec(change(), 1..8)) {
        let bytes = changed(MESSAGES[index].1, &changes);
        if let Ok(message) = parse(bytes.clone(), &Limits::default()) {
            read_everything(message.headers());
            prop_assert_eq!(call_id_of(&bytes), message.headers().value(Name::CallId));
            if let Message::Request(request) = &message {
                let _ = (request.uri(), request.essentials());
            }
        }
        let mut framer = Framer::new(Limits::default());
        framer.push(&bytes);
        while let Ok(Some(frame)) = framer.next_frame() {
            if let Frame::Message(framed) = frame {
                let length = framed.len();
                if let Ok(message) = parse(framed, &Limits::default()) {
                    // Framer and parser must agree where a message ends, or one could hide another.
                    prop_assert!(message.headers().as_bytes().ends_with(message.headers().body()));
                    prop_assert_eq!(message.headers().as_bytes().len(), length);
                }
            }
        }
        let mut world = World::new();
        world.act(ALICE, |alice, now| alice.handle_message(now, flow(9), bytes));
        for (_, reply) in world.outbox() {
            read_everything(reply.headers());
        }
    }
}
