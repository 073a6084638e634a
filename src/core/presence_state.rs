//! Presence: whether a person, rather than a device, is there to talk, and what they say about it.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Core;
use crate::database::DatabaseError;
use crate::events::{Event, EventKind};

/// Asterisk's presence states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PresenceState {
    /// Nobody has said anything.
    #[default]
    NotSet,
    /// Not there.
    Unavailable,
    /// There.
    Available,
    /// Away for a while.
    Away,
    /// Away for longer.
    Xa,
    /// There and ready to chat.
    Chat,
    /// There but not to be disturbed.
    Dnd,
}

const WORDS: [(PresenceState, &str); 7] = [
    (PresenceState::NotSet, "not_set"),
    (PresenceState::Unavailable, "unavailable"),
    (PresenceState::Available, "available"),
    (PresenceState::Away, "away"),
    (PresenceState::Xa, "xa"),
    (PresenceState::Chat, "chat"),
    (PresenceState::Dnd, "dnd"),
];

impl PresenceState {
    /// The word of `PRESENCE_STATE()`, AMI and the console.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|row| row.0 == self).map_or("not_set", |row| row.1)
    }

    /// Reads a word of [`PresenceState::word`], in any case.
    pub fn parse(text: &str) -> Option<PresenceState> {
        WORDS.iter().find(|row| row.1.eq_ignore_ascii_case(text)).map(|row| row.0)
    }
}

/// A state and what goes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// The state.
    pub state: PresenceState,
    /// More about the state, for programs; may be empty.
    pub subtype: String,
    /// More about the state, for people; may be empty.
    pub message: String,
}

impl Presence {
    /// Reads `state[,subtype[,message[,options]]]`; the option `e` says that the two texts are in base64.
    pub fn parse(text: &str) -> Result<Presence, String> {
        let mut pieces = text.split(',');
        let mut piece = || pieces.next().unwrap_or("");
        let (state, subtype, message, options) = (piece(), piece(), piece(), piece());
        let state = PresenceState::parse(state).ok_or_else(|| format!("`{state}` is no presence state"))?;
        match options {
            "" => Ok(Presence { state, subtype: subtype.to_owned(), message: message.to_owned() }),
            "e" => Ok(Presence { state, subtype: decoded(subtype)?, message: decoded(message)? }),
            other => Err(format!("unknown option `{other}`; the only one is `e`")),
        }
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let bytes = STANDARD.decode(text).map_err(|_| format!("`{text}` is not base64"))?;
    String::from_utf8(bytes).map_err(|_| format!("`{text}` is no UTF-8 text in base64"))
}

/// The family of the database that holds custom presence.
const CUSTOM_PRESENCE: &str = "CustomPresence";

/// Why presence could not be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PresenceError {
    /// What was to be set is no presence.
    #[error("{0}")]
    Invalid(String),
    /// It could not be kept.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl Core {
    /// The presence that a provider such as `CustomPresence:alice` has; `None` where there is no such provider.
    pub async fn presence(&self, provider: &str) -> Option<Presence> {
        let name = custom_name(provider)?;
        let stored = self.database.get(CUSTOM_PRESENCE, name).await.ok().flatten();
        stored.map_or(Some(Presence::default()), |stored| Presence::parse(&stored).ok())
    }

    /// Sets the presence of `CustomPresence:name` as [`Presence::parse`] reads it; it survives a restart.
    pub async fn set_custom_presence(&self, name: &str, value: &str) -> Result<(), PresenceError> {
        let presence = Presence::parse(value).map_err(PresenceError::Invalid)?;
        self.database.put(CUSTOM_PRESENCE, name, value).await?;
        let presentity = || format!("{CUSTOM_PRESENCE}:{name}").into();
        let event = || Event::Presence { presentity: presentity(), presence: Arc::new(presence) };
        self.events.publish(EventKind::Presence, || self.clock.now(), event);
        Ok(())
    }

    /// The custom presences that have been set, by provider.
    pub async fn custom_presences(&self) -> Result<Vec<(String, Presence)>, DatabaseError> {
        let entries = self.database.entries(CUSTOM_PRESENCE).await?;
        let read = |(path, value): (String, String)| {
            let name = path.trim_start_matches('/').split_once('/')?.1.to_owned();
            Some((format!("{CUSTOM_PRESENCE}:{name}"), Presence::parse(&value).ok()?))
        };
        Ok(entries.into_iter().filter_map(read).collect())
    }
}

/// `alice` of `CustomPresence:alice`, whose first part is read in any case.
pub fn custom_name(provider: &str) -> Option<&str> {
    let (technology, name) = provider.split_once(':')?;
    (technology.eq_ignore_ascii_case(CUSTOM_PRESENCE) && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presence_has_a_state_and_two_texts() {
        let check = |text: &str, expected: Result<(&str, &str, &str), &str>| {
            let read = Presence::parse(text);
            let read = read.as_ref().map(|p| (p.state.word(), p.subtype.as_str(), p.message.as_str()));
            assert_eq!(read.map_err(String::as_str), expected, "{text}");
        };
        check("away,down the hall,Meeting", Ok(("away", "down the hall", "Meeting")));
        check("DND", Ok(("dnd", "", "")));
        check("xa,T24gdmFjYXRpb24=,,e", Ok(("xa", "On vacation", "")));
        check("gone", Err("`gone` is no presence state"));
        check("xa,?,,e", Err("`?` is not base64"));
        check("xa,,,z", Err("unknown option `z`; the only one is `e`"));
    }
}
