//! Tone scripts (`350+440`, `!950/330,!1400/330,!1800/330,0`) compiled to values that give samples.
//!
//! The language is that of `indications.conf`: elements of a frequency in Hz, a sum `f1+f2` or a modulation
//! `f1*f2`, each with a length in ms after `/`; `M60` is a MIDI note; elements before which no `!` stands
//! repeat for ever, the others are played once.

mod countries;

pub use countries::{COUNTRIES, Country, country};

use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

/// Amplitude of each frequency of a tone, as Asterisk plays it.
const AMPLITUDE: u16 = 7219;
/// The frequencies of a telephone keypad: rows, then columns (ITU-T Q.23).
const ROWS: [u32; 4] = [697, 770, 852, 941];
const COLUMNS: [u32; 4] = [1209, 1336, 1477, 1633];
const KEYPAD: &[u8; 16] = b"123A456B789C*0#D";

/// Why a script is no tone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToneError {
    /// Nothing to play.
    #[error("a tone needs at least one frequency")]
    Empty,
    /// One element does not follow the grammar.
    #[error("`{0}` is no tone: expected [!]frequency[+frequency|*frequency][/milliseconds]")]
    Element(String),
    /// A digit that telephones do not have.
    #[error("`{0}` is no DTMF digit: 0 to 9, A to D, * and # are")]
    Digit(char),
}

/// One element of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    sound: Sound,
    /// `None` plays until the tone is stopped.
    length: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sound {
    /// Frequencies in Hz played together; none or 0 is silence.
    Sum(Vec<u32>),
    /// The first, its loudness shaped by the second.
    Modulated(u32, u32),
}

/// A tone script, checked and ready to play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tone {
    parts: Vec<Part>,
    /// The first part of the loop; `None` plays all once.
    repeat_from: Option<usize>,
    amplitude: u16,
}

impl Tone {
    /// Compiles a script; elements are separated by commas, or by `|` if there is one.
    pub fn parse(script: &str) -> Result<Self, ToneError> {
        let separator = if script.contains('|') { '|' } else { ',' };
        let mut parts = Vec::new();
        let mut repeat_from = None;
        for element in script.split(separator).map(str::trim).filter(|element| !element.is_empty()) {
            let once = element.strip_prefix('!');
            if once.is_none() && repeat_from.is_none() {
                repeat_from = Some(parts.len());
            }
            parts.push(parse_part(once.unwrap_or(element))?);
        }
        if parts.is_empty() {
            Err(ToneError::Empty)
        } else {
            Ok(Self { parts, repeat_from, amplitude: AMPLITUDE })
        }
    }

    /// The two frequencies of a telephone's key for `length` (ITU-T Q.23).
    pub fn dtmf(digit: char, length: Duration) -> Result<Self, ToneError> {
        let key = KEYPAD.iter().position(|&key| char::from(key) == digit.to_ascii_uppercase());
        let key = key.ok_or(ToneError::Digit(digit))?;
        let frequencies = vec![ROWS[key / 4], COLUMNS[key % 4]];
        let part = Part { sound: Sound::Sum(frequencies), length: Some(length) };
        Ok(Self { parts: vec![part], repeat_from: None, amplitude: AMPLITUDE })
    }

    /// The same tone with another amplitude of each frequency, in steps of linear 16-bit samples.
    pub fn with_amplitude(self, amplitude: u16) -> Self {
        Self { amplitude: amplitude.min(i16::MAX as u16), ..self }
    }

    /// How long it plays; `None` for one that repeats or does not end.
    pub fn duration(&self) -> Option<Duration> {
        if self.repeat_from.is_some() {
            return None;
        }
        self.parts.iter().map(|part| part.length).sum()
    }
}

fn parse_part(element: &str) -> Result<Part, ToneError> {
    let wrong = || ToneError::Element(element.to_owned());
    let (sound, length) = match element.split_once('/') {
        None => (element, None),
        Some((sound, ms)) => {
            let ms: u32 = ms.trim().parse().map_err(|_| wrong())?;
            // A length of 0 means "no end", as when none is given.
            (sound, (ms > 0).then(|| Duration::from_millis(ms.into())))
        }
    };
    let sound = match sound.split_once('*') {
        Some((carrier, shape)) => {
            Sound::Modulated(frequency(carrier).ok_or_else(wrong)?, frequency(shape).ok_or_else(wrong)?)
        }
        None => Sound::Sum(sound.split('+').map(frequency).collect::<Option<_>>().ok_or_else(wrong)?),
    };
    Ok(Part { sound, length })
}

/// A number of Hz, or a MIDI note after `M`.
fn frequency(text: &str) -> Option<u32> {
    let text = text.trim();
    match text.strip_prefix('M') {
        None => text.parse().ok().filter(|&hz| hz < 24_000),
        Some(note) => {
            let note: u8 = note.parse().ok().filter(|&note| note <= 127)?;
            Some((440.0 * ((f64::from(note) - 69.0) / 12.0).exp2()) as u32)
        }
    }
}

