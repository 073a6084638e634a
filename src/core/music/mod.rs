//! Music on hold: the classes of musiconhold.conf, and channels that listen to them.

mod class;
mod conf;
mod module;
mod on_channel;
mod sequence;

use std::sync::Arc;

pub use class::{Class, Mode, Order};
pub use module::MusicModule;
pub(crate) use on_channel::Listening;

/// The classes that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Music {
    /// `preferchannelclass`: `CHANNEL(musicclass)` goes before what an application or the holding party names.
    pub prefers_channel: bool,
    classes: Vec<Arc<Class>>,
}

impl Default for Music {
    fn default() -> Music {
        Music { prefers_channel: true, classes: Vec::new() }
    }
}

impl Music {
    /// The class of a name, in any case.
    pub fn class(&self, name: &str) -> Option<&Arc<Class>> {
        self.classes.iter().find(|class| class.name.eq_ignore_ascii_case(name))
    }

    /// The class that listeners choose by a digit.
    pub(crate) fn class_of_digit(&self, digit: char) -> Option<&Arc<Class>> {
        self.classes.iter().find(|class| class.digit == Some(digit))
    }

    /// The same without the class of this name.
    pub fn without(&self, name: &str) -> Music {
        let classes = self.classes.iter().filter(|class| !class.name.eq_ignore_ascii_case(name));
        Music { prefers_channel: self.prefers_channel, classes: classes.cloned().collect() }
    }

    /// All classes in the order of the file.
    pub fn classes(&self) -> &[Arc<Class>] {
        &self.classes
    }
}
