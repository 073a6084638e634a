//! One user agent against hand-written responses: what a UAC must do (RFC 3261 8.1, 13.2, 17.1, 22).

use crate::support::{ALICE, BOB, World, flow, profile, sdp};
use obelus_sip::digest::{Attempt, Credential, DigestServer, DigestSettings, Secret, Verdict};
use obelus_sip::header::Name;
use obelus_sip::message::{HeaderList, Message, Request};
use obelus_sip::session::SessionEvent;
use obelus_sip::ua::{Event, OutgoingRequest, Profile, Reply};
use obelus_sip::{Entropy, Method, StatusCode, TransportKind};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nobody is there but hand-written answers.
const PEER: usize = 7;
const PEER_ADDRESS: &str = "10.0.0.8:5060";

fn alone() -> World {
    World::with(1, TransportKind::Udp, |config, _| config)
}

fn last_request(world: &mut World) -> Request {
    match world.outbox().pop() {
        Some((_, Message::Request(request))) => request,
        other => panic!("no request: {other:?}"),
    }
}

/// A response to a request, with a tag in To and more lines.
fn response(request: &Request, status: &str, tag: &str, lines: &str) -> String {
    let text = |name| String::from_utf8(request.value(name).unwrap().to_vec()).unwrap();
    format!(
        "SIP/2.0 {status}\nVia: {}\nFrom: {}\nTo: {};tag={tag}\nCall-ID: {}\nCSeq: {}\n{lines}\n",
        text(Name::Via),
        text(Name::From),
        text(Name::To),
        text(Name::CallId),
        text(Name::CSeq)
    )
}

const CONTACT: &str = "Contact: <sip:b@10.0.0.8:5060>\n";

#[test]
fn only_one_fork_wins_and_the_others_are_ended() {
    let mut world = alone();
    let session = world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    for (status, tag) in [("180 Ringing", "one"), ("180 Ringing", "two"), ("183 x", "two"), ("200 OK", "two")]
    {
        world.deliver(ALICE, PEER_ADDRESS, &response(&invite, status, tag, CONTACT));
    }
    assert_eq!(world.news(ALICE), ["180", "180", "183", "answered 200"]);
    world.wire();
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "one", CONTACT));
    assert_eq!(world.wire(), ["A>H ACK", "A>H BYE"]);
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "three", CONTACT));
    assert_eq!(world.wire(), ["A>H ACK", "A>H BYE"]);
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "two", CONTACT));
    assert_eq!(world.wire(), ["A>H ACK"]);
    assert_eq!(world.agents[ALICE].session_identity(session).unwrap().2, "two");
    assert_eq!(world.agents[ALICE].load().indexed, 1);
}

#[test]
fn an_answer_after_the_end_is_confirmed_and_ended() {
    let mut world = alone();
    let session = world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "one", CONTACT));
    world.hang_up(ALICE, session);
    let bye = last_request(&mut world);
    world.deliver(ALICE, PEER_ADDRESS, &response(&bye, "200 OK", "one", ""));
    assert_eq!(world.news(ALICE), ["answered 200", "ended: hung up"]);
    world.wire();
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "two", CONTACT));
    assert_eq!(world.wire(), ["A>H ACK", "A>H BYE"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_network_that_forks_without_end_fills_no_table() {
    let mut world = alone();
    world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    for tag in 0..100 {
        world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "180 Ringing", &format!("t{tag}"), CONTACT));
    }
    assert_eq!(world.agents[ALICE].load().indexed, 16);
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "486 Busy", "t1", ""));
    assert_eq!(world.agents[ALICE].load().indexed, 0);
}

