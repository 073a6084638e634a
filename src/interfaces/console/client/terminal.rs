//! The terminal as it was found, so that it is left so.

use std::io::{self, Write};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// Ends the marking of pasted text, which the line editor begins.
const NO_BRACKETED_PASTE: &[u8] = b"\x1b[?2004l";

/// Puts the terminal back when it is dropped: the line editor may still be waiting in it when the console ends.
pub(super) struct Terminal(Option<Termios>);

impl Terminal {
    /// Remembers how the terminal of the input is set; nothing if it is none.
    pub(super) fn remember() -> Terminal {
        Terminal(tcgetattr(io::stdin()).ok())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(settings) = &self.0 {
            let _ = tcsetattr(io::stdin(), OptionalActions::Drain, settings);
            let _ = io::stdout().write_all(NO_BRACKETED_PASTE).and_then(|()| io::stdout().flush());
        }
    }
}
