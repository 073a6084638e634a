//! Text messages outside calls: what one is, who sends them, and how the dialplan handles those that come.
//!
//! A driver brings what came with [`Core::take_message`]; the dialplan runs on a channel of its own for each, which
//! [`channel`] makes. A [`MessageTech`] sends.

mod channel;
mod lanes;

use std::sync::Arc;

use async_trait::async_trait;

pub use channel::TECHNOLOGY;
pub use lanes::{Lanes, TooMany};

use crate::Core;

/// Where a message goes that names no extension.
const START: &str = "s";

/// A text message outside calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// `MESSAGE(to)`.
    pub to: String,
    /// `MESSAGE(from)`.
    pub from: String,
    /// `MESSAGE(body)`.
    pub body: String,
    /// The context that handles it.
    pub context: Arc<str>,
    /// The extension that handles it; `s` where it is empty.
    pub exten: Arc<str>,
    /// `MESSAGE_DATA`.
    pub data: Data,
}

/// What came with a message, and what goes out with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data(Vec<Datum>);

/// One entry of `MESSAGE_DATA`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Datum {
    name: Box<str>,
    value: String,
    /// Whether it goes out with the message.
    outbound: bool,
}

impl Message {
    /// `MESSAGE_DATA(name)`; names are compared without case.
    pub fn datum(&self, name: &str) -> Option<&str> {
        self.data.0.iter().find(|datum| datum.name.eq_ignore_ascii_case(name)).map(|datum| &*datum.value)
    }

    /// Keeps what came with the message, which does not go out with it.
    pub fn keep(&mut self, name: &str, value: &str) {
        self.set(name, value, false);
    }

    /// Sets what goes out with the message; an empty value takes it away.
    pub fn send_along(&mut self, name: &str, value: &str) {
        self.set(name, value, true);
    }

    fn set(&mut self, name: &str, value: &str, outbound: bool) {
        let known = self.data.0.iter_mut().find(|datum| datum.name.eq_ignore_ascii_case(name));
        match known {
            _ if value.is_empty() => self.data.0.retain(|datum| !datum.name.eq_ignore_ascii_case(name)),
            Some(known) => {
                value.clone_into(&mut known.value);
                known.outbound = outbound;
            }
            None => self.data.0.push(Datum { name: name.into(), value: value.to_owned(), outbound }),
        }
    }

    /// Says of everything that came with the message whether it goes out with it.
    pub fn mark_all(&mut self, outbound: bool) {
        self.data.0.iter_mut().for_each(|datum| datum.outbound = outbound);
    }

    /// Names and values of what goes out with the message, in order.
    pub fn outbound(&self) -> impl Iterator<Item = (&str, &str)> {
        self.data.0.iter().filter(|datum| datum.outbound).map(|datum| (&*datum.name, &*datum.value))
    }

    fn exten(&self) -> &str {
        if self.exten.is_empty() { START } else { &self.exten }
    }
}

/// What sends messages of one technology.
#[async_trait]
pub trait MessageTech: Send + Sync {
    /// What stands before the colon of a destination: `pjsip`.
    fn name(&self) -> &'static str;

    /// Sends a message on its way; `destination` is what stands behind the colon, an empty `from` leaves it to the
    /// message. Success says that it is on its way, not that it has arrived.
    async fn send(&self, message: &Message, destination: &str, from: &str) -> Result<(), NotSent>;
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// Nobody sends to destinations that begin like this.
    #[error("no message technology '{0}' found")]
    UnknownTechnology(String),
    /// Its technology cannot send it.
    #[error("{0}")]
    Failed(String),
}

impl Core {
    /// Sends a message to `technology:address`.
    ///
    /// # Errors
    /// There is no such technology, or it cannot send the message.
    pub async fn send_message(
        &self,
        message: &Message,
        destination: &str,
        from: &str,
    ) -> Result<(), NotSent> {
        let (technology, address) = destination.split_once(':').unwrap_or((destination, ""));
        let registry = self.registry();
        let tech = registry.message_tech(technology);
        let tech = tech.ok_or_else(|| NotSent::UnknownTechnology(technology.to_owned()))?;
        tech.send(message, address, from).await
    }

    /// Whether the dialplan has a place for a message.
    pub fn wants_message(&self, message: &Message) -> bool {
        self.extension_exists(&message.context, message.exten())
    }

    /// Hands a message to the dialplan; those of one sender are handled one after the other.
    ///
    /// # Errors
    /// Too many messages wait already.
    pub fn take_message(self: &Arc<Self>, sender: &str, message: Message) -> Result<(), TooMany> {
        if self.messages.push(sender, message)? {
            tokio::spawn(channel::handle_all(self.clone(), sender.into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_goes_out_where_it_was_marked() {
        let mut message = Message::default();
        message.keep("Via", "SIP/2.0/UDP x");
        message.send_along("X-One", "1");
        let outbound = |message: &Message| {
            message.outbound().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
        };
        assert_eq!((outbound(&message), message.datum("VIA")), ("X-One=1".to_owned(), Some("SIP/2.0/UDP x")));
        message.mark_all(true);
        message.send_along("x-one", "");
        assert_eq!((outbound(&message), message.datum("X-One")), ("Via=SIP/2.0/UDP x".to_owned(), None));
        message.mark_all(false);
        assert_eq!(outbound(&message), "");
    }
}
