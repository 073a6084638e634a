//! One line of the log, before anybody has written it.

use std::sync::Arc;

use jiff::Timestamp;

use super::level::Level;

/// A line as data; each log channel writes it in its own format.
#[derive(Clone, Debug)]
pub struct Line {
    /// When it was logged.
    pub time: Timestamp,
    /// Its level.
    pub level: Level,
    /// The name of a level of `custom_levels`.
    pub custom: Option<Arc<str>>,
    /// The verbosity of a verbose line; 0 for the others.
    pub verbose: u8,
    /// The call that it belongs to.
    pub call: Option<u64>,
    /// The channel of that call that it is about.
    pub channel: Option<u64>,
    /// The system's number of the thread.
    pub thread: u32,
    /// Where it comes from.
    pub origin: Origin,
    /// The text.
    pub message: String,
    /// Names and values beside the text.
    pub fields: Vec<(&'static str, String)>,
}

impl Line {
    /// The name of its level.
    pub fn level_name(&self) -> &str {
        self.custom.as_deref().unwrap_or_else(|| self.level.name())
    }
}

/// A place in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The path of the module: `obelus_channel_sip::registrar`.
    pub module: &'static str,
    /// The file: `channels/sip/registrar.rs`.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
}

impl Origin {
    /// The module's path without what all have in common: `sip::registrar`.
    pub fn path(&self) -> &'static str {
        let path = self.module.strip_prefix("obelus_").unwrap_or(self.module);
        path.strip_prefix("channel_").unwrap_or(path)
    }

    /// The room that it belongs to: `sip`.
    pub fn room(&self) -> &'static str {
        self.path().split("::").next().unwrap_or("")
    }

    /// The file without its folders: `registrar.rs`.
    pub fn file_name(&self) -> &'static str {
        self.file.rsplit('/').next().unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_shown_without_what_all_have_in_common() {
        let check = |module, path: &str, room: &str| {
            let origin = Origin { module, ..Origin::default() };
            assert_eq!((origin.path(), origin.room()), (path, room));
        };
        check("obelus_channel_sip::registrar", "sip::registrar", "sip");
        check("obelus_core::interpreter::run", "core::interpreter::run", "core");
        check("hyper::client", "hyper::client", "hyper");
        let file = Origin { file: "channels/sip/registrar.rs", ..Origin::default() };
        assert_eq!(file.file_name(), "registrar.rs");
    }
}
