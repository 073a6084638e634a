//! From scripts to a [`Plan`]: names, numbers, labels and includes resolved, and every problem reported.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use obelus_conf::{Location, Problem, Problems, suggest};

use crate::arguments::hidden_commas;
use crate::matcher::Matcher;
use crate::name::{Name, NameError, without_blanks, without_grouping};
use crate::numbering::{Numbered, Numbering};
use crate::plan::{ApplicationId, Context, Extension, Hint, Include, LoadScope, Plan, Priority, Switch};
use crate::reach;
use crate::script::{ContextBlock, Exten, Global, Item, Script, Start, SwitchKind, Text};
use crate::template::{Machine, Scope, Template};
use crate::timing::Timing;

/// More includes in one context are never all searched.
const MAX_INCLUDES: usize = 128;

/// A script and the name of who brings it into the plan: `pbx_config`, a feature, the console.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Shown by `dialplan show`, and what a removal goes by.
    pub registrar: &'a str,
    /// What is brought.
    pub script: &'a Script,
}

impl Plan {
    /// Compiles scripts into one plan; contexts of the same name become one, in the order of the sources.
    ///
    /// The settings of `[general]` are those of the first source. Lines that cannot be compiled are problems
    /// and left out, so that all are found at once; whether a plan with problems may run is for the caller
    /// to say.
    #[must_use]
    pub fn compile(sources: &[Source<'_>], load: &dyn LoadScope, problems: &mut Problems) -> Self {
        let mut builder = Builder::new(load, problems);
        for source in sources {
            builder.source(source);
        }
        let general = sources.first().map(|source| source.script.general.clone()).unwrap_or_default();
        Self { general, ..builder.finish() }
    }
}

/// The order of extensions: by name, and of one name those for certain callers first.
type Key = (Name, Callers);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Callers {
    Certain(Name),
    Everyone,
}

struct Draft {
    name: Box<str>,
    location: Location,
    extensions: BTreeMap<Key, Extension>,
    includes: Vec<Include>,
    ignored: Vec<(Box<str>, Name)>,
    switches: Vec<Switch>,
    has_auto_hints: bool,
}

struct Builder<'a> {
    load: &'a dyn LoadScope,
    problems: &'a mut Problems,
    machine: Machine,
    globals: Globals,
    drafts: Vec<Draft>,
    by_name: HashMap<Box<str>, u32>,
    applications: Vec<Box<str>>,
    application_ids: HashMap<String, ApplicationId>,
    registrars: Vec<Box<str>>,
}

#[derive(Default)]
struct Globals {
    list: Vec<(String, String)>,
    by_name: HashMap<String, usize>,
}

impl Globals {
    fn set(&mut self, name: &str, value: &str) {
        match self.by_name.get(name).and_then(|&index| self.list.get_mut(index)) {
            Some(entry) => value.clone_into(&mut entry.1),
            None => {
                self.by_name.insert(name.to_owned(), self.list.len());
                self.list.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).and_then(|&index| self.list.get(index)).map(|(_, value)| value.as_str())
    }
}

/// The variables that a text can use while the plan is loaded.
struct LoadVariables<'a> {
    globals: &'a Globals,
    load: &'a dyn LoadScope,
    /// The extension and context of a hint.
    place: Option<(&'a str, &'a str)>,
}

impl Scope for LoadVariables<'_> {
    fn variable(&self, name: &str, out: &mut String) -> bool {
        let value = match (name, self.place) {
            ("EXTEN", Some((extension, _))) => Some(extension),
            ("CONTEXT", Some((_, context))) => Some(context),
            _ => self.globals.value(name),
        };
        match value {
            Some(value) => out.push_str(value),
            None => return self.load.variable(name, out),
        }
        true
    }
}

impl<'a> Builder<'a> {
    fn new(load: &'a dyn LoadScope, problems: &'a mut Problems) -> Self {
        Self {
            load,
            problems,
            machine: Machine::new(),
            globals: Globals::default(),
            drafts: Vec::new(),
            by_name: HashMap::new(),
            applications: Vec::new(),
            application_ids: HashMap::new(),
            registrars: Vec::new(),
        }
    }

