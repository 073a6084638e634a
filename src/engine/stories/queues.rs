//! Drivers whose audio is not RTP.

use super::*;
use std::time::Instant;

fn frame(item: Option<QueueItem>) -> (Codec, Vec<u8>) {
    match item {
        Some(QueueItem::Frame { codec, bytes }) => (codec, bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_driver_speaks_with_a_telephone_in_its_own_codec() {
    let engine = engine(1);
    let mut phone = Phone::new(&engine, Codec::Ulaw);
    let (port, mut end) = engine.open_queue(QueueOptions::new(Codec::Slin)).unwrap();
    port.connect(&phone.port).unwrap();
    [port.handle(), phone.port.handle(), port.handle()].iter().for_each(|port| port.flush());
    end.send(Codec::Slin, &[0; 320]).unwrap();
    assert_eq!(phone.hear().payload, [0xff; 160]);
    phone.say(&[0xff; 160]);
    let item = wait_for(end.recv());
    end.recycle(item.clone().unwrap());
    assert_eq!(frame(item), (Codec::Slin, vec![0; 320]));
}

#[test]
fn a_burst_is_given_on_at_its_pace() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let pace = Some(Duration::from_millis(20));
    let (port, end) = engine.open_queue(QueueOptions { pace, ..QueueOptions::new(Codec::Ulaw) }).unwrap();
    port.connect(&phone.port).unwrap();
    [port.handle(), phone.port.handle()].iter().for_each(|port| port.flush());
    let begin = Instant::now();
    for number in 0..6 {
        end.send(Codec::Ulaw, &noise(number)).unwrap();
    }
    for number in 0..6 {
        assert_eq!(phone.hear().payload, noise(number));
    }
    assert!(begin.elapsed() >= Duration::from_millis(100), "a burst: {:?}", begin.elapsed());
}

#[test]
fn a_slow_driver_loses_frames_and_not_the_thread() {
    let engine = engine(1);
    let (one, mut end) =
        engine.open_queue(QueueOptions { room: 3, ..QueueOptions::new(Codec::Ulaw) }).unwrap();
    let (other, speaker) = engine.open_queue(QueueOptions::new(Codec::Ulaw)).unwrap();
    one.connect(&other).unwrap();
    [one.handle(), other.handle()].iter().for_each(|port| port.flush());
    for number in 0..10 {
        speaker.send(Codec::Ulaw, &noise(number)).unwrap();
    }
    // Frames are looked at after the commands of some turn; the first three wait, the rest is lost.
    let patience = Instant::now() + Duration::from_secs(10);
    while end.lost() < 7 && Instant::now() < patience {
        other.flush();
    }
    for number in 0..3 {
        assert_eq!(frame(wait_for(end.recv())).1, noise(number));
    }
    assert_eq!((end.lost(), end.try_recv()), (7, None));
    drop(one);
    assert_eq!(wait_for(end.recv()), None);
}

#[test]
fn digits_pass_a_queue_both_ways() {
    let engine = engine(1);
    let phone = Phone::with_events(&engine, Codec::Ulaw);
    let (port, mut end) = engine.open_queue(QueueOptions::new(Codec::Ulaw)).unwrap();
    let mut events = port.take_events().unwrap();
    port.connect(&phone.port).unwrap();
    [port.handle(), phone.port.handle()].iter().for_each(|port| port.flush());
    end.put(QueueItem::DigitBegin { digit: '4' }).unwrap();
    assert_eq!(phone.hear().payload[0], 4);
    end.put(QueueItem::DigitEnd { digit: '4', duration: Duration::from_millis(100) }).unwrap();
    assert_eq!(next_event(&mut events), Some(PortEvent::DigitBegin { digit: '4' }));
    while phone.hear().payload[1] & 0x80 == 0 {}
    port.send_digit('8', Duration::from_millis(120)).unwrap();
    assert_eq!(wait_for(end.recv()), Some(QueueItem::DigitBegin { digit: '8' }));
}
