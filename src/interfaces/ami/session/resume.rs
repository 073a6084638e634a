//! `Resume` and `Snapshot`: a program that comes late, or again, misses nothing that the ring still has.

use obelus_core::Core;
use obelus_core::action::{Classes, Lines, Message, Reply};
use obelus_core::conf::is_true;

use super::Conversation;
use super::cursor::Cursor;
use crate::events::{self, push_bridge, push_channel};

impl Conversation {
    /// Sends what the login asks for beyond the events from now on.
    pub(super) fn catch_up(&mut self, core: &Core, message: &Message) {
        if let Ok(seen) = message.get("Resume").trim().parse::<u64>() {
            self.resume(core, seen);
        }
        if is_true(message.get("Snapshot")) {
            self.snapshot(core);
        }
    }

    /// Moves the cursor behind the event `seen`, and says how many are lost, if anybody can know.
    fn resume(&mut self, core: &Core, seen: u64) {
        let Some(login) = &mut self.login else { return };
        let mask = events::mask(login.wants);
        let was_kept = self.ami.has_kept(&login.user.name, mask, seen) && seen <= core.events.latest();
        let mut lost = "unknown".to_owned();
        if was_kept {
            let mut cursor = Cursor::new(core.events.listen(mask, Some(seen)), self.ami.news(&core.events));
            lost = cursor.skip_lost().to_string();
            login.cursor = Some(cursor);
            login.since = seen;
        }
        self.push_own(core, "Resumed", |lines| {
            lines.put("SequenceNumber", seen).put("Lost", lost);
        });
    }

    /// Sends channels and bridges as they are; events that follow have higher numbers than the last line says.
    fn snapshot(&mut self, core: &Core) {
        let latest = core.events.latest();
        let mut reply = Reply::default();
        let channels = core.channels.all();
        for channel in &channels {
            let mut block = reply.event("SnapshotChannel");
            push_channel(&mut block.lines(), "", &channel.snapshot());
            let bridge = channel.facts().bridge.clone();
            block.put("BridgeId", bridge.as_deref().unwrap_or(""));
        }
        let bridges = core.bridges.all();
        for bridge in &bridges {
            push_bridge(&mut reply.event("SnapshotBridge").lines(), &bridge.snapshot());
        }
        self.out.push_str(reply.text());
        self.push_own(core, "SnapshotComplete", |lines| {
            lines.put("SequenceNumber", latest).put("Channels", channels.len()).put("Bridges", bridges.len());
        });
    }

    fn push_own(&mut self, core: &Core, name: &'static str, body: impl FnOnce(&mut Lines<'_>)) {
        let general = self.ami.config.load_full();
        let event = events::direct(core, &general.general, name, Classes::SYSTEM, body);
        self.out.push_str(&event.text);
    }
}
