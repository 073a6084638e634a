//! Hooks, taps and recordings on real ports.

use obelus_media::file::FileFormat;

use super::*;

/// Makes sound louder by this factor.
#[derive(Debug)]
struct Louder(i32);

impl SoundHook for Louder {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        obelus_media::adjust_volume(frame.samples, self.0);
        true
    }
}

const RECEIVED: Direction = Direction { send: false, receive: true };
const SENT: Direction = Direction { send: true, receive: false };

/// A frame of one linear value in network order.
fn tone(value: i16) -> Vec<u8> {
    value.to_be_bytes().repeat(160)
}

/// What the other phone hears of a frame of 100, with hooks where `hook` puts them.
fn check(hook: impl FnOnce(&Phone, &Phone) -> Vec<Hooked>, expected: i16) {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::Slin), Phone::new(&engine, Codec::Slin));
    connect(&alice, &bob);
    let hooked = hook(&alice, &bob);
    alice.port.flush();
    bob.port.flush();
    alice.say(&tone(100));
    assert_eq!(bob.hear().payload, tone(expected));
    drop(hooked);
    alice.port.flush();
    bob.port.flush();
    alice.say(&tone(100));
    assert_eq!(bob.hear().payload, tone(100), "the hooks are gone");
}

#[test]
fn hooks_change_sound_on_its_way() {
    check(|alice, _| vec![alice.port.hook(RECEIVED, Box::new(Louder(3))).unwrap()], 300);
    check(|_, bob| vec![bob.port.hook(SENT, Box::new(Louder(-2))).unwrap()], 50);
    check(|_, bob| vec![bob.port.hook(RECEIVED, Box::new(Louder(3))).unwrap()], 100);
    let both = |alice: &Phone, bob: &Phone| {
        let louder = alice.port.hook(Direction::BOTH, Box::new(Louder(3))).unwrap();
        vec![louder, bob.port.hook(Direction::BOTH, Box::new(Louder(2))).unwrap()]
    };
    check(both, 600);
}

#[test]
fn ports_with_hooks_are_no_bare_relay() {
    let engine = engine(1);
    let (alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    connect(&alice, &bob);
    assert!(alice.port.relays_to(&bob.port) && bob.port.relays_to(&alice.port));
    let hooked = bob.port.hook(SENT, Box::new(Louder(1))).unwrap();
    bob.port.flush();
    assert!(!alice.port.relays_to(&bob.port) && bob.port.relays_to(&alice.port));
    drop(hooked);
    bob.port.flush();
    assert!(alice.port.relays_to(&bob.port));
}

#[test]
fn what_is_played_is_shown_to_hooks() {
    let engine = engine(1);
    let alice = Phone::new(&engine, Codec::Slin);
    let _louder = alice.port.hook(SENT, Box::new(Louder(5))).unwrap();
    let sound = Sound::new(Codec::Slin, tone(100)).unwrap();
    alice.port.play(Source::Sound(sound.into()), PlayOptions::default()).unwrap();
    assert_eq!(alice.hear().payload, tone(500));
}

#[test]
fn a_tap_hears_what_passes_a_pipe() {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::Slin16), Phone::new(&engine, Codec::Slin16));
    let (one, other) = engine.open_pipe().unwrap();
    let options = |ways| TapOptions { ways, rate: 16_000, room: 4 };
    let mut taps = [one.tap(options(SENT)).unwrap(), other.tap(options(RECEIVED)).unwrap()];
    alice.port.connect(&one).unwrap();
    bob.port.connect(&other).unwrap();
    for port in [&alice.port, &bob.port, &one, &other] {
        port.flush();
    }
    alice.say(&tone(7));
    bob.hear();
    for tap in &mut taps {
        let frame = wait_for(tap.recv()).unwrap();
        assert_eq!(frame.samples, [7; 160]);
    }
}

