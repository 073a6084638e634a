//! The session's own actions, in the table so that they are listed.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo};
use obelus_core::registry::Registry;

/// An action that needs the session itself; over another way it is refused.
struct OfSession(&'static ActionInfo);

pub(super) fn register(registry: &mut Registry) {
    for info in crate::session::OWN {
        registry.add_action(OfSession(info));
    }
}

#[async_trait]
impl Action for OfSession {
    fn info(&self) -> &'static ActionInfo {
        self.0
    }

    async fn run(&self, call: ActionCall<'_>) {
        call.reply.error(format_args!("{} needs a session of its own", self.0.name));
    }
}
