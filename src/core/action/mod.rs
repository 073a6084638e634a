//! Actions of the manager interface: the contract that a feature implements to be asked by programs.
//!
//! The interface itself (sockets, users, events) is a listener like any other; a feature only enters its [`Action`]s
//! into the registry, reads the [`Message`] and writes a [`Reply`], in which no value can break the framing.

mod class;
mod message;
mod reply;

use std::sync::Arc;

use async_trait::async_trait;

pub use class::Classes;
pub use message::Message;
pub use reply::{Block, Lines, Reply};

use crate::Core;
use crate::caller_id::Party;

/// One action, such as `Originate`.
#[async_trait]
pub trait Action: Send + Sync {
    /// Its name, class and help.
    fn info(&self) -> &'static ActionInfo;

    /// Does it; everything that it says is in the reply.
    async fn run(&self, call: ActionCall<'_>);
}

/// What an action is called, who may use it, and what it takes.
#[derive(Debug)]
pub struct ActionInfo {
    /// Asterisk's name, compared without case.
    pub name: &'static str,
    /// One of these classes must be among those that the user may write; none means that everybody may.
    pub privilege: Classes,
    /// One sentence.
    pub synopsis: &'static str,
    /// The headers that it reads, with a sentence each.
    pub arguments: &'static [(&'static str, &'static str)],
}

/// One call of an action.
pub struct ActionCall<'a> {
    /// The PBX.
    pub core: &'a Arc<Core>,
    /// What was asked.
    pub message: &'a Message,
    /// Who asks.
    pub asker: &'a Asker,
    /// What is answered.
    pub reply: &'a mut Reply,
}

/// A logged-in program.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// The user's name.
    pub name: Arc<str>,
    /// Where it comes from, without the port.
    pub address: Arc<str>,
    /// The classes of what it may do.
    pub write: Classes,
    /// Variables for the channels that it makes, in their order.
    pub variables: Arc<[(String, String)]>,
}

impl ActionCall<'_> {
    /// The value of a header that must be there; without it `missing` is the error that is answered.
    pub fn required(&mut self, header: &str, missing: &str) -> Option<String> {
        match self.message.get(header) {
            "" => {
                self.reply.error(missing);
                None
            }
            value => Some(value.to_owned()),
        }
    }
}

impl Asker {
    /// Whether it may do what belongs to one of these classes.
    pub fn may(&self, classes: Classes) -> bool {
        classes.is_empty() || self.write.intersects(classes)
    }
}

/// A caller id as headers show it: what is not known is `<unknown>`.
pub fn shown(text: &str) -> &str {
    if text.is_empty() { "<unknown>" } else { text }
}

/// Number and name of a party as headers show them.
pub fn shown_party(party: &Party) -> (&str, &str) {
    (shown(party.number.text()), shown(party.name.text()))
}
