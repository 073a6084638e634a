//! `VOLUME(direction[,options])`: makes what a channel's far end hears or says louder or softer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::engine::{Direction, HookFrame, Hooked, SoundHook, Way};
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Volume;

static HELP: Help = Help {
    synopsis: "Set or get the TX or RX volume of a channel.",
    arguments: &[Argument::required("direction", "TX: what the channel's far end hears; RX: what it says.")],
    description: "The value is how many times louder the sound becomes, or below zero how many times softer; 0 leaves it as it is. Asterisk's option p, by which the far end changes the volume with * and #, is refused.",
    see_also: &["SCRAMBLE"],
};

/// The volume of a channel, kept on it.
struct Control {
    gains: Arc<Gains>,
    _hooked: Hooked,
}

/// What is received and sent, as bits of a float.
#[derive(Debug, Default)]
struct Gains([AtomicU32; 2]);

impl Gains {
    fn of(&self, way: Way) -> &AtomicU32 {
        let [received, sent] = &self.0;
        if way == Way::Received { received } else { sent }
    }

    fn get(&self, way: Way) -> f32 {
        f32::from_bits(self.of(way).load(Ordering::Relaxed))
    }
}

#[derive(Debug)]
struct Amplifier(Arc<Gains>);

impl SoundHook for Amplifier {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        let gain = self.0.get(frame.way);
        if gain == 0.0 {
            return false;
        }
        let factor = if gain < 0.0 { -1.0 / gain } else { gain };
        // A float cast saturates, which is the clipping wanted.
        frame.samples.iter_mut().for_each(|sample| *sample = (f32::from(*sample) * factor) as i16);
        true
    }
}

/// The way that the arguments name.
fn way_of(arguments: &str) -> Result<Way, FunctionError> {
    let arguments = FunctionArguments::split(arguments, 2);
    if let Some(options) = arguments.get(1) {
        return Err(FunctionError::arguments(format!("the option `{options}` is not served")));
    }
    match arguments.required(0, "direction")?.to_ascii_lowercase().as_str() {
        "tx" => Ok(Way::Sent),
        "rx" => Ok(Way::Received),
        other => Err(FunctionError::arguments(format!("`{other}` is neither TX nor RX"))),
    }
}

#[async_trait]
impl DialplanFunction for Volume {
    fn name(&self) -> &'static str {
        "VOLUME"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(VOLUME(TX)=3)\nSet(VOLUME(rx)=-4)\n${VOLUME(TX)} ${VOLUME(RX)}", "3.000000 -4.000000")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let way = way_of(arguments)?;
        let control = channel.datastore.get::<Control>();
        let control = control.ok_or_else(|| FunctionError::failed("no volume was set on this channel"))?;
        Ok(format!("{:.6}", control.gains.get(way)))
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let way = way_of(arguments)?;
        let gain: f32 = value
            .trim()
            .parse()
            .ok()
            .filter(|gain: &f32| gain.is_finite())
            .ok_or_else(|| FunctionError::arguments(format!("`{value}` is no volume")))?;
        if let Some(control) = channel.datastore.get::<Control>() {
            control.gains.of(way).store(gain.to_bits(), Ordering::Relaxed);
            return Ok(());
        }
        let port = channel.media().ok_or_else(|| FunctionError::failed("the channel has no audio"))?;
        let gains = Arc::new(Gains::default());
        gains.of(way).store(gain.to_bits(), Ordering::Relaxed);
        let hooked = port.hook(Direction::BOTH, Box::new(Amplifier(gains.clone())));
        let hooked = hooked.map_err(|error| FunctionError::failed(error.to_string()))?;
        channel.datastore.insert(Control { gains, _hooked: hooked });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::refuses;

    async fn check(assign: &[(&str, &str)], received: i16, sent: i16) {
        let mut bench = crate::testing::Bench::new();
        for (name, value) in assign {
            bench.channel.assign(name, value).await.unwrap();
        }
        let port = bench.far.port();
        port.settle().await;
        for (way, expected) in [(Way::Received, received), (Way::Sent, sent)] {
            let mut samples = [100; 3];
            port.carry(way, 8000, &mut samples);
            assert_eq!(samples, [expected; 3], "{assign:?} {way:?}");
        }
    }

    #[tokio::test]
    async fn each_way_has_its_volume() {
        check(&[("VOLUME(TX)", "3")], 100, 300).await;
        check(&[("VOLUME(TX)", "3"), ("VOLUME(RX)", "-4")], 25, 300).await;
        check(&[("VOLUME(RX)", "400"), ("VOLUME(TX)", "0.5")], i16::MAX, 50).await;
        check(&[("VOLUME(RX)", "4"), ("VOLUME(RX)", "0")], 100, 100).await;
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused() {
        refuses("VOLUME(TX)", "no volume was set on this channel").await;
        refuses("VOLUME(up)", "`up` is neither TX nor RX").await;
        refuses("VOLUME(TX,p)", "the option `p` is not served").await;
        let mut bench = crate::testing::Bench::new();
        assert!(bench.channel.assign("VOLUME(TX)", "loud").await.is_err());
    }
}
