//! The states of extensions: what the devices of their hints do together and what their presence providers say, told
//! when it changes.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use obelus_core::Core;
use obelus_core::dialplan::Hint;
use obelus_core::events::{Delivery, Event, EventKind, Listener};
use obelus_core::extension_state::ExtensionState;
use obelus_core::presence_state::Presence;

use crate::ami::Ami;

/// Context and extension.
type Place = (Arc<str>, Arc<str>);

impl Ami {
    /// Watches the devices and the presence of hints as long as somebody wants to know.
    pub(crate) fn watch_hints(self: &Arc<Ami>, core: &Arc<Core>) {
        if self.watches_hints.swap(true, Ordering::AcqRel) {
            return;
        }
        let listener = core.events.listen(EventKind::DeviceState.bit() | EventKind::Presence.bit(), None);
        let watch = Watch {
            ami: Arc::downgrade(self),
            core: Arc::downgrade(core),
            states: HashMap::new(),
            presences: HashMap::new(),
        };
        tokio::spawn(watch.run(listener));
    }
}

struct Watch {
    ami: Weak<Ami>,
    core: Weak<Core>,
    states: HashMap<Place, ExtensionState>,
    presences: HashMap<Place, Presence>,
}

/// A hint with its devices and its provider.
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

    async fn presence(&self, core: &Core) -> Option<Presence> {
        core.presence(Hint::presence(&self.text)?).await
    }
}

impl Watch {
    async fn run(mut self, mut listener: Listener) {
        if let Some(core) = self.core.upgrade() {
            for hint in hints(&core) {
                let state = hint.state(&core).await;
                if let Some(presence) = hint.presence(&core).await {
                    self.presences.insert(hint.place.clone(), presence);
                }
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
                Delivery::Event(record) => match &record.event {
                    Event::DeviceState { device, .. } => self.look(&core, Some(device)).await,
                    Event::Presence { presentity, .. } => self.ask(&core, Some(presentity)).await,
                    _ => {}
                },
                Delivery::Lost(_) => {
                    self.look(&core, None).await;
                    self.ask(&core, None).await;
                }
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

    /// Tells for which of the hints that have a provider its presence has changed; without a provider, of all.
    async fn ask(&mut self, core: &Core, provider: Option<&str>) {
        for hint in hints(core) {
            let is_meant = |provider| Hint::presence(&hint.text).is_some_and(|own| own == provider);
            if !provider.is_none_or(is_meant) {
                continue;
            }
            let Some(presence) = hint.presence(core).await else { continue };
            let (context, exten) = hint.place.clone();
            if self.presences.insert(hint.place, presence.clone()).as_ref() == Some(&presence) {
                continue;
            }
            let (text, presence) = (hint.text.into(), Arc::new(presence));
            let event = || Event::ExtensionPresence { exten, context, hint: text, presence };
            core.events.publish(EventKind::ExtensionPresence, || core.clock.now(), event);
        }
    }
}
