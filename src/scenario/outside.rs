//! What would leave the stage: programs, the network, files. The scenario says what comes back.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::Help;
use obelus_core::mention::Mention;
use obelus_core::registry::Registry;

use crate::glob;

/// Applications that run programs, and the variable that says how it went.
const APPLICATIONS: [&str; 2] = ["System", "TrySystem"];
const STATUS: &str = "SYSTEMSTATUS";

/// Functions that run programs, ask the network or touch files.
const FUNCTIONS: [&str; 4] = ["CURL", "FILE", "SHELL", "SRVQUERY"];

/// Patterns of calls such as `CURL(https://*)`, and what each gives.
pub(crate) type Answers = Arc<Vec<(String, String)>>;

/// Puts stand-ins in the places of everything that would leave the stage.
pub(crate) fn close(registry: &mut Registry, answers: &Answers) {
    for app in APPLICATIONS.iter().filter_map(|name| registry.app(name).cloned()).collect::<Vec<_>>() {
        registry.replace_app(OutsideApp { inner: app, answers: answers.clone() });
    }
    for function in FUNCTIONS.iter().filter_map(|name| registry.function(name).cloned()).collect::<Vec<_>>() {
        registry.replace_function(OutsideFunction { inner: function, answers: answers.clone() });
    }
}

fn answer<'a>(answers: &'a Answers, name: &str, arguments: &str) -> Option<&'a str> {
    let call = format!("{name}({arguments})");
    answers.iter().find(|(pattern, _)| glob::matches(pattern, &call)).map(|(_, answer)| answer.as_str())
}

/// Does not run the program; the answer is the status, `SUCCESS` if there is none.
struct OutsideApp {
    inner: Arc<dyn App>,
    answers: Answers,
}

#[async_trait]
impl App for OutsideApp {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn help(&self) -> &'static Help {
        self.inner.help()
    }

    fn privilege(&self) -> Privilege {
        self.inner.privilege()
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        self.inner.check(arguments)
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        self.inner.mentions(arguments)
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let status = answer(&self.answers, self.name(), arguments.whole()).unwrap_or("SUCCESS");
        channel.set_variable(STATUS, status);
        Ok(Flow::Continue)
    }
}

/// Reads as its answer, empty if there is none; what is written is forgotten.
struct OutsideFunction {
    inner: Arc<dyn DialplanFunction>,
    answers: Answers,
}

#[async_trait]
impl DialplanFunction for OutsideFunction {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn help(&self) -> &'static Help {
        self.inner.help()
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        self.inner.examples()
    }

    fn privilege(&self) -> Privilege {
        self.inner.privilege()
    }

    fn readable(&self) -> bool {
        self.inner.readable()
    }

    fn writable(&self) -> bool {
        self.inner.writable()
    }

    fn mentions<'a>(&self, arguments: &'a str, value: Option<&'a str>) -> Vec<Mention<'a>> {
        self.inner.mentions(arguments, value)
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(answer(&self.answers, self.name(), arguments).unwrap_or_default().to_owned())
    }

    async fn write(
        &self,
        _channel: &mut Channel,
        _arguments: &str,
        _value: &str,
    ) -> Result<(), FunctionError> {
        Ok(())
    }
}