    fn source(&mut self, source: &Source<'_>) {
        let registrar = u16::try_from(self.registrars.len()).unwrap_or(u16::MAX);
        self.registrars.push(source.registrar.into());
        source.script.globals.iter().for_each(|global| self.global(global));
        source.script.contexts.iter().for_each(|block| self.block(block, registrar));
    }

    fn global(&mut self, global: &Global) {
        let value = self.expand(&global.value, &global.location, None).into_owned();
        self.globals.set(&global.name, &value);
    }

    fn block(&mut self, block: &ContextBlock, registrar: u16) {
        let draft = self.draft(block);
        let mut numbering = Numbering::default();
        for item in &block.items {
            match item {
                Item::Exten(exten) => self.exten(draft, exten, &mut numbering, registrar),
                Item::Include(text) => self.include(draft, text, registrar),
                Item::IgnorePattern(text) => self.ignore_pattern(draft, text),
                Item::Switch(kind, text) => self.switch(draft, *kind, text, registrar),
                Item::AutoHints(is_on, _) => {
                    if let Some(draft) = self.drafts.get_mut(draft) {
                        draft.has_auto_hints = *is_on;
                    }
                }
            }
        }
    }

    fn draft(&mut self, block: &ContextBlock) -> usize {
        if let Some(&index) = self.by_name.get(&*block.name) {
            return index as usize;
        }
        let name: Box<str> = block.name.as_ref().into();
        self.by_name.insert(name.clone(), self.drafts.len() as u32);
        self.drafts.push(Draft {
            name,
            location: block.location.clone(),
            extensions: BTreeMap::new(),
            includes: Vec::new(),
            ignored: Vec::new(),
            switches: Vec::new(),
            has_auto_hints: false,
        });
        self.drafts.len() - 1
    }

