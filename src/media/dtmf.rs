//! Finds the keys of a telephone in sound: eight Goertzel filters, judged block by block.
//!
//! The limits (twist, distance to the other tones, share of the whole) follow ITU-T Q.24 as Asterisk applies it:
//! a key counts after two blocks and is over after three without it.

use std::f32::consts::TAU;
use std::time::Duration;

/// Rows, then columns, in Hz (ITU-T Q.23).
const FREQUENCIES: [f32; 8] = [697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0, 1477.0, 1633.0];
const KEYS: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// Samples of a block at 8 kHz, 12.75 ms: the tones fall near the middles of the filters.
const BLOCK: u32 = 102;
/// The weakest tone, as the output of a filter over a block at 8 kHz.
const THRESHOLD: f32 = 8.0e7;
/// The higher tone may be 4 dB above the lower, and 8 dB below it.
const NORMAL_TWIST: f32 = 6.31;
const REVERSE_TWIST: f32 = 2.51;
/// The next tone of the same group must be 8 dB below.
const DISTANCE: f32 = 6.3;
/// Both tones together against the energy of the block: 82 % of what two pure tones have.
const SHARE: f32 = 42.0;
const HITS_TO_BEGIN: u8 = 2;
const MISSES_TO_END: u8 = 3;

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChange {
    /// It was pressed.
    Begin {
        /// The key: `0` to `9`, `A` to `D`, `*` or `#`.
        key: char,
    },
    /// It was released.
    End {
        /// The key.
        key: char,
        /// How long it was down, to a block.
        duration: Duration,
    },
}

/// Listens for keys in a stream of samples.
#[derive(Debug, Clone)]
pub struct DtmfDetector {
    filters: [Filter; 8],
    rate: u32,
    block: u32,
    /// Samples of this block so far, and their energy.
    count: u32,
    energy: f32,
    /// The key of the last block, and in how many blocks in a row it was heard.
    heard: Option<char>,
    hits: u8,
    pressed: Option<Pressed>,
}

#[derive(Debug, Clone, Copy)]
struct Pressed {
    key: char,
    blocks: u32,
    misses: u8,
}

#[derive(Debug, Clone, Copy)]
struct Filter {
    factor: f32,
    last: f32,
    before: f32,
}

impl Filter {
    fn new(hz: f32, rate: u32) -> Self {
        Self { factor: 2.0 * (TAU * hz / rate as f32).cos(), last: 0.0, before: 0.0 }
    }

    fn take(&mut self, sample: f32) {
        let value = self.factor * self.last - self.before + sample;
        self.before = self.last;
        self.last = value;
    }

    /// The energy at its frequency, and a fresh start.
    fn finish(&mut self) -> f32 {
        let energy =
            self.last * self.last + self.before * self.before - self.factor * self.last * self.before;
        (self.last, self.before) = (0.0, 0.0);
        energy
    }
}

impl DtmfDetector {
    /// Listens to samples at `rate` per second.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        Self {
            filters: FREQUENCIES.map(|hz| Filter::new(hz, rate)),
            rate,
            block: (u64::from(BLOCK) * u64::from(rate) / 8000).max(1) as u32,
            count: 0,
            energy: 0.0,
            heard: None,
            hits: 0,
            pressed: None,
        }
    }

    /// Takes samples in, and tells what becomes of keys.
    pub fn run(&mut self, samples: &[i16], mut tell: impl FnMut(KeyChange)) {
        for &sample in samples {
            let sample = f32::from(sample);
            self.energy += sample * sample;
            for filter in &mut self.filters {
                filter.take(sample);
            }
            self.count += 1;
            if self.count == self.block {
                let key = self.judge();
                self.follow(key, &mut tell);
            }
        }
    }

    /// The key that is down, if one is.
    #[must_use]
    pub fn pressed(&self) -> Option<char> {
        self.pressed.map(|pressed| pressed.key)
    }

    /// The key of the block that is full.
    fn judge(&mut self) -> Option<char> {
        let energies = self.filters.each_mut().map(Filter::finish);
        let energy = std::mem::take(&mut self.energy);
        self.count = 0;
        let (rows, columns) = energies.split_at(4);
        let (row, row_energy) = strongest(rows)?;
        let (column, column_energy) = strongest(columns)?;
        // Filter outputs grow with the square of the block, energies with the block.
        let scale = (self.block as f32 / BLOCK as f32).powi(2);
        let loud = row_energy.min(column_energy) >= THRESHOLD * scale;
        let balanced =
            column_energy < row_energy * REVERSE_TWIST && row_energy < column_energy * NORMAL_TWIST;
        let pure = row_energy + column_energy > SHARE * energy * scale.sqrt();
        KEYS.get(row)?.get(column).copied().filter(|_| loud && balanced && pure)
    }

    fn follow(&mut self, key: Option<char>, tell: &mut impl FnMut(KeyChange)) {
        self.hits = if key.is_some() && key == self.heard { self.hits.saturating_add(1) } else { 1 };
        self.heard = key;
        if let Some(pressed) = &mut self.pressed {
            pressed.blocks += 1;
            pressed.misses = if key == Some(pressed.key) { 0 } else { pressed.misses + 1 };
            let replaced = key.is_some_and(|key| key != pressed.key) && self.hits >= HITS_TO_BEGIN;
            if pressed.misses < MISSES_TO_END && !replaced {
                return;
            }
            let ended = *pressed;
            self.pressed = None;
            tell(self.end_of(ended));
        }
        if let Some(key) = key.filter(|_| self.hits >= HITS_TO_BEGIN) {
            self.pressed = Some(Pressed { key, blocks: u32::from(HITS_TO_BEGIN), misses: 0 });
            tell(KeyChange::Begin { key });
        }
    }

    fn end_of(&self, pressed: Pressed) -> KeyChange {
        let blocks = u64::from(pressed.blocks.saturating_sub(u32::from(pressed.misses)));
        let samples = blocks * u64::from(self.block);
        let duration = Duration::from_micros(samples * 1_000_000 / u64::from(self.rate.max(1)));
        KeyChange::End { key: pressed.key, duration }
    }
}

