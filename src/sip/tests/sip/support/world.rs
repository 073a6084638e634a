//! `World`: user agents at 10.0.0.1, 10.0.0.2 and so on, and the datagrams between them.

use super::{Faults, news, wire_name};
use bytes::Bytes;
use obelus_sip::message::{Body, HeaderList, Limits, Message, Response, parse};
use obelus_sip::session::{Invite, SessionId};
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::{Config, Event, Load, Profile, Reply};
use obelus_sip::{Flow, StatusCode, Transport, TransportId, TransportKind, UserAgent};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) const ALICE: usize = 0;
pub(crate) const BOB: usize = 1;

/// Something on its way.
struct Datagram {
    from: usize,
    to: SocketAddr,
    transport: TransportId,
    bytes: Bytes,
}

pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) agents: Vec<UserAgent>,
    events: Vec<Vec<Event>>,
    air: BTreeMap<(Instant, u64), Datagram>,
    count: u64,
    pub(crate) faults: Faults,
    /// `A>B INVITE` and so on, as sent.
    wire: Vec<String>,
    /// The same, whole.
    written: Vec<Bytes>,
    /// Messages by these names are lost, that often each.
    drops: Vec<(String, u32)>,
    reliable: bool,
    /// What went to addresses where no agent is.
    outbox: Vec<(SocketAddr, Bytes)>,
}

pub(crate) fn address(agent: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, agent as u8 + 1], 5060))
}

pub(crate) fn flow(agent: usize) -> Flow {
    Flow { transport: TransportId(0), remote: address(agent), connection: None }
}

