//! `core set verbose` and `core set debug`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::logger::Logger;
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

pub(super) struct SetDebug(pub(super) Arc<Logger>);

#[async_trait]
impl CliCommand for SetDebug {
    fn syntax(&self) -> &'static str {
        "core set debug [atleast|off] <level>"
    }

    fn synopsis(&self) -> &'static str {
        "Set level of debug chattiness"
    }

    fn description(&self) -> &'static str {
        "Sets how much debugging is logged by the files and consoles that take `debug`: 1 to 4 are decisions and\n\
         transitions, from 5 on also the bytes on the wire. With `atleast` it is raised, but never lowered."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        complete_level(words)
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let old = self.0.debug();
        let new = read_level(call.arguments(), old).ok_or_else(|| usage(self))?;
        self.0.set_debug(new);
        Ok(report("Core debug", old, new))
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
