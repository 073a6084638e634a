//! Which Obelus this is, and which Asterisk it resembles.

/// Obelus's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The Asterisk whose configuration and texts are the measure.
pub const ASTERISK: &str = "22";

/// Both, as programs are told: `22.0.0-obelus-…`.
pub fn full() -> String {
    format!("{ASTERISK}.0.0-obelus-{VERSION}")
}
