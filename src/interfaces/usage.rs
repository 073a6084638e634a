//! The usage text of a command: its syntax and what it does.

use obelus_core::cli::{CliCommand, CliError};

/// The text behind `Usage: `.
pub(crate) fn text(command: &dyn CliCommand) -> String {
    let about = if command.description().is_empty() { command.synopsis() } else { command.description() };
    let mut text = command.syntax().to_owned();
    for line in about.lines() {
        text.push_str("\n       ");
        text.push_str(line);
    }
    text.push('\n');
    text
}

/// The arguments do not fit: shows the usage.
pub(crate) fn usage(command: &dyn CliCommand) -> CliError {
    CliError::Usage(text(command))
}
