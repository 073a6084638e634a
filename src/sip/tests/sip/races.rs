//! CANCEL against everything that it can meet on its way (RFC 3261 9).

use crate::support::{ALICE, BOB, World, sdp};
use obelus_sip::message::HeaderList;
use obelus_sip::session::SessionId;
use obelus_sip::ua::{Refused, Reply};
use obelus_sip::{StatusCode, TransportKind};
use std::time::Duration;

fn ringing(world: &mut World) -> (SessionId, SessionId) {
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    world.ring(BOB, bobs);
    world.settle();
    world.news(ALICE);
    world.wire();
    (alices, bobs)
}

fn cancel(world: &mut World, session: SessionId) {
    world.act(ALICE, |alice, now| alice.cancel(now, session, HeaderList::new())).unwrap();
}

fn check_end(world: &mut World, alice: &[&str], bob: &[&str]) {
    assert_eq!((world.news(ALICE), world.news(BOB)), (strings(alice), strings(bob)));
    world.run_out();
    world.assert_empty();
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

#[test]
fn a_ringing_call_is_canceled() {
    for kind in [TransportKind::Udp, TransportKind::Tcp] {
        let mut world = World::over(kind);
        let (alices, _) = ringing(&mut world);
        cancel(&mut world, alices);
        world.settle();
        assert_eq!(world.wire(), ["A>B CANCEL", "B>A 200 CANCEL", "B>A 487 INVITE", "A>B ACK"]);
        check_end(&mut world, &["ended: withdrawn"], &["ended: canceled"]);
    }
}

#[test]
fn a_cancel_waits_for_the_first_provisional_response() {
    let mut world = World::new();
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    cancel(&mut world, alices);
    cancel(&mut world, alices);
    world.settle();
    assert_eq!(world.wire(), ["A>B INVITE"]);
    world.run(Duration::from_secs(1));
    assert_eq!(world.wire(), ["B>A 100 INVITE", "A>B CANCEL", "B>A 200 CANCEL", "B>A 487 INVITE", "A>B ACK"]);
    check_end(&mut world, &["ended: withdrawn"], &["invite", "ended: canceled"]);
}

#[test]
fn a_canceled_invite_that_nobody_hears_times_out() {
    let mut world = World::new();
    world.lose("A>B INVITE", 100);
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    cancel(&mut world, alices);
    world.run(Duration::from_secs(40));
    check_end(&mut world, &["ended: withdrawn"], &[]);
}

#[test]
fn an_answer_crosses_the_cancel() {
    let mut world = World::new();
    let (alices, bobs) = ringing(&mut world);
    world.accept(BOB, bobs);
    cancel(&mut world, alices);
    world.settle();
    assert_eq!(
        world.wire(),
        ["B>A 200 INVITE", "A>B CANCEL", "A>B ACK", "A>B BYE", "B>A 200 CANCEL", "B>A 200 BYE"]
    );
    check_end(&mut world, &["ended: withdrawn"], &["acknowledged by ACK", "ended: bye"]);
}

#[test]
fn an_answer_comes_first_and_alone_though_a_cancel_was_wanted() {
    let mut world = World::new();
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    cancel(&mut world, alices);
    world.settle();
    let bobs = world.invited(BOB);
    world.accept(BOB, bobs);
    world.settle();
    assert_eq!(world.wire(), ["A>B INVITE", "B>A 200 INVITE", "A>B ACK", "A>B BYE", "B>A 200 BYE"]);
    check_end(&mut world, &["ended: withdrawn"], &["acknowledged by ACK", "ended: bye"]);
}

#[test]
fn a_lost_answer_is_found_by_its_repetition_after_the_cancel() {
    let mut world = World::new();
    let (alices, bobs) = ringing(&mut world);
    world.lose("B>A 200 INVITE", 1);
    world.accept(BOB, bobs);
    cancel(&mut world, alices);
    world.run(Duration::from_secs(2));
    check_end(&mut world, &["ended: withdrawn"], &["acknowledged by ACK", "ended: bye"]);
}

#[test]
fn a_refusal_crosses_the_cancel() {
    let mut world = World::new();
    let (alices, bobs) = ringing(&mut world);
    world.act(BOB, |bob, now| bob.reject(now, bobs, &Reply::new(StatusCode::BUSY_HERE))).unwrap();
    cancel(&mut world, alices);
    world.settle();
    assert_eq!(world.wire(), ["B>A 486 INVITE", "A>B CANCEL", "A>B ACK", "B>A 200 CANCEL"]);
    check_end(&mut world, &["ended: withdrawn"], &["ended: refused"]);
}

#[test]
fn a_lost_cancel_is_sent_again() {
    let mut world = World::new();
    let (alices, _) = ringing(&mut world);
    world.lose("A>B CANCEL", 2);
    cancel(&mut world, alices);
    world.run(Duration::from_secs(3));
    check_end(&mut world, &["ended: withdrawn"], &["ended: canceled"]);
}

#[test]
fn a_lost_487_is_sent_again() {
    let mut world = World::new();
    let (alices, _) = ringing(&mut world);
    world.lose("B>A 487 INVITE", 2);
    cancel(&mut world, alices);
    world.run(Duration::from_secs(3));
    check_end(&mut world, &["ended: withdrawn"], &["ended: canceled"]);
}

#[test]
fn a_callee_that_never_answers_the_canceled_invite_is_given_up() {
    let mut world = World::new();
    let (alices, _) = ringing(&mut world);
    world.lose("B>A 487 INVITE", 100);
    cancel(&mut world, alices);
    world.run(Duration::from_secs(31));
    assert_eq!(world.news(ALICE), [""; 0]);
    world.run(Duration::from_secs(2));
    check_end(&mut world, &["ended: withdrawn"], &["ended: canceled"]);
}

#[test]
fn the_callee_picks_up_a_moment_after_the_cancel() {
    let mut world = World::new();
    let (alices, bobs) = ringing(&mut world);
    cancel(&mut world, alices);
    world.settle();
    let answer = world.act(BOB, |bob, now| bob.accept(now, bobs, Reply::new(StatusCode::OK)));
    assert_eq!(answer, Err(Refused::Gone));
    check_end(&mut world, &["ended: withdrawn"], &["ended: canceled"]);
}

#[test]
fn an_established_call_cannot_be_canceled() {
    let mut world = World::new();
    let (alices, _) = world.established();
    let result = world.act(ALICE, |alice, now| alice.cancel(now, alices, HeaderList::new()));
    assert_eq!(result, Err(Refused::WrongState));
}

#[test]
fn a_cancel_for_nothing_gets_481() {
    let mut world = World::new();
    let cancel = "CANCEL sip:b SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\nFrom: <sip:a>;tag=1\nTo: <sip:b>\nCall-ID: c\nCSeq: 1 CANCEL\n\n";
    world.deliver(ALICE, "10.0.0.9:5060", cancel);
    assert_eq!(world.replies(), ["481 CANCEL"]);
}

#[test]
fn a_cancel_for_another_request_than_invite_does_nothing() {
    let mut world = World::new();
    let request = |method: &str| {
        format!(
            "{method} sip:b SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\nFrom: <sip:a>;tag=1\nTo: <sip:b>\nCall-ID: c\nCSeq: 1 {method}\n\n"
        )
    };
    world.deliver(ALICE, "10.0.0.9:5060", &request("OPTIONS"));
    world.deliver(ALICE, "10.0.0.9:5060", &request("CANCEL"));
    assert_eq!(world.replies(), ["481 CANCEL"]);
    assert_eq!(world.news(ALICE), ["request OPTIONS"]);
}

#[test]
fn both_answers_to_a_canceled_caller_have_one_tag() {
    let mut world = World::new();
    let request = |method: &str| {
        format!(
            "{method} sip:b SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\nFrom: <sip:a>;tag=1\nTo: <sip:b>\nCall-ID: c\nCSeq: 1 {method}\n\n"
        )
    };
    world.deliver(ALICE, "10.0.0.9:5060", &request("INVITE"));
    world.deliver(ALICE, "10.0.0.9:5060", &request("CANCEL"));
    let tags: Vec<_> = world
        .outbox()
        .iter()
        .map(|(_, reply)| reply.headers().to().unwrap().tag().unwrap().to_owned())
        .collect();
    assert_eq!(tags.len(), 2);
    assert_eq!(tags[0], tags[1]);
}
