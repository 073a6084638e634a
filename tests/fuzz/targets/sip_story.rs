//! A user agent's story: datagrams of a stranger, and commands of its owner between them.
//!
//! The story is cut at `%%`. The byte after a cut is what the owner does first (see [`Story::act`]); the rest
//! is a datagram, in which `@v`, `@f`, `@t`, `@c`, `@q` and `@b` stand for Via, From, To, Call-ID, CSeq and the
//! topmost branch of what the agent sent last: so a story can answer it and stay in its dialogs.

use bytes::Bytes;
use obelus_sip::digest::{Credential, Secret};
use obelus_sip::header::Name;
use obelus_sip::message::{Body, HeaderList, Limits, Message, Request, parse};
use obelus_sip::session::{Invite, SessionEvent, SessionId};
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::{Config, Event, Load, OutgoingRequest, Profile, Reply};
use obelus_sip::{DialogId, Flow, Method, StatusCode, Transport, TransportId, TransportKind, UserAgent};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

/// Time is virtual; it starts anywhere.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// More than an hour of timers is no story any more.
const MAX_TIMEOUTS: usize = 50_000;

/// Tells the story to its end, and checks that nothing is left behind.
pub(crate) fn tell(data: &[u8]) {
    let mut story = Story::new();
    for (index, part) in crate::parts(data).enumerate() {
        let datagram = match part.split_first() {
            Some((&action, rest)) if index > 0 => {
                story.act(action);
                rest.strip_prefix(b"\n").unwrap_or(rest)
            }
            _ => part,
        };
        if !datagram.is_empty() {
            story.receive(datagram);
        }
    }
    story.end();
}

struct Story {
    agent: UserAgent,
    now: Instant,
    profile: Arc<Profile>,
    flow: Flow,
    /// What was sent last.
    sent: Option<Message>,
    sessions: Vec<SessionId>,
    /// Is it over?
    known: HashMap<SessionId, bool>,
    /// The INVITE of the last incoming session.
    invite: Option<Request>,
    requests: Vec<(ServerId, Flow, Request)>,
    dialogs: Vec<DialogId>,
}

impl Story {
    fn new() -> Self {
        let password = Secret::Password("secret".into());
        let credential = Credential { realm: None, username: "obelus".into(), secret: password };
        let profile = Arc::new(Profile {
            contact: "<sip:obelus@192.0.2.1:5060>".into(),
            credentials: vec![credential],
            ..Profile::default()
        });
        let config = Config {
            profile: Arc::clone(&profile),
            max_sessions: 8,
            max_dialogs: 8,
            max_transactions: 64,
            ..Config::default()
        };
        let mut agent = UserAgent::new(config, [3; 32]);
        for (id, kind) in [(0, TransportKind::Udp), (1, TransportKind::Tcp)] {
            let sent_by = "192.0.2.1:5060".into();
            agent.add_transport(Transport { id: TransportId(id), kind, sent_by, is_ipv6: false });
        }
        Self {
            agent,
            now: *START,
            profile,
            flow: flow(0),
            sent: None,
            sessions: Vec::new(),
            known: HashMap::new(),
            invite: None,
            requests: Vec::new(),
            dialogs: Vec::new(),
        }
    }

    fn receive(&mut self, datagram: &[u8]) {
        let bytes = Bytes::from(self.filled(datagram));
        self.agent.handle_message(self.now, self.flow, bytes);
        self.drain();
    }

    /// With the values of what was sent last in the place of `@v` and so on.
    fn filled(&self, datagram: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(datagram.len() + 256);
        let mut bytes = datagram.iter();
        while let Some(&byte) = bytes.next() {
            match (byte, bytes.as_slice().first().and_then(|&letter| self.value(letter))) {
                (b'@', Some(value)) => {
                    bytes.next();
                    out.extend_from_slice(value);
                }
                _ => out.push(byte),
            }
        }
        out
    }

    fn value(&self, letter: u8) -> Option<&[u8]> {
        let headers = self.sent.as_ref()?.headers();
        let name = match letter {
            b'v' => Name::Via,
            b'f' => Name::From,
            b't' => Name::To,
            b'c' => Name::CallId,
            b'q' => Name::CSeq,
            b'b' => return headers.via().ok()?.branch().map(str::as_bytes),
            _ => return None,
        };
        headers.value(name)
    }

