//! Which Obelus this is, and which Asterisk it resembles.

/// Obelus's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The Asterisk whose configuration and texts are the measure.
pub const ASTERISK: &str = "22";
