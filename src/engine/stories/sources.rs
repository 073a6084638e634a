//! Who is listened to, who is sent to, and what is told of it.

use obelus_rtp::rtcp::{Compound, RtcpPacket};

use super::*;

#[test]
fn a_phone_behind_address_translation_is_learned() {
    let engine = engine(1);
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let mut phone = Phone::with(&engine, RtpOptions::new(HERE), |_| RtpSettings {
        rules: open_rules(),
        ..settings(nowhere, Codec::Ulaw)
    });
    let mut events = phone.port.take_events().unwrap();
    phone.port.loop_back(true).unwrap();
    phone.port.flush();
    phone.say(&noise(1));
    let address = phone.socket.local_addr().unwrap();
    assert_eq!(next_event(&mut events), Some(PortEvent::Source { address }));
    assert_eq!(phone.hear().payload, noise(1));
}

#[test]
fn a_stranger_is_not_heard() {
    let engine = engine(1);
    let mut alice = Phone::new(&engine, Codec::Ulaw);
    alice.port.loop_back(true).unwrap();
    alice.port.flush();
    alice.say(&noise(1));
    let stranger = socket();
    (0..3).for_each(|_| alice.send_from(&stranger, &noise(2)));
    alice.say(&noise(3));
    assert_eq!([alice.hear().payload, alice.hear().payload], [noise(1), noise(3)]);
    let mut events = alice.port.take_events().unwrap();
    let handle = alice.port.handle().clone();
    drop(alice);
    while next_event(&mut events).is_some() {}
    assert_eq!(handle.stats().foreign, 3);
}

#[test]
fn silence_is_told_once_and_so_is_its_end() {
    let engine = engine(1);
    let mut phone = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        timeout: Some(Duration::from_millis(150)),
        ..settings(remote, Codec::Ulaw)
    });
    let mut events = phone.port.take_events().unwrap();
    match next_event(&mut events) {
        Some(PortEvent::NoRtp { since, on_hold: false }) => assert!(since >= Duration::from_millis(150)),
        other => panic!("{other:?}"),
    }
    phone.say(&noise(1));
    assert_eq!(next_event(&mut events), Some(PortEvent::RtpResumed));
}

#[test]
fn on_hold_another_limit_counts() {
    let engine = engine(1);
    let phone = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        timeout: Some(Duration::from_secs(3600)),
        timeout_on_hold: Some(Duration::from_millis(150)),
        ..settings(remote, Codec::Ulaw)
    });
    let mut events = phone.port.take_events().unwrap();
    phone.port.hold(true).unwrap();
    assert!(matches!(next_event(&mut events), Some(PortEvent::NoRtp { on_hold: true, .. })));
}

#[test]
fn a_long_silence_of_ours_is_broken() {
    let engine = engine(1);
    let phone = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        keepalive: Some(Duration::from_millis(50)),
        ..settings(remote, Codec::Ulaw)
    });
    let heard = phone.hear();
    assert_eq!((heard.header.payload_type.number(), heard.payload), (13, vec![127]));
}

/// Reads RTCP until a packet satisfies.
fn hear_rtcp(socket: &UdpSocket, mut wanted: impl FnMut(&RtcpPacket<'_>) -> bool) {
    let mut packet = [0; 1500];
    loop {
        let len = socket.recv(&mut packet).expect("an RTCP packet");
        if Compound::parse(&packet[..len])
            .is_ok_and(|compound| compound.packets().any(|packet| wanted(&packet)))
        {
            return;
        }
    }
}

#[test]
fn reports_are_sent_to_their_port_and_a_goodbye_at_the_end() {
    let engine = engine(1);
    let control = socket();
    let mut phone = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        remote_rtcp: Some(control.local_addr().unwrap()),
        rtcp_interval: Duration::from_millis(500),
        ..settings(remote, Codec::Ulaw)
    });
    let mut events = phone.port.take_events().unwrap();
    phone.port.report_rtcp(true).unwrap();
    phone.port.loop_back(true).unwrap();
    phone.port.flush();
    phone.say(&noise(1));
    hear_rtcp(
        &control,
        |packet| matches!(packet, RtcpPacket::SenderReport { sender, .. } if sender.packets == 1 && sender.octets == 160),
    );
    assert!(
        matches!(next_event(&mut events), Some(PortEvent::Rtcp(report)) if report.is_sent && report.block.is_some())
    );
    drop(phone);
    hear_rtcp(&control, |packet| matches!(packet, RtcpPacket::Bye(_)));
}

#[test]
fn reports_of_the_other_side_are_told() {
    let engine = engine(1);
    let mut phone = Phone::with(&engine, RtpOptions { rtcp_mux: true, ..RtpOptions::new(HERE) }, |remote| {
        RtpSettings { rtcp_mux: true, ..settings(remote, Codec::Ulaw) }
    });
    let mut events = phone.port.take_events().unwrap();
    phone.port.report_rtcp(true).unwrap();
    phone.port.flush();
    phone.say(&noise(1));
    let ssrc = phone.next.ssrc;
    let mut packet = [0; 100];
    let mut writer = obelus_rtp::rtcp::CompoundWriter::new(&mut packet);
    let len = writer.report(ssrc, None, &[]).unwrap().cname(ssrc, "phone").unwrap().len();
    phone.socket.send_to(&packet[..len], phone.port.local_addr().unwrap()).unwrap();
    match next_event(&mut events) {
        Some(PortEvent::Rtcp(report)) => assert_eq!((report.ssrc, report.is_sent), (ssrc.0, false)),
        other => panic!("{other:?}"),
    }
}