/// The strongest of a group and its energy, if the others are far enough below.
fn strongest(energies: &[f32]) -> Option<(usize, f32)> {
    let (index, energy) =
        energies.iter().copied().enumerate().max_by(|one, other| one.1.total_cmp(&other.1))?;
    let alone = energies.iter().enumerate().all(|(at, other)| at == index || other * DISTANCE < energy);
    alone.then_some((index, energy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::{Tone, ToneGenerator};
    use std::sync::Arc;

    /// Sounds `key:ms` and `.ms` of silence, scaled by `gain`, and shows what is found: `5+`,
    /// `5-100` in ms, rounded as a block demands.
    fn check_at(rate: u32, gain: f32, script: &str, expected: &str) {
        let mut sound = Vec::new();
        for word in script.split(' ') {
            let silence = word.strip_prefix('.').map(|ms| ms.parse::<u32>().unwrap());
            match (silence, word.split_once(':')) {
                (Some(ms), _) => sound.resize(sound.len() + (rate * ms / 1000) as usize, 0),
                (None, Some((key, ms))) => {
                    let length = Duration::from_millis(ms.parse().unwrap());
                    let tone = Tone::dtmf(key.chars().next().unwrap(), length).unwrap();
                    let mut samples = vec![0; rate as usize];
                    let count = ToneGenerator::new(Arc::new(tone), rate).run(&mut samples);
                    sound.extend_from_slice(&samples[..count]);
                }
                _ => unreachable!(),
            }
        }
        let sound: Vec<i16> = sound.iter().map(|&sample| (f32::from(sample) * gain) as i16).collect();
        let (mut detector, mut found) = (DtmfDetector::new(rate), Vec::new());
        for frame in sound.chunks(160) {
            detector.run(frame, |change| {
                found.push(match change {
                    KeyChange::Begin { key } => format!("{key}+"),
                    KeyChange::End { key, duration } => {
                        format!("{key}-{}", (duration.as_millis() + 25) / 50 * 50)
                    }
                });
            });
        }
        assert_eq!(found.join(" "), expected, "{script} at {rate} Hz");
    }

    fn check(script: &str, expected: &str) {
        check_at(8000, 1.0, script, expected);
    }

    #[test]
    fn every_key_is_found() {
        for key in "0123456789ABCD*#".chars() {
            check(&format!(".40 {key}:100 .100"), &format!("{key}+ {key}-100"));
        }
    }

    #[test]
    fn keys_in_a_row_are_told_apart() {
        check("1:100 .60 1:100 .60 2:100 .80", "1+ 1-100 1+ 1-100 2+ 2-100");
        check("4:100 5:100 .100", "4+ 4-100 5+ 5-100");
    }

    #[test]
    fn quiet_keys_are_found_and_whispers_are_not() {
        check_at(8000, 0.1, "7:100 .100", "7+ 7-100");
        check_at(8000, 0.01, "7:100 .100", "");
    }

    #[test]
    fn a_key_shorter_than_the_law_is_none() {
        check("9:20 .100", "");
    }

    #[test]
    fn wideband_sound_is_heard_as_well() {
        check_at(16000, 1.0, "#:100 .100", "#+ #-100");
    }

    #[test]
    fn other_tones_are_no_keys() {
        for script in
            ["350+440", "480+620/500,0/500", "950/330,1400/330,1800/330", "697", "1209", "697+770+1209"]
        {
            let mut samples = vec![0; 16_000];
            ToneGenerator::new(Arc::new(Tone::parse(script).unwrap()), 8000).run(&mut samples);
            DtmfDetector::new(8000).run(&samples, |change| panic!("{script} is taken for {change:?}"));
        }
    }

    #[test]
    fn noise_is_no_key() {
        let mut seed = 1u32;
        let samples: Vec<i16> = (0..80_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 16) as i16 / 2
            })
            .collect();
        DtmfDetector::new(8000).run(&samples, |change| panic!("noise is taken for {change:?}"));
    }
}
