//! Random calls over a bad network: every one ends in a defined state, and nothing is left behind.

use crate::support::{ALICE, BOB, Faults, World, profile, sdp};
use obelus_sip::message::HeaderList;
use obelus_sip::session::{EndCause, Reliability, SessionEvent, SessionId};
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::{Event, Profile, Reply};
use obelus_sip::{Method, StatusCode, TransportKind};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone, Copy)]
enum Deed {
    Call { offer: bool },
    Ring,
    Progress { sdp: bool },
    Accept,
    Reject,
    Cancel,
    HangUp,
    Reinvite { offer: bool },
    Update { offer: bool },
    Info,
    Answer { accept: bool },
    Acknowledge,
    Prack,
    KeepDialog,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => any::<bool>().prop_map(|offer| Deed::Call { offer }),
        2 => Just(Deed::Ring),
        2 => any::<bool>().prop_map(|sdp| Deed::Progress { sdp }),
        5 => Just(Deed::Accept),
        1 => Just(Deed::Reject),
        2 => Just(Deed::Cancel),
        2 => Just(Deed::HangUp),
        3 => any::<bool>().prop_map(|offer| Deed::Reinvite { offer }),
        3 => any::<bool>().prop_map(|offer| Deed::Update { offer }),
        2 => Just(Deed::Info),
        6 => any::<bool>().prop_map(|accept| Deed::Answer { accept }),
        4 => Just(Deed::Acknowledge),
        3 => Just(Deed::Prack),
        1 => Just(Deed::KeepDialog),
    ]
}

/// What one agent's owner knows.
#[derive(Default)]
struct Owner {
    alive: Vec<SessionId>,
    asked: Vec<ServerId>,
    ended: BTreeMap<SessionId, u32>,
}

struct Storm {
    world: World,
    owners: [Owner; 2],
    reliable: Reliability,
}

impl Storm {
    fn profile(&self, agent: usize) -> Profile {
        Profile { reliable: self.reliable, ..profile(agent) }
    }

    fn listen(&mut self) {
        for agent in [ALICE, BOB] {
            for event in self.world.take_events(agent) {
                self.hear(agent, event);
            }
        }
    }

    fn hear(&mut self, agent: usize, event: Event) {
        match event {
            Event::Invite { session, request, .. } => {
                self.owners[agent].alive.push(session);
                let own = Arc::new(self.profile(agent));
                let _ = self.world.act(agent, |agent, now| agent.adopt(now, session, own, &request));
            }
            Event::Session { session, event: SessionEvent::Ended { cause, dialog } } => {
                if let EndCause::Rejected(response) = &cause {
                    assert!(response.status().is_failure());
                }
                let owner = &mut self.owners[agent];
                owner.alive.retain(|&alive| alive != session);
                *owner.ended.entry(session).or_default() += 1;
                if let Some(dialog) = dialog {
                    self.world.agents[agent].close_dialog(dialog);
                }
            }
            Event::Session { session, event } => {
                assert!(!self.owners[agent].ended.contains_key(&session), "{event:?} after the end");
                if let SessionEvent::Request { id, .. } | SessionEvent::Reinvite { id, .. } = event {
                    self.owners[agent].asked.push(id);
                }
            }
            Event::Request { .. }
            | Event::DialogRequest { .. }
            | Event::Response { .. }
            | Event::Failed { .. } => {}
        }
    }