    /// What the owner does; a letter that means nothing does nothing, and a refusal is fine.
    fn act(&mut self, action: u8) {
        let now = self.now;
        let session = self.sessions.last().copied();
        match action {
            b't' => self.pass(Duration::from_secs(1)),
            b'T' => self.pass(Duration::from_secs(40)),
            b'H' => self.pass(Duration::from_secs(3600)),
            b'U' => self.flow = flow(0),
            b'W' => self.flow = flow(1),
            b'e' => self.agent.handle_transport_error(now, self.flow),
            b'n' => self.call(Some(Body::sdp(SDP))),
            b'N' => self.call(None),
            b'o' => self.request(Method::Options),
            b'g' => self.request(Method::Register),
            b'x' | b'X' | b'd' => self.answer(action),
            b'D' => {
                self.dialogs.pop().into_iter().for_each(|dialog| self.agent.close_dialog(dialog));
            }
            b'y' => {
                let (headers, body) = (HeaderList::new(), None);
                for &dialog in &self.dialogs {
                    let _ =
                        self.agent.dialog_request(now, dialog, Method::Notify, headers.clone(), body.clone());
                }
            }
            action => session.into_iter().for_each(|session| self.act_in(session, action)),
        }
        self.drain();
    }

    fn act_in(&mut self, session: SessionId, action: u8) {
        let (agent, now) = (&mut self.agent, self.now);
        let (headers, body) = (HeaderList::new(), Some(Body::sdp(SDP)));
        let reply = |code| StatusCode::new(code).map(Reply::new);
        let described = |code| reply(code).map(|reply| reply.body(Body::sdp(SDP)));
        // A stranger's datagram can have ended the session meanwhile, so every refusal is in order.
        let _ = match action {
            b'p' => described(183).map(|reply| agent.provisional(now, session, reply)),
            b'P' => reply(180).map(|reply| agent.provisional(now, session, reply)),
            b'a' => described(200).map(|reply| agent.accept(now, session, reply)),
            b'r' => reply(486).map(|reply| agent.reject(now, session, &reply)),
            b'R' => {
                reply(302).map(|reply| agent.reject(now, session, &reply.header(Name::Contact, "<sip:x@y>")))
            }
            b'h' => reply(480).map(|reply| agent.hang_up(now, session, &reply)),
            b'c' => Some(agent.cancel(now, session, headers)),
            b'b' => Some(agent.bye(now, session, &headers)),
            b'k' => Some(agent.acknowledge(now, session, body.as_ref())),
            b'q' => Some(agent.prack(now, session, body)),
            b'i' => Some(agent.reinvite(now, session, headers, body)),
            b'I' => Some(agent.reinvite(now, session, headers, None)),
            b'u' => Some(agent.session_request(now, session, Method::Update, headers, body).map(drop)),
            b'm' => Some(agent.session_request(now, session, Method::Info, headers, None).map(drop)),
            b'f' => Some(agent.set_flow(session, flow(1))),
            b'K' => Some(agent.keep_dialog(session)),
            b'j' => {
                let profile = Arc::clone(&self.profile);
                self.invite.as_ref().map(|invite| agent.adopt(now, session, profile, invite))
            }
            _ => None,
        };
    }

    fn call(&mut self, body: Option<Body>) {
        let invite = Invite {
            uri: "sip:bob@198.51.100.1".into(),
            from: "<sip:obelus@192.0.2.1>".into(),
            to: "<sip:bob@198.51.100.1>".into(),
            call_id: None,
            routes: Vec::new(),
            flow: self.flow,
            headers: HeaderList::new(),
            body,
            profile: Arc::clone(&self.profile),
        };
        if let Ok(session) = self.agent.invite(self.now, invite) {
            self.begin(session);
        }
    }

    fn request(&mut self, method: Method) {
        let request = OutgoingRequest {
            method,
            uri: "sip:198.51.100.1".into(),
            from: "<sip:obelus@192.0.2.1>".into(),
            to: "<sip:obelus@192.0.2.1>".into(),
            call_id: None,
            cseq: 1,
            routes: vec!["<sip:198.51.100.1;lr>".into()],
            flow: self.flow,
            headers: HeaderList::new(),
            body: None,
            credentials: self.profile.credentials.clone().into(),
        };
        let _ = self.agent.request(self.now, request);
    }

