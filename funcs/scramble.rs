//! `SCRAMBLE()`: makes speech unintelligible by turning its spectrum upside down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::engine::{Direction, HookFrame, Hooked, SoundHook, Way};
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;

pub(crate) struct Scramble;

static HELP: Help = Help {
    synopsis: "Scrambles audio on a channel.",
    arguments: &[],
    description: "Can only be written: tx scrambles what the channel's far end hears, rx what it says, both does both, remove ends it. This is no encryption: who scrambles the sound again understands it.",
    see_also: &["VOLUME"],
};

const RECEIVED: u8 = 1;
const SENT: u8 = 2;

/// The scrambler of a channel, kept on it.
struct Scrambler {
    ways: Arc<AtomicU8>,
    _hooked: Hooked,
}

#[derive(Debug)]
struct Inverter {
    ways: Arc<AtomicU8>,
}

impl SoundHook for Inverter {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        let way = if frame.way == Way::Received { RECEIVED } else { SENT };
        if self.ways.load(Ordering::Relaxed) & way == 0 {
            return false;
        }
        // Every other sample with its sign changed mirrors the spectrum at a quarter of the sample rate.
        frame.samples.iter_mut().step_by(2).for_each(|sample| *sample = sample.saturating_neg());
        true
    }
}

fn ways_of(value: &str) -> Result<u8, FunctionError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "tx" => Ok(SENT),
        "rx" => Ok(RECEIVED),
        "both" => Ok(RECEIVED | SENT),
        _ => Err(FunctionError::arguments(format!("`{value}` is none of tx, rx, both and remove"))),
    }
}

#[async_trait]
impl DialplanFunction for Scramble {
    fn name(&self) -> &'static str {
        "SCRAMBLE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(SCRAMBLE()=both)\nSet(SCRAMBLE()=remove)\n", "")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, _arguments: &str, value: &str) -> Result<(), FunctionError> {
        if value.trim().eq_ignore_ascii_case("remove") {
            let removed = channel.datastore.remove::<Scrambler>();
            return removed.map(drop).ok_or_else(|| FunctionError::failed("the channel is not scrambled"));
        }
        let wanted = ways_of(value)?;
        if let Some(scrambler) = channel.datastore.get::<Scrambler>() {
            scrambler.ways.store(wanted, Ordering::Relaxed);
            return Ok(());
        }
        let port = channel.media().ok_or_else(|| FunctionError::failed("the channel has no audio"))?;
        let ways = Arc::new(AtomicU8::new(wanted));
        let hooked = port.hook(Direction::BOTH, Box::new(Inverter { ways: ways.clone() }));
        let hooked = hooked.map_err(|error| FunctionError::failed(error.to_string()))?;
        channel.datastore.insert(Scrambler { ways, _hooked: hooked });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(value: &str, received: [i16; 4], sent: [i16; 4]) {
        let mut bench = crate::testing::Bench::new();
        bench.channel.assign("SCRAMBLE()", "rx").await.unwrap();
        bench.channel.assign("SCRAMBLE()", value).await.unwrap();
        let port = bench.far.port();
        port.settle().await;
        for (way, expected) in [(Way::Received, received), (Way::Sent, sent)] {
            let mut samples = [1, 2, i16::MIN, 4];
            port.carry(way, 8000, &mut samples);
            assert_eq!(samples, expected, "{value} {way:?}");
        }
    }

    #[tokio::test]
    async fn each_way_is_scrambled_on_its_own() {
        let (plain, scrambled) = ([1, 2, i16::MIN, 4], [-1, 2, i16::MAX, 4]);
        check("tx", plain, scrambled).await;
        check("RX", scrambled, plain).await;
        check("both", scrambled, scrambled).await;
        check("remove", plain, plain).await;
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused() {
        let mut bench = crate::testing::Bench::new();
        assert!(bench.channel.assign("SCRAMBLE()", "sideways").await.is_err());
        assert!(bench.channel.assign("SCRAMBLE()", "remove").await.is_err());
    }
}
