//! Whole calls between two user agents.

use crate::support::{ALICE, BOB, World, address, flow, profile, sdp};
use obelus_sip::header::Name;
use obelus_sip::message::HeaderList;
use obelus_sip::session::{OfferState, SessionEvent};
use obelus_sip::ua::{Event, Refused, Reply};
use obelus_sip::{Method, StatusCode, TransportKind};
use std::time::Duration;

#[test]
fn a_call_rings_is_answered_and_hung_up() {
    let mut world = World::new();
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    world.ring(BOB, bobs);
    world.settle();
    assert_eq!(world.news(ALICE), ["180"]);
    world.accept(BOB, bobs);
    world.settle();
    assert_eq!(world.news(ALICE), ["answered 200"]);
    assert_eq!(world.news(BOB), ["acknowledged by ACK"]);
    world.hang_up(ALICE, alices);
    world.settle();
    assert_eq!(world.news(ALICE), ["ended: hung up"]);
    assert_eq!(world.news(BOB), ["ended: bye"]);
    assert_eq!(
        world.wire(),
        ["A>B INVITE", "B>A 180 INVITE", "B>A 200 INVITE", "A>B ACK", "A>B BYE", "B>A 200 BYE"]
    );
    world.run_out();
    world.assert_empty();
}

#[test]
fn over_tcp_nothing_is_repeated_and_little_remembered() {
    let mut world = World::over(TransportKind::Tcp);
    let (alices, _) = world.established();
    world.hang_up(ALICE, alices);
    world.settle();
    assert_eq!(world.wire(), ["A>B BYE", "B>A 200 BYE"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn the_callee_may_hang_up() {
    let mut world = World::new();
    let (_, bobs) = world.established();
    world.hang_up(BOB, bobs);
    world.settle();
    assert_eq!(
        (world.news(ALICE), world.news(BOB)),
        (vec!["ended: bye".into()], vec!["ended: hung up".into()])
    );
    world.run_out();
    world.assert_empty();
}

#[test]
fn both_hang_up_at_once() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    world.hang_up(ALICE, alices);
    world.hang_up(BOB, bobs);
    world.settle();
    assert_eq!(
        (world.news(ALICE), world.news(BOB)),
        (vec!["ended: hung up".into()], vec!["ended: hung up".into()])
    );
    assert_eq!(world.wire(), ["A>B BYE", "B>A BYE", "B>A 200 BYE", "A>B 200 BYE"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_busy_callee_refuses() {
    let mut world = World::new();
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    let busy = Reply::new(StatusCode::BUSY_HERE);
    world.act(BOB, |bob, now| bob.reject(now, bobs, &busy)).unwrap();
    world.settle();
    assert_eq!(
        (world.news(ALICE), world.news(BOB)),
        (vec!["ended: rejected 486".into()], vec!["ended: refused".into()])
    );
    assert_eq!(world.wire(), ["A>B INVITE", "B>A 486 INVITE", "A>B ACK"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn trying_is_sent_when_the_callee_takes_its_time() {
    let mut world = World::new();
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.run(Duration::from_secs(2));
    assert_eq!(world.wire(), ["A>B INVITE", "B>A 100 INVITE"]);
    assert_eq!(world.news(ALICE), [""; 0]);
}

#[test]
fn nobody_answers() {
    let mut world = World::new();
    world.lose("A>B INVITE", 100);
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.run(Duration::from_secs(31));
    assert_eq!(world.news(ALICE), [""; 0]);
    world.run(Duration::from_secs(2));
    assert_eq!(world.news(ALICE), ["ended: timed out"]);
    assert_eq!(world.wire().len(), 7);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_transport_error_ends_the_attempt() {
    let mut world = World::new();
    world.lose("A>B INVITE", 100);
    world.call(ALICE, BOB, None);
    world.act(ALICE, |alice, now| alice.handle_transport_error(now, flow(BOB)));
    assert_eq!(world.news(ALICE), ["ended: transport failed"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_call_without_an_offer_gets_it_in_the_answer() {
    let mut world = World::new();
    let alices = world.call(ALICE, BOB, None);
    world.settle();
    let bobs = world.invited(BOB);
    world.accept(BOB, bobs);
    assert_eq!(world.agents[BOB].offer_state(bobs), Some(OfferState::Sent));
    world.settle();
    assert_eq!(world.news(ALICE), ["answered 200 with an offer"]);
    assert_eq!(world.agents[ALICE].offer_state(alices), Some(OfferState::Received));
    assert_eq!(world.news(BOB), [""; 0]);
    world.act(ALICE, |alice, now| alice.acknowledge(now, alices, Some(&sdp("answer")))).unwrap();
    world.settle();
    assert_eq!(world.agents[BOB].offer_state(bobs), Some(OfferState::Idle));
    let events = world.take_events(BOB);
    let Some(Event::Session { event: SessionEvent::Acknowledged { request }, .. }) = events.first() else {
        panic!("an ACK")
    };
    assert!(request.part("application/sdp").is_some());
    assert_eq!(world.act(ALICE, |alice, now| alice.acknowledge(now, alices, None)), Err(Refused::WrongState));
}

#[test]
fn a_late_answer_meets_a_repeated_offer() {
    let mut world = World::new();
    let alices = world.call(ALICE, BOB, None);
    world.settle();
    let bobs = world.invited(BOB);
    world.accept(BOB, bobs);
    world.run(Duration::from_secs(2));
    world.act(ALICE, |alice, now| alice.acknowledge(now, alices, Some(&sdp("answer")))).unwrap();
    world.settle();
    world.wire();
    world.run(Duration::from_secs(5));
    assert_eq!(world.wire(), [""; 0]);
    assert_eq!(world.news(BOB), ["acknowledged by ACK"]);
}

#[test]
fn a_lost_ack_is_sent_again_for_the_repeated_answer() {
    let mut world = World::new();
    world.lose("A>B ACK", 2);
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    world.accept(BOB, bobs);
    world.run(Duration::from_secs(5));
    assert_eq!(world.news(BOB), ["acknowledged by ACK"]);
    assert_eq!(
        world.wire(),
        ["A>B INVITE", "B>A 200 INVITE", "A>B ACK", "B>A 200 INVITE", "A>B ACK", "B>A 200 INVITE", "A>B ACK"]
    );
}

#[test]
fn an_answer_that_is_never_confirmed_ends_the_call() {
    let mut world = World::new();
    world.lose("A>B ACK", 100);
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    world.accept(BOB, bobs);
    world.run(Duration::from_secs(33));
    assert_eq!(world.news(BOB), ["leaving: not acknowledged", "ended: not acknowledged"]);
    assert_eq!(world.news(ALICE), ["answered 200", "ended: bye"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_callee_that_hangs_up_before_the_ack_waits_for_it() {
    let mut world = World::new();
    world.lose("A>B ACK", 1);
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    world.accept(BOB, bobs);
    world.hang_up(BOB, bobs);
    world.settle();
    assert!(!world.wire().contains(&"B>A BYE".to_owned()));
    world.run(Duration::from_secs(1));
    assert_eq!(world.news(BOB), ["acknowledged by ACK", "ended: hung up"]);
    assert_eq!(world.news(ALICE), ["answered 200", "ended: bye"]);
}

#[test]
fn requests_in_a_call_are_told_and_answered() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    for method in [
        Method::Info,
        Method::Message,
        Method::Refer,
        Method::Notify,
        Method::Options,
        Method::Other("FOO".into()),
    ] {
        world
            .act(ALICE, |alice, now| {
                alice.session_request(now, alices, method.clone(), HeaderList::new(), None)
            })
            .unwrap();
        world.settle();
        let id = world.requested(BOB);
        world.respond(BOB, id, &Reply::new(StatusCode::ACCEPTED));
        world.settle();
        assert_eq!(world.news(ALICE), ["response 202"], "{method}");
    }
    world.act(BOB, |bob, now| bob.session_request(now, bobs, Method::Info, HeaderList::new(), None)).unwrap();
    world.settle();
    assert_eq!(world.news(ALICE), ["request INFO"]);
}

#[test]
fn an_info_that_nobody_answers_fails_and_the_call_goes_on() {
    let mut world = World::new();
    let (alices, _) = world.established();
    world.lose("A>B INFO", 100);
    world
        .act(ALICE, |alice, now| alice.session_request(now, alices, Method::Info, HeaderList::new(), None))
        .unwrap();
    world.run(Duration::from_secs(33));
    assert_eq!(world.news(ALICE), ["failed: nobody answered"]);
    assert!(world.agents[ALICE].session_identity(alices).is_some());
}

#[test]
fn nothing_is_told_of_a_session_after_its_end() {
    let mut world = World::new();
    let (alices, _) = world.established();
    world
        .act(ALICE, |alice, now| alice.session_request(now, alices, Method::Info, HeaderList::new(), None))
        .unwrap();
    world.settle();
    let id = world.requested(BOB);
    world.hang_up(ALICE, alices);
    world.settle();
    assert_eq!(world.news(ALICE), ["ended: hung up"]);
    world.respond(BOB, id, &Reply::new(StatusCode::QUEUED));
    world.settle();
    world.respond(BOB, id, &Reply::new(StatusCode::OK));
    world.settle();
    assert_eq!(world.wire().split_off(3), ["B>A 182 INFO", "B>A 200 INFO"]);
    assert_eq!(world.news(ALICE), [""; 0]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_callee_that_forgot_the_call_ends_it_with_481() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    world.lose("B>A BYE", 100);
    world.hang_up(BOB, bobs);
    world.run(Duration::from_secs(40));
    assert_eq!(world.news(BOB), ["ended: hung up"]);
    world.wire();
    world
        .act(ALICE, |alice, now| alice.session_request(now, alices, Method::Info, HeaderList::new(), None))
        .unwrap();
    world.settle();
    assert_eq!(world.news(ALICE), ["response 481", "ended: lost"]);
    assert_eq!(world.wire(), ["A>B INFO", "B>A 481 INFO", "A>B BYE", "B>A 481 BYE"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_transfer_leaves_its_dialog_when_asked_to() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    world
        .act(ALICE, |alice, now| {
            alice.session_request(
                now,
                alices,
                Method::Refer,
                HeaderList::new().with(Name::ReferTo, "<sip:c@d>"),
                None,
            )
        })
        .unwrap();
    world.settle();
    let id = world.requested(BOB);
    world.respond(BOB, id, &Reply::new(StatusCode::ACCEPTED));
    world.agents[BOB].keep_dialog(bobs).unwrap();
    world.agents[ALICE].keep_dialog(alices).unwrap();
    world.settle();
    world.news(ALICE);
    world.hang_up(ALICE, alices);
    world.settle();
    let events = world.take_events(BOB);
    let Some(Event::Session { event: SessionEvent::Ended { dialog: Some(dialog), .. }, .. }) = events.last()
    else {
        panic!("a kept dialog")
    };
    let dialog = *dialog;
    let headers = HeaderList::new().with(Name::Event, "refer").with(Name::SubscriptionState, "terminated");
    world.act(BOB, |bob, now| bob.dialog_request(now, dialog, Method::Notify, headers, None)).unwrap();
    world.settle();
    assert_eq!(world.news(ALICE), ["ended: hung up, dialog kept", "dialog request NOTIFY"]);
    world.agents[BOB].close_dialog(dialog);
}

#[test]
fn provisional_responses_are_repeated_each_minute() {
    let mut world = World::new();
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    world.ring(BOB, bobs);
    world.run(Duration::from_secs(130));
    assert_eq!(world.wire(), ["A>B INVITE", "B>A 180 INVITE", "B>A 180 INVITE", "B>A 180 INVITE"]);
}

#[test]
fn commands_that_do_not_fit_are_refused() {
    let mut world = World::new();
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    let alice = &mut world.agents[ALICE];
    let now = world.now;
    assert_eq!(alice.accept(now, alices, Reply::new(StatusCode::OK)), Err(Refused::WrongState));
    assert_eq!(alice.bye(now, alices, &HeaderList::new()), Err(Refused::WrongState));
    assert_eq!(alice.reinvite(now, alices, HeaderList::new(), None), Err(Refused::WrongState));
    assert_eq!(alice.acknowledge(now, alices, None), Err(Refused::WrongState));
    assert_eq!(alice.prack(now, alices, None), Err(Refused::WrongState));
    let bob = &mut world.agents[BOB];
    assert_eq!(bob.accept(now, bobs, Reply::new(StatusCode::BUSY_HERE)), Err(Refused::Status));
    assert_eq!(bob.reject(now, bobs, &Reply::new(StatusCode::OK)), Err(Refused::Status));
    assert_eq!(bob.provisional(now, bobs, Reply::new(StatusCode::OK)), Err(Refused::Status));
    assert_eq!(bob.cancel(now, bobs, HeaderList::new()), Err(Refused::WrongState));
    bob.reject(now, bobs, &Reply::new(StatusCode::BUSY_HERE)).unwrap();
    assert_eq!(bob.accept(now, bobs, Reply::new(StatusCode::OK)), Err(Refused::Gone));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let mut world = World::new();
    let invite = |uri: &str, from: &str| obelus_sip::session::Invite {
        uri: uri.into(),
        from: from.into(),
        to: "<sip:b@c>".into(),
        call_id: None,
        routes: Vec::new(),
        flow: flow(BOB),
        headers: HeaderList::new(),
        body: None,
        profile: profile(ALICE).into(),
    };
    for (uri, from) in [("sip:b c", "<sip:a@b>"), ("sip:b", "nobody"), ("sip:b", "<sip:a@b>\r\nX: y")] {
        let result = world.act(ALICE, |alice, now| alice.invite(now, invite(uri, from)));
        assert_eq!(result, Err(Refused::Malformed), "{uri} {from}");
    }
}

#[test]
fn an_idle_call_is_small() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    world.run(Duration::from_secs(60));
    for (agent, session) in [(ALICE, alices), (BOB, bobs)] {
        let size = world.agents[agent].session_size(session).unwrap();
        assert!(size < 1000, "{size} bytes");
        let load = world.agents[agent].load();
        assert_eq!((load.client_transactions, load.server_transactions, load.requests), (0, 0, 0));
    }
}

#[test]
fn messages_go_to_the_contact_and_over_the_recorded_route() {
    let mut world = World::with(3, TransportKind::Udp, |config, _| config);
    let alices = world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    let reply = Reply::new(StatusCode::OK).body(sdp("answer"));
    world.act(BOB, |bob, now| bob.accept(now, bobs, reply)).unwrap();
    world.settle();
    let elsewhere = world.agents[ALICE].session_target(alices).unwrap();
    assert_eq!(
        (elsewhere.0, elsewhere.1.remote),
        (format!("sip:agent@{}", address(BOB)).as_str(), address(BOB))
    );
    world.act(ALICE, |alice, _| alice.set_flow(alices, flow(2))).unwrap();
    world.wire();
    world.hang_up(ALICE, alices);
    world.settle();
    assert_eq!(world.wire(), ["A>C BYE", "C>A 481 BYE"]);
}

#[test]
fn a_browser_that_comes_back_on_another_websocket_is_followed() {
    for (kind, expected) in [(TransportKind::Wss, "10.0.0.9:5555"), (TransportKind::Udp, "10.0.0.2:5060")] {
        let mut world = World::over(kind);
        let (alices, _) = world.established();
        let (call_id, local, remote) = world.agents[ALICE].session_identity(alices).unwrap();
        let info = format!(
            "INFO sip:a SIP/2.0\nVia: SIP/2.0/{} x.invalid;branch=z9hG4bKi\nFrom: <sip:b>;tag={remote}\nTo: <sip:a>;tag={local}\nCall-ID: {call_id}\nCSeq: 9 INFO\n\n",
            kind.as_str()
        );
        world.deliver(ALICE, "10.0.0.9:5555", &info);
        assert_eq!(world.news(ALICE), ["request INFO"]);
        assert_eq!(world.agents[ALICE].session_target(alices).unwrap().1.remote.to_string(), expected);
    }
}
