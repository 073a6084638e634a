//! What a port plays: the play that sounds, those that wait, and how a frame of it is made.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use obelus_media::tone::{Tone, ToneGenerator};
use obelus_media::{Codec, Encoder, silence_byte};

use crate::event::FinishReason;
use crate::play::{PlayId, PlayOptions, Seek, Sound, Source};
use crate::sounds::{Got, StreamPlayer};

/// Plays that may wait behind each other.
const WAITING: usize = 64;

/// A play that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) play: PlayId,
    pub(crate) reason: FinishReason,
    pub(crate) position: Duration,
}

/// The plays of one port.
#[derive(Debug, Default)]
pub(crate) struct Player {
    current: Option<Playing>,
    waiting: VecDeque<Playing>,
    paused: bool,
    /// A key that sounds above everything else.
    key: Option<Key>,
    finished: Vec<Finished>,
    /// Frames that were not there in time.
    missed: u64,
}

#[derive(Debug)]
struct Playing {
    play: PlayId,
    repeat: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Sound { sound: Arc<Sound>, at: usize },
    Stream(StreamPlayer),
    Tone { tone: Arc<Tone>, generator: Option<Generator>, played: Duration },
    Silence { left: Option<Duration>, played: Duration },
}

/// A tone at the rate of the codec that it is played in.
#[derive(Debug)]
struct Generator {
    samples: ToneGenerator,
    codec: Codec,
    encoder: Encoder,
}

/// A key that is down, in band.
#[derive(Debug)]
struct Key {
    generator: Generator,
}

/// Room for samples; one is enough for a thread.
pub(crate) type Samples = Vec<i16>;

impl Player {
    /// Whether something is to be made at frame times.
    pub(crate) fn is_active(&self) -> bool {
        self.current.is_some() || self.key.is_some()
    }

    /// Starts a play, or puts it behind the others.
    pub(crate) fn play(&mut self, play: PlayId, source: Source, options: &PlayOptions) {
        let playing = Playing { play, repeat: options.repeat, kind: Kind::new(source, options) };
        match (&self.current, options.queue) {
            (None, _) => self.current = Some(playing),
            (Some(_), true) if self.waiting.len() < WAITING => self.waiting.push_back(playing),
            (Some(_), true) => {
                let (reason, position) = (FinishReason::Failed, Duration::ZERO);
                self.finished.push(Finished { play, reason, position });
            }
            (Some(_), false) => {
                self.finish_all(FinishReason::Replaced);
                self.paused = false;
                self.current = Some(playing);
            }
        }
    }

    pub(crate) fn stop(&mut self, play: Option<PlayId>) {
        let Some(play) = play else { return self.finish_all(FinishReason::Stopped) };
        if self.current.as_ref().is_some_and(|current| current.play == play) {
            self.finish_current(FinishReason::Stopped);
        } else if let Some(index) = self.waiting.iter().position(|waiting| waiting.play == play)
            && let Some(waiting) = self.waiting.remove(index)
        {
            self.finished.push(waiting.over(FinishReason::Stopped));
        }
    }

    fn finish_all(&mut self, reason: FinishReason) {
        let all = self.current.take().into_iter().chain(self.waiting.drain(..));
        self.finished.extend(all.map(|playing| playing.over(reason)));
        self.paused = false;
    }

    fn finish_current(&mut self, reason: FinishReason) {
        self.finished.extend(self.current.take().map(|playing| playing.over(reason)));
        self.paused = false;
        self.current = self.waiting.pop_front();
    }

    pub(crate) fn pause(&mut self, on: bool) {
        self.paused = on && self.current.is_some();
    }

    pub(crate) fn seek(&mut self, seek: Seek) {
        if let Some(current) = &mut self.current {
            let to = seek.from_position(current.position());
            current.kind.seek(to);
        }
    }

    /// Sounds a key until [`release`](Self::release), encoded in `codec`; `false` if that cannot be.
    pub(crate) fn press(&mut self, tone: &Arc<Tone>, codec: Codec) -> bool {
        self.key = Generator::new(tone, codec).map(|generator| Key { generator });
        self.key.is_some()
    }

    pub(crate) fn release(&mut self) {
        self.key = None;
    }

    pub(crate) fn is_pressing(&self) -> bool {
        self.key.is_some()
    }

    /// The next play that ended.
    pub(crate) fn take_finished(&mut self) -> Option<Finished> {
        (!self.finished.is_empty()).then(|| self.finished.remove(0))
    }

