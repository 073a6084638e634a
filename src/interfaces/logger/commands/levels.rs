//! `core set verbose|debug|trace`, `core set debug channel`, `logger set level` and `logger mute`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::conf::is_true;

use crate::logger::debugging::{names, paths_of};
use crate::logger::{Depth, Logger};
use crate::usage::usage;

pub(super) struct SetVerbose(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for SetVerbose {
    fn syntax(&self) -> &'static str {
        "core set verbose [atleast|off] <level> [silent]"
    }

    fn synopsis(&self) -> &'static str {
        "Set level of verbose chattiness"
    }

    fn description(&self) -> &'static str {
        "Sets how verbose this console is; without a console, as with -x or from AMI, the root console and all files\n\
         with a bare `verbose`. With `atleast` it is raised, but never lowered."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        complete_level(words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (words, silent) = match call.arguments() {
            [words @ .., last] if last.eq_ignore_ascii_case("silent") => (words, true),
            words => (words, false),
        };
        let old = call.console.map_or_else(|| self.0.root_verbose(), |console| console.verbose());
        let new = read_level(words, old).ok_or_else(|| usage(self))?;
        match call.console {
            Some(console) => console.set_verbose(new),
            None => self.0.set_root_verbose(new),
        }
        Ok(if silent { String::new() } else { report("Console verbose", old, new) })
    }
}

pub(super) struct SetDepth {
    pub(super) logger: Arc<Logger>,
    pub(super) depth: Depth,
}

impl SetDepth {
    fn word(&self) -> &'static str {
        match self.depth {
            Depth::Debug => "Core debug",
            Depth::Trace => "Core trace",
        }
    }

    /// `<level> <module>`, behind `atleast` or without.
    fn set_module(&self, at_least: bool, level: &str, module: &str) -> Result<String, CliError> {
        let level: u8 = level.parse().map_err(|_| usage(self))?;
        let unknown = || CliError::failed(format!("There is no module '{module}' with lines of its own."));
        paths_of(module).ok_or_else(unknown)?;
        let word = self.word();
        let shown = module.strip_suffix(".so").unwrap_or(module);
        let old = self.logger.depth_of(self.depth, module);
        if old == level || (at_least && level < old && level > 0) {
            return Ok(format!("{word} is still {old} for '{shown}'.\n"));
        }
        self.logger.set_depth_of(self.depth, module, level);
        Ok(format!("{word} was {old} and has been set to {level} for '{shown}'.\n"))
    }
}

#[async_trait]
impl CliCommand for SetDepth {
    fn syntax(&self) -> &'static str {
        match self.depth {
            Depth::Debug => "core set debug [atleast|off] <level> [<module>]",
            Depth::Trace => "core set trace [atleast|off] <level> [<module>]",
        }
    }

    fn synopsis(&self) -> &'static str {
        match self.depth {
            Depth::Debug => "Set level of debug chattiness",
            Depth::Trace => "Set level of trace chattiness",
        }
    }

    fn description(&self) -> &'static str {
        match self.depth {
            Depth::Debug => {
                "Sets how much debugging is logged by the files and consoles that take `debug`, of everything or of one\n\
                 module: 1 to 4 are decisions and transitions, from 5 on also the bytes on the wire. With `atleast` it is\n\
                 raised, but never lowered. A module has Asterisk's name, such as res_pjsip, or ours, such as sip::registrar."
            }
            Depth::Trace => {
                "From 1 on the bytes on the wire are logged by the files and consoles that take `trace`, of everything or\n\
                 of one module."
            }
        }
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        let is_module = match words.get(3) {
            Some(word) if word.eq_ignore_ascii_case("atleast") => words.len() == 5,
            Some(_) => words.len() == 4,
            None => false,
        };
        if is_module { names().map(str::to_owned).collect() } else { complete_level(words) }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        match call.arguments() {
            [at_least, level, module] if at_least.eq_ignore_ascii_case("atleast") => {
                return self.set_module(true, level, module);
            }
            [level, module] if level.parse::<u8>().is_ok() => return self.set_module(false, level, module),
            _ => {}
        }
        let old = self.logger.depth(self.depth);
        let new = read_level(call.arguments(), old).ok_or_else(|| usage(self))?;
        self.logger.set_depth(self.depth, new);
        Ok(report(self.word(), old, new))
    }
}

