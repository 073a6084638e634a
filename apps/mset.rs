//! `MSet(name=value,…)`: set several variables or functions.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, is_variable};
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct MSet;

static HELP: Help = Help {
    synopsis: "Set channel variable(s) or function value(s).",
    arguments: &[Argument::repeated("name=value", true, "As for Set; a comma in a value needs quotes.")],
    description: "Sets one variable or function after the other.",
    see_also: &["Set"],
};

/// Names and values; what has no `=` is left out.
fn assignments(arguments: &Arguments) -> impl Iterator<Item = (&str, &str)> {
    let assignments = arguments.from(0).filter_map(|assignment| assignment.split_once('='));
    assignments.map(|(name, value)| (name.trim(), value))
}

#[async_trait]
impl App for MSet {
    fn name(&self) -> &'static str {
        "MSet"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let wrong = arguments.from(0).find(|assignment| !assignment.contains('='));
        wrong.map_or(Ok(()), |wrong| Err(format!("`{wrong}` has no `=`; write name=value")))
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        assignments(arguments).map(|(name, _)| Mention::Written(name.into())).collect()
    }

    fn at_once(&self, channel: &mut Channel, arguments: &Arguments) -> Option<Result<Flow, AppError>> {
        assignments(arguments).all(|(name, _)| is_variable(name)).then(|| {
            assignments(arguments).for_each(|(name, value)| channel.set_variable(name, value));
            Ok(Flow::Continue)
        })
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        for (name, value) in assignments(arguments) {
            if let Err(error) = channel.assign(name, value).await {
                tracing::warn!(channel = %channel.name(), position = %channel.position(), %error, "MSet({name}=…)");
            }
        }
        Ok(Flow::Continue)
    }
}
