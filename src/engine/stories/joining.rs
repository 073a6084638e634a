//! Ports on several threads, pipes, and joins that are called off.

use super::*;

fn hears(from: &mut Phone, to: &Phone, number: usize) {
    from.say(&noise(number));
    assert_eq!(to.hear().payload, noise(number));
}

#[test]
fn ports_of_two_threads_meet_on_one() {
    let engine = engine(2);
    // Ports are spread over the threads, so some of these pairs cross them.
    for turn in 0..6 {
        let (mut alice, mut bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
        let _somebody = engine.open_rtp(RtpOptions::new(HERE)).unwrap();
        connect(&alice, &bob);
        hears(&mut alice, &bob, turn);
        hears(&mut bob, &alice, turn + 100);
    }
}

#[test]
fn a_port_keeps_its_call_while_it_moves() {
    let engine = engine(2);
    let mut phones: Vec<_> = (0..4).map(|_| Phone::new(&engine, Codec::Ulaw)).collect();
    for turn in 0..12 {
        let (one, other) = (turn % 4, (turn * 3 + 1) % 4);
        if one != other {
            connect(&phones[one], &phones[other]);
            let (mut from, to) = (phones.swap_remove(one), other);
            let to = if to == phones.len() { one } else { to };
            hears(&mut from, &phones[to], turn);
            phones.push(from);
        }
    }
}

#[test]
fn a_disconnect_after_a_connect_wins_whoever_is_slower() {
    let engine = engine(2);
    for _ in 0..20 {
        let (mut alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
        alice.port.connect(&bob.port).unwrap();
        bob.port.disconnect().unwrap();
        [&alice, &bob, &alice].iter().for_each(|phone| phone.port.flush());
        alice.say(&noise(1));
        alice.port.loop_back(true).unwrap();
        alice.port.flush();
        alice.say(&noise(2));
        while alice.hear().payload != noise(2) {}
        bob.hears_nothing();
    }
}

#[test]
fn a_pipe_carries_a_call_from_end_to_end() {
    let engine = engine(2);
    let (mut alice, mut bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    let (one, other) = engine.open_pipe().unwrap();
    alice.port.connect(&one).unwrap();
    other.connect(&bob.port).unwrap();
    for _ in 0..2 {
        [alice.port.handle(), &one, &other, bob.port.handle()].iter().for_each(|port| port.flush());
    }
    hears(&mut alice, &bob, 1);
    hears(&mut bob, &alice, 2);
    drop(one);
    // Its other half hears of it, and so does whoever speaks into it.
    other.flush();
    alice.port.flush();
    alice.say(&noise(3));
    alice.port.loop_back(true).unwrap();
    alice.port.flush();
    alice.say(&noise(4));
    while alice.hear().payload != noise(4) {}
    bob.hears_nothing();
}

#[test]
fn a_chain_of_pipes_still_passes_packets_as_they_are() {
    let engine = engine(2);
    let (mut alice, bob) = (Phone::new(&engine, Codec::G729), Phone::new(&engine, Codec::G729));
    let pipes: Vec<_> = (0..5).map(|_| engine.open_pipe().unwrap()).collect();
    alice.port.connect(&pipes[0].0).unwrap();
    for pair in pipes.windows(2) {
        pair[0].1.connect(&pair[1].0).unwrap();
    }
    pipes[4].1.connect(&bob.port).unwrap();
    for _ in 0..6 {
        pipes.iter().for_each(|(one, other)| [one, other].iter().for_each(|port| port.flush()));
        [&alice, &bob].iter().for_each(|phone| phone.port.flush());
    }
    alice.say(&[9; 20]);
    assert_eq!(bob.hear().payload, [9; 20]);
}

#[test]
fn a_ring_of_pipes_does_not_hang() {
    let engine = engine(1);
    let (one, other) = engine.open_pipe().unwrap();
    let (third, fourth) = engine.open_pipe().unwrap();
    one.connect(&fourth).unwrap();
    other.connect(&third).unwrap();
    one.play(Source::Silence(Some(Duration::from_millis(40))), PlayOptions::default()).unwrap();
    let mut events = one.take_events().unwrap();
    assert!(matches!(next_event(&mut events), Some(PortEvent::Finished { reason: FinishReason::Ended, .. })));
}

#[test]
fn echo_behind_a_pipe_comes_back() {
    let engine = engine(1);
    let mut alice = Phone::new(&engine, Codec::Ulaw);
    let (one, other) = engine.open_pipe().unwrap();
    alice.port.connect(&one).unwrap();
    other.loop_back(true).unwrap();
    [alice.port.handle(), &one, &other].iter().for_each(|port| port.flush());
    alice.say(&noise(5));
    assert_eq!(alice.hear().payload, noise(5));
}

#[test]
fn ports_of_two_engines_cannot_meet() {
    let (one, other) = (engine(1), engine(1));
    let (alice, bob) = (one.open_pipe().unwrap().0, other.open_pipe().unwrap().0);
    assert_eq!(alice.connect(&bob), Err(PortError::Foreign));
}