pub(super) struct SetDebugChannel(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for SetDebugChannel {
    fn syntax(&self) -> &'static str {
        "core set debug channel <all|channel> [off]"
    }

    fn synopsis(&self) -> &'static str {
        "Enable/disable debugging on a channel"
    }

    fn description(&self) -> &'static str {
        "Logs the debugging of the call that a channel belongs to, or of all calls, whatever `core set debug` says of\n\
         the others; with `off` no longer."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            4 => {
                let channels = core.channels.all().into_iter().map(|channel| channel.name().to_string());
                channels.chain(["all".to_owned()]).collect()
            }
            5 => vec!["off".to_owned()],
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (name, on) = match call.arguments() {
            [name] => (*name, true),
            [name, off] if off.eq_ignore_ascii_case("off") => (*name, false),
            _ => return Err(usage(self)),
        };
        let word = if on { "enabled" } else { "disabled" };
        let mut text = String::new();
        if name.eq_ignore_ascii_case("all") {
            self.0.debug_all_calls(on);
            for channel in call.core.channels.all() {
                let _ = writeln!(text, "Debugging {word} on channel {}", channel.name());
            }
        } else {
            let missing = || CliError::failed(format!("No such channel {name}"));
            let channel = call.core.channels.find(name).ok_or_else(missing)?;
            let linked = channel.facts().linked_id.clone();
            // A call has the number of the channel that it began with.
            let number = linked.rsplit('.').next().and_then(|number| number.parse().ok());
            if self.0.debug_call(number.unwrap_or_else(|| channel.id()), on) {
                let _ = writeln!(text, "Debugging {word} on channel {}", channel.name());
            }
        }
        let new = if self.0.debugs_all_calls() { "enabled" } else { "disabled" };
        let _ = writeln!(text, "Debugging on new channels is {new}");
        Ok(text)
    }
}

pub(super) struct SetLevel;

#[async_trait]
impl CliCommand for SetLevel {
    fn syntax(&self) -> &'static str {
        "logger set level {DEBUG|TRACE|NOTICE|WARNING|ERROR|VERBOSE|DTMF|SECURITY} {on|off}"
    }

    fn synopsis(&self) -> &'static str {
        "Enables/Disables a specific logging level for this console"
    }

    fn description(&self) -> &'static str {
        "Shows the lines of a level on this console, or does not. Only levels that `console` in logger.conf takes can\n\
         be shown."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [level, state] = call.arguments() else { return Err(usage(self)) };
        let console = call.console.ok_or_else(|| CliError::failed(NO_CONSOLE))?;
        let on = is_true(state);
        if !console.set_level(level, on) {
            return Err(usage(self));
        }
        let (level, state) = (level.to_uppercase(), if on { "on" } else { "off" });
        Ok(format!("Logger status for '{level}' has been set to '{state}'.\n"))
    }
}

/// `-x` and AMI see no log.
const NO_CONSOLE: &str = "Couldn't find remote console.";

pub(super) struct Mute;

#[async_trait]
impl CliCommand for Mute {
    fn syntax(&self) -> &'static str {
        "logger mute [silent]"
    }

    fn synopsis(&self) -> &'static str {
        "Toggle logging output to a console"
    }

    fn description(&self) -> &'static str {
        "Keeps the log from this console, or gives it back; with `silent` nothing is said about it."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let silent = match call.arguments() {
            [] => false,
            [word] if word.eq_ignore_ascii_case("silent") => true,
            _ => return Err(usage(self)),
        };
        let console = call.console.ok_or_else(|| CliError::failed(NO_CONSOLE))?;
        let said =
            if console.toggle_mute() { "Console is muted.\n" } else { "Console is not muted anymore.\n" };
        Ok(if silent { String::new() } else { said.to_owned() })
    }
}

fn read_level(words: &[&str], old: u8) -> Option<u8> {
    match words {
        [word] if word.eq_ignore_ascii_case("off") => Some(0),
        [level] => level.parse().ok(),
        [word, level] if word.eq_ignore_ascii_case("atleast") => {
            level.parse().ok().map(|level: u8| level.max(old))
        }
        _ => None,
    }
}

fn report(what: &str, old: u8, new: u8) -> String {
    let show = |level: u8| if level == 0 { "OFF".to_owned() } else { level.to_string() };
    if old == new {
        return format!("{what} is still {}.\n", show(old));
    }
    format!("{what} was {} and is now {}.\n", show(old), show(new))
}

fn complete_level(words: &[&str]) -> Vec<String> {
    let is_level = words.len() == 3
        || (words.len() == 4 && words.get(3).is_some_and(|word| word.eq_ignore_ascii_case("atleast")));
    if is_level { (0..=10).map(|level: u8| level.to_string()).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_asterisk_reads_them() {
        let check = |words: &[&str], expected| assert_eq!(read_level(words, 4), expected, "{words:?}");
        check(&["7"], Some(7));
        check(&["off"], Some(0));
        check(&["atleast", "3"], Some(4));
        check(&["atleast", "9"], Some(9));
        check(&["often"], None);
        check(&["3", "chan_pjsip"], None);
        check(&[], None);
    }

    #[test]
    fn the_change_is_told() {
        assert_eq!(report("Console verbose", 0, 3), "Console verbose was OFF and is now 3.\n");
        assert_eq!(report("Core debug", 3, 3), "Core debug is still 3.\n");
    }
}
