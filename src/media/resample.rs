//! Sample rate conversion by a polyphase FIR filter (windowed sinc), with streaming state as a value.
//!
//! A filter of `up` phases is designed once for each pair of rates and shared; each output sample is one
//! dot product of a phase with the latest input samples. A bare decimator would fold what lies above half
//! of the new rate back into the voice band.

use std::f64::consts::PI;
use std::sync::{Arc, OnceLock};

/// The rates in Hz between which we convert.
pub const RATES: [u32; 9] = [8000, 12000, 16000, 24000, 32000, 44100, 48000, 96000, 192_000];

/// Filter length in periods of the lower of the two rates: sets how steep the edge is.
const PERIODS: usize = 48;
/// Where the pass band ends, as a share of half the lower rate.
const CUTOFF: f64 = 0.93;
/// Kaiser's beta for about 80 dB in the stop band.
const BETA: f64 = 8.0;
/// Independent sums of a dot product, so that it becomes vector code.
const LANES: usize = 8;

/// The coefficients for one pair of rates.
#[derive(Debug)]
struct Filter {
    up: usize,
    down: usize,
    /// Coefficients of a phase, a multiple of [`LANES`].
    taps: usize,
    /// `up` phases of `taps` each, oldest sample first.
    phases: Vec<f32>,
}

/// A stream of samples on its way from one rate to another.
#[derive(Debug, Clone)]
pub struct Resampler {
    filter: Arc<Filter>,
    /// The input not yet left behind, at least `taps - 1` samples of past.
    history: Vec<f32>,
    /// Where in `history` the next dot product starts.
    start: usize,
    /// Which phase it takes.
    phase: usize,
}

impl Resampler {
    /// A converter from silence; `None` unless both rates are among [`RATES`].
    pub fn new(from: u32, to: u32) -> Option<Self> {
        let filter = shared_filter(from, to)?;
        let history = vec![0.0; filter.taps - 1];
        Some(Self { filter, history, start: 0, phase: 0 })
    }

    /// Whether [`Resampler::new`] would give one.
    pub fn serves(from: u32, to: u32) -> bool {
        RATES.contains(&from) && RATES.contains(&to)
    }

    /// Takes samples in and appends what is due, keeping the ratio exactly over time.
    pub fn run(&mut self, input: &[i16], output: &mut Vec<i16>) {
        let Filter { up, down, taps, phases } = &*self.filter;
        self.history.extend(input.iter().map(|&sample| f32::from(sample)));
        while let Some(window) = self.history.get(self.start..self.start + taps) {
            let Some(coefficients) = phases.get(self.phase * taps..(self.phase + 1) * taps) else { break };
            output.push(to_sample(dot(coefficients, window)));
            self.phase += down;
            self.start += self.phase / up;
            self.phase %= up;
        }
        let left_behind = self.start.min(self.history.len());
        self.history.drain(..left_behind);
        self.start -= left_behind;
    }

    /// Delay of the filter in input samples.
    pub fn delay(&self) -> usize {
        self.filter.taps / 2
    }
}

fn to_sample(value: f32) -> i16 {
    // A float cast saturates, which is the clipping wanted.
    value.round() as i16
}

fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (left, right) in left.chunks_exact(LANES).zip(right.chunks_exact(LANES)) {
        for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
            *sum += left * right;
        }
    }
    sums.iter().sum()
}

fn shared_filter(from: u32, to: u32) -> Option<Arc<Filter>> {
    static FILTERS: [[OnceLock<Arc<Filter>>; RATES.len()]; RATES.len()] =
        [const { [const { OnceLock::new() }; RATES.len()] }; RATES.len()];
    let index = |rate| RATES.iter().position(|&known| known == rate);
    let cell = FILTERS.get(index(from)?)?.get(index(to)?)?;
    Some(Arc::clone(cell.get_or_init(|| Arc::new(Filter::design(from, to)))))
}

