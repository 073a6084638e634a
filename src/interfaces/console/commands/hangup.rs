//! `channel request hangup`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cause::Cause;
use obelus_core::channel::ChannelHandle;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use regex::Regex;

use super::channel::names;
use crate::usage::usage;

pub(super) struct RequestHangup;

#[async_trait]
impl CliCommand for RequestHangup {
    fn syntax(&self) -> &'static str {
        "channel request hangup <all>|<channel> [<channel>...]"
    }

    fn synopsis(&self) -> &'static str {
        "Request a hangup on a given channel"
    }

    fn description(&self) -> &'static str {
        "Hangs up the channels of these names, or `all`. A name may be a regular expression between slashes\n\
         (/^PJSIP.*/), or contain `*`, `?` and `[…]`, which stand for anything but a slash: Local/* is all Local channels."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        let mut found = names(core);
        if words.len() == 3 {
            found.push("all".to_owned());
        }
        found
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (mut text, mut all_known) = (String::new(), true);
        match call.arguments() {
            [] => return Err(usage(self)),
            [word] if word.eq_ignore_ascii_case("all") => hang_up(&mut text, &call.core.channels.all()),
            names => {
                for name in names {
                    match find(call.core, name) {
                        Ok(channels) => hang_up(&mut text, &channels),
                        Err(complaint) => {
                            all_known = false;
                            let _ = writeln!(text, "{complaint}");
                        }
                    }
                }
            }
        }
        if all_known { Ok(text) } else { Err(CliError::Failed(text)) }
    }
}

fn hang_up(text: &mut String, channels: &[ChannelHandle]) {
    for channel in channels {
        let _ = writeln!(text, "Requested Hangup on channel '{}'", channel.name());
        channel.hangup(Cause::NORMAL_CLEARING);
    }
}

/// The channels that a word names; the error is the sentence to print.
fn find(core: &Core, word: &str) -> Result<Vec<ChannelHandle>, String> {
    if let Some(channel) = core.channels.find(word) {
        return Ok(vec![channel]);
    }
    let Some(pattern) = pattern(word) else { return Err(format!("{word} is not a known channel")) };
    let pattern = pattern
        .map_err(|error| format!("{word} is not a valid POSIX Extended Regular Expression: {error}"))?;
    let found: Vec<ChannelHandle> =
        core.channels.all().into_iter().filter(|channel| pattern.is_match(channel.name())).collect();
    match found.is_empty() {
        true => Err(format!("{word} did not match a known channel")),
        false => Ok(found),
    }
}

/// The expression that `/…/` or a name with wildcards means; none for a plain name.
fn pattern(word: &str) -> Option<Result<Regex, regex::Error>> {
    let inner = word.strip_prefix('/').and_then(|word| word.strip_suffix('/'));
    let expression = match inner {
        Some(inner) => inner.to_owned(),
        None if word.contains(['?', '*', '[']) => of_wildcards(word),
        None => return None,
    };
    Some(Regex::new(&format!("(?i){expression}")))
}

fn of_wildcards(word: &str) -> String {
    let mut expression = String::from("^");
    let mut in_brackets = false;
    for letter in word.chars() {
        match letter {
            '!' if in_brackets && expression.ends_with('[') => expression.push('^'),
            ']' if in_brackets => {
                in_brackets = false;
                expression.push(']');
            }
            _ if in_brackets => expression.push(letter),
            '[' => {
                in_brackets = true;
                expression.push('[');
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            letter => expression.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    expression.push('$');
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_and_expressions_find_channels() {
        let check = |word: &str, name: &str, expected: bool| {
            let found = pattern(word).expect("a pattern").expect("a good one").is_match(name);
            assert_eq!(found, expected, "{word} {name}");
        };
        check("Local/*", "Local/1@internal-00000001;1", true);
        check("local/?@*", "Local/1@internal-00000001;1", true);
        check("Loc*", "Local/1@internal-00000001;1", false);
        check("PJSIP/[!2]*", "PJSIP/1001-00000001", true);
        check("PJSIP/[!1]*", "PJSIP/1001-00000001", false);
        check("/^pjsip.*1$/", "PJSIP/1001-00000001", true);
        check("/1002/", "PJSIP/1001-00000001", false);
        assert!(pattern("PJSIP/1001-00000001").is_none());
        assert!(pattern("/(/").expect("a pattern").is_err());
    }
}
