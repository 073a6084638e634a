//! Digits in and out, as events and in band.

use super::*;

fn digit(events: &mut PortEvents) -> String {
    loop {
        match next_event(events).unwrap() {
            PortEvent::DigitBegin { digit } => return format!("{digit}+"),
            PortEvent::DigitEnd { digit, duration } => return format!("{digit}-{}", duration.as_millis()),
            _ => {}
        }
    }
}

/// Presses a key on a telephone as such do: updates, and the end three times.
fn press(phone: &mut Phone, code: u8) {
    for ticks in [160, 320, 480] {
        phone.press(code, false, ticks);
    }
    (0..3).for_each(|_| phone.press(code, true, 640));
}

#[test]
fn a_digit_is_told_and_handed_on() {
    let engine = engine(1);
    let (mut alice, bob) =
        (Phone::with_events(&engine, Codec::Ulaw), Phone::with_events(&engine, Codec::Ulaw));
    let mut events = alice.port.take_events().unwrap();
    connect(&alice, &bob);
    assert!(alice.port.relays_digits());
    alice.say(&noise(1));
    press(&mut alice, 5);
    alice.say(&noise(2));
    assert_eq!([digit(&mut events), digit(&mut events)], ["5+", "5-80"]);
    assert_eq!(bob.hear().payload, noise(1));
    let heard: Vec<_> = (0..6).map(|_| bob.hear()).collect();
    assert!(heard.iter().all(|heard| heard.header.payload_type == EVENT));
    assert!(heard.iter().all(|event| event.header.timestamp == heard[0].header.timestamp));
    assert_eq!(heard[5].payload, [5, 0x8a, 2, 128]);
    assert_eq!(bob.hear().payload, noise(2));
}

#[test]
fn event_payload_types_are_those_of_the_receiver() {
    let engine = engine(1);
    let mut alice = Phone::with_events(&engine, Codec::Ulaw);
    let other = PayloadType::from_wire(96);
    let bob = Phone::with(&engine, RtpOptions::new(HERE), |remote| {
        settings(remote, Codec::Alaw).with_events(other)
    });
    connect(&alice, &bob);
    press(&mut alice, 11);
    let heard = bob.hear();
    assert_eq!((heard.header.payload_type, heard.payload[0]), (other, 11));
}

#[test]
fn a_digit_that_is_kept_leaves_no_hole() {
    let engine = engine(1);
    let (mut alice, bob) =
        (Phone::with_events(&engine, Codec::Ulaw), Phone::with_events(&engine, Codec::Ulaw));
    let mut events = alice.port.take_events().unwrap();
    connect(&alice, &bob);
    alice.port.pass_digits(false).unwrap();
    alice.port.flush();
    assert!(!alice.port.relays_digits());
    alice.say(&noise(1));
    press(&mut alice, 10);
    alice.say(&noise(2));
    assert_eq!(digit(&mut events), "*+");
    let (before, after) = (bob.hear(), bob.hear());
    assert_eq!(after.payload, noise(2));
    assert_eq!(after.header.sequence.since(before.header.sequence), 1);
}

#[test]
fn a_digit_passes_a_pipe_and_is_told_behind_it() {
    let engine = engine(1);
    let mut alice = Phone::with_events(&engine, Codec::Ulaw);
    let (one, other) = engine.open_pipe().unwrap();
    alice.port.connect(&one).unwrap();
    [alice.port.handle(), &one].iter().for_each(|port| port.flush());
    let mut events = other.take_events().unwrap();
    press(&mut alice, 1);
    assert_eq!([digit(&mut events), digit(&mut events)], ["1+", "1-80"]);
    other.send_digit('7', Duration::from_millis(100)).unwrap();
    let heard = alice.hear();
    assert_eq!((heard.header.payload_type, heard.payload[0]), (EVENT, 7));
}

#[test]
fn our_digits_follow_each_other() {
    let engine = engine(1);
    let phone = Phone::with_events(&engine, Codec::Ulaw);
    for key in ['1', '#'] {
        phone.port.send_digit(key, Duration::from_millis(60)).unwrap();
    }
    let mut keys = Vec::new();
    let mut ends = 0;
    while ends < 6 {
        let heard = phone.hear();
        assert_eq!(heard.header.payload_type, EVENT);
        keys.push((heard.payload[0], heard.header.marker));
        ends += usize::from(heard.payload[1] & 0x80 != 0);
    }
    assert_eq!(keys.iter().filter(|(_, marker)| *marker).count(), 2);
    assert_eq!((keys[0].0, keys[keys.len() - 1].0), (1, 11));
    assert_eq!(phone.port.send_digit('x', Duration::ZERO), Err(PortError::Digit('x')));
}

#[test]
fn without_events_the_key_sounds() {
    let engine = engine(1);
    let mut alice = Phone::with_events(&engine, Codec::Ulaw);
    let bob = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        digits: DigitMode::InBand,
        search_digits: true,
        ..settings(remote, Codec::Ulaw)
    });
    connect(&alice, &bob);
    assert!(bob.port.sends_digits());
    alice.press(9, false, 160);
    let heard = bob.hear();
    assert_eq!(heard.header.payload_type, PCMU);
    let mut samples = [0; 160];
    obelus_media::g711::ulaw_to_linear(&heard.payload, &mut samples);
    let power = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / 160.0;
    assert!(power.sqrt() > 3000.0, "no tone");
    alice.press(9, true, 320);
    // Released, the other side is heard again; what is said before that is lost, so it is said until it is heard.
    let heard_again = std::iter::repeat_with(|| {
        alice.say(&noise(1));
        bob.hear_soon()
    });
    assert!(heard_again.take(1000).flatten().any(|heard| heard.payload == noise(1)));
}

#[test]
fn a_port_whose_digits_are_signalled_says_so() {
    let engine = engine(1);
    let (alice, bob) = (Phone::with_events(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    assert!(!bob.port.sends_digits());
    assert!(!alice.port.relays_digits());
}

#[test]
fn a_digit_whose_end_is_lost_ends_by_time() {
    let engine = engine(1);
    let mut alice = Phone::with_events(&engine, Codec::Ulaw);
    let mut events = alice.port.take_events().unwrap();
    alice.press(3, false, 160);
    assert_eq!([digit(&mut events), digit(&mut events)], ["3+", "3-20"]);
}

#[test]
fn a_key_in_the_sound_is_found_and_handed_on_as_events() {
    let engine = engine(1);
    let mut alice = Phone::with(&engine, RtpOptions::new(HERE), |remote| RtpSettings {
        digits: DigitMode::InBand,
        search_digits: true,
        ..settings(remote, Codec::Alaw)
    });
    let bob = Phone::with_events(&engine, Codec::Ulaw);
    let mut events = alice.port.take_events().unwrap();
    connect(&alice, &bob);
    assert!(alice.port.relays_digits());
    let tone = obelus_media::tone::Tone::dtmf('6', Duration::from_millis(100)).unwrap();
    let mut samples = [0; 2400];
    obelus_media::tone::ToneGenerator::new(std::sync::Arc::new(tone), 8000).run(&mut samples);
    let mut sound = [0; 2400];
    obelus_media::g711::linear_to_alaw(&samples, &mut sound);
    sound.chunks(160).for_each(|frame| alice.say(frame));
    assert_eq!(digit(&mut events), "6+");
    assert!(digit(&mut events).starts_with("6-"));
    let events = std::iter::repeat_with(|| bob.hear()).find(|heard| heard.header.payload_type == EVENT);
    assert_eq!(events.unwrap().payload[0], 6);
}
