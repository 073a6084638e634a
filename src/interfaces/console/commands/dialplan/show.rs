//! `dialplan show`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::conf::Location;
use obelus_core::dialplan::{Context, Extension, Hint, Plan, Priority};

use super::contexts;
use crate::usage::usage;

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "dialplan show [[<exten>@]<context>]"
    }

    fn synopsis(&self) -> &'static str {
        "Show dialplan"
    }

    fn description(&self) -> &'static str {
        "Shows the whole dialplan, one context, or what an extension finds in a context and those that it includes."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            2 => contexts(core),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (exten, context) = match call.arguments() {
            [] => (None, None),
            [place] => split(place),
            _ => return Err(usage(self)),
        };
        let loaded = call.core.dialplan.load();
        let mut page = Page { plan: loaded.plan(), text: String::new(), counts: Counts::default() };
        page.push_all(context, exten);
        page.finish(context, exten)
    }
}

/// `exten@context`; a bare word is a context.
pub(super) fn split(place: &str) -> (Option<&str>, Option<&str>) {
    let filled = |text| Some(text).filter(|text: &&str| !text.is_empty());
    match place.split_once('@') {
        Some((exten, context)) => (filled(exten), filled(context)),
        None => (None, filled(place)),
    }
}

#[derive(Default)]
struct Counts {
    contexts: usize,
    extensions: usize,
    priorities: usize,
}

struct Page<'a> {
    plan: &'a Plan,
    text: String,
    counts: Counts,
}

impl Page<'_> {
    fn push_all(&mut self, wanted: Option<&str>, exten: Option<&str>) {
        let plan = self.plan;
        for context in
            plan.contexts().iter().filter(|context| wanted.is_none_or(|wanted| context.name() == wanted))
        {
            let Some(exten) = exten else {
                self.push_context(context);
                continue;
            };
            // The order in which a call looks, whatever the time is.
            for searched in plan.search_order(context.name(), None) {
                self.push_matches(searched, exten, searched.name() != context.name());
            }
        }
    }

    fn finish(mut self, context: Option<&str>, exten: Option<&str>) -> Result<String, CliError> {
        if let Some(context) = context.filter(|context| self.plan.context(context).is_none()) {
            return Err(CliError::failed(format!("There is no existence of '{context}' context")));
        }
        if let Some(exten) = exten.filter(|_| self.counts.extensions == 0) {
            return Err(CliError::failed(match context {
                Some(context) => format!("There is no existence of {exten}@{context} extension"),
                None => format!("There is no existence of '{exten}' extension in all contexts"),
            }));
        }
        let Counts { contexts, extensions, priorities } = self.counts;
        let of = |count, one, many| if count == 1 { one } else { many };
        let _ = writeln!(
            self.text,
            "-= {extensions} {} ({priorities} {}) in {contexts} {}. =-",
            of(extensions, "extension", "extensions"),
            of(priorities, "priority", "priorities"),
            of(contexts, "context", "contexts"),
        );
        Ok(self.text)
    }

    fn push_title(&mut self, context: &Context, included: bool) {
        self.counts.contexts += 1;
        let what = if included { "Included context" } else { "Context" };
        let creator = creator(self.plan, context);
        let _ = writeln!(self.text, "[ {what} '{}' created by '{creator}' ]", context.name());
        if context.has_auto_hints() && !included {
            self.text.push_str("Autohints support enabled\n");
        }
    }

    fn push_context(&mut self, context: &Context) {
        self.push_title(context, false);
        context.extensions().iter().for_each(|extension| self.push_extension(extension));
        for include in context.includes() {
            let registrar = self.plan.registrar(include.registrar());
            self.push_line("Include =>", &format!("'{}'", include.text()), registrar);
        }
        self.push_rest(context, |_| true);
        self.text.push('\n');
    }

    /// What of a context an extension matches; nothing if it matches nothing.
    fn push_matches(&mut self, context: &Context, exten: &str, included: bool) {
        let mut matching =
            context.extensions().iter().filter(|extension| extension.matches(exten)).peekable();
        if matching.peek().is_none() {
            return;
        }
        self.push_title(context, included);
        matching.for_each(|extension| self.push_extension(extension));
        self.push_rest(context, |pattern| exten.starts_with(pattern));
        self.text.push('\n');
    }

    fn push_extension(&mut self, extension: &Extension) {
        let mut name = match extension.caller_id() {
            Some(caller) => format!("'{}' (CID match '{caller}') => ", extension.name()),
            None => format!("'{}' =>", extension.name()),
        };
        self.counts.extensions += 1;
        // Asterisk keeps the hint as priority -1, so it comes first.
        if let Some(hint) = extension.hint() {
            self.push_hint(&std::mem::take(&mut name), hint);
        }
        for priority in extension.priorities() {
            self.push_priority(&std::mem::take(&mut name), priority);
        }
    }

    fn push_priority(&mut self, name: &str, priority: &Priority) {
        self.counts.priorities += 1;
        let label = priority.label().filter(|_| name.is_empty()).map(|label| format!("   [{label}]"));
        let application = self.plan.application(priority.application());
        let step = format!("{}. {application}({})", priority.number(), priority.arguments().source());
        let place = place(priority.location(), self.plan.registrar(priority.registrar()));
        self.push_line(label.as_deref().unwrap_or(name), &step, &place);
    }

    fn push_hint(&mut self, name: &str, hint: &Hint) {
        self.counts.priorities += 1;
        let place = place(hint.location(), self.plan.registrar(hint.registrar()));
        self.push_line(name, &format!("hint: {}", hint.text().source()), &place);
    }

    fn push_rest(&mut self, context: &Context, concerns: impl Fn(&str) -> bool) {
        for pattern in context.ignore_patterns().filter(|pattern| concerns(pattern)) {
            self.push_line("Ignore pattern =>", &format!("'{pattern}'"), creator(self.plan, context));
        }
        for switch in context.switches() {
            let registrar = self.plan.registrar(switch.registrar());
            let what = format!("'{}/{}'", switch.name(), switch.data().source());
            self.push_line("Alt. Switch =>", &what, registrar);
        }
    }

    fn push_line(&mut self, name: &str, step: &str, place: &str) {
        let _ = writeln!(self.text, "  {name:<17} {step:<45} [{place}]");
    }
}

/// `extensions.conf:12`, without the folder; for a line that was typed on a console whose it is.
fn place(location: &Location, registrar: &str) -> String {
    if location.line == 0 {
        return registrar.to_owned();
    }
    let file = location.file.rsplit('/').next().unwrap_or(&location.file);
    format!("{file}:{}", location.line)
}

/// Who brought the context into the plan: whoever brought its first line.
fn creator<'a>(plan: &'a Plan, context: &Context) -> &'a str {
    let steps =
        context.extensions().iter().flat_map(|extension| extension.priorities()).map(Priority::registrar);
    let hints = context.extensions().iter().filter_map(|extension| extension.hint()).map(Hint::registrar);
    let includes = context.includes().iter().map(|include| include.registrar());
    let first = steps.chain(hints).chain(includes).next();
    first.map_or("pbx_config", |registrar| plan.registrar(registrar))
}