pub(crate) fn profile(agent: usize) -> Profile {
    Profile { contact: format!("<sip:agent@{}>", address(agent)).into(), ..Profile::default() }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(2, TransportKind::Udp, |config, _| config)
    }

    pub(crate) fn over(kind: TransportKind) -> Self {
        Self::with(2, kind, |config, _| config)
    }

    pub(crate) fn configured(change: impl Fn(Config, usize) -> Config) -> Self {
        Self::with(2, TransportKind::Udp, change)
    }

    pub(crate) fn with(count: usize, kind: TransportKind, change: impl Fn(Config, usize) -> Config) -> Self {
        let agent = |index: usize| {
            let config = Config { profile: Arc::new(profile(index)), ..Config::default() };
            let mut agent = UserAgent::new(change(config, index), [index as u8 + 1; 32]);
            let sent_by = address(index).to_string().into();
            agent.add_transport(Transport { id: TransportId(0), kind, sent_by, is_ipv6: false });
            agent
        };
        #[allow(clippy::disallowed_methods, reason = "virtual time needs some instant to start from")]
        let now = Instant::now();
        Self {
            now,
            agents: (0..count).map(agent).collect(),
            events: (0..count).map(|_| Vec::new()).collect(),
            air: BTreeMap::new(),
            count: 0,
            faults: Faults::none(),
            wire: Vec::new(),
            written: Vec::new(),
            drops: Vec::new(),
            reliable: kind.is_reliable(),
            outbox: Vec::new(),
        }
    }

    /// Loses the next messages of that name, as in `A>B INVITE`.
    pub(crate) fn lose(&mut self, name: &str, times: u32) {
        self.drops.push((name.into(), times));
    }

    /// Does something with an agent, then takes what it sends and says.
    pub(crate) fn act<R>(&mut self, agent: usize, act: impl FnOnce(&mut UserAgent, Instant) -> R) -> R {
        let result = act(&mut self.agents[agent], self.now);
        self.collect(agent);
        result
    }

    fn collect(&mut self, agent: usize) {
        while let Some(transmit) = self.agents[agent].poll_transmit() {
            self.fly(agent, transmit.flow, &transmit.bytes);
        }
        while let Some(event) = self.agents[agent].poll_event() {
            self.events[agent].push(event);
        }
    }

    fn fly(&mut self, from: usize, flow: Flow, bytes: &Bytes) {
        let letter = |index: usize| char::from(b'A' + index as u8);
        let to = match flow.remote {
            SocketAddr::V4(address) => usize::from(address.ip().octets()[3]).saturating_sub(1),
            SocketAddr::V6(_) => 25,
        };
        let name = format!("{}>{} {}", letter(from), letter(to), wire_name(bytes));
        self.wire.push(name.clone());
        self.written.push(bytes.clone());
        if let Some((_, times)) =
            self.drops.iter_mut().find(|(dropped, times)| *dropped == name && *times > 0)
        {
            *times -= 1;
            return;
        }
        let arrivals = if self.reliable { vec![Duration::from_millis(1)] } else { self.faults.arrivals() };
        for delay in arrivals {
            self.count += 1;
            let datagram =
                Datagram { from, to: flow.remote, transport: flow.transport, bytes: bytes.clone() };
            self.air.insert((self.now + delay, self.count), datagram);
        }
    }

    /// Lets the next thing happen, if it does so by `until`.
    pub(crate) fn step(&mut self, until: Instant) -> bool {
        let arrival = self.air.keys().next().copied();
        let timer = (0..self.agents.len())
            .filter_map(|agent| Some((self.agents[agent].next_timeout()?, agent)))
            .min();
        match (arrival, timer) {
            (Some(key), timer) if key.0 <= until && timer.is_none_or(|(at, _)| key.0 <= at) => {
                self.arrive(key);
            }
            (_, Some((at, agent))) if at <= until => {
                self.now = self.now.max(at);
                self.act(agent, |agent, now| agent.handle_timeout(now));
            }
            _ => return false,
        }
        true
    }

    fn arrive(&mut self, key: (Instant, u64)) {
        let Some(datagram) = self.air.remove(&key) else { return };
        self.now = self.now.max(key.0);
        let to = (0..self.agents.len()).find(|&agent| address(agent) == datagram.to);
        if let Some(to) = to {
            let flow =
                Flow { transport: datagram.transport, remote: address(datagram.from), connection: None };
            self.act(to, |agent, now| agent.handle_message(now, flow, datagram.bytes));
        } else {
            self.outbox.push((datagram.to, datagram.bytes));
        }
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.step(until) {}
        self.now = until;
    }

    /// Lets everything settle that takes no time-outs.
    pub(crate) fn settle(&mut self) {
        self.run(Duration::from_millis(50));
    }

    /// Lets everything end: transactions, repetitions, and time-outs of up to two minutes.
    pub(crate) fn run_out(&mut self) {
        self.run(Duration::from_secs(150));
    }

    pub(crate) fn take_events(&mut self, agent: usize) -> Vec<Event> {
        std::mem::take(&mut self.events[agent])
    }

    /// The events of an agent since the last look, in words.
    pub(crate) fn news(&mut self, agent: usize) -> Vec<String> {
        self.take_events(agent).iter().map(news).collect()
    }

    /// What was sent since the last look.
    pub(crate) fn wire(&mut self) -> Vec<String> {
        std::mem::take(&mut self.wire)
    }

    /// Everything that was ever sent.
    pub(crate) fn written(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.written)
    }

    /// Gives an agent a message from anywhere; line ends are `\n` in the text.
    pub(crate) fn deliver(&mut self, agent: usize, from: &str, text: &str) {
        let flow = Flow { transport: TransportId(0), remote: from.parse().unwrap(), connection: None };
        let bytes = crate::wire(text.as_bytes());
        self.act(agent, |agent, now| agent.handle_message(now, flow, bytes));
    }

    /// What came to addresses where no agent is, after everything under way has arrived.
    pub(crate) fn outbox(&mut self) -> Vec<(SocketAddr, Message)> {
        self.settle();
        let outbox = std::mem::take(&mut self.outbox);
        outbox.into_iter().map(|(to, bytes)| (to, parse(bytes, &Limits::default()).unwrap())).collect()
    }

    /// The names of what came to addresses where no agent is.
    pub(crate) fn replies(&mut self) -> Vec<String> {
        self.outbox().iter().map(|(_, message)| wire_name(message.headers().as_bytes())).collect()
    }

    /// The last of it.
    pub(crate) fn last_reply(&mut self) -> Response {
        match self.outbox().pop() {
            Some((_, Message::Response(response))) => response,
            other => panic!("no response: {other:?}"),
        }
    }

    pub(crate) fn assert_empty(&self) {
        for (index, agent) in self.agents.iter().enumerate() {
            let load = agent.load();
            assert_eq!(Load { timers: 0, ..load }, Load::default(), "agent {index} leaks");
        }
    }
}

