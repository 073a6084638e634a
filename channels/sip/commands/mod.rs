//! `pjsip …`: the console's commands, in Asterisk's layout.

mod aors;
mod auths;
mod channel_stats;
mod channels;
mod contacts;
mod endpoints;
mod history;
mod identifies;
mod layout;
mod listing;
mod logger;
mod maintenance;
mod notify;
mod qualify;
mod registrations;
mod settings;
#[cfg(test)]
mod stories;
mod transports;

use std::sync::Arc;

use obelus_core::registry::Registry;

use crate::driver::Driver;

/// Adds all of them.
pub fn register(driver: &Arc<Driver>, registry: &mut Registry) {
    listing::add::<endpoints::Endpoints>(driver, registry);
    listing::add::<auths::Auths>(driver, registry);
    listing::add::<aors::Aors>(driver, registry);
    listing::add::<contacts::Contacts>(driver, registry);
    listing::add::<transports::Transports>(driver, registry);
    listing::add::<identifies::Identifies>(driver, registry);
    listing::add::<channels::Channels>(driver, registry);
    listing::add::<registrations::Registrations>(driver, registry);
    registry.add_command(channel_stats::ShowChannelStats);
    registry.add_command(logger::SetLogger(driver.clone()));
    registry.add_command(history::SetHistory(driver.clone()));
    registry.add_command(history::ShowHistory(driver.clone()));
    registry.add_command(maintenance::SetMaintenance(driver.clone()));
    registry.add_command(maintenance::ShowMaintenance(driver.clone()));
    registry.add_command(notify::SendNotify(driver.clone()));
    registry.add_command(registrations::SendRegister(driver.clone()));
    registry.add_command(registrations::SendUnregister(driver.clone()));
    registry.add_command(qualify::QualifyNow(driver.clone()));
    registry.add_command(qualify::ShowEndpoint(driver.clone()));
    registry.add_command(qualify::ShowAor(driver.clone()));
    registry.add_command(qualify::ReloadEndpoint(driver.clone()));
    registry.add_command(qualify::ReloadAor(driver.clone()));
    registry.add_command(settings::ShowSettings(driver.clone()));
    registry.add_command(settings::ShowVersion);
    registry.add_command(settings::ShowIdentifiers(driver.clone()));
    registry.add_command(settings::ShowUnidentified(driver.clone()));
}
