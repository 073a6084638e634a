//! `dialplan eval function` and `dialplan exec application`: trying things without a call.

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

pub(super) struct EvalFunction;

#[async_trait]
impl CliCommand for EvalFunction {
    fn syntax(&self) -> &'static str {
        "dialplan eval function <name(args)>"
    }

    fn synopsis(&self) -> &'static str {
        "Evaluate dialplan function"
    }

    fn description(&self) -> &'static str {
        "Reads a function on a channel without a call; variables in its arguments are substituted."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => core.registry().functions().map(|function| format!("{}(", function.name())).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [function] = call.arguments() else { return Err(usage(self)) };
        let mut channel = call.core.channel_apart();
        let function = channel.evaluate(function).await;
        match channel.read(&function).await {
            Ok(value) => Ok(format!("Return Value: Success (0)\nResult: {}\n", value.unwrap_or_default())),
            Err(error) => Err(CliError::failed(format!("Return Value: Failure (-1)\n{error}"))),
        }
    }
}

pub(super) struct ExecApplication;

#[async_trait]
impl CliCommand for ExecApplication {
    fn syntax(&self) -> &'static str {
        "dialplan exec application <app> [<args>]"
    }

    fn synopsis(&self) -> &'static str {
        "Execute a dialplan application"
    }

    fn description(&self) -> &'static str {
        "Runs an application on a channel without a call and without audio; variables in its arguments are substituted.\n\
         An application that waits for a caller waits for ever: Ctrl-C leaves it."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => core.registry().apps().map(|app| app.name().to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (name, arguments) = match call.arguments() {
            [name] => (*name, ""),
            [name, arguments] => (*name, *arguments),
            _ => return Err(usage(self)),
        };
        let registry = call.core.registry();
        let missing = || CliError::failed(format!("No such application: {name}"));
        let app = registry.app(name).ok_or_else(missing)?;
        let mut channel = call.core.channel_apart();
        let arguments = channel.evaluate(arguments).await;
        let head = format!("Executing: {}({arguments})\n", app.name());
        match channel.run_app(name, &arguments).await {
            Ok(_) => Ok(format!("{head}Return Value: Success (0)\n")),
            Err(error) => Err(CliError::failed(format!("{head}Return Value: Failure (-1)\n{error}"))),
        }
    }
}
