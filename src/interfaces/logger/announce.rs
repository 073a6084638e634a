//! Tells of log channels that cannot be written, and that work again: on the other channels, and on the bus.

use std::io;
use std::sync::{Arc, OnceLock, Weak};

use obelus_core::Core;
use obelus_core::events::{Event, EventKind};

use super::channel::LogChannel;

/// The core, as soon as it is there.
#[derive(Debug, Default)]
pub(super) struct Announcer(OnceLock<Weak<Core>>);

impl Announcer {
    pub(super) fn govern(&self, core: &Arc<Core>) {
        let _ = self.0.set(Arc::downgrade(core));
    }

    pub(super) fn core(&self) -> Option<Arc<Core>> {
        self.0.get()?.upgrade()
    }

    /// A channel that can no longer be written to is told of once, on the others.
    pub(super) fn failed(&self, channel: &LogChannel, error: &io::Error) {
        tracing::error!(channel = %channel.shown, %error, "log channel disabled: it cannot be written");
        let reason = error.to_string();
        // Ours ends with the number, which has a place of its own.
        let reason = reason.split(" (os error").next().unwrap_or_default();
        self.publish(channel, Some((error.raw_os_error().unwrap_or(0), reason.into())));
    }

    pub(super) fn works(&self, channel: &LogChannel) {
        self.publish(channel, None);
    }

    fn publish(&self, channel: &LogChannel, failure: Option<(i32, Arc<str>)>) {
        let Some(core) = self.core() else { return };
        let event = || Event::LogChannel { channel: channel.shown.as_str().into(), failure };
        core.events.publish(EventKind::LogChannel, || core.clock.now(), event);
    }
}