/// What stories do.
impl World {
    pub(crate) fn call(&mut self, from: usize, to: usize, body: Option<Body>) -> SessionId {
        self.call_with(from, to, body, profile(from), HeaderList::new())
    }

    pub(crate) fn call_with(
        &mut self,
        from: usize,
        to: usize,
        body: Option<Body>,
        profile: Profile,
        headers: HeaderList,
    ) -> SessionId {
        let uri: Box<str> = format!("sip:bob@{}", address(to)).into();
        let invite = Invite {
            from: format!("\"Alice\" <sip:alice@{}>", address(from).ip()).into(),
            to: format!("<{uri}>").into(),
            uri,
            call_id: None,
            routes: Vec::new(),
            flow: flow(to),
            headers,
            body,
            profile: Arc::new(profile),
        };
        self.act(from, |agent, now| agent.invite(now, invite)).unwrap()
    }

    /// The session of the INVITE that came, among the events since the last look.
    pub(crate) fn invited(&mut self, agent: usize) -> SessionId {
        let events = self.take_events(agent);
        let found = events.iter().find_map(|event| match event {
            Event::Invite { session, .. } => Some(*session),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no invite among {:?}", events.iter().map(news).collect::<Vec<_>>()))
    }

    pub(crate) fn ring(&mut self, agent: usize, session: SessionId) {
        self.act(agent, |agent, now| agent.provisional(now, session, Reply::new(StatusCode::RINGING)))
            .unwrap();
    }

    pub(crate) fn accept(&mut self, agent: usize, session: SessionId) {
        let reply = Reply::new(StatusCode::OK).body(sdp("answer"));
        self.act(agent, |agent, now| agent.accept(now, session, reply)).unwrap();
    }

    /// An established call: the sessions of Alice and Bob.
    pub(crate) fn established(&mut self) -> (SessionId, SessionId) {
        let profiles = (profile(ALICE), profile(BOB));
        self.established_with(profiles.0, profiles.1)
    }

    pub(crate) fn established_with(&mut self, alice: Profile, bob: Profile) -> (SessionId, SessionId) {
        let alices = self.call_with(ALICE, BOB, Some(sdp("offer")), alice, HeaderList::new());
        self.settle();
        let events = self.take_events(BOB);
        let Some(Event::Invite { session: bobs, request, .. }) = events.into_iter().next() else {
            panic!("no invite")
        };
        self.act(BOB, |agent, now| agent.adopt(now, bobs, Arc::new(bob), &request)).unwrap();
        self.accept(BOB, bobs);
        self.settle();
        assert_eq!(self.news(ALICE), ["answered 200"]);
        assert_eq!(self.news(BOB), ["acknowledged by ACK"]);
        self.wire();
        (alices, bobs)
    }

    pub(crate) fn hang_up(&mut self, agent: usize, session: SessionId) {
        let reply = Reply::new(StatusCode::DECLINE);
        self.act(agent, |agent, now| agent.hang_up(now, session, &reply)).unwrap();
    }

    /// Answers the request that an agent was told of last.
    pub(crate) fn respond(&mut self, agent: usize, id: ServerId, reply: &Reply) {
        self.act(agent, |agent, now| agent.respond(now, id, reply)).unwrap();
    }

    /// The number of the request among the events since the last look.
    pub(crate) fn requested(&mut self, agent: usize) -> ServerId {
        use obelus_sip::session::SessionEvent;
        let events = self.take_events(agent);
        let found = events.iter().find_map(|event| match event {
            Event::Session {
                event: SessionEvent::Request { id, .. } | SessionEvent::Reinvite { id, .. },
                ..
            }
            | Event::Request { id, .. }
            | Event::DialogRequest { id, .. } => Some(*id),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("no request among {:?}", events.iter().map(news).collect::<Vec<_>>()))
    }
}

pub(crate) fn sdp(text: &str) -> Body {
    Body::sdp(format!("v=0\r\ns={text}\r\n"))
}
