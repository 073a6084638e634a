//! `Events` and `Filter`: which events the program wants.

use obelus_core::action::{ActionInfo, Classes, Message, Reply};
use obelus_core::events::EventKind;

use super::Conversation;
use super::cursor::Cursor;
use crate::events;
use crate::filter::Wrong;

pub(crate) static EVENTS: ActionInfo = ActionInfo {
    name: "Events",
    privilege: Classes::NONE,
    synopsis: "Control Event Flow.",
    arguments: &[(
        "EventMask",
        "on, off, or the classes of the events that are wanted, with commas between.",
    )],
};

pub(crate) static FILTER: ActionInfo = ActionInfo {
    name: "Filter",
    privilege: Classes::SYSTEM,
    synopsis: "Dynamically add filters for the current manager session.",
    arguments: &[
        ("Operation", "Add."),
        ("Filter", "A pattern; an exclamation mark before it excludes what it fits."),
        ("MatchCriteria", "What stands in the parentheses behind `eventfilter` in manager.conf."),
    ],
};

impl Conversation {
    pub(super) fn events(&mut self, message: &Message, reply: &mut Reply) {
        let mask = Classes::mask(message.get("EventMask"));
        if let Some(mask) = mask {
            self.want(mask);
        }
        // Asterisk once answered neither an error nor that everything is on, and programs rely on it.
        let is_broken = self.ami.config.load().general.broken_events_action;
        match mask {
            None if is_broken => {}
            Some(Classes::ALL) if is_broken => {}
            None => reply.error("Invalid event mask"),
            Some(mask) => {
                reply.success().put("Events", if mask.is_empty() { "Off" } else { "On" });
            }
        }
    }

    /// Listens to what the user may read of these classes, from now on.
    pub(super) fn want(&mut self, classes: Classes) {
        let Some(core) = self.ami.core() else { return };
        let Some(login) = &mut self.login else { return };
        let wants = classes.and(login.user.read);
        if wants == login.wants && login.cursor.is_some() {
            return;
        }
        let (before, mask) = (events::mask(login.wants), events::mask(wants));
        if login.cursor.is_none() || mask & !before != 0 {
            login.since = core.events.latest();
        }
        login.wants = wants;
        let since = login.cursor.as_ref().map(Cursor::position);
        let events = &core.events;
        login.cursor = (mask != 0).then(|| Cursor::new(events.listen(mask, since), self.ami.news(events)));
        if mask & EventKind::ExtensionState.bit() != 0 {
            self.ami.watch_hints(&core);
        }
    }

    pub(super) fn filter(&mut self, message: &Message, reply: &mut Reply) {
        let Some(login) = &mut self.login else { return };
        if !message.get("Operation").eq_ignore_ascii_case("Add") {
            return reply.error("Unknown operation");
        }
        let criteria = Some(message.get("MatchCriteria")).filter(|criteria| !criteria.is_empty());
        match login.filters.add(criteria, message.get("Filter")) {
            Ok(()) => reply.ack("Success"),
            Err(Wrong::Expression(_)) => {
                reply.error("Filter did not compile.  Check the syntax of the filter given.");
            }
            Err(Wrong::Format(_)) => {
                reply.error("Filter was formatted incorrectly.  Check the syntax of the filter given.");
            }
        }
    }
}
