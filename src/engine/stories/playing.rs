//! Sounds, files, tones and silence.

use std::io::Write;
use std::sync::Arc;

use super::*;

const EN: &str = "en";

fn sound(len: usize) -> Source {
    let payload = (0..len).map(|at| (at % 251) as u8).collect();
    Source::Sound(Arc::new(Sound::new(Codec::Ulaw, payload).unwrap()))
}

fn finished(events: &mut PortEvents) -> (PlayId, FinishReason, Duration) {
    loop {
        if let PortEvent::Finished { play, reason, position } = next_event(events).unwrap() {
            return (play, reason, position);
        }
    }
}

/// Hears `count` packets in a row and returns their payloads as one.
fn hear_all(phone: &Phone, count: usize) -> Vec<u8> {
    let packets: Vec<_> = (0..count).map(|_| phone.hear()).collect();
    for pair in packets.windows(2) {
        assert_eq!(pair[1].header.sequence.since(pair[0].header.sequence), 1);
        assert_eq!(pair[1].header.timestamp.since(pair[0].header.timestamp), 160);
    }
    packets.into_iter().flat_map(|heard| heard.payload).collect()
}

#[test]
fn a_sound_is_heard_sample_by_sample_and_its_end_is_told() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let mut events = phone.port.take_events().unwrap();
    let play = phone.port.play(sound(800), PlayOptions::default()).unwrap();
    let heard = hear_all(&phone, 5);
    assert_eq!(heard, (0..800).map(|at| (at % 251) as u8).collect::<Vec<_>>());
    assert_eq!(finished(&mut events), (play, FinishReason::Ended, Duration::from_millis(100)));
    phone.hears_nothing();
}

#[test]
fn frames_come_at_their_times() {
    let engine = start(EngineConfig { event_driven_below: 0, ..config() });
    let phone = Phone::new(&engine, Codec::Ulaw);
    let begin = std::time::Instant::now();
    phone.port.play(sound(1600), PlayOptions::default()).unwrap();
    hear_all(&phone, 10);
    assert!(begin.elapsed() >= Duration::from_millis(180), "ten frames in {:?}", begin.elapsed());
}

#[test]
fn another_codec_hears_it_converted() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Alaw);
    let silence = Source::Sound(Arc::new(Sound::new(Codec::Ulaw, vec![0xff; 160]).unwrap()));
    phone.port.play(silence, PlayOptions::default()).unwrap();
    let heard = phone.hear();
    assert_eq!((heard.header.payload_type, heard.payload), (PCMA, vec![0xd5; 160]));
}

#[test]
fn what_plays_hides_the_other_side_until_it_ends() {
    let engine = engine(1);
    let (mut alice, bob) = (Phone::new(&engine, Codec::Ulaw), Phone::new(&engine, Codec::Ulaw));
    let mut events = bob.port.take_events().unwrap();
    connect(&alice, &bob);
    bob.port.play(sound(160), PlayOptions::default()).unwrap();
    bob.port.flush();
    alice.say(&noise(1));
    let first = bob.hear();
    assert_eq!(first.payload, (0..160).map(|at| at as u8).collect::<Vec<_>>());
    finished(&mut events);
    alice.say(&noise(2));
    let second = bob.hear();
    assert_eq!(second.payload, noise(2));
    assert_eq!(second.header.ssrc, first.header.ssrc);
    assert_eq!(second.header.sequence.since(first.header.sequence), 1);
}

#[test]
fn plays_are_replaced_stopped_and_queued() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let mut events = phone.port.take_events().unwrap();
    let queue = PlayOptions { queue: true, ..PlayOptions::default() };
    let first = phone.port.play(Source::Silence(None), PlayOptions::default()).unwrap();
    let second = phone.port.play(sound(160), PlayOptions::default()).unwrap();
    let third = phone.port.play(Source::Silence(None), queue).unwrap();
    assert_eq!(finished(&mut events).0, first);
    assert_eq!(finished(&mut events), (second, FinishReason::Ended, Duration::from_millis(20)));
    phone.port.stop_play(third).unwrap();
    let (play, reason, _) = finished(&mut events);
    assert_eq!((play, reason), (third, FinishReason::Stopped));
}

#[test]
fn a_play_into_a_pipe_is_heard_behind_it() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let (one, other) = engine.open_pipe().unwrap();
    phone.port.connect(&other).unwrap();
    [phone.port.handle(), &other].iter().for_each(|port| port.flush());
    one.play(sound(320), PlayOptions::default()).unwrap();
    assert_eq!(hear_all(&phone, 2), (0..320).map(|at| (at % 251) as u8).collect::<Vec<_>>());
}

#[test]
fn tones_are_heard_in_the_codec_of_the_port() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let tone = Arc::new(obelus_media::tone::Tone::parse("!440/40").unwrap());
    let mut samples = [0; 320];
    obelus_media::tone::ToneGenerator::new(Arc::clone(&tone), 8000).run(&mut samples);
    let mut expected = [0; 320];
    obelus_media::g711::linear_to_ulaw(&samples, &mut expected);
    phone.port.play(Source::Tone(tone), PlayOptions::default()).unwrap();
    assert_eq!(hear_all(&phone, 2), expected);
}