#[test]
fn a_tap_that_nobody_empties_loses_frames_and_ends_with_the_port() {
    let engine = engine(1);
    let mut alice = Phone::new(&engine, Codec::Ulaw);
    let mut tap = alice.port.tap(TapOptions { room: 1, ..TapOptions::RECEIVED }).unwrap();
    alice.port.flush();
    for _ in 0..3 {
        alice.say(&noise(1));
    }
    while alice.port.stats().rtp.received < 3 {
        std::thread::yield_now();
    }
    assert_eq!(tap.lost(), 2);
    alice.port.close();
    let frame = wait_for(tap.recv()).unwrap();
    assert_eq!((frame.way, frame.samples.len()), (Way::Received, 160));
    assert_eq!(wait_for(tap.recv()), None);
}

#[test]
fn a_recording_holds_both_voices_in_step() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(1);
    let (mut alice, mut bob) = (Phone::new(&engine, Codec::Slin), Phone::new(&engine, Codec::Slin));
    connect(&alice, &bob);
    let file = |name: &str, extension: &str, voices| RecordFile {
        path: folder.path().join(name),
        format: FileFormat::from_extension(extension).unwrap(),
        voices,
        append: false,
    };
    let files = vec![
        file("mixed.wav", "wav", Voices::Mixed),
        file("in.sln", "sln", Voices::Received),
        file("out.sln", "sln", Voices::Sent),
        file("both.raw", "raw", Voices::Interleaved),
    ];
    let options = RecordOptions { files, in_step: true, ..RecordOptions::default() };
    let recording = wait_for(alice.port.record(options)).unwrap();
    alice.port.flush();
    for _ in 0..3 {
        alice.say(&tone(1000));
        bob.say(&tone(20));
        alice.hear();
        bob.hear();
    }
    let recorded = wait_for(recording.stop(Duration::from_millis(20)));
    assert_eq!(recorded, Recorded { duration: Duration::from_millis(40), lost: 0, failed: None });
    let read = |name: &str| {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect::<Vec<_>>()
    };
    assert_eq!(read("in.sln"), [1000; 320]);
    assert_eq!(read("out.sln"), [20; 320]);
    assert_eq!(read("mixed.wav")[22..], [1020; 320]);
    assert_eq!(read("both.raw")[..4], [1000, 20, 1000, 20]);
    assert_eq!(read("mixed.wav")[20..22], [640, 0], "the size in the header");
}

#[test]
fn a_recording_goes_on_in_a_file_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("voice.wav");
    let engine = engine(1);
    let mut alice = Phone::new(&engine, Codec::Slin);
    for round in 1..=2 {
        let format = FileFormat::from_extension("wav").unwrap();
        let recording =
            wait_for(alice.port.record(RecordOptions::received(path.clone(), format, true))).unwrap();
        let mut tap = alice.port.tap(TapOptions::RECEIVED).unwrap();
        alice.port.flush();
        alice.say(&tone(round));
        wait_for(tap.recv()).unwrap();
        let recorded = wait_for(recording.stop(Duration::ZERO));
        assert_eq!(recorded.duration, Duration::from_millis(20));
    }
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!((bytes.len(), &bytes[40..46]), (44 + 640, &[0x80, 2, 0, 0, 1, 0][..]));
    assert_eq!(bytes[682..], [2, 0]);
}

#[test]
fn what_cannot_be_recorded_is_said() {
    let engine = engine(1);
    let alice = Phone::new(&engine, Codec::Slin);
    let refused = |extension: &str, voices, path: &str| {
        let format = FileFormat::from_extension(extension).unwrap();
        let file = RecordFile { path: path.into(), format, voices, append: false };
        let options = RecordOptions { files: vec![file], ..RecordOptions::default() };
        wait_for(alice.port.record(options)).unwrap_err().to_string()
    };
    let text = refused("gsm", Voices::Received, "/tmp/never.gsm");
    assert_eq!(text, "no encoder for gsm: it can only be passed through");
    let text = refused("wav", Voices::Interleaved, "/tmp/never.wav");
    assert_eq!(text, "interleaved voices are written to files of bare samples at 8000 Hz only");
    let text = refused("wav", Voices::Mixed, "/proc/never/x.wav");
    assert!(text.starts_with("cannot write /proc/never/x.wav: "), "{text}");
}
