//! SIP itself: what is answered to requests that are unusual or wrong, on every transport.

use std::net::{SocketAddr, TcpListener, UdpSocket};

use obelus_sip::TransportKind;
use obelus_sip::header::Name;

use crate::support::call::{header, sdp};
use crate::support::{Etc, House, Phone, Raw, etc};

/// A house where `raw` needs no password.
async fn open_house(dialplan: &str) -> (House, Raw) {
    let etc = Etc::with_dialplan(dialplan);
    etc.append("pjsip.conf", "\n[raw](phone)\naors=raw\n[raw]\ntype=aor\nmax_contacts=1\n");
    let house = House::of(etc).await;
    let raw = Raw::new(house.sip()).await;
    (house, raw)
}

async fn is_answered(change: impl Fn(&Raw) -> String, status: u16) {
    let (house, raw) = open_house("exten => 1,1,Answer()\n").await;
    assert_eq!(raw.asks(&change(&raw)).await, status);
    // Whatever it was, the next one is served.
    assert_eq!(raw.asks(&raw.request("OPTIONS", "1", "")).await, 200);
    house.ends().await;
}

#[tokio::test]
async fn options_are_answered_with_what_we_can() {
    let (house, raw) = open_house("exten => 1,1,Answer()\n").await;
    raw.sends(&raw.request("OPTIONS", "1", "")).await;
    let answer = raw.hears().await;
    assert_eq!(answer.status().code(), 200);
    for method in ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO"] {
        assert!(header(&answer, Name::Allow).split(", ").any(|word| word == method), "{method}");
    }
    assert!(header(&answer, Name::Accept).contains("application/sdp"));
    assert_eq!(raw.asks(&raw.request("OPTIONS", "nobody", "")).await, 404);
    house.ends().await;
}

#[tokio::test]
async fn an_unknown_method_is_not_allowed() {
    is_answered(|raw| raw.request("DANCE", "1", ""), 405).await;
}

#[tokio::test]
async fn an_unknown_extension_of_the_protocol_is_named() {
    let (house, raw) = open_house("exten => 1,1,Answer()\n").await;
    let body = sdp("127.0.0.1:4000".parse().unwrap(), 1, &[8], "sendrecv");
    let lines = "Require: teleportation\r\nContent-Type: application/sdp\r\n";
    raw.sends(&raw.request_with("INVITE", "1", lines, &body)).await;
    let refusal = raw.hears().await;
    assert_eq!(refusal.status().code(), 420);
    assert_eq!(header(&refusal, Name::Unsupported), "teleportation");
    house.ends().await;
}