    /// Frames missed since the last call.
    pub(crate) fn take_missed(&mut self) -> u64 {
        std::mem::take(&mut self.missed)
    }

    /// Appends the next frame to `out` and returns its codec; `None` if this frame time stays silent.
    ///
    /// Tones and silence are made in `codec`, sounds come in their own.
    pub(crate) fn make_frame(
        &mut self,
        codec: Codec,
        frame: Duration,
        samples: &mut Samples,
        out: &mut Vec<u8>,
    ) -> Option<Codec> {
        if let Some(key) = &mut self.key {
            key.generator.make(frame, samples, out);
            return Some(key.generator.codec);
        }
        if self.paused {
            return None;
        }
        let codec = self.current.as_ref()?.kind.codec(codec);
        let Some(wanted) = codec.bytes_in(frame) else {
            self.pass_time(frame);
            return None;
        };
        // A play shorter than a byte, or a row of them, ends within the frame; each turn ends one or fills it.
        while out.len() < wanted {
            let Some(current) = self.current.as_mut().filter(|current| current.kind.codec(codec) == codec)
            else {
                break;
            };
            if let Some(reason) =
                current.fill(codec, frame, wanted - out.len(), samples, out, &mut self.missed)
            {
                self.finish_current(reason);
            }
        }
        if out.is_empty() {
            return None;
        }
        // The rest of the last frame is silence; a codec whose silence is no byte ends with a shorter one.
        if let Some(silence) = silence_byte(codec) {
            out.resize(wanted, silence);
        }
        Some(codec)
    }
}

impl Player {
    /// Lets a frame pass in a codec in which nothing can be made.
    fn pass_time(&mut self, frame: Duration) {
        match self.current.as_mut().map(|current| &mut current.kind) {
            Some(Kind::Silence { left, played }) => {
                *played += frame;
                *left = left.map(|left| left.saturating_sub(frame));
                if *left == Some(Duration::ZERO) {
                    self.finish_current(FinishReason::Ended);
                }
            }
            Some(Kind::Tone { .. } | Kind::Sound { .. } | Kind::Stream(_)) => {
                self.finish_current(FinishReason::Failed);
            }
            None => {}
        }
    }
}

impl Playing {
    fn over(&self, reason: FinishReason) -> Finished {
        Finished { play: self.play, reason, position: self.position() }
    }

    fn position(&self) -> Duration {
        match &self.kind {
            Kind::Sound { sound, at } => time_of(sound.codec(), *at as u64),
            Kind::Stream(stream) => time_of(stream.codec(), stream.position_bytes()),
            Kind::Tone { played, .. } | Kind::Silence { played, .. } => *played,
        }
    }

    /// Appends up to `wanted` bytes; `Some` if the play is over with them.
    fn fill(
        &mut self,
        codec: Codec,
        frame: Duration,
        wanted: usize,
        samples: &mut Samples,
        out: &mut Vec<u8>,
        missed: &mut u64,
    ) -> Option<FinishReason> {
        let end = out.len() + wanted;
        match &mut self.kind {
            Kind::Sound { sound, at } => fill_from_sound(sound, at, self.repeat, wanted, out),
            Kind::Stream(stream) => match stream.read(wanted, out) {
                Got::All => None,
                Got::Over => Some(FinishReason::Ended),
                Got::Failed => Some(FinishReason::Failed),
                Got::Late => {
                    *missed += 1;
                    fill_up(codec, out, end);
                    None
                }
            },
            Kind::Tone { tone, generator, played } => {
                if generator.as_ref().is_none_or(|generator| generator.codec != codec) {
                    *generator = Generator::new(tone, codec);
                }
                let Some(generator) = generator else { return Some(FinishReason::Failed) };
                let made = generator.make_part(wanted, samples, out);
                *played += time_of(codec, made as u64);
                (made < wanted).then_some(FinishReason::Ended)
            }
            Kind::Silence { left, played } => {
                *played += frame;
                fill_up(codec, out, end);
                *left = left.map(|left| left.saturating_sub(frame));
                (*left == Some(Duration::ZERO)).then_some(FinishReason::Ended)
            }
        }
    }
}

/// Silence up to `end`, where the codec has such bytes.
fn fill_up(codec: Codec, out: &mut Vec<u8>, end: usize) {
    out.resize(end, silence_byte(codec).unwrap_or_default());
}

