//! Asterisk's actions that are not here, and why.

/// Actions for telephone cards, which are out of scope.
const HARDWARE: [&str; 12] = [
    "DAHDIDialOffhook",
    "DAHDIDNDoff",
    "DAHDIDNDon",
    "DAHDIHangup",
    "DAHDIRestart",
    "DAHDIShowChannels",
    "DAHDIShowStatus",
    "DAHDITransfer",
    "PRIDebugFileSet",
    "PRIDebugFileUnset",
    "PRIDebugSet",
    "PRIShowSpans",
];

/// Why an action that is not in the table is refused.
pub(crate) fn refusal(name: &str) -> String {
    match HARDWARE.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        Some(known) => format!("{known} is for telephone cards, which are not served."),
        None => {
            format!("Invalid/unknown command: {name}. Use Action: ListCommands to show available commands.")
        }
    }
}
