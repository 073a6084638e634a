//! `Set(name=value)`: set a variable or a function.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, is_variable};
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct Set;

static HELP: Help = Help {
    synopsis: "Set channel variable or function value.",
    arguments: &[Argument::rest(
        "name=value",
        true,
        "A variable, perhaps with _ or __ before it, or a function with its arguments.",
    )],
    description: "Sets a variable of the channel. `_NAME` is inherited by channels made on behalf of this one, `__NAME` also by theirs. `NAME(…)` writes a function.",
    see_also: &["MSet", "GLOBAL"],
};

fn split(text: &str) -> Result<(&str, &str), String> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`; write name=value"))?;
    match name.trim() {
        "" => Err(format!("`{text}` has no name before the `=`")),
        name => Ok((name, value)),
    }
}

#[async_trait]
impl App for Set {
    fn name(&self) -> &'static str {
        "Set"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        split(arguments.whole()).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        split(arguments.whole()).map(|(name, _)| Mention::Written(name.into())).into_iter().collect()
    }

    fn at_once(&self, channel: &mut Channel, arguments: &Arguments) -> Option<Result<Flow, AppError>> {
        let (name, value) = split(arguments.whole()).ok().filter(|(name, _)| is_variable(name))?;
        channel.set_variable(name, value);
        Some(Ok(Flow::Continue))
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (name, value) = split(arguments.whole()).map_err(AppError::Failed)?;
        if let Err(error) = channel.assign(name, value).await {
            tracing::warn!(channel = %channel.name(), position = %channel.position(), %error, "Set({name}=…)");
        }
        Ok(Flow::Continue)
    }
}
