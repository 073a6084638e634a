//! One user agent against hand-written requests: what a UAS must do (RFC 3261 8.2, 17.2, 18.2).

use crate::support::{ALICE, World, profile};
use crate::torture_messages::MESSAGES;
use obelus_sip::StatusCode;
use obelus_sip::header::Name;
use obelus_sip::ua::{Config, Event, Reply, capabilities, refusal};
use std::sync::Arc;
use std::time::Duration;

const PEER: &str = "192.0.2.9:40000";

fn request(method: &str, via: &str, cseq: u32, rest: &str) -> String {
    format!(
        "{method} sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {via}\nFrom: <sip:a>;tag=1\nTo: <sip:b>\nCall-ID: c\nCSeq: {cseq} {method}\n{rest}\n"
    )
}

fn answer(world: &mut World, status: StatusCode) {
    let id = world.requested(ALICE);
    world.respond(ALICE, id, &Reply::new(status));
}

#[test]
fn a_repeated_request_gets_the_same_answer_and_is_told_once() {
    let mut world = World::new();
    let options = request("OPTIONS", "10.0.0.9;branch=z9hG4bK1", 1, "");
    world.deliver(ALICE, PEER, &options);
    world.deliver(ALICE, PEER, &options);
    answer(&mut world, StatusCode::OK);
    world.deliver(ALICE, PEER, &options);
    let replies = world.outbox();
    assert_eq!(replies.len(), 2);
    assert_eq!(replies[0].1.headers().as_bytes(), replies[1].1.headers().as_bytes());
    assert_eq!(world.news(ALICE), [""; 0]);
    assert_eq!(world.agents[ALICE].counters().repeated, 2);
    world.run_out();
    world.assert_empty();
}

#[test]
fn answers_go_where_via_says() {
    let check = |via: &str, expected: &str| {
        let mut world = World::new();
        world.deliver(ALICE, PEER, &request("OPTIONS", via, 1, ""));
        answer(&mut world, StatusCode::OK);
        assert_eq!(world.outbox()[0].0.to_string(), expected, "{via}");
    };
    check("10.0.0.9;branch=z9hG4bK1;rport", "192.0.2.9:40000");
    check("10.0.0.9;branch=z9hG4bK1", "192.0.2.9:5060");
    check("10.0.0.9:5070;branch=z9hG4bK1", "192.0.2.9:5070");
    check("10.0.0.9:5070;maddr=224.2.0.1;branch=z9hG4bK1", "224.2.0.1:5070");
}

#[test]
fn force_rport_answers_at_the_source_and_says_so() {
    let mut world = World::configured(|config, _| Config { force_rport: true, ..config });
    world.deliver(ALICE, PEER, &request("OPTIONS", "10.0.0.9:5070;branch=z9hG4bK1", 1, ""));
    answer(&mut world, StatusCode::OK);
    let outbox = world.outbox();
    assert_eq!(outbox[0].0.to_string(), PEER);
    let via = outbox[0].1.headers().via().unwrap();
    assert_eq!(via.received(), Some("192.0.2.9".parse().unwrap()));
    assert_eq!(via.rport(), obelus_sip::header::Rport::Port(40000));
}

#[test]
fn a_request_that_comes_by_two_ways_is_merged() {
    let mut world = World::new();
    world.deliver(ALICE, PEER, &request("INVITE", "10.0.0.9;branch=z9hG4bK1", 1, ""));
    world.deliver(ALICE, PEER, &request("INVITE", "10.0.0.8;branch=z9hG4bK2", 1, ""));
    assert_eq!(world.replies(), ["482 INVITE"]);
    assert_eq!(world.news(ALICE), ["invite"]);
    assert_eq!(world.agents[ALICE].counters().merged, 1);
}

