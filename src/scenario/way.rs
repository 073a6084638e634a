//! The steps of a call as far as they can be known without making it.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use jiff::tz::TimeZone;
use obelus_core::app::{call_of, is_true, split_condition};
use obelus_core::dialplan::{
    Lookup, Machine, Plan, Position, Query, Scope, Target, TargetPriority, Template, Timing, Wanted,
};

use crate::why::Question;

/// More steps than this are not told.
const MOST_STEPS: usize = 120;

/// Writes the steps from priority 1 of the number's extension on.
pub(crate) fn describe(out: &mut String, plan: &Plan, question: &Question<'_>) {
    let place =
        Place { context: question.context.to_owned(), extension: question.number.to_owned(), priority: 1 };
    let mut walk =
        Walk { plan, question, place, back: Vec::new(), known: Known::default(), machine: Machine::new() };
    plan.globals().iter().for_each(|(name, value)| walk.known.set(name, Some(value.clone())));
    let mut seen = HashSet::new();
    for _ in 0..MOST_STEPS {
        if !seen.insert((walk.place.clone(), walk.back.len())) {
            let _ = writeln!(out, "  … and so on in a circle, unless something changes");
            return;
        }
        match walk.step(out) {
            Next::Goes => {}
            Next::Ends => return,
        }
    }
    let _ = writeln!(out, "  … and so on");
}

/// A condition that is not known: where both ways are places there is nothing to follow.
fn either(out: &mut String, places: &str) -> Next {
    let (yes, no) = places.split_once(':').unwrap_or((places, ""));
    let (yes, no) = (yes.trim(), no.trim());
    let (text, next) = match (yes.is_empty(), no.is_empty()) {
        (false, false) => (format!("it goes to {yes} or to {no}, as the call decides"), Next::Ends),
        (false, true) => (format!("it may go to {yes}, as the call decides; otherwise:"), Next::Goes),
        _ => (format!("it may go to {no}, as the call decides; otherwise:"), Next::Goes),
    };
    let _ = writeln!(out, "  … {text}");
    next
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    context: String,
    extension: String,
    priority: u32,
}

enum Next {
    /// With the next step.
    Goes,
    /// Nothing more is known.
    Ends,
}

/// What is known of variables: a value, or that it is not known.
#[derive(Default)]
struct Known {
    values: HashMap<String, Option<String>>,
    missed: Cell<bool>,
}

impl Known {
    fn set(&mut self, name: &str, value: Option<String>) {
        self.values.insert(name.trim_start_matches('_').to_owned(), value);
    }
}

struct Walk<'a> {
    plan: &'a Plan,
    question: &'a Question<'a>,
    place: Place,
    /// Where subroutines return to.
    back: Vec<Place>,
    known: Known,
    machine: Machine,
}

struct Variables<'a> {
    known: &'a Known,
    place: &'a Place,
}

impl Scope for Variables<'_> {
    fn variable(&self, name: &str, out: &mut String) -> bool {
        match name {
            "EXTEN" => out.push_str(&self.place.extension),
            "CONTEXT" => out.push_str(&self.place.context),
            "PRIORITY" => out.push_str(&self.place.priority.to_string()),
            _ => match self.known.values.get(name) {
                Some(Some(value)) => out.push_str(value),
                _ => {
                    self.known.missed.set(true);
                    return false;
                }
            },
        }
        true
    }
}

