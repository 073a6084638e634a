//! What changes in a call: re-INVITE, UPDATE, PRACK, session timers, and their collisions.

use crate::support::{ALICE, BOB, World, profile, sdp};
use obelus_sip::header::Name;
use obelus_sip::message::HeaderList;
use obelus_sip::session::{OfferState, Reliability, SessionEvent, SessionId, TimerMode, TimerPolicy};
use obelus_sip::ua::{Event, Profile, Refused, Reply};
use obelus_sip::{Method, StatusCode};
use std::sync::Arc;
use std::time::Duration;

fn ok_with_answer() -> Reply {
    Reply::new(StatusCode::OK).body(sdp("answer"))
}

fn reinvite(world: &mut World, agent: usize, session: SessionId) {
    world
        .act(agent, |agent, now| agent.reinvite(now, session, HeaderList::new(), Some(sdp("hold"))))
        .unwrap();
}

#[test]
fn a_reinvite_changes_the_session_from_either_side() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    for (from, to, session) in [(ALICE, BOB, alices), (BOB, ALICE, bobs), (ALICE, BOB, alices)] {
        reinvite(&mut world, from, session);
        world.settle();
        let id = world.requested(to);
        world.respond(to, id, &ok_with_answer());
        world.settle();
        assert_eq!(world.news(from), ["reinvited 200"]);
        assert_eq!(world.news(to), ["acknowledged by ACK"]);
        assert_eq!(world.wire().len(), 3);
        world.run(Duration::from_secs(40));
    }
    world.hang_up(BOB, bobs);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_refused_reinvite_leaves_the_session_as_it_was() {
    let mut world = World::new();
    let (alices, _) = world.established();
    reinvite(&mut world, ALICE, alices);
    world.settle();
    let id = world.requested(BOB);
    world.respond(BOB, id, &Reply::new(StatusCode::NOT_ACCEPTABLE_HERE));
    world.settle();
    assert_eq!(world.news(ALICE), ["reinvite refused 488"]);
    assert_eq!(world.agents[ALICE].offer_state(alices), Some(OfferState::Idle));
}

#[test]
fn a_reinvite_without_an_offer_gets_one() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    world.act(ALICE, |alice, now| alice.reinvite(now, alices, HeaderList::new(), None)).unwrap();
    world.settle();
    let id = world.requested(BOB);
    world.respond(BOB, id, &Reply::new(StatusCode::OK).body(sdp("offer")));
    world.settle();
    assert_eq!(world.news(ALICE), ["reinvited 200 with an offer"]);
    assert_eq!(world.agents[BOB].offer_state(bobs), Some(OfferState::Sent));
    world.act(ALICE, |alice, now| alice.acknowledge(now, alices, Some(&sdp("answer")))).unwrap();
    world.settle();
    assert_eq!(world.agents[BOB].offer_state(bobs), Some(OfferState::Idle));
}

#[test]
fn crossing_reinvites_are_both_refused_and_tried_again_at_different_times() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    reinvite(&mut world, ALICE, alices);
    reinvite(&mut world, BOB, bobs);
    world.settle();
    assert_eq!(
        world.wire(),
        ["A>B INVITE", "B>A INVITE", "B>A 491 INVITE", "A>B 491 INVITE", "A>B ACK", "B>A ACK"]
    );
    let busy = world.act(ALICE, |alice, now| alice.reinvite(now, alices, HeaderList::new(), None));
    assert_eq!(busy, Err(Refused::Pending));
    // Bob, who did not choose the Call-ID, tries first: within two seconds.
    world.run(Duration::from_millis(2050));
    let id = world.requested(ALICE);
    world.respond(ALICE, id, &ok_with_answer());
    world.settle();
    assert_eq!(world.news(BOB), ["reinvited 200"]);
    world.run(Duration::from_secs(4));
    let id = world.requested(BOB);
    world.respond(BOB, id, &ok_with_answer());
    world.settle();
    assert_eq!(world.news(ALICE), ["acknowledged by ACK", "reinvited 200"]);
}

#[test]
fn a_second_reinvite_before_the_first_is_answered_is_put_off() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    reinvite(&mut world, ALICE, alices);
    world.settle();
    world.requested(BOB);
    assert_eq!(
        world.act(BOB, |bob, now| bob.reinvite(now, bobs, HeaderList::new(), None)),
        Err(Refused::Pending)
    );
    let (call_id, local, remote) = world.agents[BOB].session_identity(bobs).unwrap();
    let second = format!(
        "INVITE sip:b SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKsecond\nFrom: <sip:a>;tag={remote}\nTo: <sip:b>;tag={local}\nCall-ID: {call_id}\nCSeq: 99 INVITE\nContact: <sip:x@10.0.0.9>\n\n"
    );
    world.deliver(BOB, "10.0.0.9:5060", &second);
    let reply = world.last_reply();
    assert_eq!(reply.status(), StatusCode::SERVER_INTERNAL_ERROR);
    assert!(reply.retry_after().unwrap().is_some_and(|wait| wait.seconds <= 10));
}

