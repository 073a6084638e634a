//! The channel driver for SIP, technology PJSIP.

pub mod authenticate;
pub mod cause;
pub mod commands;
pub mod config;
pub mod contact;
pub mod contacts;
pub mod dial_string;
pub mod driver;
pub mod functions;
mod hosts;
pub mod identify;
pub mod location;
#[cfg(test)]
mod location_stories;
pub mod qualify;
pub mod registrar;
#[cfg(test)]
mod testing;
pub mod unidentified;
mod uri_edit;
