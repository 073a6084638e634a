//! One priority: found, traced, and its application run.

use std::sync::Arc;

use obelus_dialplan::{Target, TargetPriority, Wanted};

use crate::Core;
use crate::app::{App, AppError, Arguments, Flow};
use crate::channel::{Channel, Position};
use crate::events::{Event, EventKind};
use crate::interpreter::LoadedPlan;
use crate::verbose;

/// Memory of so many bytes at most is kept for the arguments of the next application.
const LONGEST_KEPT: usize = 1024;

impl Channel {
    /// Runs the priority at the present position of the channel's plan; `None` where there is none.
    pub(crate) async fn step(&mut self, plan: &LoadedPlan) -> Option<Result<Flow, AppError>> {
        let at = self.find(plan)?;
        let step = plan.step(at)?;
        plan.mark(at);
        if let Some(arguments) = step.arguments {
            self.trace(step.name, arguments.whole());
            return Some(self.run_read(step.app, step.name, arguments).await);
        }
        let mut text = self.spare_text();
        self.expand(step.template, &mut text).await;
        self.trace(step.name, &text);
        Some(self.run_text(step.app, step.name, text).await)
    }

    async fn run_read(
        &mut self,
        app: Option<&Arc<dyn App>>,
        name: &str,
        arguments: &Arguments,
    ) -> Result<Flow, AppError> {
        let app = app.ok_or_else(|| no_application(name))?;
        match app.at_once(self, arguments) {
            Some(result) => result,
            None => app.run(self, arguments).await,
        }
    }

    async fn run_text(
        &mut self,
        app: Option<&Arc<dyn App>>,
        name: &str,
        text: String,
    ) -> Result<Flow, AppError> {
        let help = app.ok_or_else(|| no_application(name))?.help();
        let mut arguments = Arguments::unread(text);
        arguments.read(help).map_err(AppError::Failed)?;
        let result = self.run_read(app, name, &arguments).await;
        self.keep_text(arguments.into_text());
        result
    }

    /// Runs an application by name, as `Exec` and AGI do; the arguments are substituted already.
    pub async fn run_app(&mut self, name: &str, text: &str) -> Result<Flow, AppError> {
        let app = self.core().registry().app(name).cloned();
        let text = self.own(text);
        self.run_text(app.as_ref(), name, text).await
    }

    /// Runs an application by name where it need not wait; `None` where it must, and then nothing has been done.
    pub fn run_app_at_once(&mut self, name: &str, text: &str) -> Option<Result<Flow, AppError>> {
        let app = self.core().registry().app(name).cloned();
        let Some(app) = app else { return Some(Err(no_application(name))) };
        let mut arguments = Arguments::unread(self.own(text));
        if let Err(reason) = arguments.read(app.help()) {
            return Some(Err(AppError::Failed(reason)));
        }
        let result = app.at_once(self, &arguments);
        self.keep_text(arguments.into_text());
        result
    }

    fn own(&mut self, text: &str) -> String {
        let mut own = self.spare_text();
        own.push_str(text);
        own
    }

    /// An empty text in the memory of one that was needed before.
    fn spare_text(&mut self) -> String {
        let mut text = self.spare_texts.pop().unwrap_or_default();
        text.clear();
        text
    }

    /// One long text must not make the channel large for the rest of its life.
    fn keep_text(&mut self, text: String) {
        if text.capacity() <= LONGEST_KEPT {
            self.spare_texts.push(text);
        }
    }

    /// Tells everybody which priority begins.
    fn trace(&self, name: &Arc<str>, text: &str) {
        let mut facts = self.facts();
        facts.application = name.clone();
        facts.data.clear();
        facts.data.push_str(text);
        drop(facts);
        if self.core().verbosity.wants(3) {
            let position = self.position();
            verbose!(
                self.core(),
                3,
                "Executing [{position}] {name}(\"{}\", \"{text}\") in new stack",
                self.name()
            );
        }
        self.publish(EventKind::NewExten, Event::NewExten);
    }