#[test]
fn the_ack_of_an_answer_goes_over_the_route_backwards() {
    let mut world = alone();
    world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    let lines = "Record-Route: <sip:10.0.0.20;lr>\nRecord-Route: <sip:10.0.0.21:5070;lr>\nContact: <sip:b@10.0.0.30>\n";
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "one", lines));
    let (to, Message::Request(ack)) = world.outbox().pop().unwrap() else { panic!("an ACK") };
    assert_eq!(to.to_string(), "10.0.0.21:5070");
    assert_eq!((ack.method(), ack.uri_text()), (&Method::Ack, "sip:b@10.0.0.30"));
    let routes: Vec<_> = ack.values(Name::Route).collect();
    assert_eq!(routes, [&b"<sip:10.0.0.21:5070;lr>"[..], b"<sip:10.0.0.20;lr>"]);
    assert_eq!(ack.cseq().unwrap().number, invite.cseq().unwrap().number);
}

#[test]
fn a_strict_router_becomes_the_request_uri() {
    let mut world = alone();
    let session = world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    let lines = "Record-Route: <sip:10.0.0.20>\nContact: <sip:b@10.0.0.30>\n";
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "one", lines));
    world.hang_up(ALICE, session);
    let bye = last_request(&mut world);
    assert_eq!(bye.uri_text(), "sip:10.0.0.20");
    assert_eq!(bye.value(Name::Route), Some(&b"<sip:b@10.0.0.30>"[..]));
}

#[test]
fn a_host_name_in_a_contact_is_given_to_be_resolved() {
    let mut world = alone();
    let session = world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    world.deliver(
        ALICE,
        PEER_ADDRESS,
        &response(&invite, "200 OK", "one", "Contact: <sip:b@gw.example.com>\n"),
    );
    assert_eq!(world.news(ALICE), ["next hop sip:b@gw.example.com", "answered 200"]);
    world.act(ALICE, |alice, _| alice.set_flow(session, flow(11))).unwrap();
    world.hang_up(ALICE, session);
    assert_eq!(world.outbox().pop().unwrap().0.to_string(), "10.0.0.12:5060");
}

#[test]
fn a_phone_behind_nat_is_called_back_where_it_came_from() {
    let mut world = alone();
    let natted = Profile { symmetric: true, ..profile(ALICE) };
    let session = world.call_with(ALICE, PEER, Some(sdp("offer")), natted, HeaderList::new());
    let invite = last_request(&mut world);
    world.deliver(
        ALICE,
        PEER_ADDRESS,
        &response(&invite, "200 OK", "one", "Contact: <sip:b@192.168.1.5:5062>\n"),
    );
    world.hang_up(ALICE, session);
    let (to, Message::Request(bye)) = world.outbox().pop().unwrap() else { panic!("a BYE") };
    assert_eq!(
        (to.to_string(), bye.uri_text()),
        (PEER_ADDRESS.to_owned(), &*format!("sip:b@{PEER_ADDRESS}"))
    );
}

#[test]
fn the_proxy_of_a_phone_behind_nat_is_named_as_it_is_seen() {
    let mut world = alone();
    let natted = Profile { symmetric: true, ..profile(ALICE) };
    let session = world.call_with(ALICE, PEER, Some(sdp("offer")), natted, HeaderList::new());
    let invite = last_request(&mut world);
    let routes =
        "Record-Route: <sip:two@h;lr>\nRecord-Route: <sip:one@192.168.1.5:5063;transport=tcp;lr>;x=y\n";
    let headers = format!("{routes}Contact: <sip:b@192.168.1.5:5062>\n");
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "one", &headers));
    world.hang_up(ALICE, session);
    let (to, Message::Request(bye)) = world.outbox().pop().unwrap() else { panic!("a BYE") };
    assert_eq!((to.to_string().as_str(), bye.uri_text()), (PEER_ADDRESS, "sip:b@192.168.1.5:5062"));
    let routes: Vec<_> =
        bye.values(Name::Route).map(|route| String::from_utf8_lossy(route).into_owned()).collect();
    assert_eq!(routes, [format!("<sip:one@{PEER_ADDRESS};lr>;x=y"), "<sip:two@h;lr>".to_owned()]);
}

