//! How long an INVITE of 1 kB takes to parse, and how often the parser asks for memory.
#![allow(unsafe_code, reason = "a counting allocator cannot be written without")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement reads the clock and prints"
)]

use bytes::Bytes;
use obelus_sip::message::{Limits, Message, call_id_of, parse};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const INVITE: &str = "INVITE sip:1002@pbx.example.com;user=phone SIP/2.0\r\n\
Via: SIP/2.0/UDP 192.168.10.21:5060;branch=z9hG4bK3f8a1cde9b774e1;rport\r\n\
Max-Forwards: 70\r\n\
From: \"Alice Example\" <sip:1001@pbx.example.com>;tag=8f3b2a1c99d0\r\n\
To: <sip:1002@pbx.example.com;user=phone>\r\n\
Call-ID: 6f2d7a0e4bb94c6d9a7e@192.168.10.21\r\n\
CSeq: 2 INVITE\r\n\
Contact: <sip:1001@192.168.10.21:5060;transport=udp>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-805ec0123456>\"\r\n\
Allow: INVITE, INFO, PRACK, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REGISTER, SUBSCRIBE, REFER, PUBLISH, UPDATE, MESSAGE\r\n\
Supported: replaces, timer, 100rel, outbound\r\n\
Session-Expires: 1800;refresher=uac\r\n\
User-Agent: Yealink SIP-T46U 108.86.0.70\r\n\
Allow-Events: talk, hold, conference, refer, check-sync\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 236\r\n\r\n\
v=0\r\no=- 20034 20034 IN IP4 192.168.10.21\r\ns=SDP data\r\nc=IN IP4 192.168.10.21\r\nt=0 0\r\n\
m=audio 11796 RTP/AVP 9 0 8 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

const ROUNDS: u32 = 300_000;

fn measure(what: &str, mut work: impl FnMut()) {
    for _ in 0..ROUNDS / 10 {
        work();
    }
    let allocations = ALLOCATIONS.load(Ordering::Relaxed);
    let start = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    let nanoseconds = start.elapsed().as_nanos() / u128::from(ROUNDS);
    let allocations = (ALLOCATIONS.load(Ordering::Relaxed) - allocations) as f64 / f64::from(ROUNDS);
    println!("{what:48} {nanoseconds:6} ns {allocations:5.1} allocations");
}

fn main() {
    let limits = Limits::default();
    println!("an INVITE of {} bytes", INVITE.len());
    let shared = Bytes::from_static(INVITE.as_bytes());
    measure("parse", || {
        let _ = black_box(parse(black_box(shared.clone()), &limits));
    });
    measure("copy from a socket buffer, parse", || {
        let _ = black_box(parse(Bytes::copy_from_slice(black_box(INVITE.as_bytes())), &limits));
    });
    measure("copy, parse, read what a transaction needs", || {
        let parsed = parse(Bytes::copy_from_slice(black_box(INVITE.as_bytes())), &limits);
        if let Ok(Message::Request(request)) = parsed {
            let _ = black_box(request.essentials());
        }
    });
    measure("find the Call-ID without parsing", || {
        black_box(call_id_of(black_box(INVITE.as_bytes())));
    });
}
