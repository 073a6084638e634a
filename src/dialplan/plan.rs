//! A dialplan as calls use it: immutable, resolved and quick to search.

use std::collections::HashMap;
use std::fmt;

use jiff::tz::TimeZone;
use obelus_conf::Location;

use crate::lookup::Wanted;
use crate::matcher::Matcher;
use crate::name::{Mode, Name};
use crate::script::{General, SwitchKind};
use crate::template::Template;
use crate::timing::Timing;

/// A compiled dialplan, to be shared in an `Arc` and replaced as a whole.
///
/// A [`Position`] is valid in the plan that gave it, and in no other.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub(crate) general: General,
    pub(crate) globals: Vec<(String, String)>,
    pub(crate) contexts: Vec<Context>,
    pub(crate) by_name: HashMap<Box<str>, u32>,
    pub(crate) applications: Vec<Box<str>>,
    pub(crate) registrars: Vec<Box<str>>,
}

/// One context.
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) name: Box<str>,
    pub(crate) location: Location,
    /// The first context whose name differs in case alone: includes go into one of them only once.
    pub(crate) folded: u32,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) matcher: Matcher,
    pub(crate) includes: Vec<Include>,
    pub(crate) ignored: Vec<(Box<str>, Name)>,
    pub(crate) switches: Vec<Switch>,
    pub(crate) has_auto_hints: bool,
}

/// One extension: a name or pattern, for some caller or for all.
#[derive(Clone, Debug)]
pub struct Extension {
    pub(crate) name: Box<str>,
    pub(crate) caller_id: Option<Box<str>>,
    /// How many priorities of the plan come before its own.
    pub(crate) offset: u32,
    /// The priorities count from one without a gap, so that none has to be looked at to find one.
    pub(crate) is_gapless: bool,
    pub(crate) priorities: Vec<Priority>,
    /// Labels and where their priorities are in the list.
    pub(crate) labels: Vec<(Box<str>, u32)>,
    /// Rare and large: on the heap, so that searches touch less memory.
    pub(crate) hint: Option<Box<Hint>>,
}

/// One step: an application and its arguments.
#[derive(Clone, Debug)]
pub struct Priority {
    pub(crate) number: u32,
    pub(crate) label: Option<Box<str>>,
    pub(crate) application: ApplicationId,
    pub(crate) arguments: Template,
    pub(crate) location: Location,
    pub(crate) registrar: u16,
    /// Written so that it is jumped to, and need not follow another.
    pub(crate) is_jump: bool,
}

/// An application, by its place in [`Plan::applications`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationId(pub(crate) u32);

/// The devices that an extension stands for.
#[derive(Clone, Debug)]
pub struct Hint {
    pub(crate) devices: Template,
    pub(crate) name: Box<str>,
    pub(crate) location: Location,
    pub(crate) registrar: u16,
}

/// A context that is searched after this one.
#[derive(Clone, Debug)]
pub struct Include {
    pub(crate) text: Box<str>,
    pub(crate) name: Box<str>,
    /// Where the context is, if there is one of that name.
    pub(crate) context: Option<u32>,
    pub(crate) timing: Option<Timing>,
    pub(crate) location: Location,
    pub(crate) registrar: u16,
}

/// Another source of extensions, which is asked before the includes.
#[derive(Clone, Debug)]
pub struct Switch {
    pub(crate) kind: SwitchKind,
    pub(crate) name: Box<str>,
    pub(crate) data: Template,
    pub(crate) location: Location,
    pub(crate) registrar: u16,
}

/// Where a call is: an extension of a context, and one of its priorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    pub(crate) context: u32,
    pub(crate) extension: u32,
    /// The index in the list of priorities; for a hint there is none.
    pub(crate) priority: u32,
    /// No extension that comes before this one matched.
    pub(crate) is_first: bool,
}

/// What the outside world knows while a plan is compiled.
pub trait LoadScope {
    /// Appends the value of a variable that is not in `[globals]`, and says whether there is such a one.
    fn variable(&self, name: &str, out: &mut String) -> bool {
        let _ = (name, out);
        false
    }

    /// The value of a function that needs no channel, such as `ENV`.
    fn function(&self, name: &str, arguments: &str) -> Option<String> {
        let _ = (name, arguments);
        None
    }

