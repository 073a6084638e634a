//! Bridges in which channels wait and do not hear each other: `BridgeWait`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::Core;
use crate::bridge::moves::Next;
use crate::bridge::{Bridge, Departure, Seat};
use crate::cause::Cause;
use crate::channel::{Channel, Event, Interrupted};
use crate::events::{self, EventKind};

impl Bridge {
    /// The holding bridge of this name, which is made where there is none; the last who leaves it destroys it.
    pub fn holding(core: &Arc<Core>, creator: &str, name: &str) -> Bridge {
        let is_wanted = |bridge: &Bridge| {
            *bridge.0.creator == *creator
                && bridge.0.holding.as_deref() == Some(name)
                && !bridge.is_dissolved()
        };
        let make = || Bridge::unlisted(core, creator, Some(name));
        let (bridge, is_new) = core.bridges.find_or_add(is_wanted, make);
        if is_new {
            bridge.publish(EventKind::BridgeCreate, events::Event::BridgeCreate);
        }
        bridge
    }
}

impl Channel {
    /// Takes its seat and waits there until the time is over, the bridge is dissolved, or somebody sends it out.
    pub async fn wait_in(
        &mut self,
        mut seat: Seat,
        timeout: Option<Duration>,
    ) -> Result<Departure, Interrupted> {
        let bridge = seat.bridge.clone();
        seat.take(self);
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            match bridge.next_of(self.handle()) {
                None => {}
                // A seat elsewhere is for those who talk; given up, nobody waits there for this channel.
                Some(Next::Out | Next::Bridge { .. }) => return Ok(Departure::Transferred),
                Some(Next::End) => {
                    self.hang_up(Cause::NORMAL_CLEARING);
                    return Err(Interrupted::Hangup);
                }
            }
            if bridge.is_dissolved() {
                return Ok(Departure::Dissolved);
            }
            if let Event::Deadline = self.next_event(deadline).await? {
                return Ok(Departure::TimeIsOver);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_share_a_bridge_and_do_not_hear_each_other() {
        let pbx = TestPbx::new(|_, _| {});
        let ((mut first, first_far), (mut second, second_far)) = (pbx.channel(), pbx.channel());
        let bridge = Bridge::holding(&pbx.core, "BridgeWait", "default");
        assert_ne!(Bridge::holding(&pbx.core, "BridgeWait", "other").id(), bridge.id());
        let again = Bridge::holding(&pbx.core, "BridgeWait", "default");
        assert_eq!(again.id(), bridge.id());
        let looking = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let snapshot = bridge.snapshot();
            assert_eq!(
                (snapshot.technology, &*snapshot.name, snapshot.channels),
                ("holding_bridge", "default", 2)
            );
            assert!(!first_far.hears(&second_far));
            first_far.hangs_up(Cause::NORMAL_CLEARING);
        };
        let (one, two, ()) = tokio::join!(
            first.wait_in(bridge.seat(), None),
            second.wait_in(again.seat(), Some(Duration::from_secs(5))),
            looking
        );
        assert_eq!((one, two), (Err(Interrupted::Hangup), Ok(Departure::TimeIsOver)));
        assert!(pbx.core.bridges.find(bridge.id()).is_none());
    }
}
