//! Applications that never wait.

use async_trait::async_trait;

use crate::app::{App, AppError, Arguments, Flow};
use crate::channel::Channel;
use crate::function::Privilege;
use crate::help::Help;
use crate::mention::Mention;

/// A dialplan application that never waits, such as `NoOp`: a plain function, so that running it allocates nothing.
///
/// It is an [`App`] by that; the methods are those of [`App`].
pub trait InstantApp: Send + Sync {
    /// The name in `extensions.conf`; case does not matter there.
    fn name(&self) -> &'static str;

    /// What it does, its arguments and its option letters; arguments are read by this table.
    fn help(&self) -> &'static Help;

    /// Who may run it from outside the dialplan.
    fn privilege(&self) -> Privilege {
        Privilege::Anyone
    }

    /// Looks at arguments that hold no variable when the plan is loaded, beyond what the table says.
    fn check(&self, _arguments: &Arguments) -> Result<(), String> {
        Ok(())
    }

    /// What the arguments name, for the checks while a plan is loaded.
    fn mentions<'a>(&self, _arguments: &'a Arguments) -> Vec<Mention<'a>> {
        Vec::new()
    }

    /// Runs on the channel's own task.
    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError>;
}

#[async_trait]
impl<T: InstantApp> App for T {
    fn name(&self) -> &'static str {
        InstantApp::name(self)
    }

    fn help(&self) -> &'static Help {
        InstantApp::help(self)
    }

    fn privilege(&self) -> Privilege {
        InstantApp::privilege(self)
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        InstantApp::check(self, arguments)
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        InstantApp::mentions(self, arguments)
    }

    fn at_once(&self, channel: &mut Channel, arguments: &Arguments) -> Option<Result<Flow, AppError>> {
        Some(InstantApp::run(self, channel, arguments))
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        InstantApp::run(self, channel, arguments)
    }
}
