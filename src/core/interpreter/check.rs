//! The checks of a plan while it is loaded: applications, functions, arguments, and the places that they name.

use std::borrow::Cow;

use obelus_conf::{Location, Problem, Problems, suggest};
use obelus_dialplan::{Step, Template, Vocabulary, missing, split_arguments};

use crate::app::{App, Arguments, call_of};
use crate::help::{ArgumentKind, Help};
use crate::mention::Mention;
use crate::registry::Registry;

/// Applications that run each other in their arguments are looked into so far.
const DEEPEST: u32 = 4;

/// The warnings that `; obelus: allow NAME` in a comment silences.
pub const WARNINGS: &[&str] = &[
    "catch-all",
    "doubtful-expression",
    "include-cycle",
    "missing-argument",
    "missing-context",
    "missing-target",
    "open-bracket",
    "priority-gap",
    "surplus-argument",
    "unknown-device",
    "unreachable-extension",
    "unset-variable",
];

/// The applications and functions that there are.
pub(super) struct Words<'a>(pub(super) &'a Registry);

impl Vocabulary for Words<'_> {
    fn has_application(&self, name: &str) -> bool {
        self.0.app(name).is_some()
    }

    fn has_function(&self, name: &str) -> bool {
        self.0.function(name).is_some()
    }

    fn why_missing(&self, name: &str) -> Option<String> {
        self.0.why_missing(name)
    }

    fn applications(&self) -> Vec<&str> {
        self.0.apps().map(|app| app.name()).collect()
    }

    fn functions(&self) -> Vec<&str> {
        self.0.functions().map(|function| function.name()).collect()
    }

    fn check_arguments(&self, step: &Step<'_>, problems: &mut Problems) {
        let Some(app) = self.0.app(step.application()) else { return };
        let mut checker = Checker { registry: self.0, step, problems };
        checker.read_functions();
        checker.arguments(app.as_ref(), &step.arguments().skeleton(), 0);
    }
}

/// Looks at one step.
struct Checker<'a, 'b> {
    registry: &'a Registry,
    step: &'a Step<'b>,
    problems: &'a mut Problems,
}

impl Checker<'_, '_> {
    fn at(&self) -> Location {
        self.step.location().clone()
    }

    fn error(&mut self, message: String) {
        self.problems.error(self.at(), message);
    }

    fn warn(&mut self, name: &'static str, message: String) {
        self.problems.push(Problem::warning(self.at(), message).named(name));
    }

    /// Functions that cannot be read, and the places that their arguments name.
    fn read_functions(&mut self) {
        let template = self.step.arguments();
        for (name, arguments) in template.functions() {
            let Some(function) = self.registry.function(name).cloned() else { continue };
            if !function.readable() {
                self.error(format!("the function `{name}` can only be written"));
            }
            let arguments = sketch(arguments);
            if let Some(missing) = missing_argument(function.help(), &arguments) {
                self.warn("missing-argument", format!("{name}: the argument `{missing}` is missing"));
            }
            self.mentions(function.mentions(&arguments, None), 0);
        }
    }

    /// The arguments of an application, in which substitutions are unknown.
    fn arguments(&mut self, app: &dyn App, text: &str, depth: u32) {
        let is_literal = !text.contains(Mention::UNKNOWN);
        let arguments = match Arguments::sketch(app.help(), text) {
            Ok(arguments) => arguments,
            Err(reason) => return self.error(format!("{}: {reason}", app.name())),
        };
        if let Some(Err(reason)) = is_literal.then(|| app.check(&arguments)) {
            return self.error(format!("{}: {reason}", app.name()));
        }
        self.surplus(app, &arguments);
        self.mentions(app.mentions(&arguments), depth);
    }

    /// More arguments than the application reads.
    fn surplus(&mut self, app: &dyn App, arguments: &Arguments) {
        let Some(most) = most_arguments(app.help()) else { return };
        if most > 0 && arguments.from(most).any(|argument| !argument.trim().is_empty()) {
            let message = format!("{}: it takes {}, and ignores the rest", app.name(), counted(most));
            self.warn("surplus-argument", message);
        }
    }