#[tokio::test]
async fn a_request_that_is_wrong_is_bad() {
    is_answered(|raw| raw.request("OPTIONS", "1", "").replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE"), 400)
        .await;
    is_answered(|raw| raw.request("OPTIONS", "1", "").replace("From: <sip:", "From: <<<"), 400).await;
}

#[tokio::test]
async fn what_is_no_sip_harms_nobody() {
    let (house, raw) = open_house("exten => 1,1,Answer()\n").await;
    for nonsense in
        ["", "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "INVITE", "\0\u{1}\u{2}", "SIP/2.0 999 x\r\n\r\n"]
    {
        raw.sends(nonsense).await;
    }
    assert_eq!(raw.asks(&raw.request("OPTIONS", "1", "")).await, 200);
    house.ends().await;
}

#[tokio::test]
async fn a_call_that_comes_on_two_ways_is_merged() {
    let (house, raw) = open_house("exten => 1,1,Ringing()\n same => n,Wait(60)\n").await;
    let body = sdp("127.0.0.1:4000".parse().unwrap(), 1, &[8], "sendrecv");
    let invite = raw.request_with("INVITE", "1", "Content-Type: application/sdp\r\n", &body);
    raw.sends(&invite).await;
    assert_eq!(raw.asks(&invite.replace("branch=z9hG4bK-", "branch=z9hG4bK-other-")).await, 482);
    // A repetition is none.
    raw.sends(&invite).await;
    assert_eq!(house.core().channels.processed(), 1);
    house.stops().await;
}

#[tokio::test]
async fn a_call_without_a_common_codec_is_not_acceptable() {
    let house = House::new("exten => 1,1,Answer()\n").await;
    let phone = Phone::new(&house, "1001").await.with_codecs(&[3, 9]);
    phone.calls("1").await.is_refused(488).await;
    assert_eq!(house.core().channels.processed(), 0);
    house.ends().await;
}

#[tokio::test]
async fn our_requests_have_seventy_hops() {
    let house = House::new("exten => 1,1,Dial(PJSIP/1002,5)\n").await;
    let mut callee = Phone::registered(&house, "1002").await;
    let caller = Phone::new(&house, "1001").await;
    let mut call = caller.calls("1").await;
    let mut rung = callee.is_called().await;
    assert_eq!(header(rung.invite(), Name::MaxForwards), "70");
    rung.refuses(486).await;
    call.is_refused(486).await;
    house.ends().await;
}

#[tokio::test]
async fn when_the_house_is_full_a_call_is_refused_and_live_ones_go_on() {
    let etc = Etc::with_dialplan("exten => 1,1,Answer()\n same => n,Echo()\n");
    etc.append("obelus.conf", "maxcalls = 1\n");
    let house = House::of(etc).await;
    let phone = Phone::new(&house, "1001").await;
    let mut call = phone.talks_to("1").await;
    let refusal = phone.calls("1").await.is_refused(503).await;
    assert!(refusal.has(Name::RetryAfter));
    call.speaks(1);
    call.hears_voice(1).await;
    call.hangs_up().await;
    house.quiet().await;
    phone.talks_to("1").await.hangs_up().await;
    house.ends().await;
}

/// A port of ::1 that is free for UDP and TCP; there is only one such address.
fn free_ipv6() -> SocketAddr {
    loop {
        let socket = UdpSocket::bind("[::1]:0").unwrap();
        let here = socket.local_addr().unwrap();
        if TcpListener::bind(here).is_ok() {
            return here;
        }
    }
}

#[tokio::test]
async fn phones_call_each_other_over_ipv6() {
    let house = House::of(Etc::at(free_ipv6())).await;
    house.etc.dialplan("exten => 1002,1,Dial(PJSIP/1002,5)\n");
    house.reloads(Some("pbx_config")).await.unwrap();
    let mut callee = Phone::registered(&house, "1002").await;
    let caller = Phone::tcp(&house, "1001").await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    assert!(call.far().is_ipv6());
    call.speaks(1);
    rung.speaks(2);
    rung.hears_voice(1).await;
    call.hears_voice(2).await;
    call.hangs_up().await;
    rung.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn two_transports_serve_each_their_phones() {
    let second = etc::own_address();
    let etc = Etc::with_dialplan("exten => _1XXX,1,Dial(PJSIP/${EXTEN},5)\n");
    etc.append("pjsip.conf", &format!("\n[udp2]\ntype=transport\nprotocol=udp\nbind={second}\n"));
    let house = House::of(etc).await;
    let mut here = Phone::registered(&house, "1001").await;
    let mut there = Phone::at(second, TransportKind::Udp, "1002", "pass1002").await;
    there.registers().await;
    let mut call = here.calls("1002").await;
    let mut rung = there.is_called().await;
    // It is called from where it has registered.
    assert!(
        header(rung.invite(), Name::Via).contains(&second.to_string()),
        "{}",
        header(rung.invite(), Name::Via)
    );
    rung.answers().await;
    call.is_answered().await;
    call.hangs_up().await;
    rung.ends().await;
    let mut call = there.calls("1001").await;
    here.is_called().await.refuses(486).await;
    call.is_refused(486).await;
    house.ends().await;
}

#[tokio::test]
async fn a_phone_is_asked_whether_it_is_there() {
    let etc = Etc::usual();
    etc.change("pjsip.conf", "[1001]\ntype=aor\n", "[1001]\ntype=aor\nqualify_frequency=60\n");
    let house = House::of(etc).await;
    let mut phone = Phone::registered(&house, "1001").await;
    phone.is_asked(obelus_sip::Method::Options).await;
    house.logs("Reachable").await;
    let shown = house.console("pjsip show contacts").await;
    assert!(shown.contains("Avail"), "{shown}");
    house.ends().await;
}
