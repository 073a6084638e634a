//! Actions of the manager interface: what the driver shows and does for programs.

mod endpoints;
mod lists;
mod maintenance;
mod notify;
mod objects;
mod qualify;
mod registrations;

use std::sync::Arc;

use obelus_core::registry::Registry;

use crate::driver::Driver;

/// Enters them.
pub(crate) fn register(driver: &Arc<Driver>, registry: &mut Registry) {
    registry.add_action(endpoints::ShowEndpoints(driver.clone()));
    registry.add_action(endpoints::ShowEndpoint(driver.clone()));
    registry.add_action(lists::ShowAors(driver.clone()));
    registry.add_action(lists::ShowAuths(driver.clone()));
    registry.add_action(lists::ShowContacts(driver.clone()));
    registry.add_action(lists::ContactStatuses(driver.clone()));
    registry.add_action(maintenance::SetMaintenance(driver.clone()));
    registry.add_action(maintenance::ShowMaintenance(driver.clone()));
    registry.add_action(notify::Notify(driver.clone()));
    registry.add_action(registrations::Register(driver.clone()));
    registry.add_action(registrations::Unregister(driver.clone()));
    registry.add_action(registrations::ShowOutbound(driver.clone()));
    registry.add_action(registrations::ShowInbound(driver.clone()));
    registry.add_action(qualify::Qualify(driver.clone()));
}