fn fill_from_sound(
    sound: &Sound,
    at: &mut usize,
    repeat: bool,
    wanted: usize,
    out: &mut Vec<u8>,
) -> Option<FinishReason> {
    let rest = sound.payload().get(*at..).unwrap_or_default();
    let count = rest.len().min(wanted);
    out.extend_from_slice(rest.get(..count).unwrap_or_default());
    *at += count;
    if count == wanted && (*at < sound.payload().len() || repeat) {
        return None;
    }
    if repeat && !sound.payload().is_empty() {
        *at = 0;
        return None;
    }
    Some(FinishReason::Ended)
}

impl Kind {
    fn new(source: Source, options: &PlayOptions) -> Self {
        let mut kind = match source {
            Source::Sound(sound) => Self::Sound { sound, at: 0 },
            Source::Stream(stream) => {
                return Self::Stream(StreamPlayer::new(stream, options.from, options.repeat));
            }
            Source::Tone(tone) => Self::Tone { tone, generator: None, played: Duration::ZERO },
            Source::Silence(left) => Self::Silence { left, played: Duration::ZERO },
        };
        if !options.from.is_zero() {
            kind.seek(options.from);
        }
        kind
    }

    fn codec(&self, wanted: Codec) -> Codec {
        match self {
            Self::Sound { sound, .. } => sound.codec(),
            Self::Stream(stream) => stream.codec(),
            Self::Tone { .. } | Self::Silence { .. } => wanted,
        }
    }

    fn seek(&mut self, to: Duration) {
        match self {
            Self::Sound { sound, at } => *at = offset_in(sound, to),
            Self::Stream(stream) => stream.seek(to),
            Self::Tone { .. } => {}
            Self::Silence { left, played } => {
                *left = left.map(|left| (left + *played).saturating_sub(to));
                *played = to;
            }
        }
    }
}

/// The byte at a position, on a whole frame of the codec and within the sound.
fn offset_in(sound: &Sound, position: Duration) -> usize {
    let frame = sound.codec().shortest_frame();
    let per_frame = sound.codec().bytes_in(frame).unwrap_or(1);
    let frames = usize::try_from(position.as_micros() / frame.as_micros().max(1)).unwrap_or(usize::MAX);
    frames.saturating_mul(per_frame).min(sound.payload().len())
}

fn time_of(codec: Codec, bytes: u64) -> Duration {
    let per_second = codec.bytes_in(Duration::from_secs(1)).unwrap_or(1).max(1) as u64;
    Duration::from_micros(bytes * 1_000_000 / per_second)
}

impl Generator {
    fn new(tone: &Arc<Tone>, codec: Codec) -> Option<Self> {
        let samples = ToneGenerator::new(Arc::clone(tone), codec.sample_rate());
        Some(Self { samples, codec, encoder: Encoder::new(codec).ok()? })
    }

    /// A whole frame; silence after the end of the tone.
    fn make(&mut self, frame: Duration, samples: &mut Samples, out: &mut Vec<u8>) {
        let wanted = self.codec.bytes_in(frame).unwrap_or(0);
        self.make_part(wanted, samples, out);
        out.resize(wanted, silence_byte(self.codec).unwrap_or_default());
    }

