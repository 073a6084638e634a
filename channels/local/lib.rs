//! The channel driver for Local: a call into the dialplan.
//!
//! `Local/exten@context[/options]` makes two channels back to back. The first half, `;1`, is what `Dial` rings; calling
//! it starts the second half, `;2`, in the dialplan. What one half is told, the other hears.

mod address;
mod commands;
mod leg;
#[cfg(test)]
mod stories;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cause::Cause;
use obelus_core::channel_tech::{CallError, ChannelSetup, ChannelTech, NewLeg, Request};
use obelus_core::device_state::DeviceState;
use obelus_core::registry::Registry;

use address::Address;

/// Enters the technology.
pub fn register(core: &Arc<Core>, registry: &mut Registry) {
    registry.add_tech(Arc::new(LocalTech { core: Arc::downgrade(core), next: AtomicU32::new(0) }));
    registry.add_command(commands::ShowChannels);
}

struct LocalTech {
    core: Weak<Core>,
    next: AtomicU32,
}

#[async_trait]
impl ChannelTech for LocalTech {
    fn name(&self) -> &'static str {
        "Local"
    }

    fn description(&self) -> &'static str {
        "Local Proxy Channel Driver"
    }

    async fn request(&self, request: Request<'_>) -> Result<NewLeg, CallError> {
        let core = self
            .core
            .upgrade()
            .ok_or_else(|| CallError::new(Cause::NORMAL_TEMPORARY_FAILURE, "the PBX is stopping"))?;
        let address = Address::parse(request.address)
            .map_err(|reason| CallError::new(Cause::INVALID_NUMBER_FORMAT, reason))?;
        if !core.extension_exists(&address.context, &address.exten) {
            let reason = format!("there is no extension {}@{}", address.exten, address.context);
            return Err(CallError::new(Cause::UNALLOCATED, reason));
        }
        let base = format!(
            "Local/{}@{}-{:08x}",
            address.exten,
            address.context,
            self.next.fetch_add(1, Ordering::Relaxed)
        );
        let leg = leg::pair(&core, &base, &address, request.codecs, request.second_id)?;
        let setup = ChannelSetup {
            context: address.context,
            exten: address.exten,
            passes_hold_on: true,
            ..ChannelSetup::default()
        };
        Ok(NewLeg { leg: Box::new(leg), setup })
    }

    fn device_state(&self, address: &str) -> DeviceState {
        let known = self.core.upgrade().zip(Address::parse(address).ok());
        match known {
            Some((core, address)) if core.extension_exists(&address.context, &address.exten) => {
                DeviceState::NotInUse
            }
            _ => DeviceState::Invalid,
        }
    }
}