#[test]
fn a_redirection_and_a_refusal_are_told_with_their_response() {
    for (status, expected) in
        [("302 Moved Temporarily", "ended: rejected 302"), ("603 Decline", "ended: rejected 603")]
    {
        let mut world = alone();
        world.call(ALICE, PEER, Some(sdp("offer")));
        let invite = last_request(&mut world);
        world.deliver(ALICE, PEER_ADDRESS, &response(&invite, status, "one", "Contact: <sip:c@elsewhere>\n"));
        assert_eq!(world.news(ALICE), [expected]);
        assert_eq!(*last_request(&mut world).method(), Method::Ack);
        world.deliver(ALICE, PEER_ADDRESS, &response(&invite, status, "one", ""));
        assert_eq!(*last_request(&mut world).method(), Method::Ack);
        world.run_out();
        world.assert_empty();
    }
}

#[test]
fn headers_stand_in_a_sensible_order() {
    let mut world = alone();
    world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    let names: Vec<_> = invite.iter().map(|(name, _)| String::from_utf8(name.to_vec()).unwrap()).collect();
    assert_eq!(
        names,
        [
            "Via",
            "Max-Forwards",
            "From",
            "To",
            "Call-ID",
            "CSeq",
            "Contact",
            "Allow",
            "Supported",
            "Session-Expires",
            "Min-SE",
            "User-Agent",
            "Content-Type",
            "Content-Length"
        ]
    );
    assert_eq!(invite.number(Name::MaxForwards), Ok(Some(70)));
    assert!(invite.via().unwrap().params.has("rport"));
}

fn credential(password: &str) -> Credential {
    Credential { realm: None, username: "alice".into(), secret: Secret::Password(password.into()) }
}

/// A registrar with a password.
struct Registrar {
    server: DigestServer,
    entropy: Entropy,
    now: SystemTime,
}

impl Registrar {
    fn new() -> Self {
        let server = DigestServer::new([5; 32], DigestSettings::default());
        Self { server, entropy: Entropy::new([6; 32]), now: UNIX_EPOCH + Duration::from_secs(1_700_000_000) }
    }

    fn challenge(&mut self, header: &str) -> String {
        let challenges = self.server.challenges("pbx", false, self.now, &mut self.entropy);
        challenges.iter().map(|value| format!("{header}: {value}\n")).collect()
    }

    fn verdict(&mut self, request: &Request, name: Name) -> Verdict {
        let secret = Secret::Password("secret".into());
        let attempt = Attempt { method: request.method(), body: request.body(), realm: "pbx", now: self.now };
        self.server.verify(&attempt, request.auth(name), |user| (user == "alice").then_some(&secret))
    }
}

fn register(world: &mut World, password: &str) -> Request {
    let request = OutgoingRequest {
        method: Method::Register,
        uri: "sip:pbx".into(),
        from: "<sip:alice@pbx>".into(),
        to: "<sip:alice@pbx>".into(),
        call_id: Some("registration".into()),
        cseq: 7,
        routes: Vec::new(),
        flow: flow(PEER),
        headers: HeaderList::new().with(Name::Contact, "<sip:alice@10.0.0.1>").with(Name::Expires, "300"),
        body: None,
        credentials: Arc::new([credential(password)]),
    };
    world.act(ALICE, |alice, now| alice.request(now, request)).unwrap();
    last_request(world)
}