#[test]
fn an_answered_request_that_is_sent_again_anew_is_served() {
    let mut world = World::new();
    let options = |branch: u32| request("OPTIONS", &format!("10.0.0.9;branch=z9hG4bK{branch}"), 1, "");
    world.deliver(ALICE, PEER, &options(1));
    world.deliver(ALICE, PEER, &options(2));
    assert_eq!(world.replies(), ["482 OPTIONS"]);
    answer(&mut world, StatusCode::OK);
    world.deliver(ALICE, PEER, &options(3));
    answer(&mut world, StatusCode::OK);
    assert_eq!(world.replies(), ["200 OPTIONS", "200 OPTIONS"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_peer_of_rfc_2543_is_served() {
    let mut world = World::new();
    let without = |method: &str, to: &str| {
        format!(
            "{method} sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9\nFrom: <sip:a>\nTo: <sip:b>{to}\nCall-ID: c\nCSeq: 1 {method}\n\n"
        )
    };
    world.deliver(ALICE, PEER, &without("INVITE", ""));
    world.deliver(ALICE, PEER, &without("INVITE", ""));
    let session = world.invited(ALICE);
    world.act(ALICE, |alice, now| alice.reject(now, session, &Reply::new(StatusCode::BUSY_HERE))).unwrap();
    let busy = world.last_reply();
    let tag = busy.to().unwrap().tag().unwrap().to_owned();
    world.deliver(ALICE, PEER, &without("ACK", &format!(";tag={tag}")));
    world.run(Duration::from_secs(3));
    assert_eq!(world.replies(), [""; 0]);
    assert_eq!(world.agents[ALICE].counters().stray_acks, 0);
}

#[test]
fn a_dialog_with_a_peer_of_rfc_2543_has_an_empty_tag() {
    let mut world = World::new();
    let invite = "INVITE sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9\nFrom: <sip:a@10.0.0.9>\nTo: <sip:b>\nCall-ID: c\nCSeq: 1 INVITE\n\n";
    world.deliver(ALICE, PEER, invite);
    let session = world.invited(ALICE);
    world.accept(ALICE, session);
    let ok = world.last_reply();
    let to = String::from_utf8(ok.value(Name::To).unwrap().to_vec()).unwrap();
    let in_dialog = |method: &str, cseq: u32| {
        format!(
            "{method} sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9\nFrom: <sip:a@10.0.0.9>\nTo: {to}\nCall-ID: c\nCSeq: {cseq} {method}\n\n"
        )
    };
    world.deliver(ALICE, PEER, &in_dialog("ACK", 1));
    world.deliver(ALICE, PEER, &in_dialog("BYE", 2));
    assert_eq!(world.news(ALICE), ["acknowledged by ACK", "ended: bye"]);
}

#[test]
fn a_lower_cseq_in_a_dialog_is_out_of_order() {
    let mut world = World::new();
    world.deliver(
        ALICE,
        PEER,
        &request("INVITE", "10.0.0.9;branch=z9hG4bK1", 5, "Contact: <sip:a@10.0.0.9>\n"),
    );
    let session = world.invited(ALICE);
    world.accept(ALICE, session);
    let to = String::from_utf8(world.last_reply().value(Name::To).unwrap().to_vec()).unwrap();
    let info = |cseq: u32| {
        format!(
            "INFO sip:b@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKi{cseq}\nFrom: <sip:a>;tag=1\nTo: {to}\nCall-ID: c\nCSeq: {cseq} INFO\n\n"
        )
    };
    world.deliver(ALICE, PEER, &info(4));
    let reply = world.last_reply();
    assert_eq!(reply.status(), StatusCode::SERVER_INTERNAL_ERROR);
    assert!(reply.has(Name::RetryAfter));
    world.deliver(ALICE, PEER, &info(6));
    assert_eq!(world.news(ALICE), ["request INFO"]);
}

#[test]
fn requests_in_unknown_dialogs_get_481_and_acks_nothing() {
    let mut world = World::new();
    for method in ["BYE", "INFO", "NOTIFY", "INVITE", "ACK"] {
        let text = request(method, &format!("10.0.0.9;branch=z9hG4bK{method}"), 1, "")
            .replace("To: <sip:b>", "To: <sip:b>;tag=x");
        world.deliver(ALICE, PEER, &text);
    }
    assert_eq!(world.replies(), ["481 BYE", "481 INFO", "481 NOTIFY", "481 INVITE"]);
    let counters = world.agents[ALICE].counters();
    assert_eq!((counters.unknown_dialogs, counters.stray_acks), (4, 1));
    world.assert_empty();
}

#[test]
fn stray_responses_are_counted_and_dropped() {
    let mut world = World::new();
    world.deliver(ALICE, PEER, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKnone\nFrom: <sip:a>;tag=1\nTo: <sip:b>;tag=2\nCall-ID: c\nCSeq: 1 INVITE\n\n");
    world.deliver(ALICE, PEER, "SIP/2.0 200 OK\nCSeq: 1 INVITE\n\n");
    let counters = world.agents[ALICE].counters();
    assert_eq!((counters.stray_responses, counters.bad_header), (1, 1));
    assert_eq!(world.replies(), [""; 0]);
}

#[test]
fn keep_alives_and_rubbish_are_counted_and_dropped() {
    let mut world = World::new();
    for text in ["\n\n", "\0\0\0\0", "hello", "GET / HTTP/1.1\n\n"] {
        world.deliver(ALICE, PEER, text);
    }
    let counters = world.agents[ALICE].counters();
    assert_eq!((counters.keep_alives, counters.not_sip, counters.bad_start), (1, 2, 1));
    assert_eq!(world.replies(), [""; 0]);
}

#[test]
fn beyond_the_limit_calls_are_refused_but_live_ones_served() {
    let mut world = World::configured(|config, _| Config { max_sessions: 1, ..config });
    world.deliver(
        ALICE,
        PEER,
        &request("INVITE", "10.0.0.9;branch=z9hG4bK1", 1, "Contact: <sip:a@10.0.0.9>\n"),
    );
    let session = world.invited(ALICE);
    let second = request("INVITE", "10.0.0.9;branch=z9hG4bK2", 1, "").replace("Call-ID: c", "Call-ID: d");
    world.deliver(ALICE, PEER, &second);
    let reply = world.last_reply();
    assert_eq!(
        (reply.status(), reply.number(Name::RetryAfter)),
        (StatusCode::SERVICE_UNAVAILABLE, Ok(Some(10)))
    );
    assert_eq!(world.agents[ALICE].counters().overloaded, 1);
    world.accept(ALICE, session);
    let to = String::from_utf8(world.last_reply().value(Name::To).unwrap().to_vec()).unwrap();
    let bye = request("BYE", "10.0.0.9;branch=z9hG4bK3", 2, "").replace("To: <sip:b>", &format!("To: {to}"));
    world.deliver(ALICE, PEER, &bye);
    assert_eq!(world.replies(), ["200 BYE"]);
}

#[test]
fn a_full_transaction_table_keeps_a_tenth_for_live_calls() {
    let mut world = World::configured(|config, _| Config { max_transactions: 20, ..config });
    for index in 0..30 {
        let text = request("OPTIONS", &format!("10.0.0.9;branch=z9hG4bK{index}"), index + 1, "");
        world.deliver(ALICE, PEER, &text);
    }
    assert_eq!(world.agents[ALICE].load().server_transactions, 18);
    assert_eq!(world.replies().iter().filter(|reply| *reply == "503 OPTIONS").count(), 12);
    world.run_out();
    assert_eq!(world.agents[ALICE].counters().unanswered, 18);
    world.assert_empty();
}

#[test]
fn answers_without_memory_have_one_tag_each_time() {
    let mut world = World::new();
    let bye = request("BYE", "10.0.0.9;branch=z9hG4bK1", 1, "").replace("To: <sip:b>", "To: <sip:b>;tag=x");
    let bad = request("INVITE", "10.0.0.9;branch=z9hG4bK1", 1, "Max-Forwards: x\n");
    for text in [&bye, &bye, &bad, &bad] {
        world.deliver(ALICE, PEER, text);
    }
    let replies: Vec<_> =
        world.outbox().iter().map(|(_, reply)| reply.headers().as_bytes().clone()).collect();
    assert_eq!(replies[0], replies[1]);
    assert_eq!(replies[2], replies[3]);
    assert!(replies[2].starts_with(b"SIP/2.0 400 Invalid Max-Forwards header\r\n"));
}

#[test]
fn unknown_methods_and_extensions_are_refused_by_the_helpers() {
    let mut world = World::new();
    let own = profile(ALICE);
    let cases = [("FOO", "", 405), ("OPTIONS", "Require: nothingSupportsThis\n", 420), ("OPTIONS", "", 200)];
    for (index, (method, rest, code)) in cases.into_iter().enumerate() {
        world.deliver(
            ALICE,
            PEER,
            &request(method, &format!("10.0.0.9;branch=z9hG4bK{index}"), 1 + index as u32, rest),
        );
        let events = world.take_events(ALICE);
        let Some(Event::Request { id, request, .. }) = events.first() else { panic!("a request") };
        let reply = refusal(request, &own).unwrap_or_else(|| capabilities(&own));
        world.respond(ALICE, *id, &reply);
        assert_eq!(world.last_reply().status().code(), code);
    }
}

#[test]
fn subscriptions_live_in_dialogs_of_their_own() {
    let mut world = World::new();
    let subscribe = request(
        "SUBSCRIBE",
        "10.0.0.9;branch=z9hG4bK1",
        1,
        "Contact: <sip:a@192.0.2.9:40000>\nEvent: dialog\n",
    );
    world.deliver(ALICE, PEER, &subscribe);
    let events = world.take_events(ALICE);
    let Some(Event::Request { id, flow, request: arrived }) = events.first() else { panic!("a request") };
    let reply = Reply::new(StatusCode::OK).header(Name::Expires, "600");
    let own = Arc::new(profile(ALICE));
    let dialog =
        world.act(ALICE, |alice, now| alice.accept_dialog(now, *id, *flow, arrived, own, &reply)).unwrap();
    let ok = world.last_reply();
    assert!(ok.contact().is_some());
    let to = String::from_utf8(ok.value(Name::To).unwrap().to_vec()).unwrap();
    let headers = obelus_sip::message::HeaderList::new().with(Name::Event, "dialog");
    world
        .act(ALICE, |alice, now| alice.dialog_request(now, dialog, obelus_sip::Method::Notify, headers, None))
        .unwrap();
    let outbox = world.outbox();
    assert_eq!(outbox[0].0.to_string(), PEER);
    let refresh = request("SUBSCRIBE", "10.0.0.9;branch=z9hG4bK2", 2, "Event: dialog\n")
        .replace("To: <sip:b>", &format!("To: {to}"));
    world.deliver(ALICE, PEER, &refresh);
    let id = world.requested(ALICE);
    world.respond(ALICE, id, &Reply::new(StatusCode::OK));
    assert!(world.last_reply().contact().is_some());
    let bye = request("BYE", "10.0.0.9;branch=z9hG4bK3", 3, "").replace("To: <sip:b>", &format!("To: {to}"));
    world.deliver(ALICE, PEER, &bye);
    world.act(ALICE, |alice, _| alice.close_dialog(dialog));
    world.deliver(ALICE, PEER, &refresh.replace("z9hG4bK2", "z9hG4bK4").replace("CSeq: 2", "CSeq: 4"));
    assert_eq!(world.replies(), ["481 BYE", "481 SUBSCRIBE"]);
    world.run_out();
    world.assert_empty();
}

/// What the user agent says to each torture message by itself; an empty text is silence.
#[test]
fn torture_messages_are_answered_as_rfc_4475_asks() {
    let expected = [
        ("intmeth", "told"),
        ("badinv01", "400"),
        ("clerr", "400"),
        ("ncl", "400"),
        ("scalar02", "400"),
        ("scalarlg", ""),
        ("quotbal", "400"),
        ("ltgtruri", "400"),
        ("lwsruri", "400"),
        ("lwsstart", "400"),
        ("escruri", "400"),
        ("badvers", "505"),
        ("mismatch01", "400"),
        ("mismatch02", "400"),
        ("bigcode", ""),
        ("insuf", ""),
        ("unkscm", "416"),
        ("novelsc", "416"),
        ("multi01", "400"),
        ("mcl01", "400"),
        ("wsinv", "481"),
        ("unreason", ""),
        ("noreason", ""),
        ("bcast", ""),
    ];
    for (name, text) in MESSAGES.iter() {
        let mut world = World::new();
        let wire = crate::wire(text);
        let flow = obelus_sip::Flow { remote: PEER.parse().unwrap(), ..crate::support::flow(5) };
        world.act(ALICE, |alice, now| alice.handle_message(now, flow, wire));
        let codes: Vec<_> = world.replies().iter().map(|reply| reply[..3].to_owned()).collect();
        let told = !world.news(ALICE).is_empty();
        let happened = if told { "told".to_owned() } else { codes.join(" ") };
        let (_, expected) = expected.iter().find(|(known, _)| known == name).unwrap_or(&("", "told"));
        assert_eq!(happened, *expected, "{name}");
    }
}

#[test]
fn a_message_over_the_limits_is_answered_when_its_head_can_be_read() {
    let limits = obelus_sip::message::Limits { message: 400, headers: 20, line: 200 };
    let check = |rest: String, expected: &str| {
        let mut world = World::configured(|config, _| Config { limits, ..config });
        world.deliver(ALICE, PEER, &request("MESSAGE", "10.0.0.9;branch=z9hG4bK1", 1, &rest));
        assert_eq!(world.replies(), [expected]);
        assert_eq!(world.agents[ALICE].counters().too_large, 1);
    };
    check(format!("\n{}", "x".repeat(400)), "413 MESSAGE");
    check(format!("X: {}\n", "x".repeat(201)), "400 MESSAGE");
    check("X: y\n".repeat(20), "400 MESSAGE");
}

#[test]
fn a_contact_that_nothing_can_be_sent_to_is_refused() {
    let check = |contact: &str, expected: &[&str]| {
        let mut world = World::new();
        let message = request("OPTIONS", "10.0.0.9;branch=z9hG4bK1", 1, &format!("Contact: {contact}\n"));
        world.deliver(ALICE, PEER, &message);
        assert_eq!(world.replies(), expected, "{contact}");
    };
    check("tel:+15558675309", &["416 OPTIONS"]);
    check("<sip:a@h>, <tel:1>", &["416 OPTIONS"]);
    check("<sips:a@h>", &[]);
    check("*", &[]);
}
