//! `ExecIf(condition?app(args)[:app(args)])`: run an application if a condition holds.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::app::{call_of, is_true, split_condition};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;

pub(crate) struct ExecIf;

static HELP: Help = Help {
    synopsis: "Executes dialplan application, conditionally.",
    arguments: &[Argument::rest(
        "expression?appiftrue[(args)][:appiffalse[(args)]]",
        true,
        "The condition is true unless it is empty or 0.",
    )],
    description: "Runs the first application if the condition is true, else the second, if there is one.",
    see_also: &["GotoIf"],
};

/// The application to run and its arguments, if there is one.
fn chosen(arguments: &Arguments) -> Result<Option<(&str, &str)>, AppError> {
    let (condition, yes, no) = split_condition(arguments.whole()).map_err(AppError::Failed)?;
    Ok(call_of(if is_true(condition) { yes } else { no }))
}

#[async_trait]
impl App for ExecIf {
    fn name(&self) -> &'static str {
        "ExecIf"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let (_, yes, _) = split_condition(arguments.whole())?;
        if yes.is_empty() { Err("there is no application after the `?`".to_owned()) } else { Ok(()) }
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let Ok((_, yes, no)) = split_condition(arguments.whole()) else { return Vec::new() };
        [yes, no].into_iter().map(|call| Mention::Application(call.into())).collect()
    }

    fn at_once(&self, channel: &mut Channel, arguments: &Arguments) -> Option<Result<Flow, AppError>> {
        match chosen(arguments) {
            Ok(Some((name, arguments))) => channel.run_app_at_once(name, arguments),
            Ok(None) => Some(Ok(Flow::Continue)),
            Err(error) => Some(Err(error)),
        }
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        match chosen(arguments)? {
            Some((name, arguments)) => channel.run_app(name, arguments).await,
            None => Ok(Flow::Continue),
        }
    }
}
