//! The states of extensions: what the devices of their hints do together, told when it changes.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use obelus_core::Core;
use obelus_core::dialplan::Hint;
use obelus_core::events::{Delivery, Event, EventKind, Listener};
use obelus_core::extension_state::ExtensionState;

use crate::ami::Ami;

/// Context and extension.
type Place = (Arc<str>, Arc<str>);

impl Ami {
    /// Watches the devices of hints as long as somebody wants to know.
    pub(crate) fn watch_hints(self: &Arc<Ami>, core: &Arc<Core>) {
        if self.watches_hints.swap(true, Ordering::AcqRel) {
            return;
        }
        let listener = core.events.listen(EventKind::DeviceState.bit(), None);
        let watch = Watch { ami: Arc::downgrade(self), core: Arc::downgrade(core), states: HashMap::new() };
        tokio::spawn(watch.run(listener));
    }
}

struct Watch {
    ami: Weak<Ami>,
    core: Weak<Core>,
    states: HashMap<Place, ExtensionState>,
}

/// A hint with its devices.
struct Watched {
    place: Place,
    text: String,
}

fn hints(core: &Core) -> Vec<Watched> {
    let plan = core.dialplan.load();
    let hints = plan.plan().hints().filter(|(_, exten, _)| !exten.is_pattern());
    hints
        .map(|(context, exten, hint)| Watched {
            place: (context.name().into(), exten.name().into()),
            text: hint.text().literal().unwrap_or_default().to_owned(),
        })
        .collect()
}

impl Watched {
    async fn state(&self, core: &Core) -> ExtensionState {
        let mut states = Vec::new();
        for device in Hint::devices(&self.text) {
            states.push(core.device_state(device).await);
        }
        ExtensionState::of(states)
    }
}

impl Watch {
    async fn run(mut self, mut listener: Listener) {
        if let Some(core) = self.core.upgrade() {
            for hint in hints(&core) {
                let state = hint.state(&core).await;
                self.states.insert(hint.place, state);
            }
        }
        loop {
            let delivery = listener.next().await;
            let Some(core) = self.core.upgrade() else { return };
            if !core.events.wants(EventKind::ExtensionState) {
                break;
            }
            match delivery {
                Delivery::Event(record) => {
                    if let Event::DeviceState { device, .. } = &record.event {
                        self.look(&core, Some(device)).await;
                    }
                }
                Delivery::Lost(_) => self.look(&core, None).await,
            }
        }
        let Some(ami) = self.ami.upgrade() else { return };
        ami.watches_hints.store(false, Ordering::Release);
        // Somebody may have come in between, and been told that it is watched already.
        if let Some(core) = self.core.upgrade().filter(|core| core.events.wants(EventKind::ExtensionState)) {
            ami.watch_hints(&core);
        }
    }

    /// Tells which of the hints that a device is part of have changed; without a device, all of them.
    async fn look(&mut self, core: &Core, device: Option<&str>) {
        for hint in hints(core) {
            let is_meant = |device| Hint::devices(&hint.text).any(|part| part == device);
            if !device.is_none_or(is_meant) {
                continue;
            }
            let state = hint.state(core).await;
            let (context, exten) = hint.place.clone();
            if self.states.insert(hint.place, state) == Some(state) {
                continue;
            }
            let text = hint.text.into();
            let event = || Event::ExtensionState { exten, context, hint: text, state };
            core.events.publish(EventKind::ExtensionState, || core.clock.now(), event);
        }
    }
}
