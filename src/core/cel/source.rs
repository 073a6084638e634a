//! A logged step as the patterns of cel_custom.conf see it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{CelEvent, CelKind};
use crate::cdr::{Pattern, Source};
use crate::channel::Snapshot;

/// A step that is asked for its fields.
pub struct EventSource<'a> {
    /// The step.
    pub event: &'a CelEvent,
    /// `dateformat`; empty for seconds with six digits behind the point.
    pub date_format: &'a str,
    /// In which its time is told.
    pub zone: &'a TimeZone,
}

impl EventSource<'_> {
    fn time(&self) -> String {
        let at = self.event.time;
        if self.date_format.is_empty() {
            let micros = at.as_microsecond();
            return format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
        }
        // A format that cannot be told is told as it stands.
        let zoned = at.to_zoned(self.zone.clone());
        jiff::fmt::strtime::format(self.date_format, &zoned).unwrap_or_else(|_| self.date_format.to_owned())
    }
}

impl Source for EventSource<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        Some(match name {
            "eventtype" => self.event.name().to_owned(),
            "eventenum" => self.event.kind.word().to_owned(),
            "eventtime" => self.time(),
            "eventextra" => self.event.extra.clone(),
            "BRIDGEPEER" => self.event.peer.clone(),
            "userdeftype" => self.event.user_name.to_string(),
            _ => return None,
        })
    }

    fn function(&self, name: &str, arguments: &str) -> Option<String> {
        match (name, arguments.trim()) {
            ("CHANNEL", item) if item.eq_ignore_ascii_case("peer") => Some(self.event.peer.clone()),
            (name, item) => self.event.who.function(name, item),
        }
    }
}

impl Pattern {
    /// Compiles a pattern over a logged step; the error names what a step does not have.
    pub fn of_event(text: &str) -> Result<Pattern, String> {
        let created = Timestamp::UNIX_EPOCH;
        let who = Snapshot::empty();
        let event = CelEvent {
            kind: CelKind::ChannelStart,
            time: created,
            who: Arc::new(who),
            peer: String::new(),
            extra: String::new(),
            user_name: Arc::default(),
        };
        Pattern::compile(text, &EventSource { event: &event, date_format: "", zone: &TimeZone::UTC })
    }
}
