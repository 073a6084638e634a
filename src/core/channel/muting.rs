//! What of a channel's sound is replaced by silence.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use obelus_engine::{Direction, HookFrame, Hooked, PortError, SoundHook, Way};

use crate::channel::Channel;

/// The muting of a channel, kept on it while a way is mute.
struct Muting {
    ways: Arc<MuteWays>,
    _hooked: Hooked,
}

/// Which ways are mute.
#[derive(Debug, Default)]
struct MuteWays {
    received: AtomicBool,
    sent: AtomicBool,
}

#[derive(Debug)]
struct Silencer(Arc<MuteWays>);

impl MuteWays {
    fn set(&self, ways: Direction, mute: bool) {
        for (named, way) in [(ways.receive, &self.received), (ways.send, &self.sent)] {
            if named {
                way.store(mute, Ordering::Relaxed);
            }
        }
    }

    fn is_idle(&self) -> bool {
        !self.received.load(Ordering::Relaxed) && !self.sent.load(Ordering::Relaxed)
    }
}

impl SoundHook for Silencer {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        let way = if frame.way == Way::Received { &self.0.received } else { &self.0.sent };
        let mute = way.load(Ordering::Relaxed);
        if mute {
            frame.samples.fill(0);
        }
        mute
    }
}

/// The ways that `in` (from the far end), `out` (to it) or `all` names.
pub fn muted_ways(direction: &str) -> Option<Direction> {
    match direction {
        "in" => Some(Direction { send: false, receive: true }),
        "out" => Some(Direction { send: true, receive: false }),
        "all" => Some(Direction::BOTH),
        _ => None,
    }
}

impl Channel {
    /// Replaces by silence what comes from the far end (`ways.receive`) or goes to it (`ways.send`), or ends that.
    /// A way that is not named stays as it is; digits that are no sound go through.
    ///
    /// # Errors
    /// [`PortError`] when the channel has no audio or its ring of commands is full.
    pub fn mute(&mut self, ways: Direction, mute: bool) -> Result<(), PortError> {
        if let Some(muting) = self.datastore.get::<Muting>() {
            muting.ways.set(ways, mute);
            if muting.ways.is_idle() {
                self.datastore.remove::<Muting>();
            }
            return Ok(());
        }
        if !mute {
            return Ok(());
        }
        let port = self.media().ok_or(PortError::Closed)?;
        let muted = Arc::new(MuteWays::default());
        muted.set(ways, true);
        let hooked = port.hook(Direction::BOTH, Box::new(Silencer(Arc::clone(&muted))))?;
        self.datastore.insert(Muting { ways: muted, _hooked: hooked });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPbx;

    async fn check(steps: &[(&str, bool)], received: i16, sent: i16) {
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, far) = pbx.channel();
        for (direction, mute) in steps {
            let ways = muted_ways(direction).expect("a direction");
            channel.mute(ways, *mute).expect("it has audio");
        }
        let port = far.port();
        port.settle().await;
        for (way, expected) in [(Way::Received, received), (Way::Sent, sent)] {
            let mut samples = [100; 3];
            port.carry(way, 8000, &mut samples);
            assert_eq!(samples, [expected; 3], "{steps:?} {way:?}");
        }
    }

    #[tokio::test]
    async fn each_way_is_muted_on_its_own() {
        check(&[("in", true)], 0, 100).await;
        check(&[("out", true)], 100, 0).await;
        check(&[("all", true)], 0, 0).await;
        check(&[("all", true), ("in", false)], 100, 0).await;
        check(&[("in", true), ("out", true), ("all", false)], 100, 100).await;
        check(&[("in", false)], 100, 100).await;
    }
}