    /// The time zone of this name.
    fn time_zone(&self, name: &str) -> Option<TimeZone> {
        let _ = name;
        None
    }
}

/// Knows nothing: no variables, no functions and no time zones.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyLoadScope;

impl LoadScope for EmptyLoadScope {}

impl Plan {
    /// The settings of `[general]`.
    #[must_use]
    pub fn general(&self) -> &General {
        &self.general
    }

    /// The `[globals]` with their values substituted, in order.
    #[must_use]
    pub fn globals(&self) -> &[(String, String)] {
        &self.globals
    }

    /// The names of all applications, each once; an [`ApplicationId`] is an index into them.
    #[must_use]
    pub fn applications(&self) -> &[Box<str>] {
        &self.applications
    }

    /// The contexts, in the order in which they were first named.
    #[must_use]
    pub fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    /// The context of a name; case matters.
    #[must_use]
    pub fn context(&self, name: &str) -> Option<&Context> {
        self.context_at(*self.by_name.get(name)?)
    }

    /// The context of a position.
    #[must_use]
    pub fn context_of(&self, position: Position) -> Option<&Context> {
        self.context_at(position.context)
    }

    /// The extension of a position.
    #[must_use]
    pub fn extension_of(&self, position: Position) -> Option<&Extension> {
        self.context_at(position.context)?.extensions.get(position.extension as usize)
    }

    /// The place of a priority among all of the plan, from 0 to one less than [`Plan::priorities`].
    #[must_use]
    pub fn index_of(&self, position: Position) -> Option<usize> {
        let extension = self.extension_of(position)?;
        Some(extension.offset as usize + position.priority as usize)
    }

    /// How many priorities the plan has.
    #[must_use]
    pub fn priorities(&self) -> usize {
        self.contexts.iter().flat_map(Context::extensions).map(|extension| extension.priorities.len()).sum()
    }

    /// Another part of the same extension, where a search for it would end there too.
    #[must_use]
    pub fn beside(&self, position: Position, wanted: Wanted<'_>) -> Option<Position> {
        let extension = self.extension_of(position).filter(|_| position.is_first)?;
        extension.index(wanted).map(|priority| Position { priority, ..position })
    }

    /// Whether it depends on the time where a search ends.
    #[must_use]
    pub fn depends_on_time(&self) -> bool {
        self.contexts.iter().flat_map(|context| &context.includes).any(|include| include.timing.is_some())
    }

    /// The priority of a position.
    #[must_use]
    pub fn priority_of(&self, position: Position) -> Option<&Priority> {
        self.extension_of(position)?.priorities.get(position.priority as usize)
    }

    /// The name of an application.
    #[must_use]
    pub fn application(&self, id: ApplicationId) -> &str {
        self.applications.get(id.0 as usize).map_or("", |name| name)
    }

    /// Who brought a line into the plan.
    #[must_use]
    pub fn registrar(&self, registrar: u16) -> &str {
        self.registrars.get(usize::from(registrar)).map_or("", |name| name)
    }

    /// Whether digits are dialled that leave the dial tone on, by `ignorepat`.
    #[must_use]
    pub fn is_ignored(&self, context: &str, digits: &str) -> bool {
        self.context(context).is_some_and(|context| {
            let matches = |name: &Name| name.matches(digits, Mode::Exactly) != crate::name::Matched::No;
            context.ignored.iter().any(|(_, name)| matches(name))
        })
    }

    /// All hints with their contexts and extensions.
    pub fn hints(&self) -> impl Iterator<Item = (&Context, &Extension, &Hint)> {
        self.contexts.iter().flat_map(|context| {
            let hints = context.extensions.iter();
            hints.filter_map(move |extension| Some((context, extension, extension.hint.as_deref()?)))
        })
    }

    pub(crate) fn context_at(&self, index: u32) -> Option<&Context> {
        self.contexts.get(index as usize)
    }
}

impl Context {
    /// The name, as it was written first.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it was first named.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The extensions in the order in which they are looked at.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// The includes in order.
    #[must_use]
    pub fn includes(&self) -> &[Include] {
        &self.includes
    }

    /// The switches in order.
    #[must_use]
    pub fn switches(&self) -> &[Switch] {
        &self.switches
    }

    /// The patterns of `ignorepat` in order.
    pub fn ignore_patterns(&self) -> impl Iterator<Item = &str> {
        self.ignored.iter().map(|(text, _)| &**text)
    }

