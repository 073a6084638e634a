//! The channel driver for SIP, technology PJSIP.

mod actions;
pub mod authenticate;
mod body;
pub mod cause;
pub mod commands;
pub mod config;
pub mod contact;
pub mod contacts;
pub mod counters;
mod destination;
pub mod dial_string;
pub mod diversion;
pub mod driver;
mod errand;
pub mod functions;
mod hangup;
pub mod history;
mod history_info;
mod hosts;
pub mod identify;
pub mod identity;
pub mod info;
mod keeper;
pub mod leg;
pub mod location;
#[cfg(test)]
mod location_stories;
pub mod maintenance;
mod media;
mod message;
pub mod module;
pub mod monitor;
mod notify;
pub mod outbound_registration;
pub mod qualify;
mod refer;
pub mod registrar;
mod reload;
mod route;
mod rtp_module;
mod security;
#[cfg(test)]
mod stories;
pub mod tech;
#[cfg(test)]
mod testing;
pub mod trace;
pub mod transport;
pub mod unidentified;
mod uri_edit;
pub mod worker;

pub use module::register;
