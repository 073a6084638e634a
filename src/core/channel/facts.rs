//! What everybody may know of a channel: the facts its task publishes, and snapshots of them.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::bridge::OtherHalf;
use crate::caller_id::Party;
use crate::cause::Cause;
use crate::channel::{ChannelState, ShownVariables};

/// A place in the dialplan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The context.
    pub context: Arc<str>,
    /// The extension as dialled.
    pub exten: Arc<str>,
    /// The priority, from 1.
    pub priority: u32,
}

impl Position {
    /// A position.
    pub fn new(context: impl Into<Arc<str>>, exten: impl Into<Arc<str>>, priority: u32) -> Position {
        Position { context: context.into(), exten: exten.into(), priority }
    }

    /// The priority after this one.
    pub fn next(&self) -> Position {
        Position { priority: self.priority + 1, ..self.clone() }
    }
}

impl fmt::Display for Position {
    /// `1002@internal:1`, as the console prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}", self.exten, self.context, self.priority)
    }
}

/// A call's way through other numbers: who forwarded it, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirecting {
    /// Who was called first.
    pub original: Party,
    /// Who redirected last.
    pub from: Party,
    /// Where to.
    pub to: Party,
    /// Asterisk's word for the reason: `cfu`, `cfb`, `cfnr`, `away`, `unknown` ….
    pub reason: Arc<str>,
    /// The reason of the first redirection.
    pub original_reason: Arc<str>,
    /// How often it was redirected.
    pub count: u32,
}

/// When and why a channel was hung up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HungUp {
    /// The Q.850 cause.
    pub cause: Cause,
    /// What the technology said, if it did.
    pub technical: Arc<str>,
}

/// Everything about a channel that changes while it lives and that others may read.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Down, ringing, up ….
    pub state: ChannelState,
    /// The party at this channel's far end.
    pub caller: Party,
    /// The number of `caller` is only the one that was dialled: nobody has said who that is.
    pub caller_is_assumed: bool,
    /// `CALLERID(ani)`.
    pub ani: Party,
    /// `CALLERID(ani2)`: the kind of line that calls, two digits (ISUP originating line information).
    pub ani2: u8,
    /// The party on the other side of the PBX.
    pub connected: Party,
    /// The number that was dialled.
    pub dialed: Arc<str>,
    /// Forwarding, if there was any.
    pub redirecting: Option<Redirecting>,
    /// Where it stands in the dialplan.
    pub position: Position,
    /// The application that runs, empty for none.
    pub application: Arc<str>,
    /// The application's arguments.
    pub data: String,
    /// `CHANNEL(language)`.
    pub language: Arc<str>,
    /// `CHANNEL(accountcode)`.
    pub account_code: Arc<str>,
    /// `CHANNEL(peeraccount)`.
    pub peer_account: Arc<str>,
    /// `CHANNEL(musicclass)`.
    pub music_class: Arc<str>,
    /// The class of music that those hear whom this channel's party holds.
    pub suggested_music: Arc<str>,
    /// Whether the technology tells a further party of a hold, so that no music is played here.
    pub passes_hold_on: bool,
    /// `CHANNEL(tonezone)`.
    pub tone_zone: Arc<str>,
    /// `CHANNEL(tenantid)`.
    pub tenant_id: Arc<str>,
    /// `CHANNEL(userfield)`: the dialplan's own words in the call's records.
    pub user_field: Arc<str>,
    /// `CHANNEL(amaflags)`: how the call is to be billed.
    pub ama_flags: AmaFlags,
    /// How many forwards and dials in a row the call may still take: `CHANNEL(max_forwards)`.
    pub forwards_left: ForwardsLeft,
    /// The unique id of the oldest channel that this one belongs together with.
    pub linked_id: Arc<str>,
    /// Who hung up first: a channel's name, or `dialplan/builtin`; empty while nobody has.
    pub hangup_source: Arc<str>,
    /// The bridge that it is in.
    pub bridge: Option<Arc<str>>,
    /// `CHANNEL(callgroup)`.
    pub call_group: u64,
    /// `CHANNEL(pickupgroup)`.
    pub pickup_group: u64,
    /// `CHANNEL(namedcallgroup)`: names between commas.
    pub named_call_groups: Arc<str>,
    /// `CHANNEL(namedpickupgroup)`: names between commas.
    pub named_pickup_groups: Arc<str>,
    /// When it was answered.
    pub answered: Option<Answered>,
    /// `HANGUPCAUSE`: of the last call out, then its own.
    pub cause: Cause,
    /// How it ended.
    pub hung_up: Option<HungUp>,
    /// The other side has it on hold.
    pub on_hold: bool,
    /// Whether this is an outgoing leg.
    pub outgoing: bool,
    /// The variables that events show (`channelvars`), with their values; `None` where none are wanted.
    pub shown_variables: Option<ShownVariables>,
    /// Digits for the far end must pass through the channel, as somebody keeps them.
    pub wants_sent_digits: bool,
    /// It runs a subroutine that an application called, which call records do not show.
    pub in_subroutine: bool,
    /// Somebody picks it up.
    pub picked_up: bool,
    /// The channel is a half of two, and this is the other one.
    pub other_half: Option<OtherHalf>,
}

