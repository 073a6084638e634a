//! Variables, functions and templates on a channel.

use std::sync::Arc;

use obelus_dialplan::{Machine, Outcome, Scope, Template};

use crate::Core;
use crate::channel::Channel;
use crate::events::{Event, EventKind};
use crate::function::{DialplanFunction, FunctionError};

/// Where a channel's templates find variables: derived ones, its own, then global ones.
struct ChannelScope<'a>(&'a Channel);

impl Scope for ChannelScope<'_> {
    fn variable(&self, name: &str, out: &mut String) -> bool {
        let channel = self.0;
        if channel.builtin(name, out) {
            return true;
        }
        if let Some(value) = channel.variables.get(name) {
            out.push_str(value);
            return true;
        }
        channel.core.globals.get(name).is_some_and(|value| {
            out.push_str(&value);
            true
        })
    }
}

impl Channel {
    /// The value of `${name}`: derived, the channel's own, or global.
    pub fn variable(&self, name: &str) -> Option<Arc<str>> {
        let mut value = String::new();
        ChannelScope(self).variable(name, &mut value).then(|| value.into())
    }

    /// Sets a variable of the channel; `_` and `__` before the name say how far it travels.
    pub fn set_variable(&mut self, name: &str, value: impl AsRef<str>) {
        let value = value.as_ref();
        self.variables.set(name, value);
        self.show_variable(name);
        let event =
            |channel| Event::VarSet { channel: Some(channel), name: name.into(), value: value.into() };
        self.publish_with(EventKind::VarSet, event);
    }

    /// A variable has changed: if events show it, so must the facts.
    fn show_variable(&self, name: &str) {
        let shown = self.core.shown_variables.load();
        let (name, _) = crate::channel::without_underscores(name);
        if shown.iter().any(|shown| **shown == *name) {
            self.facts().shown_variables = self.variables.shown(&shown);
        }
    }

    /// `Set(name=value)`: a variable, or a function where the name has parentheses.
    pub async fn assign(&mut self, name: &str, value: &str) -> Result<(), FunctionError> {
        let Some((function, arguments)) = call_of(name) else {
            self.set_variable(name, value);
            return Ok(());
        };
        let (function, arguments) = (self.core.function(function)?, arguments.to_owned());
        if !function.writable() {
            return Err(FunctionError::NotWritable);
        }
        function.write(self, &arguments, value).await
    }

    /// The value of a variable or, where the name has parentheses, of a function.
    pub async fn read(&mut self, name: &str) -> Result<Option<String>, FunctionError> {
        match call_of(name) {
            Some((function, arguments)) => {
                let (function, arguments) = (self.core.function(function)?, arguments.to_owned());
                function.read(self, &arguments).await.map(Some)
            }
            None => Ok(self.variable(name).map(|value| value.to_string())),
        }
    }

    /// What `${reference}` gives: a variable, a function, or a part of either; empty where there is none.
    ///
    /// Functions that take a variable's name take any of these: `CUT(PASSTHRU(a-b),-,1)`.
    pub async fn value_of(&mut self, reference: &str) -> String {
        if !reference.contains(['(', ':', '$']) {
            return self.variable(reference).map(|value| value.to_string()).unwrap_or_default();
        }
        self.evaluate(&format!("${{{reference}}}")).await
    }

    /// Substitutes everything in a text that was not known at load time.
    pub async fn evaluate(&mut self, text: &str) -> String {
        let template = Template::compile(text);
        let mut out = String::new();
        self.expand(&template, &mut out).await;
        out
    }

    /// Runs a template; the text is appended to `out`. What goes wrong is logged and leaves that part empty.
    pub(crate) async fn expand(&mut self, template: &Template, out: &mut String) {
        if let Some(literal) = template.literal() {
            out.push_str(literal);
            return;
        }
        let mut machine = self.machine.take().unwrap_or_default();
        self.run_machine(&mut machine, template, out).await;
        for fault in machine.faults() {
            tracing::warn!(channel = %self.name(), position = %self.position(), %fault, text = template.source());
        }
        self.machine = Some(machine);
    }

    async fn run_machine(&mut self, machine: &mut Machine, template: &Template, out: &mut String) {
        let mut answer: Option<Option<String>> = None;
        loop {
            let outcome = match &answer {
                None => machine.run(template, &ChannelScope(self)),
                Some(value) => machine.resume(template, &ChannelScope(self), value.as_deref()),
            };
            let (function, arguments) = match outcome {
                Ok(Outcome::Done(text)) => return out.push_str(text),
                Ok(Outcome::Call { function, arguments }) => (function.to_owned(), arguments.to_owned()),
                Err(error) => {
                    tracing::warn!(channel = %self.name(), position = %self.position(), %error, text = template.source());
                    return;
                }
            };
            answer = Some(self.call_function(&function, &arguments).await);
        }
    }

    async fn call_function(&mut self, name: &str, arguments: &str) -> Option<String> {
        let result = match self.core.function(name) {
            Ok(function) => function.read(self, arguments).await,
            Err(error) => Err(error),
        };
        let position = self.position();
        result
            .inspect_err(
                |error| tracing::warn!(channel = %self.name(), %position, "{name}({arguments}): {error}"),
            )
            .ok()
    }
}

impl Core {
    /// The function of this name.
    pub fn function(&self, name: &str) -> Result<Arc<dyn DialplanFunction>, FunctionError> {
        self.registry().function(name).cloned().ok_or_else(|| FunctionError::Unknown(name.to_owned()))
    }
}

/// Whether [`Channel::assign`] sets a variable by this name, which needs no wait; else it writes a function.
pub fn is_variable(name: &str) -> bool {
    call_of(name).is_none()
}

/// `CALLERID` and `num` of `CALLERID(num)`; `None` for a variable's name.
pub(crate) fn call_of(name: &str) -> Option<(&str, &str)> {
    let (function, rest) = name.split_once('(')?;
    let arguments = rest.strip_suffix(')').unwrap_or(rest);
    Some((function, arguments))
}
