//! Two RTP ports that are connected.

use super::*;

/// Sends `count` packets from one to the other and compares every byte and every number.
fn check_relay(from: &mut Phone, to: &Phone, count: usize) {
    let mut before: Option<Header> = None;
    for number in 0..count {
        from.say(&noise(number));
        let heard = to.hear();
        assert_eq!(heard.payload, noise(number), "packet {number}");
        if let Some(before) = before {
            assert_eq!(heard.header.sequence.since(before.sequence), 1);
            assert_eq!(heard.header.timestamp.since(before.timestamp), 160);
            assert_eq!(heard.header.ssrc, before.ssrc);
        }
        before = Some(heard.header);
    }
}

#[test]
fn packets_pass_bit_by_bit_in_both_directions() {
    let engine = engine(1);
    let (mut alice, mut bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    check_relay(&mut alice, &bob, 40);
    check_relay(&mut bob, &alice, 40);
    assert!(alice.port.relays_to(&bob.port) && bob.port.relays_to(&alice.port));
}

#[test]
fn ticking_threads_relay_as_well() {
    let engine = start(EngineConfig { event_driven_below: 0, ..config() });
    let (mut alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    check_relay(&mut alice, &bob, 40);
    assert!(engine.stats()[0].ticks > 0);
}

#[test]
fn payload_types_are_those_of_the_receiver() {
    let engine = engine(1);
    let odd = PayloadType::from_wire(112);
    let send = SendFormat { codec: Codec::G729, payload_type: odd, frame: Duration::from_millis(20) };
    let mut alice = Phone::new(&engine, Codec::G729);
    let bob = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        send: Some(send),
        ..settings(remote, Codec::G729)
    });
    connect(&alice, &bob);
    alice.say(&[7; 20]);
    let heard = bob.hear();
    assert_eq!((heard.header.payload_type, heard.payload), (odd, vec![7; 20]));
}

#[test]
fn losses_stay_visible() {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Alaw));
    connect(&alice, &bob);
    alice.say(&[0xff; 160]);
    alice.skip();
    alice.say(&[0xff; 160]);
    let (first, second) = (bob.hear().header, bob.hear().header);
    assert_eq!(second.sequence.since(first.sequence), 2);
    assert_eq!(second.timestamp.since(first.timestamp), 320);
}

#[test]
fn the_two_laws_are_converted() {
    let engine = engine(1);
    let (mut alice, mut bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Alaw));
    connect(&alice, &bob);
    let mut expected = Vec::new();
    let mut transcoder = obelus_media::Transcoder::new(Codec::Ulaw, Codec::Alaw).unwrap();
    transcoder.run(&noise(1), &mut obelus_media::Scratch::default(), &mut expected);
    alice.say(&noise(1));
    let heard = bob.hear();
    assert_eq!((heard.header.payload_type, heard.payload), (PCMA, expected));
    bob.say(&[0xd5; 160]);
    // A-law has no zero; its smallest step is the smallest but one of u-law (G.711 table 4).
    assert_eq!(alice.hear().payload, [0xfe; 160]);
    assert!(!alice.port.relays_to(&bob.port));
}

#[test]
fn wideband_is_resampled_on_its_own_clock() {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Slin16));
    connect(&alice, &bob);
    for _ in 0..3 {
        alice.say(&[0xff; 160]);
    }
    let heard = [bob.hear(), bob.hear(), bob.hear()];
    assert!(heard.iter().all(|heard| heard.payload == [0; 640]));
    assert_eq!(heard[2].header.timestamp.since(heard[1].header.timestamp), 320);
}

#[test]
fn codecs_without_a_way_are_shown_in_the_numbers() {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::G729), Phone::new(&engine, Codec::Ulaw));
    let mut ended = alice.port.take_events().unwrap();
    connect(&alice, &bob);
    alice.say(&[7; 20]);
    alice.port.flush();
    let handle = alice.port.handle().clone();
    drop(alice);
    while next_event(&mut ended).is_some() {}
    let path = handle.stats().path;
    assert_eq!(path, MediaPath::NoPath { from: Codec::G729, to: Codec::Ulaw });
    assert_eq!(bob.port.codec(), Some(Codec::Ulaw));
    bob.hears_nothing();
}

#[test]
fn a_leg_that_may_not_send_is_not_sent_to() {
    let engine = engine(1);
    let mut alice = Phone::new(&engine, Codec::Ulaw);
    let held = Direction { send: false, receive: true };
    let bob = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        direction: held,
        ..settings(remote, Codec::Ulaw)
    });
    connect(&alice, &bob);
    alice.say(&noise(1));
    // What is looped back comes later than what is not sent.
    alice.port.loop_back(true).unwrap();
    alice.port.flush();
    alice.say(&noise(2));
    while alice.hear().payload != noise(2) {}
    bob.hears_nothing();
}

#[test]
fn echo_sends_everything_back() {
    let engine = engine(1);
    let mut alice = Phone::new(&engine, Codec::Ulaw);
    alice.port.loop_back(true).unwrap();
    alice.port.flush();
    for number in 0..5 {
        alice.say(&noise(number));
        assert_eq!(alice.hear().payload, noise(number));
    }
}

#[test]
fn the_stream_goes_on_when_its_source_changes() {
    let engine = engine(1);
    let [mut alice, bob, mut carol] = [(); 3].map(|()| Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    alice.say(&noise(1));
    let first = bob.hear().header;
    connect(&carol, &bob);
    carol.say(&noise(2));
    let second = bob.hear();
    assert_eq!(second.payload, noise(2));
    assert_eq!(second.header.ssrc, first.ssrc);
    assert_eq!(second.header.sequence.since(first.sequence), 1);
    assert!(second.header.marker);
    alice.say(&noise(3));
    alice.port.flush();
    carol.say(&noise(4));
    assert_eq!(bob.hear().payload, noise(4));
}

#[test]
fn a_flood_of_rubbish_does_not_disturb_a_call() {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    let stranger = socket();
    for length in 0..60 {
        let rubbish: Vec<u8> = (0..length).map(|at| (at * 37 + length * 11) as u8).collect();
        stranger.send_to(&rubbish, alice.port.local_addr().unwrap()).unwrap();
        alice.socket.send_to(&rubbish, alice.port.local_addr().unwrap()).unwrap();
    }
    alice.say(&noise(1));
    // Rubbish from Alice's own address may look like RTP and pass; hers comes in any case.
    while bob.hear().payload != noise(1) {}
}
