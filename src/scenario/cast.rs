//! Who plays in a scenario: for each device its acts, and a technology that makes its legs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel_tech::{CallError, ChannelSetup, ChannelTech, NewLeg, Request};
use obelus_core::device_state::DeviceState;

use crate::actor::ScriptedLeg;
use crate::acts::Act;
use crate::glob;
use crate::log::Log;

/// The devices of a scenario, and how often each was called.
pub(crate) struct Cast {
    /// A device or a pattern of them, and the acts of its first call, its second, …; the last ones are repeated.
    devices: Vec<(String, Vec<Vec<Act>>)>,
    calls: Mutex<HashMap<String, usize>>,
    pub(crate) log: Arc<Log>,
    next: AtomicU32,
}

impl Cast {
    pub(crate) fn new(devices: Vec<(String, Vec<Vec<Act>>)>, log: Arc<Log>) -> Cast {
        Cast { devices, calls: Mutex::default(), log, next: AtomicU32::new(0) }
    }

    /// The acts of the next call to a device; one that is not in the cast is absent.
    fn next_acts(&self, device: &str) -> Vec<Act> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let count = calls.entry(device.to_owned()).or_default();
        let scripts = self.scripts(device);
        let acts = scripts.and_then(|scripts| scripts.get(*count).or_else(|| scripts.last()));
        *count += 1;
        acts.cloned().unwrap_or_else(|| vec![Act::Absent(Cause::SUBSCRIBER_ABSENT)])
    }

    /// Whether a device is there to be called.
    pub(crate) fn has(&self, device: &str) -> bool {
        let first = self.scripts(device).and_then(<[_]>::first).map(Vec::as_slice);
        !matches!(first, None | Some([Act::Absent(_), ..]))
    }

    fn scripts(&self, device: &str) -> Option<&[Vec<Act>]> {
        let exact = self.devices.iter().find(|(name, _)| name == device);
        let found = exact.or_else(|| self.devices.iter().find(|(name, _)| glob::matches(name, device)));
        found.map(|(_, scripts)| scripts.as_slice())
    }

    /// A name for a new channel of a device.
    pub(crate) fn channel_name(&self, device: &str) -> String {
        // What stands behind the name of an endpoint is no part of a channel's name.
        let (technology, address) = device.split_once('/').unwrap_or(("", device));
        let endpoint = address.rsplit('@').next().unwrap_or_default().split('/').next().unwrap_or_default();
        format!("{technology}/{endpoint}-{:08x}", self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// A technology whose far ends follow the scenario.
pub(crate) struct ScriptedTech {
    pub(crate) name: &'static str,
    pub(crate) core: Weak<Core>,
    pub(crate) cast: Arc<Cast>,
}

#[async_trait]
impl ChannelTech for ScriptedTech {
    fn name(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> &'static str {
        "Far ends that follow a scenario"
    }

    async fn request(&self, request: Request<'_>) -> Result<NewLeg, CallError> {
        let device = format!("{}/{}", self.name, request.address);
        let acts = self.cast.next_acts(&device);
        if let [Act::Absent(cause), ..] = acts.as_slice() {
            return Err(CallError::new(*cause, format!("{device} is absent in this scenario")));
        }
        let gone = || CallError::new(Cause::NORMAL_TEMPORARY_FAILURE, "the scenario has ended");
        let core = self.core.upgrade().ok_or_else(gone)?;
        let leg = ScriptedLeg::new(&core, self.cast.channel_name(&device), acts, self.cast.log.clone())?;
        let setup = ChannelSetup { caller: Party::new("", request.address), ..ChannelSetup::default() };
        Ok(NewLeg { leg: Box::new(leg), setup })
    }

    fn device_state(&self, address: &str) -> DeviceState {
        let device = format!("{}/{address}", self.name);
        if self.cast.has(&device) { DeviceState::NotInUse } else { DeviceState::Unavailable }
    }
}
