//! The channel driver for SIP, technology PJSIP.

pub mod config;