    /// `[[context,]exten,]priority` as a position: labels and `+n` become numbers, what is left away is the present.
    pub fn resolve(&self, text: &str) -> Result<Position, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("there is no place to go to".to_owned());
        }
        let target = Target::parse(text);
        let here = self.position();
        let context = target.context.map_or(here.context, Into::into);
        let exten = target.extension.map_or(here.exten, Into::into);
        let priority = match target.priority {
            TargetPriority::Number(number) => number,
            TargetPriority::Relative(distance) => here.priority.saturating_add_signed(distance),
            TargetPriority::Label(label) => self
                .number_of_label(&context, &exten, label)
                .ok_or_else(|| format!("there is no label `{label}` at {exten}@{context}"))?,
        };
        Ok(Position { context, exten, priority })
    }

    fn number_of_label(&self, context: &Arc<str>, exten: &Arc<str>, label: &str) -> Option<u32> {
        let last = self.last_step.as_ref().filter(|last| last.is_in(context, exten));
        match last.and_then(|last| self.plan.beside(last.at, Wanted::Label(label))) {
            Some(at) => self.plan.number_of(at),
            None => {
                let facts = self.facts();
                self.plan.number_of_label(self.core(), context, exten, label, facts.caller.number.text())
            }
        }
    }

    /// Whether the position exists for this channel's caller.
    pub fn extension_exists(&self, position: &Position) -> bool {
        self.exists_here(position)
    }

    pub(crate) fn exists_here(&self, position: &Position) -> bool {
        let facts = self.facts();
        self.plan.exists(&self.core().clock, position, facts.caller.number.text())
    }

    /// Whether more digits could make another extension of the context.
    pub fn could_match_more(&self, context: &str, digits: &str) -> bool {
        let facts = self.facts();
        self.plan.could_match_more(&self.core().clock, context, digits, facts.caller.number.text())
    }

    /// Where a position is in the plan, for this channel's caller.
    pub(crate) fn find_here(&self, position: &Position) -> Option<obelus_dialplan::Position> {
        let facts = self.facts();
        let wanted = Wanted::Priority(position.priority);
        self.plan.find(&self.core().clock, position, wanted, facts.caller.number.text())
    }

    /// The file and line of the present priority, empty where it has none.
    pub(crate) fn place(&self) -> String {
        let at = self.find_here(&self.position());
        at.and_then(|at| self.plan.location(at)).unwrap_or_default()
    }

    /// The present priority: the one beside the last where that is enough, else looked for.
    fn find(&mut self, plan: &LoadedPlan) -> Option<obelus_dialplan::Position> {
        let facts = self.handle.facts();
        let position = &facts.position;
        if let Some(last) = &mut self.last_step
            && let Some(at) = last.beside(plan, position)
        {
            last.at = at;
            return Some(at);
        }
        let wanted = Wanted::Priority(position.priority);
        let at = plan.find(&self.core().clock, position, wanted, facts.caller.number.text());
        let last = at.map(|at| LastStep::new(position, at));
        drop(facts);
        self.last_step = last;
        at
    }
}

fn no_application(name: &str) -> AppError {
    AppError::Failed(format!("no application '{name}'"))
}

/// Where the last priority was found, so that the next one need not be looked for.
#[derive(Debug)]
pub(crate) struct LastStep {
    context: Arc<str>,
    exten: Arc<str>,
    at: obelus_dialplan::Position,
}

impl LastStep {
    fn new(position: &Position, at: obelus_dialplan::Position) -> LastStep {
        LastStep { context: position.context.clone(), exten: position.exten.clone(), at }
    }

    fn is_in(&self, context: &Arc<str>, exten: &Arc<str>) -> bool {
        Arc::ptr_eq(&self.context, context) && Arc::ptr_eq(&self.exten, exten)
    }

    fn beside(&self, plan: &LoadedPlan, wanted: &Position) -> Option<obelus_dialplan::Position> {
        let same = self.is_in(&wanted.context, &wanted.exten);
        same.then(|| plan.beside(self.at, Wanted::Priority(wanted.priority))).flatten()
    }
}

impl Core {
    /// Whether `exten` exists in `context` for any caller.
    pub fn extension_exists(&self, context: &str, exten: &str) -> bool {
        self.dialplan.load().exists(&self.clock, &Position::new(context, exten, 1), "")
    }
}
