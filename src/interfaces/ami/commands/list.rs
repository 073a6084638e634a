//! `manager show commands` and `manager show command`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::action::ActionInfo;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::usage;

/// How wide a terminal Asterisk writes for.
const WIDTH: usize = 80;

pub(super) struct ShowCommands;

#[async_trait]
impl CliCommand for ShowCommands {
    fn syntax(&self) -> &'static str {
        "manager show commands"
    }

    fn synopsis(&self) -> &'static str {
        "List manager interface commands"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let registry = call.core.registry();
        let infos: Vec<_> = registry.actions().map(|action| action.info()).collect();
        let width = infos.iter().map(|info| info.name.len()).max().unwrap_or(1);
        let rest = WIDTH.saturating_sub(width + 4);
        let mut text = String::new();
        let mut row = |name: &str, synopsis: &str| {
            let _ = writeln!(text, "  {name:<width$}  {synopsis:.rest$}");
        };
        row("Action", "Synopsis");
        row("------", "--------");
        infos.iter().for_each(|info| row(info.name, info.synopsis));
        Ok(text)
    }
}

pub(super) struct ShowCommand;

#[async_trait]
impl CliCommand for ShowCommand {
    fn syntax(&self) -> &'static str {
        "manager show command <action>"
    }

    fn synopsis(&self) -> &'static str {
        "Show a manager interface command"
    }

    fn complete(&self, core: &Core, _words: &[&str]) -> Vec<String> {
        core.registry().actions().map(|action| action.info().name.to_owned()).collect()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if call.arguments().is_empty() {
            return Err(usage(self));
        }
        let registry = call.core.registry();
        let mut text = String::new();
        for name in call.arguments() {
            match registry.action(name) {
                Some(action) => push(&mut text, action.info()),
                None => return Err(CliError::failed(format!("There is no action '{name}'"))),
            }
        }
        Ok(text)
    }
}

fn push(text: &mut String, info: &ActionInfo) {
    let ActionInfo { name, synopsis, privilege, arguments } = info;
    let _ = write!(
        text,
        "\n  -= Info about Manager Command '{name}' =- \n\n[Synopsis]\n{synopsis}\n\n[Syntax]\nAction: {name}\n\
         [ActionID:] <value>\n"
    );
    for (argument, _) in *arguments {
        let _ = writeln!(text, "[{argument}:] <value>");
    }
    text.push_str("\n[Arguments]\nActionID\n    Comes back with everything that answers.\n");
    for (argument, about) in *arguments {
        let _ = writeln!(text, "{argument}\n    {about}");
    }
    let _ = writeln!(text, "\n[Privilege]\n{privilege}\n");
}