/// How a call is to be billed (automatic message accounting), as its records say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmaFlags {
    /// Nothing is said.
    None,
    /// Leave it out.
    Omit,
    /// Bill it.
    Billing,
    /// Only document it: the default.
    #[default]
    Documentation,
}

impl AmaFlags {
    const WORDS: [(AmaFlags, &'static str); 4] = [
        (AmaFlags::None, "NONE"),
        (AmaFlags::Omit, "OMIT"),
        (AmaFlags::Billing, "BILLING"),
        (AmaFlags::Documentation, "DOCUMENTATION"),
    ];

    /// Reads a word in any case or the number; `default` is documentation.
    pub fn parse(text: &str) -> Option<AmaFlags> {
        let text = text.trim();
        let is_named = |row: &&(AmaFlags, &str)| row.1.eq_ignore_ascii_case(text);
        let found = match text.parse::<usize>() {
            Ok(number) => AmaFlags::WORDS.get(number),
            Err(_) => AmaFlags::WORDS.iter().find(is_named),
        };
        found.map(|row| row.0).or_else(|| text.eq_ignore_ascii_case("default").then(AmaFlags::default))
    }

    /// The number that `CHANNEL(amaflags)` shows.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The word of AMI and of the call's records.
    pub fn word(self) -> &'static str {
        AmaFlags::WORDS.iter().find(|row| row.0 == self).map_or("NONE", |row| row.1)
    }
}

/// A number of forwards; at zero the call places no more, which ends loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardsLeft(pub i32);

impl Default for ForwardsLeft {
    /// Asterisk's default.
    fn default() -> ForwardsLeft {
        ForwardsLeft(20)
    }
}

impl ForwardsLeft {
    /// What is left for a channel that was placed on behalf of this one.
    pub fn after_one(self) -> ForwardsLeft {
        ForwardsLeft(self.0.saturating_sub(1))
    }

    /// Whether the call may place another.
    pub fn allows_one(self) -> bool {
        self.0 > 0
    }
}

impl Facts {
    /// Notes who hung up; the first counts.
    pub fn hung_up_by(&mut self, source: &Arc<str>) {
        if self.hangup_source.is_empty() {
            self.hangup_source.clone_from(source);
        }
    }

    /// The number of the call that the channel belongs to: what `[C-0000000c]` in the log is written from.
    pub fn call_number(&self) -> Option<u64> {
        self.linked_id.rsplit('.').next().and_then(|number| number.parse().ok())
    }
}

/// The moment of an answer, on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    /// For durations.
    pub at: Instant,
    /// For people.
    pub time: Timestamp,
}

/// A channel as it was at one moment: what events carry.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// `PJSIP/1001-00000001`.
    pub name: Arc<str>,
    /// `1700000000.12`.
    pub unique_id: Arc<str>,
    /// When it was made.
    pub created: Timestamp,
    /// The technology's name.
    pub technology: &'static str,
    /// The rest.
    pub facts: Facts,
}

impl Snapshot {
    /// The device that the channel belongs to: its name without the last `-…`.
    pub fn device(&self) -> &str {
        device_of(&self.name)
    }
}

/// `PJSIP/1001` of `PJSIP/1001-00000001`.
pub fn device_of(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(device, _)| device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_the_name_without_its_number() {
        assert_eq!(device_of("PJSIP/front-desk-00000001"), "PJSIP/front-desk");
        assert_eq!(device_of("Local/1@internal-00000001;1"), "Local/1@internal");
    }

    #[test]
    fn ama_flags_are_read_by_word_or_number() {
        assert_eq!(AmaFlags::parse("billing").map(AmaFlags::number), Some(2));
        assert_eq!(AmaFlags::parse("1").map(AmaFlags::word), Some("OMIT"));
        assert_eq!(AmaFlags::parse("default"), Some(AmaFlags::Documentation));
        assert_eq!((AmaFlags::parse("4"), AmaFlags::parse("free")), (None, None));
    }

    #[test]
    fn a_position_prints_as_on_the_console() {
        assert_eq!(Position::new("internal", "1002", 1).next().to_string(), "1002@internal:2");
    }
}