impl Filter {
    fn design(from: u32, to: u32) -> Self {
        let common = gcd(from, to);
        let (up, down) = ((to / common) as usize, (from / common) as usize);
        // Times are counted in input samples; going down, the filter is longer by the ratio.
        let stretch = (f64::from(from) / f64::from(to)).max(1.0);
        let taps = ((PERIODS as f64 * stretch).ceil() as usize).next_multiple_of(LANES);
        let centre = (taps - 1) as f64 / 2.0;
        let bandwidth = CUTOFF / stretch;
        let mut phases = Vec::with_capacity(up * taps);
        for phase in 0..up {
            let ahead = phase as f64 / up as f64;
            let times = (0..taps).map(|tap| tap as f64 - centre - ahead);
            let phase: Vec<f64> =
                times.map(|time| sinc(bandwidth * time) * kaiser(time / (centre + 1.0))).collect();
            // Each phase passes a constant unchanged, or the phases would beat against each other.
            let sum: f64 = phase.iter().sum();
            phases.extend(phase.iter().map(|value| (value / sum) as f32));
        }
        Self { up, down, taps, phases }
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window at `x` of -1 to 1.
fn kaiser(x: f64) -> f64 {
    bessel(BETA * (1.0 - x * x).max(0.0).sqrt()) / bessel(BETA)
}

/// The modified Bessel function of order zero, by its series.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..32 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLITUDE: f64 = 16000.0;

    fn sine(frequency: f64, rate: u32, count: usize) -> Vec<i16> {
        (0..count)
            .map(|n| (AMPLITUDE * (2.0 * PI * frequency * n as f64 / f64::from(rate)).sin()) as i16)
            .collect()
    }

    /// Sends 200 ms of a sine through and gives the level of what comes out, in dB below what went in.
    fn attenuation(from: u32, to: u32, frequency: f64) -> f64 {
        let mut output = Vec::new();
        Resampler::new(from, to).unwrap().run(&sine(frequency, from, from as usize / 5), &mut output);
        let settled = &output[output.len() / 4..output.len() * 3 / 4];
        let power: f64 = settled.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / settled.len() as f64;
        -20.0 * ((power.sqrt() + 1e-9) / (AMPLITUDE / 2f64.sqrt())).log10()
    }

    #[test]
    fn what_the_new_rate_cannot_hold_does_not_alias() {
        for (from, to) in [(16000, 8000), (48000, 8000), (44100, 8000), (48000, 16000), (12000, 8000)] {
            for above in [1.08, 1.3, 1.7] {
                let frequency = f64::from(to) / 2.0 * above;
                if frequency < f64::from(from) / 2.0 {
                    let level = attenuation(from, to, frequency);
                    assert!(level > 60.0, "{from} to {to}: {frequency} Hz comes through at -{level:.1} dB");
                }
            }
        }
    }

    #[test]
    fn the_voice_band_passes_unchanged() {
        for from in RATES {
            for to in RATES {
                for frequency in [300.0, 3400.0] {
                    let level = attenuation(from, to, frequency).abs();
                    assert!(level < 0.2, "{from} to {to}: {frequency} Hz changes by {level:.2} dB");
                }
            }
        }
    }

    #[test]
    fn no_image_of_a_tone_appears_above_the_old_rate() {
        let mut output = Vec::new();
        Resampler::new(8000, 16000).unwrap().run(&sine(3000.0, 8000, 8000), &mut output);
        let settled = &output[1600..14400];
        // The image of 3000 Hz would stand at 5000 Hz.
        let angle = |n: usize| 2.0 * PI * 5000.0 * n as f64 / 16000.0;
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (n, &sample) in settled.iter().enumerate() {
            real += f64::from(sample) * angle(n).cos();
            imaginary += f64::from(sample) * angle(n).sin();
        }
        let level = 2.0 * real.hypot(imaginary) / settled.len() as f64;
        assert!(20.0 * (AMPLITUDE / level).log10() > 60.0, "image at {level}");
    }

    #[test]
    fn frames_in_pieces_give_the_same_as_all_at_once() {
        let input = sine(700.0, 44100, 44100);
        let mut whole = Vec::new();
        Resampler::new(44100, 8000).unwrap().run(&input, &mut whole);
        let mut pieces = Vec::new();
        let mut resampler = Resampler::new(44100, 8000).unwrap();
        for piece in input.chunks(177) {
            resampler.run(piece, &mut pieces);
        }
        assert_eq!(whole, pieces);
    }

    #[test]
    fn every_frame_of_20_ms_gives_a_frame_of_20_ms() {
        for (from, to) in [(8000, 44100), (44100, 48000), (48000, 8000), (16000, 12000)] {
            let mut resampler = Resampler::new(from, to).unwrap();
            for _ in 0..10 {
                let mut output = Vec::new();
                resampler.run(&vec![0; from as usize / 50], &mut output);
                assert_eq!(output.len(), to as usize / 50, "{from} to {to}");
            }
        }
    }

    #[test]
    fn unknown_rates_are_refused() {
        assert!(Resampler::new(8000, 11025).is_none());
    }
}