    /// `autohints`: devices get hints of their own.
    #[must_use]
    pub fn has_auto_hints(&self) -> bool {
        self.has_auto_hints
    }
}

impl Extension {
    /// The name or pattern, as it was written first, without blanks.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name is a pattern.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.name.starts_with('_')
    }

    /// The callers that it is for: empty for those without a number, `None` for all.
    #[must_use]
    pub fn caller_id(&self) -> Option<&str> {
        self.caller_id.as_deref()
    }

    /// Whether dialled digits are the name or match the pattern, whoever calls.
    #[must_use]
    pub fn matches(&self, digits: &str) -> bool {
        Name::parse(&self.name)
            .is_ok_and(|name| name.matches(digits, Mode::Exactly) != crate::name::Matched::No)
    }

    /// The steps, ordered by number.
    #[must_use]
    pub fn priorities(&self) -> &[Priority] {
        &self.priorities
    }

    /// The hint, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&Hint> {
        self.hint.as_deref()
    }

    /// Where a number is in the list of priorities.
    pub(crate) fn index_of_number(&self, number: u32) -> Option<u32> {
        if self.is_gapless {
            return number.checked_sub(1).filter(|&index| (index as usize) < self.priorities.len());
        }
        let found = self.priorities.binary_search_by_key(&number, |priority| priority.number);
        found.ok().and_then(|index| u32::try_from(index).ok())
    }

    /// Where a label is in the list of priorities.
    pub(crate) fn index_of_label(&self, label: &str) -> Option<u32> {
        self.labels.iter().find(|(known, _)| &**known == label).map(|(_, index)| *index)
    }
}

impl Priority {
    /// The number, from one.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The label, if it has one.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The application to run.
    #[must_use]
    pub fn application(&self) -> ApplicationId {
        self.application
    }

    /// The application's arguments; [`Template::source`] is the text as it was written.
    #[must_use]
    pub fn arguments(&self) -> &Template {
        &self.arguments
    }

    /// Where it was written.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Who brought it into the plan: an index for [`Plan::registrar`].
    #[must_use]
    pub fn registrar(&self) -> u16 {
        self.registrar
    }
}

impl ApplicationId {
    /// The index in [`Plan::applications`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Hint {
    /// The text of devices and presence, in which an extension with a pattern has variables left.
    #[must_use]
    pub fn text(&self) -> &Template {
        &self.devices
    }

    /// The devices of a text without variables: those before the first comma, joined by `&`.
    pub fn devices(text: &str) -> impl Iterator<Item = &str> {
        let devices = text.split_once(',').map_or(text, |(devices, _)| devices);
        devices.split('&').map(str::trim).filter(|device| !device.is_empty())
    }

    /// The presence provider of a text without variables: what is behind the first comma.
    #[must_use]
    pub fn presence(text: &str) -> Option<&str> {
        text.split_once(',').map(|(_, presence)| presence.trim()).filter(|presence| !presence.is_empty())
    }

    /// The name to show, in parentheses behind the devices.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it was written.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Who brought it into the plan: an index for [`Plan::registrar`].
    #[must_use]
    pub fn registrar(&self) -> u16 {
        self.registrar
    }
}

impl Include {
    /// The text with its times, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the context.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it holds; always if there is none.
    #[must_use]
    pub fn timing(&self) -> Option<&Timing> {
        self.timing.as_ref()
    }

    /// Where it was written.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Who brought it into the plan: an index for [`Plan::registrar`].
    #[must_use]
    pub fn registrar(&self) -> u16 {
        self.registrar
    }
}

impl Switch {
    /// Which of the three spellings it has.
    #[must_use]
    pub fn kind(&self) -> SwitchKind {
        self.kind
    }

    /// The kind of source, before the `/`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is behind the `/`, to be substituted at every look-up if it is an `eswitch`.
    #[must_use]
    pub fn data(&self) -> &Template {
        &self.data
    }

    /// Where it was written.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Who brought it into the plan: an index for [`Plan::registrar`].
    #[must_use]
    pub fn registrar(&self) -> u16 {
        self.registrar
    }
}

/// The extension as messages name it: `_NXX` or `_NXX/_555X`.
impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.caller_id {
            Some(caller_id) => write!(f, "{}/{caller_id}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