#[test]
fn a_registration_is_challenged_and_accepted() {
    let (mut world, mut registrar) = (alone(), Registrar::new());
    let first = register(&mut world, "secret");
    let challenge = registrar.challenge("WWW-Authenticate");
    world.deliver(ALICE, PEER_ADDRESS, &response(&first, "401 Unauthorized", "r", &challenge));
    let second = last_request(&mut world);
    assert_eq!(
        registrar.verdict(&second, Name::Authorization),
        Verdict::Accepted { username: "alice".into() }
    );
    assert_eq!((second.cseq().unwrap().number, second.call_id()), (8, Ok("registration")));
    assert_eq!(second.from().unwrap().tag(), first.from().unwrap().tag());
    world.deliver(ALICE, PEER_ADDRESS, &response(&second, "200 OK", "r", ""));
    assert_eq!(world.news(ALICE), ["response 200"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_wrong_password_is_told_after_one_more_try() {
    let (mut world, mut registrar) = (alone(), Registrar::new());
    let first = register(&mut world, "wrong");
    let challenge = registrar.challenge("WWW-Authenticate");
    world.deliver(ALICE, PEER_ADDRESS, &response(&first, "401 Unauthorized", "r", &challenge));
    let second = last_request(&mut world);
    assert_eq!(
        registrar.verdict(&second, Name::Authorization),
        Verdict::Refused { username: "alice".into() }
    );
    let challenge = registrar.challenge("WWW-Authenticate");
    world.deliver(ALICE, PEER_ADDRESS, &response(&second, "401 Unauthorized", "r", &challenge));
    assert_eq!(world.news(ALICE), ["response 401"]);
}

#[test]
fn a_call_answers_challenges_and_repeats_its_credentials_in_ack_and_bye() {
    let (mut world, mut registrar) = (alone(), Registrar::new());
    let own = Profile { credentials: vec![credential("secret")], ..profile(ALICE) };
    let session = world.call_with(ALICE, PEER, Some(sdp("offer")), own, HeaderList::new());
    let first = last_request(&mut world);
    let challenge = registrar.challenge("Proxy-Authenticate");
    world.deliver(
        ALICE,
        PEER_ADDRESS,
        &response(&first, "407 Proxy Authentication Required", "p", &challenge),
    );
    let second = world.outbox().into_iter().rev().find_map(|(_, message)| match message {
        Message::Request(request) if *request.method() == Method::Invite => Some(request),
        _ => None,
    });
    let second = second.unwrap();
    assert_eq!(
        registrar.verdict(&second, Name::ProxyAuthorization),
        Verdict::Accepted { username: "alice".into() }
    );
    world.deliver(ALICE, PEER_ADDRESS, &response(&second, "200 OK", "one", CONTACT));
    let ack = last_request(&mut world);
    assert_eq!(ack.value(Name::ProxyAuthorization), second.value(Name::ProxyAuthorization));
    world.hang_up(ALICE, session);
    let bye = last_request(&mut world);
    assert_eq!(
        registrar.verdict(&bye, Name::ProxyAuthorization),
        Verdict::Accepted { username: "alice".into() }
    );
    world.deliver(ALICE, PEER_ADDRESS, &response(&bye, "200 OK", "one", ""));
    assert_eq!(world.news(ALICE), ["answered 200", "ended: hung up"]);
    world.run_out();
    world.assert_empty();
}

#[test]
fn a_bye_that_is_challenged_is_sent_again() {
    let (mut world, mut registrar) = (alone(), Registrar::new());
    let own = Profile { credentials: vec![credential("secret")], ..profile(ALICE) };
    let session = world.call_with(ALICE, PEER, Some(sdp("offer")), own, HeaderList::new());
    let invite = last_request(&mut world);
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "200 OK", "one", CONTACT));
    world.hang_up(ALICE, session);
    let bye = last_request(&mut world);
    let challenge = registrar.challenge("WWW-Authenticate");
    world.deliver(ALICE, PEER_ADDRESS, &response(&bye, "401 Unauthorized", "one", &challenge));
    let again = last_request(&mut world);
    assert_eq!(
        registrar.verdict(&again, Name::Authorization),
        Verdict::Accepted { username: "alice".into() }
    );
    assert_eq!(again.cseq().unwrap().number, bye.cseq().unwrap().number + 1);
    world.deliver(ALICE, PEER_ADDRESS, &response(&again, "200 OK", "one", ""));
    assert_eq!(world.news(ALICE), ["answered 200", "ended: hung up"]);
}

#[test]
fn a_challenge_without_credentials_is_told() {
    let mut world = alone();
    world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    let challenge = Registrar::new().challenge("WWW-Authenticate");
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "401 Unauthorized", "x", &challenge));
    assert_eq!(world.news(ALICE), ["ended: rejected 401"]);
}

