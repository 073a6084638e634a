//! What a call costs: CPU time and memory of both sides, without sockets.
#![allow(unsafe_code, reason = "a counting allocator cannot be written without")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement reads the clock and prints"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that goes wrong stops")]

use obelus_sip::message::{Body, HeaderList};
use obelus_sip::session::{Invite, SessionId};
use obelus_sip::ua::{Config, Event, Profile, Reply};
use obelus_sip::{Flow, StatusCode, Transport, TransportId, TransportKind, UserAgent};
use std::alloc::{GlobalAlloc, Layout, System};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicI64 = AtomicI64::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        LIVE.fetch_add(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SDP: &str = "v=0\r\no=- 20034 20034 IN IP4 192.168.10.21\r\ns=-\r\nc=IN IP4 192.168.10.21\r\nt=0 0\r\n\
m=audio 11796 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

struct Pair {
    agents: [UserAgent; 2],
    profiles: [Arc<Profile>; 2],
    now: Instant,
}

fn address(index: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, index as u8 + 1], 5060))
}

fn flow(index: usize) -> Flow {
    Flow { transport: TransportId(0), remote: address(index), connection: None }
}

impl Pair {
    fn new(now: Instant) -> Self {
        let profiles = [0, 1].map(|index| {
            Arc::new(Profile { contact: format!("<sip:{}>", address(index)).into(), ..Profile::default() })
        });
        let agents = [0, 1].map(|index| {
            let config = Config {
                profile: Arc::clone(&profiles[index]),
                max_transactions: 10_000_000,
                max_sessions: 10_000_000,
                ..Config::default()
            };
            let mut agent = UserAgent::new(config, [index as u8 + 1; 32]);
            let sent_by = address(index).to_string().into();
            agent.add_transport(Transport {
                id: TransportId(0),
                kind: TransportKind::Udp,
                sent_by,
                is_ipv6: false,
            });
            agent
        });
        Self { agents, profiles, now }
    }

    /// Carries messages until nobody has any; gives the sessions that were invited.
    fn exchange(&mut self) -> Option<SessionId> {
        let mut invited = None;
        loop {
            let mut moved = false;
            for from in [0, 1] {
                while let Some(transmit) = self.agents[from].poll_transmit() {
                    moved = true;
                    self.agents[1 - from].handle_message(self.now, flow(from), transmit.bytes);
                }
            }
            for agent in &mut self.agents {
                while let Some(event) = agent.poll_event() {
                    if let Event::Invite { session, .. } = event {
                        invited = Some(session);
                    }
                }
            }
            if !moved {
                return invited;
            }
        }
    }

    fn call(&mut self) -> SessionId {
        let invite = Invite {
            uri: "sip:1002@10.0.0.2".into(),
            from: "\"Alice Example\" <sip:1001@10.0.0.1>".into(),
            to: "<sip:1002@10.0.0.2>".into(),
            call_id: None,
            routes: Vec::new(),
            flow: flow(1),
            headers: HeaderList::new(),
            body: Some(Body::sdp(SDP)),
            profile: Arc::clone(&self.profiles[0]),
        };
        let session = self.agents[0].invite(self.now, invite).unwrap();
        let invited = self.exchange().unwrap();
        self.agents[1].provisional(self.now, invited, Reply::new(StatusCode::RINGING)).unwrap();
        let answer = Reply::new(StatusCode::OK).body(Body::sdp(SDP));
        self.agents[1].accept(self.now, invited, answer).unwrap();
        self.exchange();
        session
    }

    fn hang_up(&mut self, session: SessionId) {
        self.agents[0].bye(self.now, session, &HeaderList::new()).unwrap();
        self.exchange();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        for agent in &mut self.agents {
            agent.handle_timeout(self.now);
        }
        self.exchange();
    }
}

fn main() {
    const CALLS: u32 = 100_000;
    let mut pair = Pair::new(Instant::now());
    let allocations = ALLOCATIONS.load(Ordering::Relaxed);
    let start = Instant::now();
    for _ in 0..CALLS {
        let session = pair.call();
        pair.hang_up(session);
        // 100 calls a second, so that transactions end as they do in life.
        pair.pass(Duration::from_millis(10));
    }
    let each = start.elapsed() / CALLS;
    let allocations = (ALLOCATIONS.load(Ordering::Relaxed) - allocations) / u64::from(CALLS);
    println!("a call of six messages, both sides, end to end: {each:?}, {allocations} allocations");

    const IDLE: u32 = 10_000;
    let mut pair = Pair::new(Instant::now());
    let before = LIVE.load(Ordering::Relaxed);
    let mut last = None;
    for _ in 0..IDLE {
        last = Some(pair.call());
    }
    pair.pass(Duration::from_secs(60));
    let bytes = (LIVE.load(Ordering::Relaxed) - before) / i64::from(IDLE) / 2;
    println!("{IDLE} idle calls: {bytes} bytes each and side, tables and timers included");
    println!(
        "of which the session itself: {:?}",
        last.and_then(|session| pair.agents[0].session_size(session))
    );
    let start = Instant::now();
    pair.pass(Duration::from_secs(1));
    println!("a look at the clock with {IDLE} idle calls: {:?}", start.elapsed());
}
