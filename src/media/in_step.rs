//! Two voices in step: what either says at a time lies beside what the other says at that time.
//!
//! Frames of a network come when they come, or not at all. Each voice is laid on one line of time; where nothing
//! came for a while there is silence, so that the two stay together.

use std::collections::VecDeque;
use std::time::Duration;

/// How late a frame may come before there is silence in its place.
const PATIENCE: Duration = Duration::from_millis(200);
/// A gap shorter than this is the network's unrest and not a silence.
const UNREST: Duration = Duration::from_millis(100);

/// Two voices on one line of time, in samples of one rate.
#[derive(Debug)]
pub struct InStep {
    rate: u32,
    /// How many samples have been taken.
    taken: u64,
    voices: [VecDeque<i16>; 2],
}

impl InStep {
    /// Two voices that have said nothing yet.
    pub fn new(rate: u32) -> Self {
        Self { rate, taken: 0, voices: [VecDeque::new(), VecDeque::new()] }
    }

    /// Adds what the first voice (`false`) or the second one (`true`) said up to `end` after the start.
    ///
    /// What comes faster than time goes by more than [`PATIENCE`] is left out.
    pub fn put(&mut self, second: bool, end: Duration, samples: &[i16]) {
        let (due, unrest, patience) = (self.at(end), self.at(UNREST), self.at(PATIENCE));
        let taken = self.taken;
        let Some(voice) = self.voices.get_mut(usize::from(second)) else { return };
        let begin = due.saturating_sub(samples.len() as u64);
        let reached = taken + voice.len() as u64;
        if reached > begin + patience {
            return;
        }
        if reached + unrest < begin {
            let gap = usize::try_from(begin - reached).unwrap_or(usize::MAX);
            voice.extend(std::iter::repeat_n(0, gap));
        }
        voice.extend(samples);
    }

    /// Takes what is certain at `now` after the start, and appends it: both voices have spoken, or one of them is
    /// late for good.
    pub fn take(&mut self, now: Duration, out: &mut Vec<[i16; 2]>) {
        let both = self.voices.iter().map(VecDeque::len).min().unwrap_or_default();
        let late = self.at(now).saturating_sub(self.at(PATIENCE)).saturating_sub(self.taken);
        let most = self.voices.iter().map(VecDeque::len).max().unwrap_or_default();
        let late = usize::try_from(late).unwrap_or(usize::MAX).min(most);
        self.take_some(both.max(late), out);
    }

    /// Takes all that is left.
    pub fn take_rest(&mut self, out: &mut Vec<[i16; 2]>) {
        let most = self.voices.iter().map(VecDeque::len).max().unwrap_or_default();
        self.take_some(most, out);
    }

    fn take_some(&mut self, count: usize, out: &mut Vec<[i16; 2]>) {
        let [first, second] = &mut self.voices;
        out.extend(
            (0..count)
                .map(|_| [first.pop_front().unwrap_or_default(), second.pop_front().unwrap_or_default()]),
        );
        self.taken += count as u64;
    }

    fn at(&self, time: Duration) -> u64 {
        (time.as_micros() * u128::from(self.rate) / 1_000_000) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of 20 ms at 8 kHz as `voice value end-in-ms`; what is heard, as `first/second x count`.
    fn check(frames: &[(bool, i16, u64)], expected: &str) {
        let mut line = InStep::new(8000);
        let mut heard = Vec::new();
        for &(second, value, end) in frames {
            let end = Duration::from_millis(end);
            line.put(second, end, &[value; 160]);
            line.take(end, &mut heard);
        }
        line.take_rest(&mut heard);
        let runs = heard.chunk_by(|one, other| one == other);
        let shown: Vec<_> = runs.map(|run| format!("{}/{} x{}", run[0][0], run[0][1], run.len())).collect();
        assert_eq!(shown.join(", "), expected);
    }

    #[test]
    fn what_is_said_together_lies_together() {
        check(&[(false, 1, 20), (true, 2, 20), (false, 3, 40), (true, 4, 42)], "1/2 x160, 3/4 x160");
    }

    #[test]
    fn one_voice_alone_is_beside_silence() {
        check(&[(false, 1, 20), (false, 1, 40)], "1/0 x320");
    }

    #[test]
    fn who_begins_late_is_heard_late() {
        let early = (1..=50).map(|frame| (false, 1, frame * 20));
        let late = [(true, 2, 1000)];
        check(&early.chain(late).collect::<Vec<_>>(), "1/0 x7840, 1/2 x160");
    }

    #[test]
    fn unrest_of_the_network_leaves_no_hole() {
        check(
            &[(false, 1, 20), (false, 2, 80), (false, 3, 80), (false, 4, 82)],
            "1/0 x160, 2/0 x160, 3/0 x160, 4/0 x160",
        );
    }

    #[test]
    fn what_comes_far_too_fast_is_left_out() {
        check(&[(false, 1, 20); 30], "1/0 x1760");
    }
}