#[test]
fn a_server_challenges_and_accepts_a_call() {
    let mut world = World::new();
    let mut registrar = Registrar::new();
    let own = Profile { credentials: vec![credential("secret")], ..profile(ALICE) };
    world.call_with(ALICE, BOB, Some(sdp("offer")), own, HeaderList::new());
    world.settle();
    let bobs = world.invited(BOB);
    let challenge =
        registrar.server.challenges("pbx", false, registrar.now, &mut registrar.entropy).remove(0);
    let reply = Reply::new(StatusCode::UNAUTHORIZED).header(Name::WwwAuthenticate, challenge);
    world.act(BOB, |bob, now| bob.reject(now, bobs, &reply)).unwrap();
    world.settle();
    let events = world.take_events(BOB);
    let again = events.iter().find_map(|event| match event {
        Event::Invite { session, request, .. } => Some((*session, request)),
        _ => None,
    });
    let (bobs, request) = again.unwrap();
    assert_eq!(
        registrar.verdict(request, Name::Authorization),
        Verdict::Accepted { username: "alice".into() }
    );
    world.accept(BOB, bobs);
    world.settle();
    assert_eq!(world.news(ALICE), ["answered 200"]);
}

#[test]
fn a_request_in_an_early_dialog_reaches_the_owner() {
    let mut world = alone();
    world.call(ALICE, PEER, Some(sdp("offer")));
    let invite = last_request(&mut world);
    world.deliver(ALICE, PEER_ADDRESS, &response(&invite, "183 x", "one", CONTACT));
    world.news(ALICE);
    let text = |name| String::from_utf8(invite.value(name).unwrap().to_vec()).unwrap();
    let in_dialog = |method: &str, tag: &str, cseq: u32| {
        format!(
            "{method} sip:a@10.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {PEER_ADDRESS};branch=z9hG4bK{cseq}\nFrom: {};tag={tag}\nTo: {}\nCall-ID: {}\nCSeq: {cseq} {method}\n\n",
            text(Name::To),
            text(Name::From),
            text(Name::CallId)
        )
    };
    world.deliver(ALICE, PEER_ADDRESS, &in_dialog("UPDATE", "one", 1));
    let events = world.take_events(ALICE);
    let Some(Event::Session { event: SessionEvent::Request { id, .. }, .. }) = events.first() else {
        panic!("UPDATE")
    };
    world.respond(ALICE, *id, &Reply::new(StatusCode::OK));
    world.deliver(ALICE, PEER_ADDRESS, &in_dialog("INVITE", "one", 2));
    world.deliver(ALICE, PEER_ADDRESS, &in_dialog("INFO", "other", 3));
    world.deliver(ALICE, PEER_ADDRESS, &in_dialog("BYE", "one", 4));
    assert_eq!(world.replies(), ["200 UPDATE", "500 INVITE", "481 INFO", "200 BYE"]);
    assert_eq!(world.agents[ALICE].load().indexed, 0);
}

#[test]
fn the_ack_of_an_answer_outlives_the_challenged_first_attempt() {
    let (mut world, mut registrar) = (alone(), Registrar::new());
    let own = Profile { credentials: vec![credential("secret")], ..profile(ALICE) };
    world.call_with(ALICE, PEER, Some(sdp("offer")), own, HeaderList::new());
    let first = last_request(&mut world);
    let challenge = registrar.challenge("WWW-Authenticate");
    world.deliver(ALICE, PEER_ADDRESS, &response(&first, "401 Unauthorized", "p", &challenge));
    let second = last_request(&mut world);
    world.deliver(ALICE, PEER_ADDRESS, &response(&second, "180 Ringing", "one", CONTACT));
    world.run(Duration::from_secs(25));
    let answer = response(&second, "200 OK", "one", CONTACT);
    world.deliver(ALICE, PEER_ADDRESS, &answer);
    world.run(Duration::from_secs(20));
    world.wire();
    world.deliver(ALICE, PEER_ADDRESS, &answer);
    assert_eq!(world.wire(), ["A>H ACK"]);
}