    /// Answers the last request that waits for an answer of the owner.
    fn answer(&mut self, action: u8) {
        let Some((id, flow, request)) = self.requests.pop() else { return };
        let reply =
            Reply::new(if action == b'X' { StatusCode::SERVER_INTERNAL_ERROR } else { StatusCode::OK });
        if action == b'd' {
            let profile = Arc::clone(&self.profile);
            let made = self.agent.accept_dialog(self.now, id, flow, &request, profile, &reply);
            self.dialogs.extend(made.ok());
            return;
        }
        let with_sdp = matches!(request.method(), Method::Invite | Method::Update);
        let reply = if with_sdp { reply.body(Body::sdp(SDP)) } else { reply };
        let _ = self.agent.respond(self.now, id, &reply);
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        self.run(until);
        self.now = until;
    }

    /// Lets timers run out until then; time must go on.
    fn run(&mut self, until: Instant) {
        for _ in 0..MAX_TIMEOUTS {
            let Some(at) = self.agent.next_timeout().filter(|&at| at <= until) else { return };
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            let next = self.agent.next_timeout();
            assert!(next.is_none_or(|next| next > self.now), "a deadline stays due: {:?}", self.agent.load());
            self.drain();
        }
        panic!("timers without end: {:?}", self.agent.load());
    }

    fn drain(&mut self) {
        while let Some(transmit) = self.agent.poll_transmit() {
            let limits = Limits { message: usize::MAX, headers: usize::MAX, line: usize::MAX };
            match parse(transmit.bytes.clone(), &limits) {
                Ok(message) => self.sent = Some(message),
                Err(error) => panic!("we wrote {:?}: {error:?}", transmit.bytes),
            }
        }
        while let Some(event) = self.agent.poll_event() {
            self.hear(event);
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Request { id, flow, request } => self.requests.push((id, flow, request)),
            Event::DialogRequest { id, request, .. } => self.requests.push((id, self.flow, request)),
            Event::Invite { session, request, .. } => {
                self.begin(session);
                self.invite = Some(request);
            }
            Event::Session { session, event } => self.hear_of(session, event),
            Event::Response { .. } | Event::Failed { .. } => {}
        }
    }

    fn begin(&mut self, session: SessionId) {
        assert!(self.known.insert(session, false).is_none(), "a session begins twice");
        self.sessions.push(session);
    }

    fn hear_of(&mut self, session: SessionId, event: SessionEvent) {
        assert_eq!(self.known.get(&session), Some(&false), "{event:?} of a session that is not");
        match event {
            SessionEvent::Ended { dialog, .. } => {
                self.known.insert(session, true);
                self.sessions.retain(|known| *known != session);
                self.dialogs.extend(dialog);
            }
            SessionEvent::Reinvite { id, request } | SessionEvent::Request { id, request } => {
                self.requests.push((id, self.flow, request));
            }
            _ => {}
        }
    }

    /// The owner ends everything; when all timers ran out, all tables are empty.
    fn end(&mut self) {
        while !self.requests.is_empty() {
            self.act(b'X');
        }
        while let Some(&session) = self.sessions.last() {
            self.act_in(session, b'h');
            self.drain();
            self.sessions.retain(|known| *known != session);
        }
        self.pass(Duration::from_secs(600));
        while !self.requests.is_empty() {
            self.act(b'X');
        }
        while !self.dialogs.is_empty() {
            self.act(b'D');
        }
        // A deadline that nobody waits for any more stays until it is reached, and Session-Expires has 32 bits.
        self.pass(Duration::from_secs(u64::from(u32::MAX)));
        assert!(self.known.values().all(|over| *over), "a session never ended: {:?}", self.agent);
        assert_eq!(self.agent.load(), Load::default(), "{:?}", self.agent);
    }
}

fn flow(transport: u16) -> Flow {
    Flow {
        transport: TransportId(transport),
        remote: SocketAddr::from(([198, 51, 100, 1], 5060)),
        connection: None,
    }
}
