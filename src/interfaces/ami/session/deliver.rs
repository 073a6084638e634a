//! Events from the bus to the program.

use obelus_core::Core;
use obelus_core::action::{Classes, Lines};
use obelus_core::events::{Delivery, Record};

use super::{Conversation, HTTP, Next};
use crate::config::{General, SlowClient};
use crate::events::{self, Formatted};

/// After so much text it is written, so that the program sees the first event before the thousandth.
const BATCH: usize = 64 * 1024;

impl Conversation {
    /// Takes an event, and those that are there already.
    pub(super) fn deliver(&mut self, delivery: Delivery) -> Next {
        let Some(core) = self.ami.core() else { return Next::End };
        let config = self.ami.config.load_full();
        let mut delivery = Some(delivery);
        while let Some(next) = delivery.take() {
            match next {
                Delivery::Event(record) => self.push_record(&core, &config.general, &record),
                Delivery::Lost(lost) => {
                    if self.is_dropped_when_slow(config.general.slow_client) {
                        tracing::warn!(remote = %self.peer.remote, lost, "AMI: a program is too slow; disconnected");
                        return Next::End;
                    }
                    self.push_lost(&core, &config.general, lost);
                }
            }
            if self.out.len() < BATCH {
                delivery = self.next_delivery();
            }
        }
        Next::GoOn
    }

    /// Takes what is there already, all of it.
    pub(crate) fn deliver_rest(&mut self) -> Next {
        while let Some(delivery) = self.next_delivery() {
            if self.deliver(delivery) == Next::End {
                return Next::End;
            }
        }
        Next::GoOn
    }

    /// One that asks from time to time, as over HTTP, is not slow; it is told what it has lost.
    fn is_dropped_when_slow(&self, wanted: SlowClient) -> bool {
        wanted == SlowClient::Disconnect && self.peer.protocol != HTTP
    }

    fn next_delivery(&mut self) -> Option<Delivery> {
        if let Some(held) = self.held.pop_front() {
            return Some(held);
        }
        self.login.as_mut()?.cursor.as_mut()?.try_next()
    }

    pub(super) fn push_record(&mut self, core: &Core, general: &General, record: &Record) {
        let Some(event) = self.ami.cache.get(core, general, record) else { return };
        let numbers = self.login.as_ref().is_some_and(|login| login.numbered).then_some(record);
        self.push_event(&event, numbers);
    }

    /// Writes an event that passes the program's filters.
    pub(super) fn push_event(&mut self, event: &Formatted, numbers: Option<&Record>) {
        let Some(login) = &self.login else { return };
        if !login.filters.pass(event.name, &event.text) {
            return;
        }
        let (head, rest) = event.text.split_at_checked(event.head).unwrap_or((&event.text, ""));
        self.out.push_str(head);
        if let Some(record) = numbers {
            let since = record.at.saturating_duration_since(self.ami.began);
            let monotonic = format_args!("{}.{:06}", since.as_secs(), since.subsec_micros());
            Lines::new(&mut self.out).put("SequenceNumber", record.sequence).put("Monotonic", monotonic);
        }
        self.out.push_str(rest);
    }

    fn push_lost(&mut self, core: &Core, general: &General, lost: u64) {
        let event = events::direct(core, general, "EventsLost", Classes::SYSTEM, |lines| {
            lines.put("Lost", lost);
        });
        // Whatever its filters and classes are: it must know.
        self.out.push_str(&event.text);
    }
}