/// A tone being played at a sample rate.
#[derive(Debug, Clone)]
pub struct ToneGenerator {
    tone: Arc<Tone>,
    rate: u32,
    /// The part that plays, and its samples still to come (`None`: no end).
    current: usize,
    left: Option<usize>,
    voices: Vec<Oscillator>,
}

impl ToneGenerator {
    /// A generator at the start of the tone; `rate` in samples per second.
    pub fn new(tone: Arc<Tone>, rate: u32) -> Self {
        let mut generator = Self { tone, rate, current: 0, left: Some(0), voices: Vec::new() };
        generator.enter(0);
        generator
    }

    /// Fills `samples` and returns how many there were before the tone ended.
    pub fn run(&mut self, samples: &mut [i16]) -> usize {
        let mut done = 0;
        // A loop of parts too short for one sample would go on for ever; each turn is bounded by the parts.
        let mut idle_turns = 0;
        while let Some(rest) = samples.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let count = rest.len().min(self.left.unwrap_or(usize::MAX));
            self.play(&mut rest[..count]);
            done += count;
            self.left = self.left.map(|left| left - count);
            idle_turns = if count > 0 { 0 } else { idle_turns + 1 };
            if self.left == Some(0) && (idle_turns > self.tone.parts.len() || !self.advance()) {
                break;
            }
        }
        done
    }

    /// Whether nothing is left to play.
    pub fn is_finished(&self) -> bool {
        self.current >= self.tone.parts.len()
    }

    fn advance(&mut self) -> bool {
        let next = self.current + 1;
        let next = if next < self.tone.parts.len() { Some(next) } else { self.tone.repeat_from };
        self.enter(next.unwrap_or(self.tone.parts.len()));
        next.is_some()
    }

    fn enter(&mut self, index: usize) {
        self.current = index;
        self.voices.clear();
        let Some(part) = self.tone.parts.get(index) else {
            self.left = Some(0);
            return;
        };
        let samples =
            |length: Duration| (length.as_micros() as u64 * u64::from(self.rate) / 1_000_000) as usize;
        self.left = part.length.map(samples);
        let (rate, amplitude) = (self.rate, f64::from(self.tone.amplitude));
        let oscillator = |&hz: &u32| Oscillator::new(hz, rate, amplitude);
        match &part.sound {
            Sound::Sum(frequencies) => self.voices.extend(frequencies.iter().map(oscillator)),
            Sound::Modulated(carrier, shape) => self.voices.extend([carrier, shape].map(oscillator)),
        }
    }

    fn play(&mut self, samples: &mut [i16]) {
        let modulated =
            matches!(self.tone.parts.get(self.current), Some(Part { sound: Sound::Modulated(..), .. }));
        if let (true, [carrier, shape]) = (modulated, self.voices.as_mut_slice()) {
            for sample in samples {
                *sample = (carrier.next() * depth(shape.next())) as i16;
            }
        } else {
            for sample in samples {
                *sample = self.voices.iter_mut().map(Oscillator::next).sum::<f64>() as i16;
            }
        }
    }
}

/// Asterisk's modulation: nine tenths of the distance from full scale.
fn depth(shape: f64) -> f64 {
    (shape - 32768.0).abs() * 0.9 / 32768.0
}

/// A sine by the recurrence `y[n] = 2 cos(w) y[n-1] - y[n-2]`.
#[derive(Debug, Clone)]
struct Oscillator {
    factor: f64,
    last: f64,
    before: f64,
}

impl Oscillator {
    fn new(hz: u32, rate: u32, amplitude: f64) -> Self {
        let step = TAU * f64::from(hz) / f64::from(rate);
        Self {
            factor: 2.0 * step.cos(),
            last: -step.sin() * amplitude,
            before: -(2.0 * step).sin() * amplitude,
        }
    }

