//! Dialplans: compiled, printed, searched and run.

use jiff::Zoned;
use jiff::civil::date;
use jiff::tz::TimeZone;
use obelus_conf::{Document, MemoryFiles, Problems, load};
use obelus_dialplan::{
    Context, EmptyLoadScope, Lookup, Machine, Missing, Plan, Query, Scope, Script, Source, Target, Template,
    Timing, Wanted, hidden_commas, split_arguments,
};
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// A Saturday at noon.
static NOW: LazyLock<Zoned> =
    LazyLock::new(|| date(2026, 11, 21).at(12, 0, 0, 0).to_zoned(TimeZone::UTC).expect("it exists in UTC"));

/// One template runs in microseconds; a hundred thousand times as long is no dialplan any more.
const TOO_LONG: Duration = Duration::from_secs(2);

/// The first part of the input is extensions.conf; the lines of the other parts are dialled, and run.
pub fn dialplan(data: &[u8]) {
    let mut parts = crate::parts(data).map(String::from_utf8_lossy);
    let text = parts.next().unwrap_or_default();
    let dialled: Vec<_> = parts.collect();
    let mut problems = Problems::new();
    let script = Script::parse(&document(&text, &mut problems), &mut problems);
    // The loader trims control characters, which nobody writes, from the ends of lines.
    if problems.is_empty() && !text.contains(|letter: char| letter.is_control() && letter != '\n') {
        check_print(&script);
    }
    let plan =
        Plan::compile(&[Source { registrar: "pbx_config", script: &script }], &EmptyLoadScope, &mut problems);
    let mut machine = Machine::new();
    for step in plan.steps() {
        black_box(step.check_target(step.arguments().source()).is_ok());
        run(&mut machine, step.arguments());
    }
    for (_, _, hint) in plan.hints() {
        run(&mut machine, hint.text());
    }
    for line in dialled.iter().flat_map(|part| part.lines()).take(32) {
        dial(&plan, line);
        look_at(line);
        run(&mut machine, &Template::compile(line));
    }
}

fn document(text: &str, problems: &mut Problems) -> Document {
    load(&MemoryFiles::new().file("extensions.conf", text), "extensions.conf", problems)
}

/// What `dialplan save` writes is the same dialplan.
fn check_print(script: &Script) {
    let printed = script.to_string();
    let mut problems = Problems::new();
    let again = Script::parse(&document(&printed, &mut problems), &mut problems);
    assert_eq!(again.to_string(), printed, "{problems:?}");
}

/// The search agrees with matching one extension after the other.
fn dial(plan: &Plan, digits: &str) {
    for context in plan.contexts().iter().take(4) {
        let query = Query { context: context.name(), extension: digits, caller_id: "", now: &NOW };
        let found = plan.find(&query, Wanted::Priority(1));
        assert_eq!(plan.exists(&query, Wanted::Priority(1)), matches!(found, Lookup::Found(_)));
        black_box((plan.can_match(&query, Wanted::Priority(1)), plan.match_more(&query, Wanted::Hint)));
        black_box((
            plan.find(&query, Wanted::Label("a")),
            plan.search_order(context.name(), Some(&NOW)).len(),
        ));
        black_box(plan.is_ignored(context.name(), digits));
        match found {
            Lookup::Found(position) => {
                let extension = plan.extension_of(position).expect("a position is of an extension");
                assert!(extension.matches(digits), "`{}` was found for `{digits}`", extension.name());
                assert_eq!(plan.priority_of(position).map(|priority| priority.number()), Some(1));
            }
            Lookup::NotFound(Missing::Extension | Missing::Priority) | Lookup::CouldMatchMore => {
                assert_eq!(matching(context, digits), None, "for `{digits}`");
            }
            Lookup::NotFound(Missing::Context) => panic!("[{}] is there", context.name()),
        }
    }
}

/// An extension of the context for everyone that matches and has a first priority.
fn matching<'a>(context: &'a Context, digits: &str) -> Option<&'a str> {
    let everyone = context.extensions().iter().filter(|extension| extension.caller_id().is_none());
    let mut first =
        everyone.filter(|extension| extension.priorities().first().is_some_and(|step| step.number() == 1));
    first.find(|extension| extension.matches(digits)).map(obelus_dialplan::Extension::name)
}

fn look_at(text: &str) {
    black_box(Target::parse(text));
    black_box(split_arguments(text, 8).len());
    black_box(hidden_commas(text));
    let (timing, complaints) = Timing::parse(text, &|name| TimeZone::get(name).ok());
    black_box((timing.includes(&NOW), complaints.len()));
}

struct Variables;

impl Scope for Variables {
    fn variable(&self, name: &str, out: &mut String) -> bool {
        let value = match name {
            "a" => "1",
            "b" => "-2.5",
            "c" => "x y, \"z\" & [(]",
            "EXTEN" => "00491234567",
            "d" => "${a}$[1 + 1]",
            _ => return false,
        };
        out.push_str(value);
        true
    }
}

fn run(machine: &mut Machine, template: &Template) {
    black_box((template.skeleton(), template.problems().len(), template.variables().count()));
    let begun = Instant::now();
    let mut calls = 0_usize;
    let mut function = |name: &str, arguments: &str| {
        calls += 1;
        (name != "NONE").then(|| arguments.to_owned())
    };
    let length = machine.expand(template, &Variables, &mut function).map(str::len);
    black_box((length.is_ok(), machine.faults().len(), calls));
    assert!(begun.elapsed() < TOO_LONG, "{:?} for {}", begun.elapsed(), template.source());
}
