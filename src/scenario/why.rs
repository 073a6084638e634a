//! `obelus dialplan why`: which contexts, includes and patterns were tried for a number, and what it leads to.

use std::fmt::Write;

use jiff::Zoned;
use obelus_core::dialplan::{Extension, Include, Query, Searched, Skipped, Verdict};
use obelus_core::interpreter::LoadedPlan;

use crate::way;

/// Extensions of one context that are listed although they do not match; those that match furthest come first.
const NEAREST: usize = 12;

/// Who calls what, and when.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The caller's number; empty if it is not known.
    pub caller: &'a str,
    /// The context in which the call begins.
    pub context: &'a str,
    /// The number that is dialled.
    pub number: &'a str,
    /// The time, for includes and steps that depend on it.
    pub at: Zoned,
    /// List every extension, however far it is from the number.
    pub all: bool,
}

/// The answer, in lines; the flag says whether an extension was found.
#[must_use]
pub fn why(plan: &LoadedPlan, question: &Question<'_>) -> (String, bool) {
    let query = Query {
        context: question.context,
        extension: question.number,
        caller_id: question.caller,
        now: &question.at,
    };
    let explanation = plan.plan().explain(&query);
    let mut out = String::new();
    let caller = if question.caller.is_empty() { "somebody without a number" } else { question.caller };
    let _ = writeln!(out, "{caller} dials {} in [{}] at {}", question.number, question.context, question.at);
    if explanation.contexts.is_empty() {
        let names = plan.plan().contexts().iter().map(|context| context.name());
        let nearest = obelus_core::conf::suggest(question.context, names);
        let nearest = nearest.map(|name| format!("; did you mean [{name}]?")).unwrap_or_default();
        let _ = writeln!(out, "there is no context [{}]{nearest}", question.context);
        return (out, false);
    }
    let mut found = None;
    for searched in &explanation.contexts {
        context(&mut out, searched, question.all);
        let matching = searched.extensions.iter().find(|(_, verdict)| *verdict == Verdict::Found);
        found = found.or(matching.map(|(extension, _)| *extension));
    }
    match found {
        Some(extension) => {
            let _ = writeln!(out, "\nIt is `{extension}`. The way from there:");
            way::describe(&mut out, plan.plan(), question);
        }
        None => {
            let more = plan.plan().can_match(&query, obelus_core::dialplan::Wanted::Priority(1));
            let waits = if more { "; with more digits there may be one" } else { "" };
            let _ = writeln!(out, "\nNo extension is found{waits}. A call from outside is refused with 404.");
        }
    }
    (out, found.is_some())
}

fn context(out: &mut String, searched: &Searched<'_>, all: bool) {
    let indent = "  ".repeat(searched.depth);
    let include = searched.include.map(|include| format!(", by the include at {}", include.location()));
    let _ = writeln!(out, "\n{indent}[{}]{}", searched.context.name(), include.unwrap_or_default());
    if searched.extensions.is_empty() {
        let _ = writeln!(out, "{indent}  no extensions");
    }
    let shown = nearest(searched, all);
    let width =
        shown.iter().map(|(extension, _)| extension.to_string().chars().count()).max().unwrap_or_default();
    for (extension, verdict) in &shown {
        let sign = if *verdict == Verdict::Found { "=>" } else { "  " };
        let place = place(extension);
        let _ = writeln!(out, "{indent}{sign} {:<width$}  {verdict}{place}", extension.to_string());
    }
    let left_out = searched.extensions.len() - shown.len();
    if left_out > 0 {
        let _ = writeln!(out, "{indent}   … and {left_out} that match less of it (--all shows them)");
    }
    for (include, why) in &searched.skipped {
        let _ = writeln!(out, "{indent}   include {}: {}", include.text(), skipped(include, *why));
    }
}

/// What matches, and of the rest what comes nearest, in the plan's order.
fn nearest<'a>(searched: &'a Searched<'_>, all: bool) -> Vec<&'a (&'a Extension, Verdict)> {
    let mut shown: Vec<(usize, &(&Extension, Verdict))> = searched.extensions.iter().enumerate().collect();
    if !all {
        shown.sort_by_key(|(index, (_, verdict))| (std::cmp::Reverse(verdict.matching()), *index));
        let matching = shown.iter().filter(|(_, (_, verdict))| is_match(verdict)).count();
        shown.truncate(NEAREST.max(matching));
        shown.sort_by_key(|(index, _)| *index);
    }
    shown.into_iter().map(|(_, row)| row).collect()
}

fn is_match(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Found | Verdict::Behind | Verdict::NoPriority | Verdict::OtherCaller)
}

fn place(extension: &Extension) -> String {
    extension.priorities().first().map(|first| format!("  ({})", first.location())).unwrap_or_default()
}

fn skipped(include: &Include, why: Skipped) -> String {
    match why {
        Skipped::OutOfTime => format!("does not hold at that time ({})", include.location()),
        Skipped::Missing => format!("there is no such context ({})", include.location()),
        Skipped::Again => "was searched already".to_owned(),
    }
}