    fn next(&mut self) -> f64 {
        let value = self.factor * self.last - self.before;
        self.before = self.last;
        self.last = value;
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays up to `most` samples at 8 kHz.
    fn play(script: &str, most: usize) -> Vec<i16> {
        let mut samples = vec![0; most];
        let count = ToneGenerator::new(Arc::new(Tone::parse(script).unwrap()), 8000).run(&mut samples);
        samples.truncate(count);
        samples
    }

    /// The amplitude of one frequency in 8 kHz sound.
    fn amplitude(samples: &[i16], hz: f64) -> f64 {
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (n, &sample) in samples.iter().enumerate() {
            let angle = TAU * hz * n as f64 / 8000.0;
            real += f64::from(sample) * angle.cos();
            imaginary += f64::from(sample) * angle.sin();
        }
        2.0 * real.hypot(imaginary) / samples.len() as f64
    }

    fn check(script: &str, expected: Result<Option<u64>, &str>) {
        let duration =
            Tone::parse(script).map(|tone| tone.duration().map(|length| length.as_millis() as u64));
        assert_eq!(duration.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{script}");
    }

    #[test]
    fn scripts_are_read_as_indications_conf_writes_them() {
        check("350+440", Ok(None));
        check("425/200,0/200", Ok(None));
        check("!950/330,!1400/330,!1800/330", Ok(Some(990)));
        check("!950/330,!1400/330,!1800/330,0", Ok(None));
        check("400*25/400, 0/200", Ok(None));
        check("!M60/500|!M64+M67/500", Ok(Some(1000)));
        check("350+375+400", Ok(None));
    }

    #[test]
    fn a_wrong_element_is_named() {
        let wrong = "`4x0` is no tone: expected [!]frequency[+frequency|*frequency][/milliseconds]";
        check("440,4x0", Err(wrong));
        check(" , ", Err("a tone needs at least one frequency"));
        check(
            "1*2*3",
            Err("`1*2*3` is no tone: expected [!]frequency[+frequency|*frequency][/milliseconds]"),
        );
    }

    #[test]
    fn both_frequencies_sound_and_no_other() {
        let dial = play("350+440", 8000);
        assert!((amplitude(&dial, 350.0) - f64::from(AMPLITUDE)).abs() < 10.0);
        assert!((amplitude(&dial, 440.0) - f64::from(AMPLITUDE)).abs() < 10.0);
        let loud = Tone::parse("1000").unwrap().with_amplitude(20_000);
        let mut samples = [0; 800];
        ToneGenerator::new(Arc::new(loud), 8000).run(&mut samples);
        assert!((amplitude(&samples, 1000.0) - 20_000.0).abs() < 10.0);
        assert!(amplitude(&dial, 480.0) < 10.0);
    }

    #[test]
    fn a_cadence_repeats_and_its_lengths_are_exact() {
        let busy = play("480+620/500,0/250", 12000);
        assert!(busy[4000..6000].iter().all(|&sample| sample == 0));
        assert_eq!(busy[..4000], busy[6000..10000]);
        assert!(busy[1..100].iter().any(|&sample| sample != 0));
    }

    #[test]
    fn a_tone_of_single_parts_ends() {
        assert_eq!(play("!950/330,!1400/330", 100_000).len(), 8 * 660);
        let tone = Arc::new(Tone::parse("!950/10").unwrap());
        let mut generator = ToneGenerator::new(tone, 8000);
        assert_eq!(generator.run(&mut [0; 160]), 80);
        assert!(generator.is_finished());
        assert_eq!(generator.run(&mut [0; 160]), 0);
    }

    #[test]
    fn introduction_is_played_once_before_the_loop() {
        let sound = play("!440/100,0/100", 8000);
        assert!(sound[..800].iter().any(|&sample| sample != 0));
        assert!(sound[800..].iter().all(|&sample| sample == 0));
    }

    #[test]
    fn modulation_gives_side_bands() {
        let ring = play("400*25", 8000);
        assert!(amplitude(&ring, 400.0) > 6000.0);
        assert!(amplitude(&ring, 375.0) > 500.0 && amplitude(&ring, 425.0) > 500.0);
    }

    #[test]
    fn midi_notes_are_truncated_to_whole_hertz_as_in_asterisk() {
        assert_eq!(
            [frequency("M69"), frequency("M90"), frequency("M127"), frequency("M128")],
            [Some(440), Some(1479), Some(12543), None]
        );
    }

    #[test]
    fn a_key_has_its_row_and_its_column() {
        let tone = Arc::new(Tone::dtmf('#', Duration::from_millis(100)).unwrap());
        let mut samples = [0; 1600];
        assert_eq!(ToneGenerator::new(tone, 8000).run(&mut samples), 800);
        assert!(amplitude(&samples[..800], 941.0) > 7000.0 && amplitude(&samples[..800], 1477.0) > 7000.0);
        assert_eq!(Tone::dtmf('x', Duration::ZERO), Err(ToneError::Digit('x')));
    }

    #[test]
    fn parts_shorter_than_a_sample_do_not_hang() {
        let mut tone = Tone::parse("440/1").unwrap();
        tone.parts[0].length = Some(Duration::from_nanos(1));
        assert_eq!(ToneGenerator::new(Arc::new(tone), 8000).run(&mut [0; 10]), 0);
    }

    #[test]
    fn a_tone_of_a_minute_keeps_its_loudness() {
        let mut voice = Oscillator::new(440, 8000, f64::from(AMPLITUDE));
        let loudest = |voice: &mut Oscillator| (0..8000).map(|_| voice.next()).fold(0.0, f64::max);
        let first = loudest(&mut voice);
        for _ in 0..8000 * 60 {
            voice.next();
        }
        assert!((loudest(&mut voice) - first).abs() < 1.0);
    }
}