    /// Substitutes what is known while loading.
    fn expand<'t>(&mut self, text: &'t str, at: &Location, place: Option<(&str, &str)>) -> Cow<'t, str> {
        if !text.contains('$') {
            return Cow::Borrowed(text);
        }
        let template = Template::compile(text);
        report(&template, at, self.problems);
        let load = self.load;
        let scope = LoadVariables { globals: &self.globals, load, place };
        let mut function = |name: &str, arguments: &str| load.function(name, arguments);
        match self.machine.expand(&template, &scope, &mut function) {
            Ok(expanded) => {
                let expanded = expanded.to_owned();
                for fault in self.machine.faults() {
                    self.problems.warning(at.clone(), fault.to_string());
                }
                Cow::Owned(expanded)
            }
            Err(error) => {
                self.problems.error(at.clone(), error.to_string());
                Cow::Borrowed("")
            }
        }
    }

    fn exten(&mut self, draft: usize, exten: &Exten, numbering: &mut Numbering, registrar: u16) {
        let at = &exten.location;
        let full_name = self.expand(&exten.name, at, None);
        let numbered = match numbering.number(&full_name, exten) {
            Ok(numbered) => numbered,
            Err(message) => return self.problems.error(at.clone(), message),
        };
        let named = match Named::parse(&full_name) {
            Ok(named) => named,
            Err(error) => {
                return self.problems.error(at.clone(), format!("extension `{full_name}`: {error}"));
            }
        };
        if let "_." | "_!" = named.text.as_str() {
            let message = format!(
                "`{}` also matches `h`, `i`, `t` and their like; `_X{}` is probably meant",
                named.text,
                &named.text[1..]
            );
            self.problems.push(Problem::warning(at.clone(), message).named("catch-all"));
        }
        match numbered {
            Numbered::Hint => self.hint(draft, named, exten, registrar),
            Numbered::Step(number) => self.step(draft, named, number, exten, registrar),
        }
    }

    fn step(&mut self, draft: usize, named: Named, number: u32, exten: &Exten, registrar: u16) {
        let arguments = Template::compile(&exten.arguments);
        self.check_step(exten, &arguments);
        let priority = Priority {
            number,
            label: exten.label.as_deref().map(Into::into),
            application: self.application(&exten.application),
            arguments,
            location: exten.location.clone(),
            registrar,
            is_jump: exten.plus != 0 || exten.label.is_some() || matches!(exten.priority, Start::Label(_)),
        };
        let Some(draft) = self.drafts.get_mut(draft) else { return };
        let extension = entry(&mut draft.extensions, named);
        add_priority(extension, priority, &draft.name, self.problems);
    }

    fn check_step(&mut self, exten: &Exten, arguments: &Template) {
        let at = &exten.location;
        report(arguments, at, self.problems);
        if exten.application.is_empty() {
            self.problems.error(at.clone(), format!("this priority of `{}` has no application", exten.name));
        }
        if let Some(sign) = hidden_commas(&arguments.skeleton()) {
            let message = format!(
                "the `{sign}` in `{}` is not closed, and hides the commas behind it",
                exten.arguments
            );
            self.problems.push(Problem::warning(at.clone(), message).named("open-bracket"));
        }
    }

    /// The number of an application; case does not matter.
    fn application(&mut self, name: &str) -> ApplicationId {
        if let Some(&id) = self.application_ids.get(name) {
            return id;
        }
        let folded = name.to_ascii_lowercase();
        let id = match self.application_ids.get(&folded) {
            Some(&id) => id,
            None => {
                self.applications.push(name.into());
                ApplicationId(self.applications.len() as u32 - 1)
            }
        };
        self.application_ids.insert(name.to_owned(), id);
        self.application_ids.insert(folded, id);
        id
    }

    fn hint(&mut self, draft: usize, named: Named, exten: &Exten, registrar: u16) {
        let at = &exten.location;
        let context = self.drafts.get(draft).map(|draft| draft.name.clone()).unwrap_or_default();
        let devices = if named.name.is_pattern() {
            let devices = Template::compile(&exten.application);
            report(&devices, at, self.problems);
            devices
        } else {
            let place = Some((named.text.as_str(), &*context));
            Template::verbatim(&self.expand(&exten.application, at, place))
        };
        let hint = Hint { devices, name: exten.arguments.as_str().into(), location: at.clone(), registrar };
        let Some(draft) = self.drafts.get_mut(draft) else { return };
        let extension = entry(&mut draft.extensions, named);
        match &extension.hint {
            Some(first) => {
                let message =
                    format!("`{extension}` in [{context}] has its hint already at {}", first.location);
                self.problems.error(at.clone(), message);
            }
            None => extension.hint = Some(Box::new(hint)),
        }
    }

    fn include(&mut self, draft: usize, text: &Text, registrar: u16) {
        let at = &text.location;
        let whole = self.expand(&text.text, at, None);
        let (name, times) = whole.split_once('|').or_else(|| whole.split_once(',')).unwrap_or((&whole, ""));
        let timing = (!times.trim().is_empty()).then(|| {
            let (timing, complaints) = Timing::parse(times, &|name| self.load.time_zone(name));
            for complaint in complaints {
                self.problems.error(at.clone(), format!("include of `{}`: {complaint}", name.trim()));
            }
            timing
        });
        let Some(draft) = self.drafts.get_mut(draft) else { return };
        if draft.includes.iter().any(|include| include.text.eq_ignore_ascii_case(&whole)) {
            let message = format!("[{}] includes `{whole}` twice", draft.name);
            return self.problems.warning(at.clone(), message);
        }
        draft.includes.push(Include {
            text: whole.as_ref().into(),
            name: name.trim().into(),
            context: None,
            timing,
            location: at.clone(),
            registrar,
        });
    }

    fn ignore_pattern(&mut self, draft: usize, text: &Text) {
        let pattern = self.expand(&text.text, &text.location, None);
        match Name::parse(&pattern) {
            Err(error) => {
                self.problems.error(text.location.clone(), format!("ignorepat `{pattern}`: {error}"));
            }
            Ok(name) => {
                if let Some(draft) = self.drafts.get_mut(draft) {
                    draft.ignored.push((pattern.as_ref().into(), name));
                }
            }
        }
    }

    fn switch(&mut self, draft: usize, kind: SwitchKind, text: &Text, registrar: u16) {
        let at = &text.location;
        let whole = match kind {
            SwitchKind::Load => self.expand(&text.text, at, None),
            SwitchKind::Literal | SwitchKind::Evaluated => Cow::Borrowed(text.text.as_str()),
        };
        let (name, data) = whole.split_once('/').unwrap_or((&whole, ""));
        let data = match kind {
            SwitchKind::Evaluated => Template::compile(data),
            SwitchKind::Load | SwitchKind::Literal => Template::verbatim(data),
        };
        report(&data, at, self.problems);
        let Some(draft) = self.drafts.get_mut(draft) else { return };
        let is_known = |switch: &Switch| {
            switch.name.eq_ignore_ascii_case(name) && switch.data.source().eq_ignore_ascii_case(data.source())
        };
        if draft.switches.iter().any(is_known) {
            let message = format!("[{}] has the switch `{whole}` twice", draft.name);
            return self.problems.warning(at.clone(), message);
        }
        let (name, location) = (name.into(), at.clone());
        draft.switches.push(Switch { kind, name, data, location, registrar });
    }

    fn finish(self) -> Plan {
        let mut folded: HashMap<String, u32> = HashMap::new();
        let mut contexts = Vec::with_capacity(self.drafts.len());
        for (index, draft) in self.drafts.into_iter().enumerate() {
            let folded = *folded.entry(draft.name.to_ascii_lowercase()).or_insert(index as u32);
            contexts.push(draft.finish(folded, &self.by_name, self.problems));
        }
        report_cycles(&contexts, self.problems);
        count_priorities(&mut contexts);
        Plan {
            general: crate::script::General::default(),
            globals: self.globals.list,
            contexts,
            by_name: self.by_name,
            applications: self.applications,
            registrars: self.registrars,
        }
    }
}

