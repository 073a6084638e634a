//! A logged step as the patterns of cel_custom.conf see it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{CelEvent, CelKind};
use crate::cdr::{Pattern, Source};
use crate::channel::{Facts, Snapshot};

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
            "eventtype" | "eventenum" => self.event.kind.word().to_owned(),
            "eventtime" => self.time(),
            "eventextra" => self.event.extra.clone(),
            "BRIDGEPEER" => self.event.peer.clone(),
            // No step has a name that a user has given it.
            "userdeftype" => String::new(),
            _ => return None,
        })
    }

    fn function(&self, name: &str, arguments: &str) -> Option<String> {
        let who = &self.event.who;
        let facts = &who.facts;
        let argument = arguments.trim().to_ascii_lowercase();
        Some(match (name, argument.as_str()) {
            ("CALLERID", "name") => facts.caller.name.text().to_owned(),
            ("CALLERID", "num" | "number") => facts.caller.number.text().to_owned(),
            ("CALLERID", "ani") => facts.ani.number.text().to_owned(),
            ("CALLERID", "rdnis") => facts
                .redirecting
                .as_ref()
                .map(|redirecting| redirecting.from.number.text().to_owned())
                .unwrap_or_default(),
            ("CALLERID", "dnid") => facts.dialed.to_string(),
            ("CHANNEL", "exten") => facts.position.exten.to_string(),
            ("CHANNEL", "context") => facts.position.context.to_string(),
            ("CHANNEL", "channame") => who.name.to_string(),
            ("CHANNEL", "appname") => facts.application.to_string(),
            ("CHANNEL", "appdata") => facts.data.clone(),
            ("CHANNEL", "amaflags") => facts.ama_flags.number().to_string(),
            ("CHANNEL", "accountcode") => facts.account_code.to_string(),
            ("CHANNEL", "uniqueid") => who.unique_id.to_string(),
            ("CHANNEL", "linkedid") => facts.linked_id.to_string(),
            ("CHANNEL", "userfield") => facts.user_field.to_string(),
            ("CHANNEL", "peer") => self.event.peer.clone(),
            _ => return None,
        })
    }
}

impl Pattern {
    /// Compiles a pattern over a logged step; the error names what a step does not have.
    pub fn of_event(text: &str) -> Result<Pattern, String> {
        let created = Timestamp::UNIX_EPOCH;
        let facts = Facts::default();
        let who = Snapshot { name: "".into(), unique_id: "".into(), created, technology: "", facts };
        let event = CelEvent {
            kind: CelKind::ChannelStart,
            time: created,
            who: Arc::new(who),
            peer: String::new(),
            extra: String::new(),
        };
        Pattern::compile(text, &EventSource { event: &event, date_format: "", zone: &TimeZone::UTC })
    }
}
