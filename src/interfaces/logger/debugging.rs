//! Which debugging is wanted: how much of everything, of single modules, of single calls.

/// From this debug level on, the bytes on the wire are logged too.
pub const TRACE_FROM: u8 = 5;

/// What belongs to a name of Asterisk's: beginnings of our modules' paths.
const NAMES: [(&str, &[&str]); 22] = [
    ("bridge", &["core::bridge"]),
    ("bridging", &["core::bridge"]),
    ("cdr", &["core::cdr", "interfaces::cdr"]),
    ("cel", &["core::cel", "interfaces::cel"]),
    ("chan_local", &["local"]),
    ("chan_pjsip", &["sip"]),
    ("channel", &["core::channel"]),
    ("cli", &["interfaces::console"]),
    ("dial", &["core::dial"]),
    ("features", &["core::features"]),
    ("logger", &["interfaces::logger"]),
    ("manager", &["ami"]),
    ("pbx", &["core::interpreter"]),
    ("pbx_config", &["core::interpreter", "dialplan"]),
    ("pbx_spool", &["interfaces::spool"]),
    ("res_agi", &["interfaces::agi"]),
    ("res_features", &["core::features"]),
    ("res_musiconhold", &["core::music"]),
    ("res_rtp_asterisk", &["engine", "rtp", "sip::media"]),
    ("rtp_engine", &["engine", "rtp"]),
    ("say", &["core::say"]),
    ("translate", &["media", "engine"]),
];

/// The rooms, whose names are the beginnings of paths.
const ROOMS: [&str; 15] = [
    "ami",
    "apps",
    "conf",
    "core",
    "dialplan",
    "engine",
    "funcs",
    "interfaces",
    "local",
    "media",
    "rtp",
    "scenario",
    "sdp",
    "sip",
    "storage",
];

/// A wish about the modules of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OfModule {
    /// The name as it was given, without `.so`.
    pub(super) name: String,
    /// The beginnings of the paths that belong to it.
    paths: Vec<String>,
    /// How much.
    pub(super) level: u8,
}

/// What is wanted of debugging, or of traces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Debugging {
    /// Of everything.
    pub(super) level: u8,
    /// Of single modules, which adds to that.
    pub(super) modules: Vec<OfModule>,
    /// Of single calls, by their numbers.
    pub(super) calls: Vec<u64>,
    /// Of all calls.
    pub(super) all_calls: bool,
}

/// The paths that a name stands for: a room, a path in it, or Asterisk's name of a module or file.
pub(super) fn paths_of(name: &str) -> Option<Vec<String>> {
    let name = name.to_ascii_lowercase();
    let bare = name.strip_suffix(".so").or_else(|| name.strip_suffix(".c")).unwrap_or(&name);
    if let Some((_, paths)) = NAMES.iter().find(|row| row.0 == bare) {
        return Some(paths.iter().map(|path| (*path).to_owned()).collect());
    }
    if bare.starts_with("res_pjsip") {
        return Some(vec!["sip".to_owned()]);
    }
    for (start, room) in [("app_", "apps"), ("func_", "funcs")] {
        if let Some(file) = bare.strip_prefix(start) {
            return Some(vec![format!("{room}::{file}")]);
        }
    }
    let room = bare.split("::").next().unwrap_or_default();
    ROOMS.contains(&room).then(|| vec![bare.to_owned()])
}

/// The names that may be given, for completion.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ROOMS.into_iter().chain(NAMES.iter().map(|row| row.0))
}

impl OfModule {
    /// A wish; `None` if nothing has this name.
    pub(super) fn new(name: &str, level: u8) -> Option<OfModule> {
        let shown = name.strip_suffix(".so").unwrap_or(name).to_owned();
        Some(OfModule { name: shown, paths: paths_of(name)?, level })
    }

    fn covers(&self, path: &str) -> bool {
        self.paths.iter().any(|begin| {
            path.strip_prefix(begin.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    }
}

impl Debugging {
    /// Everything that either wants.
    pub(super) fn union(mut self, other: &Debugging) -> Debugging {
        self.level = self.level.max(other.level);
        self.modules.extend(other.modules.iter().cloned());
        self.calls.extend(&other.calls);
        self.all_calls |= other.all_calls;
        self
    }

    /// The highest level of anything.
    pub(super) fn highest(&self) -> u8 {
        let of_calls = if self.all_calls || !self.calls.is_empty() { TRACE_FROM - 1 } else { 0 };
        self.modules.iter().map(|module| module.level).fold(self.level.max(of_calls), u8::max)
    }

    /// Whether only some modules or calls are wanted, so that each line must be looked at.
    pub(super) fn is_particular(&self) -> bool {
        self.all_calls || !self.modules.is_empty() || !self.calls.is_empty()
    }

    /// How much is wanted of this module's line of this call.
    pub(super) fn level_for(&self, path: &str, call: Option<u64>) -> u8 {
        let of_call = call.is_some_and(|call| self.all_calls || self.calls.contains(&call));
        let of_call = if of_call { TRACE_FROM - 1 } else { 0 };
        let of_modules = self.modules.iter().filter(|module| module.covers(path)).map(|module| module.level);
        of_modules.fold(self.level.max(of_call), u8::max)
    }

    /// Sets the level of a module, zero to forget it; returns the one before. `None` if nothing has this name.
    pub(super) fn set_module(&mut self, name: &str, level: u8) -> Option<u8> {
        let wish = OfModule::new(name, level)?;
        let before = self.of_module(&wish.name);
        self.modules.retain(|module| !module.name.eq_ignore_ascii_case(&wish.name));
        if level > 0 {
            self.modules.push(wish);
        }
        Some(before)
    }

    /// The level that was set for a module.
    pub(super) fn of_module(&self, name: &str) -> u8 {
        let bare = name.strip_suffix(".so").unwrap_or(name);
        let found = self.modules.iter().find(|module| module.name.eq_ignore_ascii_case(bare));
        found.map_or(0, |module| module.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_has_our_name_or_asterisks() {
        let check = |name: &str, path: &str, expected: bool| {
            let covers = OfModule::new(name, 1).is_some_and(|module| module.covers(path));
            assert_eq!(covers, expected, "{name} {path}");
        };
        check("sip", "sip::registrar", true);
        check("sip", "sipping::x", false);
        check("sip::registrar", "sip::registrar", true);
        check("sip::registrar", "sip::worker", false);
        check("res_pjsip_session.so", "sip::worker", true);
        check("app_dial", "apps::dial::ring", true);
        check("pbx.c", "core::interpreter::step", true);
        check("RES_AGI", "interfaces::agi::app", true);
        check("nonsense", "core", false);
    }

    #[test]
    fn what_is_wanted_adds_up() {
        let mut debugging = Debugging { level: 1, ..Debugging::default() };
        assert_eq!(debugging.set_module("res_agi", 3), Some(0));
        assert_eq!(debugging.set_module("nonsense", 3), None);
        debugging.calls.push(7);
        let check = |path: &str, call: Option<u64>, expected: u8| {
            assert_eq!(debugging.level_for(path, call), expected, "{path} {call:?}");
        };
        check("sip::worker", None, 1);
        check("interfaces::agi::app", None, 3);
        check("sip::worker", Some(7), 4);
        check("sip::worker", Some(8), 1);
        assert_eq!((debugging.highest(), debugging.is_particular()), (4, true));
        assert_eq!(debugging.set_module("res_agi.so", 0), Some(3));
        assert_eq!(debugging.of_module("res_agi"), 0);
    }
}
