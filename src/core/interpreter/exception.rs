//! The special extensions that a failed call goes to: `i`, `t`, `T` and `e`.

use crate::app::Flow;
use crate::channel::{Channel, Position};
use crate::verbose;

/// Why the dialplan went to `e`: what `EXCEPTION(…)` reads.
#[derive(Clone, Debug, Default)]
pub struct Exception {
    /// `INVALID`, `ERROR`, `RESPONSETIMEOUT`, `ABSOLUTETIMEOUT` or what `RaiseException` was given.
    pub reason: String,
    /// Where it happened.
    pub position: Position,
}

impl Channel {
    /// Goes to a special extension of the present context, or to `e` with `reason`; says whether there is one.
    pub(crate) fn go_special(&mut self, exten: &str, reason: &str) -> bool {
        let position = self.position();
        let special = Position { exten: exten.into(), priority: 1, ..position.clone() };
        if *position.exten != *exten && self.exists_here(&special) {
            verbose!(self.core(), 3, "{} goes to '{exten}' in context '{}'", self.name(), position.context);
            self.go_to(special);
            return true;
        }
        self.go_exception(reason)
    }

    /// Goes to `e` of the present context; not from `e` itself.
    pub fn go_exception(&mut self, reason: &str) -> bool {
        let position = self.position();
        let e = Position { exten: "e".into(), priority: 1, ..position.clone() };
        if &*position.exten == "e" || !self.exists_here(&e) {
            return false;
        }
        self.exception = Some(Exception { reason: reason.to_owned(), position });
        self.go_to(e);
        true
    }

    /// Nobody dialled in time.
    pub(crate) fn no_digit_came(&mut self) -> Flow {
        if self.go_special("t", "RESPONSETIMEOUT") {
            return Flow::Jump;
        }
        let context = self.position().context;
        tracing::warn!(channel = %self.name(), "timeout, but no rule 't' or 'e' in context '{context}'");
        Flow::Hangup
    }

    /// Somebody dialled or went to what does not exist.
    pub(crate) fn invalid(&mut self, exten: &str) -> Flow {
        self.set_variable("INVALID_EXTEN", exten);
        if self.go_special("i", "INVALID") {
            return Flow::Jump;
        }
        let position = self.position();
        tracing::warn!(
            channel = %self.name(),
            "sent to invalid extension '{exten}' in context '{}' (priority {}), which has no rule 'i' or 'e'",
            position.context,
            position.priority
        );
        Flow::Hangup
    }
}