    fn deed(&mut self, agent: usize, deed: Deed) {
        if let Deed::Call { offer } = deed {
            let own = self.profile(agent);
            let body = offer.then(|| sdp("offer"));
            let session = self.world.call_with(agent, 1 - agent, body, own, HeaderList::new());
            return self.owners[agent].alive.push(session);
        }
        if let Deed::Answer { accept } = deed {
            return self.answer(agent, accept);
        }
        let Some(&session) = self.owners[agent].alive.last() else { return };
        let none = HeaderList::new;
        let with = |status: StatusCode, with_sdp: bool| {
            let reply = Reply::new(status);
            if with_sdp { reply.body(sdp("x")) } else { reply }
        };
        let body = |offer: bool| offer.then(|| sdp("change"));
        // Deeds that do not fit are refused; that is part of the storm.
        let _ = self.world.act(agent, |agent, now| match deed {
            Deed::Ring => agent.provisional(now, session, with(StatusCode::RINGING, false)),
            Deed::Progress { sdp } => {
                agent.provisional(now, session, with(StatusCode::SESSION_PROGRESS, sdp))
            }
            Deed::Accept => agent.accept(now, session, with(StatusCode::OK, true)),
            Deed::Reject => agent.reject(now, session, &with(StatusCode::BUSY_HERE, false)),
            Deed::Cancel => agent.cancel(now, session, none()),
            Deed::HangUp => agent.hang_up(now, session, &with(StatusCode::DECLINE, false)),
            Deed::Reinvite { offer } => agent.reinvite(now, session, none(), body(offer)),
            Deed::Update { offer } => {
                agent.session_request(now, session, Method::Update, none(), body(offer)).map(drop)
            }
            Deed::Info => agent.session_request(now, session, Method::Info, none(), None).map(drop),
            Deed::Acknowledge => agent.acknowledge(now, session, Some(&sdp("answer"))),
            Deed::Prack => agent.prack(now, session, Some(sdp("answer"))),
            Deed::KeepDialog => agent.keep_dialog(session),
            Deed::Call { .. } | Deed::Answer { .. } => Ok(()),
        });
    }

    /// A call is under way before the storm begins.
    fn begin(&mut self) {
        for (agent, deed) in [(ALICE, Deed::Call { offer: true }), (BOB, Deed::Accept)] {
            self.deed(agent, deed);
            self.world.settle();
            self.listen();
        }
    }

    fn answer(&mut self, agent: usize, accept: bool) {
        for id in std::mem::take(&mut self.owners[agent].asked) {
            let reply = if accept {
                Reply::new(StatusCode::OK).body(sdp("x"))
            } else {
                Reply::new(StatusCode::NOT_ACCEPTABLE_HERE)
            };
            let _ = self.world.act(agent, |agent, now| agent.respond(now, id, &reply));
        }
    }

    fn end(&mut self) {
        for agent in [ALICE, BOB] {
            for session in self.owners[agent].alive.clone() {
                self.world.act(agent, |agent, now| {
                    let _ = agent.hang_up(now, session, &Reply::new(StatusCode::DECLINE));
                });
            }
        }
    }
}

fn check(
    kind: TransportKind,
    reliable: Reliability,
    faults: Faults,
    begun: bool,
    deeds: &[(usize, Deed, u64)],
) {
    let mut storm = Storm { world: World::over(kind), owners: Default::default(), reliable };
    if begun {
        storm.begin();
    }
    storm.world.faults = faults;
    for &(agent, deed, wait) in deeds {
        storm.deed(agent, deed);
        storm.world.run(Duration::from_millis(wait));
        storm.listen();
    }
    storm.end();
    // Long enough for every give-up after every other: a callee that waits for an ACK, then for its BYE.
    for _ in 0..4 {
        storm.world.run_out();
        storm.listen();
        storm.end();
    }
    for owner in &storm.owners {
        assert!(owner.alive.is_empty(), "sessions without an end: {:?}", owner.alive);
        assert!(owner.ended.values().all(|&times| times == 1), "an end told twice");
    }
    storm.world.assert_empty();
}

fn deeds() -> impl Strategy<Value = Vec<(usize, Deed, u64)>> {
    proptest::collection::vec((0usize..2, deed(), prop_oneof![0u64..20, 0u64..400, 0u64..20_000]), 1..40)
}

