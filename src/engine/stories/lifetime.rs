//! Opening, closing, faults, limits, and many ports at once.

use super::*;

#[test]
fn closing_frees_the_port_and_ends_its_events() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let mut events = phone.port.take_events().unwrap();
    assert!(phone.port.take_events().is_none());
    let handle = phone.port.handle().clone();
    let address = phone.port.local_addr().unwrap();
    handle.play(Source::Silence(None), PlayOptions::default()).unwrap();
    drop(phone);
    assert!(matches!(
        next_event(&mut events),
        Some(PortEvent::Finished { reason: FinishReason::Stopped, .. })
    ));
    assert_eq!(next_event(&mut events), None);
    assert_eq!(handle.disconnect(), Err(PortError::Closed));
    assert!(UdpSocket::bind(address).is_ok());
}

#[test]
fn numbers_are_final_when_the_events_end() {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    for number in 0..7 {
        alice.say(&noise(number));
        bob.hear();
    }
    let mut ended: Vec<_> = [&alice, &bob].iter().map(|phone| phone.port.take_events().unwrap()).collect();
    let handles = [alice.port.handle().clone(), bob.port.handle().clone()];
    drop((alice, bob));
    ended.iter_mut().for_each(|events| while next_event(events).is_some() {});
    let stats = handles.map(|handle| handle.stats());
    assert_eq!((stats[0].rtp.received, stats[0].rtp.received_octets, stats[0].rtp.sent), (7, 1120, 0));
    assert_eq!((stats[1].rtp.sent, stats[1].rtp.sent_octets, stats[1].rtp.received), (7, 1120, 0));
    assert_eq!(stats[0].received_codec, Some(Codec::Ulaw));
}

#[test]
fn a_fault_closes_one_port_and_no_other() {
    let engine = engine(1);
    let (mut alice, mut bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    let mut events = alice.port.take_events().unwrap();
    alice.port.fail().unwrap();
    assert_eq!(next_event(&mut events), None);
    assert!(alice.port.is_closed());
    bob.port.loop_back(true).unwrap();
    bob.port.flush();
    bob.say(&noise(1));
    assert_eq!(bob.hear().payload, noise(1));
    while engine.stats()[0].faults == 0 {
        std::thread::yield_now();
    }
    alice.skip();
}

#[test]
fn there_are_no_more_ports_than_configured() {
    let engine = start(EngineConfig { max_ports: 2, ..config() });
    let (one, other) = engine.open_pipe().unwrap();
    let error = engine.open_rtp(RtpOptions::new(HERE)).unwrap_err();
    assert_eq!(error.to_string(), "all 2 media ports are in use");
    let mut events = [one.take_events().unwrap(), other.take_events().unwrap()];
    drop((one, other));
    events.iter_mut().for_each(|events| assert_eq!(next_event(events), None));
    assert!(engine.open_rtp(RtpOptions::new(HERE)).is_ok());
}

#[test]
fn a_stopped_engine_closes_its_ports_and_opens_none() {
    let engine = engine(2);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let mut events = phone.port.take_events().unwrap();
    engine.stop();
    assert_eq!(next_event(&mut events), None);
    assert!(matches!(engine.open_rtp(RtpOptions::new(HERE)), Err(EngineError::Stopped)));
    assert_eq!(phone.port.disconnect(), Err(PortError::Closed));
}

#[test]
fn a_full_command_ring_is_an_error_and_not_a_wait() {
    let engine = engine(1);
    let (one, _other) = engine.open_pipe().unwrap();
    let busy = std::iter::repeat_with(|| one.hold(true)).take(100_000).find(Result::is_err);
    assert!(busy.is_none_or(|busy| busy == Err(PortError::Full)));
}

#[test]
fn the_port_range_can_be_changed() {
    let engine = engine(1);
    engine.set_port_range(30_000, 30_999).unwrap();
    let port = engine.open_rtp(RtpOptions::new(HERE)).unwrap();
    assert!((30_000..30_999).contains(&port.local_addr().unwrap().port()));
    assert!(engine.set_port_range(5, 5).is_err());
}

/// 200 calls: every packet of a second comes to the right telephone, once and in order.
#[test]
fn four_hundred_ports_for_a_second() {
    const CALLS: usize = 200;
    const PACKETS: usize = 50;
    let engine = engine(2);
    let mut callers: Vec<_> = (0..CALLS).map(|_| Phone::new(&engine, Codec::Ulaw)).collect();
    let callees: Vec<_> = (0..CALLS).map(|_| Phone::new(&engine, Codec::Ulaw)).collect();
    for (caller, callee) in callers.iter().zip(&callees) {
        connect(caller, callee);
    }
    let listener = std::thread::spawn(move || {
        for number in 0..PACKETS {
            for (call, callee) in callees.iter().enumerate() {
                assert_eq!(callee.hear().payload, noise(number + call), "call {call}, packet {number}");
            }
        }
        callees
    });
    let begin = std::time::Instant::now();
    for number in 0..PACKETS {
        for (call, caller) in callers.iter_mut().enumerate() {
            caller.say(&noise(number + call));
        }
        let next = begin + Duration::from_millis(20) * (number as u32 + 1);
        std::thread::sleep(next.saturating_duration_since(std::time::Instant::now()));
    }
    let callees = listener.join().unwrap();
    callees.iter().for_each(Phone::hears_nothing);
    assert_eq!(engine.stats().iter().map(|thread| thread.ports).sum::<usize>(), CALLS * 2);
}