impl Walk<'_> {
    /// A text with everything substituted, if all of it is known.
    fn expand(&mut self, template: &Template) -> Option<String> {
        self.known.missed.set(false);
        let (known, place, caller) = (&self.known, &self.place, self.question.caller);
        let mut function = |name: &str, arguments: &str| match (name, arguments) {
            ("CALLERID", "num" | "number" | "all" | "ani") => Some(caller.to_owned()),
            ("LEN", text) => Some(text.chars().count().to_string()),
            _ => {
                known.missed.set(true);
                None
            }
        };
        let expanded =
            self.machine.expand(template, &Variables { known, place }, &mut function).ok()?.to_owned();
        (!self.known.missed.get()).then_some(expanded)
    }

    fn find(&self, place: &Place, wanted: Wanted<'_>) -> Option<Position> {
        let query = Query {
            context: &place.context,
            extension: &place.extension,
            caller_id: self.question.caller,
            now: &self.question.at,
        };
        match self.plan.find(&query, wanted) {
            Lookup::Found(at) => Some(at),
            Lookup::CouldMatchMore | Lookup::NotFound(_) => None,
        }
    }

    fn step(&mut self, out: &mut String) -> Next {
        let place = self.place.clone();
        let Some(at) = self.find(&place, Wanted::Priority(place.priority)) else { return self.nothing(out) };
        let (Some(priority), Some(extension)) = (self.plan.priority_of(at), self.plan.extension_of(at))
        else {
            return Next::Ends;
        };
        let name = self.plan.application(priority.application()).to_owned();
        let expanded = self.expand(priority.arguments());
        let shown = expanded.as_deref().unwrap_or(priority.arguments().source());
        let label = priority.label().map(|label| format!("({label})")).unwrap_or_default();
        let matched = if extension.is_pattern() { format!(" by {extension}") } else { String::new() };
        let depth = "  ".repeat(self.back.len());
        let _ = writeln!(
            out,
            "  {depth}{}@{}:{}{label}{matched}  {name}({shown})  {}",
            place.extension,
            place.context,
            place.priority,
            priority.location()
        );
        self.place.priority += 1;
        let source = priority.arguments().skeleton();
        self.follow(out, &name.to_ascii_lowercase(), expanded.as_deref(), &source)
    }

    fn nothing(&mut self, out: &mut String) -> Next {
        let ends = match self.find(&Place { priority: 1, ..self.place.clone() }, Wanted::Priority(1)) {
            Some(_) if self.plan.general().auto_fallthrough => "no more priorities: the call is hung up",
            Some(_) => "no more priorities: digits are waited for",
            None => "there is no such extension: the call goes to `i`, or is hung up",
        };
        let _ = writeln!(
            out,
            "  {}@{}:{}  {ends}",
            self.place.extension, self.place.context, self.place.priority
        );
        Next::Ends
    }

    /// What an application does with the way; `text` is known, or only its `sketch`.
    fn follow(&mut self, out: &mut String, name: &str, text: Option<&str>, sketch: &str) -> Next {
        match name {
            "goto" => self.jump(out, text),
            "gotoif" => self.branch(out, text, sketch, false),
            "gosubif" => self.branch(out, text, sketch, true),
            "gotoiftime" => self.branch_by_time(out, text),
            "gosub" => self.call(out, text),
            "return" => match self.back.pop() {
                Some(place) => {
                    self.place = place;
                    Next::Goes
                }
                None => Next::Ends,
            },
            "set" => self.assign(text, sketch),
            "mset" | "read" | "execif" => {
                self.forget(sketch);
                Next::Goes
            }
            "hangup" | "busy" | "congestion" => Next::Ends,
            "waitexten" => {
                let _ = writeln!(out, "  … then what the caller dials decides");
                Next::Ends
            }
            "dial" => {
                self.known.values.retain(|name, _| !name.starts_with("DIAL") && !name.starts_with("ANSWER"));
                let _ = writeln!(out, "  … and if nobody answers, or with option g after the call:");
                Next::Goes
            }
            _ => Next::Goes,
        }
    }

    fn unknown(&self, out: &mut String, what: &str) -> Next {
        let _ = writeln!(out, "  … {what} is not known before the call");
        Next::Ends
    }

    fn jump(&mut self, out: &mut String, text: Option<&str>) -> Next {
        let Some(text) = text else { return self.unknown(out, "where it goes") };
        match self.resolve(text) {
            Some(place) => {
                self.place = place;
                Next::Goes
            }
            None => {
                let _ = writeln!(out, "  … which does not exist");
                Next::Ends
            }
        }
    }

    fn call(&mut self, out: &mut String, text: Option<&str>) -> Next {
        let Some(text) = text else { return self.unknown(out, "which subroutine it is") };
        let (place, arguments) = text.split_once('(').unwrap_or((text, ""));
        let back = self.place.clone();
        let arguments = arguments.trim_end().strip_suffix(')').unwrap_or(arguments);
        for (index, argument) in
            obelus_core::dialplan::split_arguments(arguments, usize::MAX).iter().enumerate()
        {
            self.known.set(&format!("ARG{}", index + 1), Some(argument.to_string()));
        }
        match self.resolve(place) {
            Some(place) => {
                self.back.push(back);
                self.place = place;
                Next::Goes
            }
            None => {
                let _ = writeln!(out, "  … which does not exist");
                Next::Ends
            }
        }
    }

    fn branch(&mut self, out: &mut String, text: Option<&str>, sketch: &str, is_gosub: bool) -> Next {
        let Some((condition, yes, no)) = text.and_then(|text| split_condition(text).ok()) else {
            let places = sketch.split_once('?').map_or(sketch, |(_, places)| places);
            return either(out, places);
        };
        let place = if is_true(condition) { yes } else { no }.to_owned();
        match (place.is_empty(), is_gosub) {
            (true, _) => Next::Goes,
            (false, true) => self.call(out, Some(&place)),
            (false, false) => self.jump(out, Some(&place)),
        }
    }

    fn branch_by_time(&mut self, out: &mut String, text: Option<&str>) -> Next {
        let Some((times, places)) = text.and_then(|text| text.split_once('?')) else {
            return self.unknown(out, "the time that counts");
        };
        let (timing, _) = Timing::parse(times, &|name| TimeZone::get(name).ok());
        let (yes, no) = places.split_once(':').unwrap_or((places, ""));
        let place = if timing.includes(&self.question.at) { yes } else { no }.trim().to_owned();
        if place.is_empty() { Next::Goes } else { self.jump(out, Some(&place)) }
    }

    fn assign(&mut self, text: Option<&str>, sketch: &str) -> Next {
        match text.and_then(|text| text.split_once('=')) {
            Some((name, value)) if !name.contains('(') => self.known.set(name.trim(), Some(value.to_owned())),
            _ => self.forget(sketch),
        }
        Next::Goes
    }

    /// What is written, but with a value that is not known.
    fn forget(&mut self, sketch: &str) {
        let call = call_of(sketch.split_once('?').map_or(sketch, |(_, call)| call));
        let written = call.map_or(sketch, |(_, arguments)| arguments);
        let names = [sketch, written].into_iter().filter_map(|text| text.split(['=', ',']).next());
        for name in names.map(str::trim).collect::<Vec<_>>() {
            self.known.set(name, None);
        }
    }

    fn resolve(&self, text: &str) -> Option<Place> {
        let target = Target::parse(text.trim());
        let mut place = Place {
            context: target.context.map_or_else(|| self.place.context.clone(), |name| name.trim().to_owned()),
            extension: target
                .extension
                .map_or_else(|| self.place.extension.clone(), |name| name.trim().to_owned()),
            priority: 1,
        };
        let at = match target.priority {
            TargetPriority::Number(number) => self.find(&place, Wanted::Priority(number)),
            TargetPriority::Label(label) => self.find(&place, Wanted::Label(label)),
            // The place is already that of the next step.
            TargetPriority::Relative(distance) => {
                let number = (self.place.priority - 1).saturating_add_signed(distance);
                self.find(&place, Wanted::Priority(number))
            }
        };
        place.priority = self.plan.priority_of(at?)?.number();
        Some(place)
    }
}
