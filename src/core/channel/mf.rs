//! Signals between exchanges in two frequencies (MF of system R1, ITU-T Q.320), sent as sound.

use std::fmt::Write as _;
use std::time::Duration;

use obelus_media::tone::Tone;

use super::listen::QUIET;
use crate::channel::{Channel, Interrupted};
use crate::channel_tech::LegCommand;

/// Every signal: the digits, `*` (KP), `#` (ST), `A` (STP), `B` (ST2P) and `C` (ST3P).
pub const MF_SIGNALS: &str = "0123456789*#ABC";

/// The frequencies in Hz of the signals, in the order of [`MF_SIGNALS`].
const FREQUENCIES: [(u16, u16); 15] = [
    (1300, 1500),
    (700, 900),
    (700, 1100),
    (900, 1100),
    (700, 1300),
    (900, 1300),
    (1100, 1300),
    (700, 1500),
    (900, 1500),
    (1100, 1500),
    (1100, 1700),
    (1500, 1700),
    (900, 1700),
    (1300, 1700),
    (700, 1700),
];

/// How long signals and the pauses between them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MfPace {
    /// Between two signals.
    pub gap: Duration,
    /// A digit.
    pub digit: Duration,
    /// KP.
    pub key_pulse: Duration,
    /// ST, STP, ST2P and ST3P.
    pub start: Duration,
}

impl Default for MfPace {
    fn default() -> Self {
        let [gap, digit, key_pulse, start] = [50, 55, 120, 65].map(Duration::from_millis);
        Self { gap, digit, key_pulse, start }
    }
}

impl MfPace {
    fn length(&self, signal: char) -> Duration {
        match signal {
            '*' => self.key_pulse,
            '#' | 'A' | 'B' | 'C' => self.start,
            _ => self.digit,
        }
    }
}

/// The tone script of one symbol, with the pause after it; nothing for one that is no sound.
fn script(symbol: char, pace: &MfPace) -> Option<String> {
    let mut script = String::new();
    let gap = pace.gap.as_millis();
    match symbol {
        'w' => script.push_str("!0/500"),
        'h' | 'H' => script.push_str("!2600/250"),
        signal => {
            let (low, high) = *FREQUENCIES.get(MF_SIGNALS.find(signal)?)?;
            let _ = write!(script, "!{low}+{high}/{}", pace.length(signal).as_millis());
        }
    }
    // A pause of no length would be one without end.
    if symbol != 'w' && gap > 0 {
        let _ = write!(script, ",!0/{gap}");
    }
    Some(script)
}

impl Channel {
    /// Sends signals in a row, after a moment of quiet: those of [`MF_SIGNALS`], `w` for half a second of silence,
    /// `h` for 250 ms of 2600 Hz, `f` to flash the hook; others are left out.
    pub async fn send_mf(&mut self, symbols: &str, pace: &MfPace) -> Result<(), Interrupted> {
        self.wait(QUIET).await?;
        for symbols in symbols.split_inclusive(['f', 'F']) {
            let scripts: Vec<_> = symbols.chars().filter_map(|symbol| script(symbol, pace)).collect();
            if let Ok(tone) = Tone::parse(&scripts.join(",")) {
                self.play_tone_through(tone).await?;
            }
            if symbols.ends_with(['f', 'F']) {
                self.show(LegCommand::Flash).await;
                self.wait(pace.gap).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(symbol: char, expected: Option<&str>) {
        assert_eq!(script(symbol, &MfPace::default()).as_deref(), expected, "{symbol}");
    }

    #[test]
    fn each_signal_has_its_frequencies_and_its_length() {
        check('0', Some("!1300+1500/55,!0/50"));
        check('9', Some("!1100+1500/55,!0/50"));
        check('*', Some("!1100+1700/120,!0/50"));
        check('#', Some("!1500+1700/65,!0/50"));
        check('A', Some("!900+1700/65,!0/50"));
        check('B', Some("!1300+1700/65,!0/50"));
        check('C', Some("!700+1700/65,!0/50"));
        check('h', Some("!2600/250,!0/50"));
        check('w', Some("!0/500"));
        check('f', None);
        check('x', None);
    }
}