/// Gives every extension its place in the numbering of all priorities, and notes which count without a gap.
fn count_priorities(contexts: &mut [Context]) {
    let mut offset = 0;
    for extension in contexts.iter_mut().flat_map(|context| &mut context.extensions) {
        extension.offset = offset;
        extension.is_gapless =
            extension.priorities.iter().zip(1..).all(|(priority, at)| priority.number == at);
        offset += extension.priorities.len() as u32;
    }
}

/// The name of an extension, taken apart.
struct Named {
    text: String,
    name: Name,
    caller_id: Option<(String, Name)>,
}

impl Named {
    fn parse(text: &str) -> Result<Self, NameError> {
        let (name, caller) = match text.split_once('/') {
            Some((name, caller)) => (name, Some(without_blanks(&without_grouping(caller)))),
            None => (text, None),
        };
        let text = without_blanks(name);
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let name = Name::parse(&text)?;
        let caller_id = match caller {
            None => None,
            Some(caller) => {
                let name = Name::parse(&caller)?;
                Some((caller, name))
            }
        };
        Ok(Self { text, name, caller_id })
    }
}

fn entry(extensions: &mut BTreeMap<Key, Extension>, named: Named) -> &mut Extension {
    let (caller_id, callers) = match named.caller_id {
        Some((text, name)) => (Some(text.into()), Callers::Certain(name)),
        None => (None, Callers::Everyone),
    };
    match extensions.entry((named.name, callers)) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(Extension {
            offset: 0,
            is_gapless: true,
            name: named.text.into(),
            caller_id,
            priorities: Vec::new(),
            labels: Vec::new(),
            hint: None,
        }),
    }
}

fn add_priority(extension: &mut Extension, mut priority: Priority, context: &str, problems: &mut Problems) {
    let place = match extension.priorities.binary_search_by_key(&priority.number, |known| known.number) {
        Err(place) => place,
        Ok(taken) => {
            let first = extension.priorities.get(taken).map(|first| first.location.to_string());
            let message = format!(
                "priority {} of `{extension}` in [{context}] is taken already at {}",
                priority.number,
                first.unwrap_or_default()
            );
            return problems.error(priority.location, message);
        }
    };
    let taken =
        extension.priorities.iter().find(|known| known.label.is_some() && known.label == priority.label);
    if let Some(taken) = taken {
        let message = format!(
            "the label `{}` of `{extension}` in [{context}] is taken already at {}; it is ignored here",
            priority.label.as_deref().unwrap_or_default(),
            taken.location
        );
        problems.warning(priority.location.clone(), message);
        priority.label = None;
    }
    extension.priorities.insert(place, priority);
}

fn report(template: &Template, at: &Location, problems: &mut Problems) {
    for problem in template.problems() {
        let message = problem.to_string();
        problems.push(match problem.is_doubtful() {
            true => Problem::warning(at.clone(), message).named("doubtful-expression"),
            false => Problem::error(at.clone(), message),
        });
    }
}

