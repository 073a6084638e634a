//! `Command`: a line of the console.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

pub(super) struct Command;

static INFO: ActionInfo = super::info(
    "Command",
    Classes::COMMAND,
    "Execute Asterisk CLI Command.",
    &[("Command", "The line, as it would be typed.")],
);

/// What no program may do.
const REFUSED: [&[&str]; 3] = [&["module", "load"], &["module", "unload"], &["restart", "gracefully"]];

#[async_trait]
impl Action for Command {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(line) = call.required("Command", "No command provided") else { return };
        if is_refused(&line) {
            return call.reply.error("Command blacklisted");
        }
        let registry = call.core.registry();
        let (word, output) = match registry.commands().run(call.core, &line, None).await {
            Ok(output) => ("Success", output),
            Err(error) => ("Error", error.to_string()),
        };
        let output = without_colours(&output);
        let mut block = call.reply.response(word);
        block.put("Message", "Command output follows");
        for line in output.strip_suffix('\n').unwrap_or(&output).split('\n') {
            block.put("Output", line);
        }
    }
}

fn is_refused(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let begins = |refused: &&[&str]| {
        words.len() >= refused.len()
            && refused.iter().zip(&words).all(|(refused, word)| refused.eq_ignore_ascii_case(word))
    };
    REFUSED.iter().any(begins)
}

/// Without what terminals take for colours.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = behind.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_commands_are_not_for_programs() {
        assert!(is_refused("Module  LOAD app_dial"));
        assert!(!is_refused("module") && !is_refused("module show"));
    }

    #[test]
    fn colours_are_left_out() {
        assert_eq!(without_colours("a\x1b[1;36mb\x1b[0m\nc"), "ab\nc");
    }
}
