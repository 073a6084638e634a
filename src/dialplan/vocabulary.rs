//! Checking a plan against the applications and functions that there are.

use obelus_conf::{Location, Problem, Problems, suggest};

use crate::plan::{Context, Extension, Plan, Priority};
use crate::target::{KnownPart, Target, TargetError};
use crate::template::Template;

/// What the world outside the plan knows: applications, functions and their arguments.
pub trait Vocabulary {
    /// Whether there is an application of this name; case does not matter.
    fn has_application(&self, name: &str) -> bool;

    /// Whether there is a function of this name; case matters.
    fn has_function(&self, name: &str) -> bool;

    /// Why a known application or function is not there: `is not served yet`.
    fn why_missing(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }

    /// Whether extensions can be asked for at a switch of this name.
    fn has_switch(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// All applications, for suggestions.
    fn applications(&self) -> Vec<&str>;

    /// All functions, for suggestions.
    fn functions(&self) -> Vec<&str>;

    /// Checks the arguments of a step, such as option letters and targets of jumps.
    fn check_arguments(&self, step: &Step<'_>, problems: &mut Problems) {
        let _ = (step, problems);
    }
}

/// One priority and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The whole plan.
    pub plan: &'a Plan,
    /// The context of the step.
    pub context: &'a Context,
    /// The extension of the step.
    pub extension: &'a Extension,
    /// The step itself.
    pub priority: &'a Priority,
}

impl<'a> Step<'a> {
    /// The name of the application.
    #[must_use]
    pub fn application(&self) -> &'a str {
        self.plan.application(self.priority.application())
    }

    /// The arguments before substitution.
    #[must_use]
    pub fn arguments(&self) -> &'a Template {
        self.priority.arguments()
    }

    /// Where the step is written.
    #[must_use]
    pub fn location(&self) -> &'a Location {
        self.priority.location()
    }

    /// Whether the target of a jump exists; what of it is not known yet may.
    ///
    /// Unknown is what holds a `$`, or a [`Template::HOLE`] from [`Template::skeleton`]. A target without a context is
    /// looked for in that of the step, and in those that include it: a call stays in the context that it began in. One
    /// without an extension is looked for in that of the step; where that is a pattern, it is the pattern itself that
    /// has to have the priority.
    ///
    /// # Errors
    /// [`TargetError`] says which part is missing.
    pub fn check_target(&self, text: &str) -> Result<(), TargetError> {
        let target = Target::parse(text);
        let Some(target) = target.known_part() else { return Ok(()) };
        let (context, extension) = (self.context.name(), self.extension.name());
        let check = |context: &str| match target {
            KnownPart::Context(context) => self.plan.check_context(context),
            KnownPart::Extension(target) => self.plan.check_extension(&target, context),
            KnownPart::Whole(target) => {
                self.plan.check_target(&target, context, extension, self.priority.number())
            }
        };
        let checked = check(context);
        let elsewhere =
            || self.plan.includers(context).into_iter().any(|context| check(context.name()).is_ok());
        if checked.is_err() && target.is_relative_to_context() && elsewhere() {
            return Ok(());
        }
        checked
    }
}

impl Plan {
    /// Reports every application and function that the vocabulary does not have.
    pub fn check(&self, vocabulary: &dyn Vocabulary, problems: &mut Problems) {
        let known: Vec<bool> =
            self.applications().iter().map(|name| vocabulary.has_application(name)).collect();
        for step in self.steps() {
            let is_known = known.get(step.priority.application().index()).copied().unwrap_or_default();
            // A step without an application is reported when the plan is compiled.
            if !is_known && !step.application().is_empty() {
                let reason = vocabulary.why_missing(step.application());
                let nearest = suggest(step.application(), vocabulary.applications());
                problems.push(missing(step.location(), "application", step.application(), reason, nearest));
            }
            check_functions(step.arguments(), step.location(), vocabulary, problems);
            if is_known {
                vocabulary.check_arguments(&step, problems);
            }
        }
        for switch in self.contexts().iter().flat_map(Context::switches) {
            if !vocabulary.has_switch(switch.name()) {
                let name = switch.name();
                let message = format!(
                    "there is no switch `{name}`; what `{name}/{}` has is not found",
                    switch.data().source()
                );
                problems.error(switch.location().clone(), message);
            }
        }
        for (_, _, hint) in self.hints() {
            check_functions(hint.text(), hint.location(), vocabulary, problems);
        }
    }

    /// All priorities of all extensions.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.contexts().iter().flat_map(move |context| {
            context.extensions().iter().flat_map(move |extension| {
                let steps = extension.priorities().iter();
                steps.map(move |priority| Step { plan: self, context, extension, priority })
            })
        })
    }
}

fn check_functions(template: &Template, at: &Location, vocabulary: &dyn Vocabulary, problems: &mut Problems) {
    for name in template.function_names() {
        if vocabulary.has_function(name) {
            continue;
        }
        let nearest = suggest(name, vocabulary.functions());
        problems.push(missing(at, "function", name, vocabulary.why_missing(name), nearest));
    }
}

/// An application or function that is not there: with the reason where there is one, or the name that may be meant.
#[must_use]
pub fn missing(
    at: &Location,
    kind: &str,
    name: &str,
    reason: Option<String>,
    nearest: Option<&str>,
) -> Problem {
    match reason {
        Some(reason) => Problem::error(at.clone(), format!("the {kind} `{name}` {reason}")),
        None => Problem::error(at.clone(), format!("there is no {kind} `{name}`")).suggesting(nearest),
    }
}