impl Draft {
    fn finish(self, folded: u32, by_name: &HashMap<Box<str>, u32>, problems: &mut Problems) -> Context {
        let mut names = Vec::with_capacity(self.extensions.len());
        let mut extensions = Vec::with_capacity(self.extensions.len());
        for ((name, callers), mut extension) in self.extensions {
            report_gaps(&extension, &self.name, problems);
            extension.index_labels();
            extensions.push(extension);
            names.push((
                name,
                match callers {
                    Callers::Certain(caller) => Some(caller),
                    Callers::Everyone => None,
                },
            ));
        }
        reach::report(&names, &extensions, &self.name, problems);
        let mut includes = self.includes;
        for include in &mut includes {
            include.context = by_name.get(&include.name).copied();
            if include.context.is_none() {
                let message = format!("[{}] includes [{}], which does not exist", self.name, include.name);
                let nearest = suggest(&include.name, by_name.keys().map(|name| &**name));
                let problem = Problem::warning(include.location.clone(), message).suggesting(nearest);
                problems.push(problem.named("missing-context"));
            }
        }
        if includes.len() >= MAX_INCLUDES {
            let message = format!(
                "[{}] has {} includes; {MAX_INCLUDES} contexts are searched at most",
                self.name,
                includes.len()
            );
            problems.warning(self.location.clone(), message);
        }
        Context {
            name: self.name,
            location: self.location,
            folded,
            extensions,
            matcher: Matcher::new(names),
            includes,
            ignored: self.ignored,
            switches: self.switches,
            has_auto_hints: self.has_auto_hints,
        }
    }
}

impl Extension {
    fn index_labels(&mut self) {
        let labelled = self.priorities.iter().enumerate();
        self.labels =
            labelled.filter_map(|(index, step)| Some((step.label.clone()?, index as u32))).collect();
    }
}

/// A priority that no call can reach from the one before it, unless it was meant as a place to jump to.
fn report_gaps(extension: &Extension, context: &str, problems: &mut Problems) {
    let mut before = 0;
    for priority in &extension.priorities {
        if priority.number != before + 1 && !priority.is_jump {
            let message = match before {
                0 => format!("`{extension}` in [{context}] begins with priority {}", priority.number),
                _ => format!("priority {} of `{extension}` in [{context}] follows {before}", priority.number),
            };
            problems.push(Problem::warning(priority.location.clone(), message).named("priority-gap"));
        }
        before = priority.number;
    }
}

/// Every circle of includes once; the search goes into each context only once, so that it does no harm.
fn report_cycles(contexts: &[Context], problems: &mut Problems) {
    let mut state = vec![State::New; contexts.len()];
    for start in 0..contexts.len() {
        // The way to the present context: its index and the next include to follow.
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((index, next)) = way.pop() {
            if next == 0 {
                if state.get(index) != Some(&State::New) {
                    continue;
                }
                set(&mut state, index, State::OnTheWay);
            }
            let include = contexts.get(index).and_then(|context| context.includes.get(next));
            let Some(include) = include else {
                set(&mut state, index, State::Done);
                continue;
            };
            way.push((index, next + 1));
            let Some(included) = include.context.map(|included| included as usize) else { continue };
            match state.get(included) {
                Some(State::New) => way.push((included, 0)),
                Some(State::OnTheWay) => report_cycle(contexts, &way, included, &include.location, problems),
                _ => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    OnTheWay,
    Done,
}

fn set(state: &mut [State], index: usize, to: State) {
    if let Some(state) = state.get_mut(index) {
        *state = to;
    }
}

fn report_cycle(
    contexts: &[Context],
    way: &[(usize, usize)],
    included: usize,
    at: &Location,
    problems: &mut Problems,
) {
    let begin = way.iter().position(|(index, _)| *index == included).unwrap_or(0);
    let circle = way.iter().skip(begin).map(|(index, _)| *index).chain([included]);
    let names: Vec<&str> =
        circle.filter_map(|index| contexts.get(index)).map(|context| &*context.name).collect();
    let message = format!("the includes go in a circle: {}", names.join(" -> "));
    problems.push(Problem::warning(at.clone(), message).named("include-cycle"));
}

#[cfg(test)]
mod tests;