fn reliability() -> impl Strategy<Value = Reliability> {
    prop_oneof![
        Just(Reliability::No),
        Just(Reliability::Yes),
        Just(Reliability::PeerSupported),
        Just(Reliability::Required)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn calls_end_over_a_perfect_network(reliable in reliability(), begun in any::<bool>(), deeds in deeds()) {
        check(TransportKind::Udp, reliable, Faults::none(), begun, &deeds);
    }

    #[test]
    fn calls_end_over_a_bad_network(
        seed in any::<u64>(), loss in 0u32..60, duplication in 0u32..50, delay in 0u32..2000,
        reliable in reliability(), begun in any::<bool>(), deeds in deeds(),
    ) {
        check(TransportKind::Udp, reliable, Faults::new(seed, loss, duplication, delay), begun, &deeds);
    }

    #[test]
    fn calls_end_over_a_dead_network(begun in any::<bool>(), deeds in deeds()) {
        check(TransportKind::Udp, Reliability::Yes, Faults::new(0, 100, 0, 0), begun, &deeds);
    }

    #[test]
    fn calls_end_over_streams(reliable in reliability(), begun in any::<bool>(), deeds in deeds()) {
        check(TransportKind::Tcp, reliable, Faults::none(), begun, &deeds);
    }

    #[test]
    fn a_call_over_a_lossy_network_is_established_in_the_end(seed in any::<u64>(), loss in 0u32..10) {
        let mut world = World::new();
        world.faults = Faults::new(seed, loss, 20, 300);
        world.call(ALICE, BOB, Some(sdp("offer")));
        world.run(Duration::from_secs(20));
        let events = world.take_events(BOB);
        if let Some(Event::Invite { session, .. }) = events.first() {
            world.accept(BOB, *session);
            world.run(Duration::from_secs(31));
            let news = (world.news(ALICE), world.news(BOB));
            prop_assert_eq!(news.0, ["answered 200"]);
            prop_assert_eq!(news.1, ["acknowledged by ACK"]);
        }
    }

    #[test]
    fn any_bytes_from_the_network_are_survived(messages in proptest::collection::vec(mangled(), 1..30)) {
        let mut world = World::new();
        let (alices, _) = world.established();
        let (call_id, local, remote) = world.agents[ALICE].session_identity(alices).unwrap();
        let ids = [call_id.to_owned(), local.to_owned(), remote.to_owned()];
        for message in messages {
            let text = message.replace("CALLID", &ids[0]).replace("LOCAL", &ids[1]).replace("REMOTE", &ids[2]);
            world.deliver(ALICE, "10.0.0.9:5060", &text);
        }
        world.run_out();
    }
}

/// Messages whose lines are sometimes right.
fn mangled() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        Just("INVITE"),
        Just("BYE"),
        Just("ACK"),
        Just("CANCEL"),
        Just("PRACK"),
        Just("UPDATE"),
        Just("INFO"),
        Just("REFER"),
        Just("NOTIFY"),
        Just("SUBSCRIBE"),
        Just("REGISTER"),
        Just("SIP/2.0 200 OK"),
        Just("SIP/2.0 491 x"),
    ];
    let line = prop_oneof![
        Just("Via: SIP/2.0/UDP h;branch=z9hG4bKa"),
        Just("Via: SIP/2.0/UDP h;branch=z9hG4bKb;rport"),
        Just("Via: x"),
        Just("From: <sip:a>;tag=REMOTE"),
        Just("From: <sip:a>"),
        Just("To: <sip:b>;tag=LOCAL"),
        Just("To: <sip:b>"),
        Just("Call-ID: CALLID"),
        Just("Call-ID: other"),
        Just("Contact: <sip:x@10.0.0.9;lr>"),
        Just("Contact: *"),
        Just("Record-Route: <sip:10.0.0.3>"),
        Just("RAck: 1 1 INVITE"),
        Just("RSeq: 1"),
        Just("Require: 100rel"),
        Just("Session-Expires: 0"),
        Just("Supported: timer"),
        Just("Content-Type: application/sdp"),
        Just("Content-Length: 3"),
        Just("Max-Forwards: 0"),
        Just("\0\u{ff}"),
    ];
    (start, proptest::collection::vec(line, 0..14), 0u32..12, ".{0,5}").prop_map(|(start, lines, cseq, body)| {
        let (first, method) = if start.starts_with("SIP") {
            (start.to_owned(), "INVITE")
        } else {
            (format!("{start} sip:a SIP/2.0"), start)
        };
        format!("{first}\nVia: SIP/2.0/UDP h;branch=z9hG4bK{cseq}\nFrom: <sip:a>;tag=REMOTE\nCall-ID: CALLID\nCSeq: {cseq} {method}\n{}\n\n{body}", lines.join("\n"))
    })
}