    /// Up to `wanted` bytes; returns how many there were.
    fn make_part(&mut self, wanted: usize, samples: &mut Samples, out: &mut Vec<u8>) -> usize {
        let width = if self.codec.is_linear() { 2 } else { 1 };
        samples.clear();
        samples.resize(wanted / width, 0);
        let count = self.samples.run(samples);
        samples.truncate(count);
        let start = out.len();
        out.resize(start + count * width, 0);
        self.encoder.encode(samples, out.get_mut(start..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(20);

    fn sound(bytes: std::ops::Range<u32>) -> Source {
        let payload = bytes.map(|byte| (byte % 251) as u8).collect();
        Source::Sound(Arc::new(Sound::new(Codec::Ulaw, payload).unwrap()))
    }

    fn frame(player: &mut Player) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        player.make_frame(Codec::Ulaw, FRAME, &mut Vec::new(), &mut out).map(|_| out)
    }

    /// Plays to the end; the sound, and `id:reason:ms` of each play.
    fn check(player: &mut Player, expected_frames: usize, expected: &str) -> Vec<u8> {
        let mut heard = Vec::new();
        let mut frames = 0;
        while let Some(bytes) = frame(player) {
            assert_eq!(bytes.len(), 160);
            heard.extend(bytes);
            frames += 1;
            assert!(frames < 1000, "it does not end");
        }
        assert_eq!(frames, expected_frames);
        assert_eq!(finished(player), expected);
        heard
    }

    fn finished(player: &mut Player) -> String {
        let mut shown = Vec::new();
        while let Some(over) = player.take_finished() {
            shown.push(format!("{}:{:?}:{}", over.play.0, over.reason, over.position.as_millis()));
        }
        shown.join(" ")
    }

    fn playing(source: Source, options: &PlayOptions) -> Player {
        let mut player = Player::default();
        player.play(PlayId(1), source, options);
        player
    }

    #[test]
    fn a_sound_plays_bit_by_bit_and_ends_in_silence() {
        let heard = check(&mut playing(sound(0..400), &PlayOptions::default()), 3, "1:Ended:50");
        assert_eq!(heard[..400], (0..400).map(|byte| (byte % 251) as u8).collect::<Vec<_>>());
        assert!(heard[400..].iter().all(|&byte| byte == 0xff));
    }

    #[test]
    fn a_sound_of_whole_frames_ends_with_its_last_frame() {
        check(&mut playing(sound(0..320), &PlayOptions::default()), 2, "1:Ended:40");
    }

    #[test]
    fn an_empty_sound_ends_at_once() {
        check(
            &mut playing(sound(0..0), &PlayOptions { repeat: true, ..PlayOptions::default() }),
            0,
            "1:Ended:0",
        );
    }

    #[test]
    fn queued_sounds_follow_without_a_gap() {
        let mut player = playing(sound(0..100), &PlayOptions::default());
        player.play(PlayId(2), sound(100..200), &PlayOptions { queue: true, ..PlayOptions::default() });
        let heard = check(&mut player, 2, "1:Ended:12 2:Ended:12");
        assert_eq!(heard[..200], (0..200).map(|byte| byte as u8).collect::<Vec<_>>());
    }

    #[test]
    fn another_play_takes_the_place_of_all() {
        let mut player = playing(sound(0..1000), &PlayOptions::default());
        player.play(PlayId(2), sound(0..100), &PlayOptions { queue: true, ..PlayOptions::default() });
        frame(&mut player);
        player.play(PlayId(3), sound(0..160), &PlayOptions::default());
        check(&mut player, 1, "1:Replaced:20 2:Replaced:0 3:Ended:20");
    }

    #[test]
    fn a_repeated_sound_wraps_inside_a_frame_until_it_is_stopped() {
        let mut player = playing(sound(0..100), &PlayOptions { repeat: true, ..PlayOptions::default() });
        let first = frame(&mut player).unwrap();
        assert_eq!((first[99], first[100]), (99, 0));
        player.stop(Some(PlayId(1)));
        check(&mut player, 0, "1:Stopped:7");
    }

    #[test]
    fn seeking_lands_on_whole_frames_and_within_the_sound() {
        let mut player = playing(
            sound(0..8000),
            &PlayOptions { from: Duration::from_millis(25), ..PlayOptions::default() },
        );
        assert_eq!(frame(&mut player).unwrap()[0], 160);
        player.seek(Seek::Back(Duration::from_secs(3)));
        assert_eq!(frame(&mut player).unwrap()[0], 0);
        player.seek(Seek::Forward(Duration::from_secs(30)));
        check(&mut player, 0, "1:Ended:1000");
    }

    #[test]
    fn a_paused_play_keeps_its_position() {
        let mut player = playing(sound(0..320), &PlayOptions::default());
        frame(&mut player);
        player.pause(true);
        assert_eq!(frame(&mut player), None);
        player.pause(false);
        check(&mut player, 1, "1:Ended:40");
    }

    #[test]
    fn silence_and_tones_last_as_long_as_they_say() {
        let heard = check(
            &mut playing(Source::Silence(Some(Duration::from_millis(50))), &PlayOptions::default()),
            3,
            "1:Ended:60",
        );
        assert!(heard.iter().all(|&byte| byte == 0xff));
        let tone = Source::Tone(Arc::new(Tone::parse("!440/50").unwrap()));
        check(&mut playing(tone, &PlayOptions::default()), 3, "1:Ended:50");
    }

    #[test]
    fn a_key_sounds_above_the_play_which_waits_meanwhile() {
        let mut player = playing(sound(0..160), &PlayOptions::default());
        let tone = Arc::new(Tone::dtmf('5', Duration::from_secs(60)).unwrap());
        assert!(player.press(&tone, Codec::Alaw));
        let mut out = Vec::new();
        assert_eq!(player.make_frame(Codec::Alaw, FRAME, &mut Vec::new(), &mut out), Some(Codec::Alaw));
        player.release();
        check(&mut player, 1, "1:Ended:20");
    }
}