#[test]
fn silence_is_sent_while_there_is_nothing_else() {
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    phone.port.send_silence(true).unwrap();
    assert_eq!(hear_all(&phone, 3), [0xff; 480]);
    phone.port.send_silence(false).unwrap();
}

fn sounds(folder: &std::path::Path, stream_above: u64) -> Sounds {
    let folders = vec![folder.to_owned()];
    Sounds::new(SoundsConfig { folders, stream_above, ..SoundsConfig::default() }).unwrap()
}

fn write(folder: &std::path::Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn prompts_are_found_by_language_and_codec_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "en/hello.ulaw", &[1; 160]);
    write(folder.path(), "de/hello.ulaw", &[2; 160]);
    let sounds = sounds(folder.path(), 1 << 20);
    let first = |language: &str, codec| match wait_for(sounds.open("hello", language, codec)).unwrap() {
        Source::Sound(sound) => sound.payload()[0],
        other => panic!("{other:?}"),
    };
    assert_eq!([first("de_AT", Codec::Ulaw), first("fr", Codec::Ulaw)], [2, 1]);
    assert_eq!(sounds.cached_bytes(), 320);
    // What is kept needs no disk.
    std::fs::remove_file(folder.path().join("en/hello.ulaw")).unwrap();
    assert_eq!(first("fr", Codec::Ulaw), 1);
    assert!(wait_for(sounds.exists("hello", "de")));
    let missing = wait_for(sounds.open("bye", EN, Codec::Ulaw)).unwrap_err();
    assert_eq!(missing.to_string(), "File bye does not exist in any format");
    write(folder.path(), "en/odd.gsm", &[0; 33]);
    write(folder.path(), "en/odd.mp3", &[0; 33]);
    let unplayable = wait_for(sounds.open("odd", EN, Codec::Ulaw)).unwrap_err();
    let expected = "File odd exists only as gsm, MPEG audio, which cannot be played in ulaw";
    assert_eq!(unplayable.to_string(), expected);
}

#[test]
fn a_long_file_is_read_while_it_plays() {
    let folder = tempfile::tempdir().unwrap();
    let samples: Vec<u8> = (0..8000u32).flat_map(|at| ((at % 200) as i16 * 100).to_le_bytes()).collect();
    write(folder.path(), "en/long.sln", &samples);
    let source = wait_for(sounds(folder.path(), 100).open("long", EN, Codec::Ulaw)).unwrap();
    assert!(matches!(source, Source::Stream(_)));
    assert_eq!(source.duration(), Some(Duration::from_secs(1)));
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let mut events = phone.port.take_events().unwrap();
    phone.port.play(source, PlayOptions::default()).unwrap();
    let heard = hear_all(&phone, 50);
    let linear: Vec<i16> = (0..8000).map(|at| (at % 200) as i16 * 100).collect();
    let mut expected = vec![0; 8000];
    obelus_media::g711::linear_to_ulaw(&linear, &mut expected);
    assert_eq!(heard, expected);
    let (_, reason, position) = finished(&mut events);
    assert_eq!((reason, position), (FinishReason::Ended, Duration::from_secs(1)));
}

#[test]
fn a_stream_repeats_and_seeks() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "music.ulaw", &(0..20_000).map(|at| (at / 160) as u8).collect::<Vec<_>>());
    let source = wait_for(sounds(folder.path(), 100).open("music", EN, Codec::Ulaw)).unwrap();
    let engine = engine(1);
    let phone = Phone::new(&engine, Codec::Ulaw);
    let options = PlayOptions { repeat: true, from: Duration::from_millis(2400), ..PlayOptions::default() };
    phone.port.play(source, options).unwrap();
    // Silence may come first, until the file thread has caught up.
    let mut number = 0xff;
    while number == 0xff {
        number = phone.hear().payload[0];
    }
    assert_eq!(number, 120);
    let heard = hear_all(&phone, 10);
    assert!(heard.contains(&124) && heard.contains(&0) && heard.contains(&4), "it begins again");
    phone.port.seek(Seek::To(Duration::from_secs(1))).unwrap();
    while phone.hear().payload[0] != 50 {}
}

#[test]
fn the_installed_prompts_can_all_be_read() {
    let folder = std::path::Path::new("/usr/share/asterisk/sounds/en_US_f_Allison");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let sounds = sounds(folder, u64::MAX);
    let mut count = 0;
    for name in entries.filter_map(|entry| entry.unwrap().path().file_stem().map(|stem| stem.to_owned())) {
        let name = name.to_str().unwrap();
        if folder.join(format!("{name}.wav")).is_file() {
            wait_for(sounds.open(name, "", Codec::Alaw)).unwrap();
            count += 1;
        }
    }
    assert!(count > 10, "only {count}");
}

#[test]
fn the_installed_music_is_streamed() {
    let folder = std::path::Path::new("/usr/share/asterisk/moh");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let sounds = sounds(folder, 1 << 20);
    let files = entries.map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "wav")) {
        let name = path.with_extension("");
        let source = wait_for(sounds.open(name.to_str().unwrap(), EN, Codec::Ulaw)).unwrap();
        assert!(matches!(source, Source::Stream(_)), "{name:?}");
        assert!(source.duration() > Some(Duration::from_secs(60)), "{name:?}: {:?}", source.duration());
    }
}
