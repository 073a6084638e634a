//! Searching a plan: a context, then what it includes, each context once.

use std::ops::ControlFlow;

use jiff::Zoned;
use smallvec::SmallVec;

use crate::matcher::Caller;
use crate::name::Mode;
use crate::plan::{Context, Extension, Include, Plan, Position};
use crate::trie::Hit;

/// So many contexts may be looked at in one search, as in Asterisk.
const MAX_CONTEXTS: usize = 128;

/// What is dialled, by whom and when.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The context in which the search begins.
    pub context: &'a str,
    /// The number or name.
    pub extension: &'a str,
    /// The number of the caller; empty if it is not known.
    pub caller_id: &'a str,
    /// For the includes with times.
    pub now: &'a Zoned,
}

/// Which part of an extension is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The priority of this number.
    Priority(u32),
    /// The priority of this label.
    Label(&'a str),
    /// The hint.
    Hint,
}

/// The result of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It is there.
    Found(Position),
    /// It is not there, but would be with more digits.
    CouldMatchMore,
    /// It is not there.
    NotFound(Missing),
}

/// What was not there, of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// No context of that name.
    Context,
    /// No extension that matches.
    Extension,
    /// An extension matches, but it has no such priority, label or hint.
    Priority,
}

impl Plan {
    /// Looks for a priority of the first extension that matches and has it.
    ///
    /// More than one extension may match: where the first lacks the priority the next is asked, as in
    /// Asterisk. The extensions of a context come in their order, then those of its includes, depth first.
    #[must_use]
    pub fn find(&self, query: &Query<'_>, wanted: Wanted<'_>) -> Lookup {
        let mut search = Search::new(self, query, Mode::Exactly, wanted);
        if let ControlFlow::Break(position) = search.context(query.context) {
            return Lookup::Found(position);
        }
        match self.can_match(query, wanted) {
            true => Lookup::CouldMatchMore,
            false => Lookup::NotFound(search.missing),
        }
    }

    /// Whether an extension matches that has this priority.
    #[must_use]
    pub fn exists(&self, query: &Query<'_>, wanted: Wanted<'_>) -> bool {
        Search::new(self, query, Mode::Exactly, wanted).context(query.context).is_break()
    }

    /// Whether an extension matches, or would with more digits.
    #[must_use]
    pub fn can_match(&self, query: &Query<'_>, wanted: Wanted<'_>) -> bool {
        Search::new(self, query, Mode::WithMore, wanted).context(query.context).is_break()
    }

    /// Whether more digits could make another extension match; not behind the `!` of a pattern.
    #[must_use]
    pub fn match_more(&self, query: &Query<'_>, wanted: Wanted<'_>) -> bool {
        Search::new(self, query, Mode::OnlyWithMore, wanted).context(query.context).is_break()
    }

    /// The contexts that a search looks at, in order: for their switches, and to show them.
    ///
    /// Without a time all includes hold.
    #[must_use]
    pub fn search_order(&self, context: &str, now: Option<&Zoned>) -> Vec<&Context> {
        let mut order = Vec::new();
        if let Some(&index) = self.by_name.get(context) {
            self.collect(index, now, &mut order);
        }
        order
    }

    fn collect<'a>(&'a self, index: u32, now: Option<&Zoned>, order: &mut Vec<&'a Context>) {
        let Some(context) = self.context_at(index) else { return };
        let is_known = order.iter().any(|known| known.folded == context.folded);
        if is_known || order.len() >= MAX_CONTEXTS {
            return;
        }
        order.push(context);
        for include in context.includes.iter().filter(|include| include.holds(now)) {
            if let Some(included) = include.context {
                self.collect(included, now, order);
            }
        }
    }

    /// Whether there is such a place in the plan for some caller at some time.
    ///
    /// # Errors
    /// [`Missing`] says what is not there.
    pub fn locate(&self, context: &str, extension: &str, wanted: Wanted<'_>) -> Result<Position, Missing> {
        let mut search = Search {
            plan: self,
            extension,
            caller: Caller::Anyone,
            now: None,
            mode: Mode::Exactly,
            wanted,
            visited: SmallVec::new(),
            missing: Missing::Context,
            steps: 0,
        };
        search.context(context).break_value().ok_or(search.missing)
    }
}

struct Search<'a> {
    plan: &'a Plan,
    extension: &'a str,
    caller: Caller<'a>,
    /// `None` for any time.
    now: Option<&'a Zoned>,
    mode: Mode,
    wanted: Wanted<'a>,
    /// The contexts that were looked at.
    visited: SmallVec<[u32; MAX_CONTEXTS]>,
    missing: Missing,
    steps: u32,
}

/// How looking at one context ended.
enum Ended {
    Found(Position),
    /// By a `!`, so that no more digits are waited for here or in the includes.
    Early,
}

impl<'a> Search<'a> {
    fn new(plan: &'a Plan, query: &Query<'a>, mode: Mode, wanted: Wanted<'a>) -> Self {
        Self {
            plan,
            extension: query.extension,
            caller: Caller::Number(query.caller_id),
            now: Some(query.now),
            mode,
            wanted,
            visited: SmallVec::new(),
            missing: Missing::Context,
            steps: 0,
        }
    }

    fn context(&mut self, name: &str) -> ControlFlow<Position> {
        match self.plan.by_name.get(name) {
            Some(&index) => self.visit(index),
            None => ControlFlow::Continue(()),
        }
    }

    fn visit(&mut self, index: u32) -> ControlFlow<Position> {
        let Some(context) = self.plan.context_at(index) else { return ControlFlow::Continue(()) };
        if self.visited.len() >= MAX_CONTEXTS || self.visited.contains(&context.folded) {
            return ControlFlow::Continue(());
        }
        match self.extensions(index, context) {
            Some(Ended::Found(position)) => return ControlFlow::Break(position),
            Some(Ended::Early) => return ControlFlow::Continue(()),
            None => self.visited.push(context.folded),
        }
        let now = self.now;
        for include in &context.includes {
            if let (true, Some(included)) = (include.holds(now), include.context) {
                self.visit(included)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn extensions(&mut self, index: u32, context: &'a Context) -> Option<Ended> {
        self.missing = self.missing.max(Missing::Extension);
        let (mode, wanted) = (self.mode, self.wanted);
        let missing = &mut self.missing;
        let mut visit = |hit: Hit| {
            if hit.is_early && mode == Mode::OnlyWithMore {
                return ControlFlow::Break(Ended::Early);
            }
            let is_first = *missing != Missing::Priority;
            *missing = Missing::Priority;
            let found =
                context.extensions.get(hit.name as usize).and_then(|extension| extension.index(wanted));
            match found {
                Some(priority) => ControlFlow::Break(Ended::Found(Position {
                    context: index,
                    extension: hit.name,
                    priority,
                    is_first,
                })),
                None => ControlFlow::Continue(()),
            }
        };
        context.matcher.visit(self.extension, self.caller, mode, &mut self.steps, &mut visit).break_value()
    }
}

impl Include {
    /// Whether it holds at a time, or at any.
    fn holds(&self, now: Option<&Zoned>) -> bool {
        match (&self.timing, now) {
            (Some(timing), Some(now)) => timing.includes(now),
            _ => true,
        }
    }
}

impl Extension {
    pub(crate) fn index(&self, wanted: Wanted<'_>) -> Option<u32> {
        match wanted {
            Wanted::Priority(number) => self.index_of_number(number),
            Wanted::Label(label) => self.index_of_label(label),
            // A hint has no place among the priorities.
            Wanted::Hint => self.hint.as_ref().map(|_| u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests;