    fn mentions(&mut self, mentions: Vec<Mention<'_>>, depth: u32) {
        for mention in mentions {
            match mention {
                Mention::Target(place) => self.place(&place),
                Mention::Subroutine(place) => self.place(place.split('(').next().unwrap_or_default()),
                Mention::Context(name) => self.context(&name),
                Mention::Application(call) => self.application(&call, depth + 1),
                Mention::Written(name) => self.written(&name),
                Mention::Device(_) | Mention::AnyVariable => {}
            }
        }
    }

    fn place(&mut self, place: &str) {
        let Err(error) = self.step.check_target(place.trim()) else { return };
        let nearest = error.suggestion(self.step.plan);
        let problem = Problem::warning(self.at(), format!("{}: {error}", self.step.application()));
        self.problems.push(problem.suggesting(nearest).named("missing-target"));
    }

    fn context(&mut self, name: &str) {
        if name.is_empty() || name.contains(Mention::UNKNOWN) {
            return;
        }
        let Err(error) = self.step.plan.check_context(name) else { return };
        let nearest = error.suggestion(self.step.plan);
        let problem = Problem::warning(self.at(), format!("{}: {error}", self.step.application()));
        self.problems.push(problem.suggesting(nearest).named("missing-target"));
    }

    /// An application that another one runs.
    fn application(&mut self, call: &str, depth: u32) {
        let Some((name, arguments)) = call_of(call).filter(|_| depth < DEEPEST) else { return };
        if name.contains(Mention::UNKNOWN) {
            return;
        }
        match self.registry.app(name).cloned() {
            Some(app) => self.arguments(app.as_ref(), arguments, depth),
            None => {
                let nearest = suggest(name, self.registry.apps().map(|app| app.name()));
                let reason = self.registry.why_missing(name);
                self.problems.push(missing(&self.at(), "application", name, reason, nearest));
            }
        }
    }

    /// A variable or function that gets a value.
    fn written(&mut self, text: &str) {
        let Some((name, arguments)) = text.trim().split_once('(') else { return };
        if name.contains(Mention::UNKNOWN) {
            return;
        }
        let Some(function) = self.registry.function(name).cloned() else { return self.no_function(name) };
        if !function.writable() {
            self.error(format!("the function `{name}` can only be read"));
        }
        let value = self.step.arguments().skeleton();
        let value = value.split_once('=').map(|(_, value)| value);
        let arguments = arguments.trim_end().strip_suffix(')').unwrap_or(arguments);
        self.mentions(function.mentions(arguments, value), DEEPEST);
    }

    fn no_function(&mut self, name: &str) {
        let nearest = suggest(name, self.registry.functions().map(|function| function.name()));
        self.problems.push(missing(&self.at(), "function", name, self.registry.why_missing(name), nearest));
    }
}

/// A text with [`Mention::UNKNOWN`] in the place of each substitution.
fn sketch(text: &str) -> Cow<'_, str> {
    if text.contains('$') { Cow::Owned(Template::compile(text).skeleton()) } else { Cow::Borrowed(text) }
}

/// The first argument that a function needs and is not given.
///
/// One that has nothing at all is left alone: `${LEN()}` has a value, too.
fn missing_argument(help: &Help, text: &str) -> Option<&'static str> {
    if text.is_empty() || text.contains(Mention::UNKNOWN) {
        return None;
    }
    let given = split_arguments(text, usize::MAX).len();
    help.arguments.iter().skip(given).find(|argument| argument.required).map(|argument| argument.name)
}

/// How many arguments are read; `None` where there is no end.
fn most_arguments(help: &Help) -> Option<usize> {
    let last = help.arguments.last()?;
    // An argument that is written with others in brackets, or with dots, stands for several.
    let is_single = |name: &str| !name.contains([',', '.']);
    let is_counted = matches!(last.kind, ArgumentKind::Text | ArgumentKind::Options(_));
    let all_single = help.arguments.iter().all(|argument| is_single(argument.name));
    (is_counted && all_single).then_some(help.arguments.len())
}

fn counted(most: usize) -> String {
    if most == 1 { "one argument".to_owned() } else { format!("at most {most} arguments") }
}

/// The arguments that could be names of variables.
pub(super) fn names_in(arguments: &str) -> impl Iterator<Item = &str> {
    arguments.split(',').map(str::trim).filter(|name| is_name(name))
}

/// Whether a text could be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_alphanumeric() || char == '_')
}