#[test]
fn a_reinvite_that_gets_no_answer_ends_the_call() {
    let mut world = World::new();
    let (alices, _) = world.established();
    world.lose("A>B INVITE", 100);
    reinvite(&mut world, ALICE, alices);
    world.run(Duration::from_secs(40));
    assert_eq!((world.news(ALICE), world.news(BOB)), (vec!["ended: lost".into()], vec!["ended: bye".into()]));
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_bye_during_a_reinvite_ends_both() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    reinvite(&mut world, ALICE, alices);
    world.settle();
    world.requested(BOB);
    world.hang_up(BOB, bobs);
    world.settle();
    assert_eq!(world.wire(), ["A>B INVITE", "B>A 487 INVITE", "B>A BYE", "A>B ACK", "A>B 200 BYE"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_lost_ack_of_a_reinvite_is_repeated_too() {
    let mut world = World::new();
    let (alices, _) = world.established();
    reinvite(&mut world, ALICE, alices);
    world.settle();
    let id = world.requested(BOB);
    world.lose("A>B ACK", 2);
    world.respond(BOB, id, &ok_with_answer());
    world.run(Duration::from_secs(4));
    assert_eq!(world.news(BOB), ["acknowledged by ACK"]);
}

#[test]
fn a_reinvite_can_be_canceled_by_its_sender() {
    let mut world = World::new();
    let (_, bobs) = world.established();
    let (call_id, local, remote) = world.agents[BOB].session_identity(bobs).unwrap();
    let (call_id, local, remote) = (call_id.to_owned(), local.to_owned(), remote.to_owned());
    let request = |method: &str| {
        format!(
            "{method} sip:b SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr\nFrom: <sip:a>;tag={remote}\nTo: <sip:b>;tag={local}\nCall-ID: {call_id}\nCSeq: 9 {method}\nContact: <sip:x@10.0.0.9>\n\n"
        )
    };
    world.deliver(BOB, "10.0.0.9:5060", &request("INVITE"));
    world.deliver(BOB, "10.0.0.9:5060", &request("CANCEL"));
    assert_eq!(world.replies(), ["200 CANCEL", "487 INVITE"]);
    assert_eq!(world.news(BOB), ["reinvite", "reinvite canceled"]);
}

#[test]
fn an_update_carries_an_offer_and_refreshes_the_target() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    let update = |world: &mut World| {
        world.act(ALICE, |alice, now| {
            alice.session_request(now, alices, Method::Update, HeaderList::new(), Some(sdp("new")))
        })
    };
    update(&mut world).unwrap();
    assert_eq!(update(&mut world), Err(Refused::Pending));
    world.settle();
    assert_eq!(world.agents[BOB].offer_state(bobs), Some(OfferState::Received));
    let id = world.requested(BOB);
    world.respond(BOB, id, &ok_with_answer());
    world.settle();
    assert_eq!(world.news(ALICE), ["response 200"]);
    for (agent, session) in [(ALICE, alices), (BOB, bobs)] {
        assert_eq!(world.agents[agent].offer_state(session), Some(OfferState::Idle));
    }
    update(&mut world).unwrap();
    world.settle();
    let id = world.requested(BOB);
    world.respond(BOB, id, &Reply::new(StatusCode::NOT_ACCEPTABLE_HERE));
    world.settle();
    assert_eq!(world.news(ALICE), ["response 488"]);
    assert_eq!(world.agents[ALICE].offer_state(alices), Some(OfferState::Idle));
}

#[test]
fn crossing_updates_are_refused_with_491() {
    let mut world = World::new();
    let (alices, bobs) = world.established();
    for (agent, session) in [(ALICE, alices), (BOB, bobs)] {
        world
            .act(agent, |agent, now| {
                agent.session_request(now, session, Method::Update, HeaderList::new(), Some(sdp("new")))
            })
            .unwrap();
    }
    world.settle();
    assert_eq!(
        (world.news(ALICE), world.news(BOB)),
        (vec!["response 491".into()], vec!["response 491".into()])
    );
    assert_eq!(world.agents[ALICE].offer_state(alices), Some(OfferState::Idle));
}

#[test]
fn an_update_without_an_answer_from_the_network_ends_the_call() {
    let mut world = World::new();
    let (alices, _) = world.established();
    world.lose("A>B UPDATE", 100);
    world
        .act(ALICE, |alice, now| alice.session_request(now, alices, Method::Update, HeaderList::new(), None))
        .unwrap();
    world.run(Duration::from_secs(40));
    assert_eq!(world.news(ALICE), ["failed: nobody answered", "ended: lost"]);
}

fn reliable(agent: usize, reliable: Reliability) -> Profile {
    Profile { reliable, ..profile(agent) }
}

/// Bob's session of a call whose ends have these policies.
fn ringing_reliably(
    world: &mut World,
    alice: Reliability,
    bob: Reliability,
    body: bool,
) -> (SessionId, SessionId) {
    let alices =
        world.call_with(ALICE, BOB, body.then(|| sdp("offer")), reliable(ALICE, alice), HeaderList::new());
    world.settle();
    let events = world.take_events(BOB);
    let Some(Event::Invite { session, request, .. }) = events.into_iter().next() else { panic!("no invite") };
    world.act(BOB, |agent, now| agent.adopt(now, session, Arc::new(reliable(BOB, bob)), &request)).unwrap();
    (alices, session)
}

fn progress(world: &mut World, session: SessionId, body: Option<&str>) {
    let mut reply = Reply::new(StatusCode::SESSION_PROGRESS);
    reply.body = body.map(sdp);
    world.act(BOB, |agent, now| agent.provisional(now, session, reply)).unwrap();
}

#[test]
fn a_reliable_183_with_the_answer_is_confirmed_by_itself() {
    let mut world = World::new();
    let (alices, bobs) = ringing_reliably(&mut world, Reliability::Yes, Reliability::PeerSupported, true);
    progress(&mut world, bobs, Some("answer"));
    world.settle();
    assert_eq!(world.news(ALICE), ["183"]);
    assert_eq!(world.news(BOB), ["acknowledged by PRACK"]);
    assert_eq!(world.agents[ALICE].offer_state(alices), Some(OfferState::Idle));
    world.accept(BOB, bobs);
    world.settle();
    assert_eq!(
        world.wire(),
        ["A>B INVITE", "B>A 183 INVITE", "A>B PRACK", "B>A 200 PRACK", "B>A 200 INVITE", "A>B ACK"]
    );
    assert_eq!(world.news(ALICE), ["answered 200"]);
    for (agent, session) in [(ALICE, alices), (BOB, bobs)] {
        assert_eq!(world.agents[agent].offer_state(session), Some(OfferState::Idle));
    }
    world.hang_up(ALICE, alices);
    world.run_out();
    world.assert_empty();
}

#[test]
fn an_offer_in_a_reliable_183_is_answered_in_prack() {
    let mut world = World::new();
    let (alices, bobs) = ringing_reliably(&mut world, Reliability::Yes, Reliability::PeerSupported, false);
    progress(&mut world, bobs, Some("offer"));
    world.settle();
    assert_eq!(world.news(ALICE), ["183 with an offer"]);
    world.act(ALICE, |alice, now| alice.prack(now, alices, Some(sdp("answer")))).unwrap();
    world.settle();
    assert_eq!(world.news(BOB), ["acknowledged by PRACK"]);
    assert_eq!(world.agents[BOB].offer_state(bobs), Some(OfferState::Idle));
    let accept = Reply::new(StatusCode::OK);
    world.act(BOB, |bob, now| bob.accept(now, bobs, accept)).unwrap();
    world.settle();
    assert_eq!(world.news(ALICE), ["answered 200"]);
}

#[test]
fn reliable_responses_wait_for_each_other_and_the_answer_for_them() {
    let mut world = World::new();
    let (_, bobs) = ringing_reliably(&mut world, Reliability::Required, Reliability::Yes, true);
    world.lose("A>B PRACK", 1);
    progress(&mut world, bobs, Some("answer"));
    progress(&mut world, bobs, None);
    world.accept(BOB, bobs);
    world.settle();
    assert_eq!(world.wire(), ["A>B INVITE", "B>A 183 INVITE", "A>B PRACK"]);
    world.run(Duration::from_secs(2));
    assert_eq!(world.news(ALICE), ["183", "183", "answered 200"]);
    assert_eq!(world.news(BOB), ["acknowledged by PRACK", "acknowledged by PRACK", "acknowledged by ACK"]);
}

#[test]
fn a_lost_reliable_183_is_repeated() {
    let mut world = World::new();
    let (_, bobs) = ringing_reliably(&mut world, Reliability::Required, Reliability::Yes, true);
    world.lose("B>A 183 INVITE", 2);
    progress(&mut world, bobs, None);
    world.run(Duration::from_secs(4));
    assert_eq!(world.news(ALICE), ["183"]);
    assert_eq!(world.news(BOB), ["acknowledged by PRACK"]);
}

#[test]
fn a_caller_that_never_confirms_is_refused() {
    let mut world = World::new();
    let (_, bobs) = ringing_reliably(&mut world, Reliability::Required, Reliability::Yes, true);
    world.lose("A>B PRACK", 100);
    progress(&mut world, bobs, None);
    world.run(Duration::from_secs(33));
    assert_eq!(world.news(BOB), ["ended: not pracked"]);
    assert_eq!(world.news(ALICE), ["183", "ended: rejected 504"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_prack_for_nothing_gets_481() {
    let mut world = World::new();
    let (_, bobs) = ringing_reliably(&mut world, Reliability::Yes, Reliability::PeerSupported, true);
    progress(&mut world, bobs, None);
    world.settle();
    world.wire();
    let (call_id, local, remote) = world.agents[BOB].session_identity(bobs).unwrap();
    let prack = format!(
        "PRACK sip:b SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKp\nFrom: <sip:a>;tag={remote}\nTo: <sip:b>;tag={local}\nCall-ID: {call_id}\nCSeq: 9 PRACK\nRAck: 1 1 INVITE\n\n"
    );
    world.deliver(BOB, "10.0.0.9:5060", &prack);
    assert_eq!(world.replies(), ["481 PRACK"]);
}

#[test]
fn what_a_caller_requires_and_the_callee_lacks_is_refused() {
    let check = |alice: Profile, bob: Profile, headers: HeaderList, expected: &str| {
        let mut world = World::new();
        world.call_with(ALICE, BOB, Some(sdp("offer")), alice, headers);
        world.settle();
        let events = world.take_events(BOB);
        let Some(Event::Invite { session, request, .. }) = events.into_iter().next() else {
            panic!("no invite")
        };
        let verdict = world.act(BOB, |agent, now| agent.adopt(now, session, Arc::new(bob), &request));
        assert!(matches!(verdict, Err(Refused::Rejected(_))));
        world.settle();
        assert_eq!(world.news(ALICE), [expected]);
        world.run_out();
        world.assert_empty();
    };
    let none = HeaderList::new;
    let timer =
        |agent, mode| Profile { timer: TimerPolicy { mode, ..TimerPolicy::default() }, ..profile(agent) };
    check(
        reliable(ALICE, Reliability::Required),
        reliable(BOB, Reliability::No),
        none(),
        "ended: rejected 420",
    );
    check(
        reliable(ALICE, Reliability::No),
        reliable(BOB, Reliability::Required),
        none(),
        "ended: rejected 421",
    );
    check(timer(ALICE, TimerMode::Required), timer(BOB, TimerMode::No), none(), "ended: rejected 420");
    check(timer(ALICE, TimerMode::No), timer(BOB, TimerMode::Required), none(), "ended: rejected 421");
    let precondition = none().with(Name::Require, "precondition");
    check(profile(ALICE), profile(BOB), precondition, "ended: rejected 420");
}

fn timed(agent: usize, seconds: u64, minimum: u64) -> Profile {
    let timer = TimerPolicy {
        mode: TimerMode::Yes,
        interval: Duration::from_secs(seconds),
        minimum: Duration::from_secs(minimum),
    };
    Profile { timer, ..profile(agent) }
}

#[test]
fn the_caller_refreshes_with_update_at_half_the_interval() {
    let mut world = World::new();
    let (alices, _) = world.established_with(timed(ALICE, 600, 90), timed(BOB, 600, 90));
    for _ in 0..3 {
        world.run(Duration::from_secs(300));
        let id = world.requested(BOB);
        world.respond(BOB, id, &Reply::new(StatusCode::OK));
        world.settle();
        assert_eq!(world.wire().iter().filter(|name| *name == "A>B UPDATE").count(), 1);
    }
    assert_eq!(world.news(ALICE), [""; 0]);
    world.hang_up(ALICE, alices);
    world.run_out();
    world.assert_empty();
}

#[test]
fn without_update_the_owner_is_asked_for_a_reinvite() {
    let mut world = World::new();
    let bob = Profile { allow: "INVITE, ACK, BYE, CANCEL".into(), ..timed(BOB, 600, 90) };
    let (alices, _) = world.established_with(timed(ALICE, 600, 90), bob);
    world.run(Duration::from_secs(301));
    assert_eq!(world.news(ALICE), ["refresh due"]);
    reinvite(&mut world, ALICE, alices);
    world.settle();
    let id = world.requested(BOB);
    world.respond(BOB, id, &ok_with_answer());
    world.settle();
    world.run(Duration::from_secs(299));
    assert_eq!(world.news(ALICE), ["reinvited 200"]);
    world.run(Duration::from_secs(2));
    assert_eq!(world.news(ALICE), ["refresh due"]);
}

#[test]
fn a_session_that_nobody_refreshes_ends() {
    let mut world = World::new();
    world.established_with(timed(ALICE, 600, 90), timed(BOB, 600, 90));
    world.lose("A>B UPDATE", 100);
    world.lose("A>B BYE", 100);
    world.run(Duration::from_secs(560));
    assert_eq!(world.news(ALICE), ["ended: lost"]);
    assert_eq!(world.news(BOB), [""; 0]);
    world.run(Duration::from_secs(20));
    assert_eq!(world.news(BOB), ["leaving: expired", "ended: expired"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn too_short_an_interval_is_lengthened_and_the_call_tried_again() {
    let mut world = World::new();
    world.call_with(ALICE, BOB, Some(sdp("offer")), timed(ALICE, 100, 90), HeaderList::new());
    world.settle();
    for expected in [Err(Refused::Rejected(StatusCode::SESSION_INTERVAL_TOO_SMALL)), Ok(())] {
        let invite = world.take_events(BOB).into_iter().find_map(|event| match event {
            Event::Invite { session, request, .. } => Some((session, request)),
            _ => None,
        });
        let (session, request) = invite.unwrap();
        let adopted =
            world.act(BOB, |bob, now| bob.adopt(now, session, Arc::new(timed(BOB, 1800, 300)), &request));
        assert_eq!(adopted, expected);
        if adopted.is_ok() {
            assert_eq!(request.session_expires().unwrap().unwrap().seconds, 300);
            world.accept(BOB, session);
        }
        world.settle();
    }
    assert_eq!(world.news(ALICE), ["answered 200"]);
}

#[test]
fn a_description_in_a_plain_183_is_no_answer_yet() {
    let mut world = World::new();
    let (alices, bobs) = ringing_reliably(&mut world, Reliability::No, Reliability::No, true);
    progress(&mut world, bobs, Some("early media"));
    world.settle();
    let events = world.take_events(ALICE);
    let Some(Event::Session { event: SessionEvent::Provisional { response, needs_answer: false }, .. }) =
        events.first()
    else {
        panic!("a 183")
    };
    assert!(response.part("application/sdp").is_some());
    assert_eq!(world.agents[ALICE].offer_state(alices), Some(OfferState::Sent));
    world.accept(BOB, bobs);
    world.settle();
    assert_eq!(world.agents[ALICE].offer_state(alices), Some(OfferState::Idle));
}

#[test]
fn a_refused_refresh_falls_back_to_the_owners_reinvite() {
    let mut world = World::new();
    world.established_with(timed(ALICE, 600, 90), timed(BOB, 600, 90));
    world.run(Duration::from_secs(300));
    let id = world.requested(BOB);
    world.respond(BOB, id, &Reply::new(StatusCode::METHOD_NOT_ALLOWED));
    world.settle();
    assert_eq!(world.news(ALICE), ["refresh due"]);
}

#[test]
fn a_refresh_that_is_too_brief_is_lengthened() {
    let mut world = World::new();
    world.established_with(timed(ALICE, 600, 90), timed(BOB, 600, 90));
    world.run(Duration::from_secs(300));
    let id = world.requested(BOB);
    let too_small = Reply::new(StatusCode::SESSION_INTERVAL_TOO_SMALL).header(Name::MinSe, "900");
    world.respond(BOB, id, &too_small);
    world.settle();
    let events = world.take_events(BOB);
    let Some(Event::Session { event: SessionEvent::Request { request, .. }, .. }) = events.first() else {
        panic!("another UPDATE")
    };
    assert_eq!(request.session_expires().unwrap().unwrap().seconds, 900);
}

#[test]
fn nothing_is_sent_in_a_dialog_that_the_caller_does_not_know_yet() {
    let mut world = World::new();
    world.call(ALICE, BOB, Some(sdp("offer")));
    world.settle();
    let bobs = world.invited(BOB);
    let info = |world: &mut World| {
        world.act(BOB, |bob, now| bob.session_request(now, bobs, Method::Info, HeaderList::new(), None))
    };
    assert_eq!(info(&mut world), Err(Refused::WrongState));
    world.ring(BOB, bobs);
    info(&mut world).unwrap();
}
