//! What `obelus check` finds once it knows the whole configuration: variables that nobody sets, devices that are not there.
//!
//! A plan is only one of those who set variables: silence is preferred to a false alarm.

use std::collections::{BTreeSet, HashMap, HashSet};

use obelus_conf::{Location, Problem, Problems, suggest};
use obelus_dialplan::{Hint, Plan, Step, Template};

use crate::app::{Arguments, call_of};
use crate::channel::without_underscores;
use crate::help::{ArgumentKind, Help};
use crate::interpreter::check::{is_name, names_in};
use crate::mention::Mention;
use crate::registry::Registry;

/// What the rest of the configuration says.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Variables that it sets on channels, such as `set_var` of endpoints.
    pub variables: HashSet<String>,
    /// The devices that it names, by the technology in small letters; of others nothing is known.
    pub devices: HashMap<String, BTreeSet<String>>,
}

/// Who tells states besides the technologies.
const STATE_PROVIDERS: [&str; 1] = ["custom"];

/// Variables that the PBX and its applications set, or that only users of applications set and read.
#[rustfmt::skip]
const KNOWN: [&str; 77] = [
    "ACCOUNTCODE", "AGIEXITONHANGUP", "AGISIGHUP", "AGISTATUS", "ANSWEREDTIME", "ANSWEREDTIME_MS", "ARGC",
    "ASTAGIDIR", "ASTCACHEDIR", "ASTDATADIR", "ASTDBDIR", "ASTETCDIR", "ASTKEYDIR", "ASTLOGDIR", "ASTMODDIR",
    "ASTRUNDIR", "ASTSBINDIR", "ASTSPOOLDIR", "ASTVARLIBDIR", "ATTENDEDTRANSFER", "BLINDTRANSFER", "BRIDGEPEER",
    "BRIDGEPVTCALLID", "CALLINGANI2", "CALLINGPRES", "CALLINGTNS", "CALLINGTON", "CDR", "CHANNEL", "CONTEXT",
    "DATETIME", "DIALEDPEERNAME", "DIALEDPEERNUMBER", "DIALEDTIME", "DIALEDTIME_MS", "DIALSTATUS", "DNID",
    "DYNAMIC_FEATURENAME", "DYNAMIC_PEERNAME", "DYNAMIC_WHO_ACTIVATED", "ENTITYID", "EPOCH", "EXTEN",
    "FORWARDERNAME", "GOSUB_RESULT", "GOSUB_RETVAL", "HANGUPCAUSE", "HINT", "HINTNAME", "INVALID_EXTEN", "LANGUAGE",
    "MACRO_CONTEXT", "MACRO_EXTEN", "MACRO_PRIORITY", "MEETMESECS", "ORIGINATE_STATUS", "PLAYBACKSTATUS", "PRIORITY",
    "PROGRESSTIME", "PROGRESSTIME_MS", "QUEUESTATUS", "RDNIS", "READSTATUS", "RECORD_STATUS", "REGEX_RESULT",
    "RINGTIME", "RINGTIME_MS", "SIPDOMAIN", "SIPREFERREDBYHDR", "SYSTEMNAME", "SYSTEMSTATUS", "TIMESTAMP",
    "TRANSFERSTATUS", "TRANSFER_CONTEXT", "UNIQUEID", "VMSTATUS", "WAITSTATUS",
];

/// Looks at the whole plan.
pub(super) fn lint(plan: &Plan, registry: &Registry, world: &World, problems: &mut Problems) {
    let known = Known::of(plan, registry, world);
    let mut reported: HashSet<(&Location, &str)> = HashSet::new();
    for step in plan.steps() {
        for name in step.arguments().variables().filter(|name| is_name(name) && !known.has(name)) {
            if reported.insert((step.location(), name)) {
                problems.push(known.complaint(name, step.location()));
            }
        }
        devices_of(&step, registry, world, problems);
    }
    for (_, _, hint) in plan.hints() {
        let text = hint.text().skeleton();
        Hint::devices(&text)
            .for_each(|device| check_device(device, true, hint.location(), registry, world, problems));
    }
}

/// The variables that something sets, or that the plan asks whether they are set.
#[derive(Default)]
struct Known {
    names: HashSet<String>,
    /// Names of which only the beginning and the end are known.
    shapes: Vec<(String, String)>,
}

impl Known {
    fn of(plan: &Plan, registry: &Registry, world: &World) -> Known {
        let mut known = Known::default();
        KNOWN.iter().for_each(|name| known.add(name));
        world.variables.iter().for_each(|name| known.add(name));
        plan.globals().iter().for_each(|(name, _)| known.add(name));
        registry.apps().flat_map(|app| names_of_help(app.help())).for_each(|name| known.add(name));
        let functions = registry.functions().flat_map(|function| names_of_help(function.help()));
        functions.for_each(|name| known.add(name));
        let mut written = Vec::new();
        for step in plan.steps() {
            written_by(&step, registry, &mut written);
            asked_for(step.priority.arguments()).for_each(|name| known.add(name));
        }
        written.iter().for_each(|name| known.add(name));
        known
    }

    fn add(&mut self, name: &str) {
        let (name, _) = without_underscores(name.trim());
        match name.split_once(Mention::UNKNOWN) {
            Some((begin, rest)) => {
                let end = rest.rsplit(Mention::UNKNOWN).next().unwrap_or_default();
                self.shapes.push((begin.to_owned(), end.to_owned()));
            }
            None => {
                self.names.insert(name.to_owned());
            }
        }
    }

    fn has(&self, name: &str) -> bool {
        let is_argument = || {
            name.strip_prefix("ARG").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let is_shaped = || {
            self.shapes.iter().any(|(begin, end)| {
                name.len() >= begin.len() + end.len()
                    && name.starts_with(begin.as_str())
                    && name.ends_with(end.as_str())
            })
        };
        self.names.contains(name) || is_argument() || is_shaped()
    }

    fn complaint(&self, name: &str, at: &Location) -> Problem {
        let mut candidates: Vec<&str> = self.names.iter().map(String::as_str).collect();
        candidates.sort_unstable();
        let problem =
            Problem::warning(at.clone(), format!("the variable `{name}` is read, and nothing sets it"));
        problem.suggesting(suggest(name, candidates)).named("unset-variable")
    }
}

/// The words in capitals of a help: the variables that it speaks of.
fn names_of_help(help: &'static Help) -> impl Iterator<Item = &'static str> {
    let arguments = help.arguments.iter().flat_map(|argument| {
        let options: &[_] = if let ArgumentKind::Options(options) = argument.kind { options } else { &[] };
        options.iter().map(|option| option.text).chain([argument.text])
    });
    let texts = arguments.chain([help.description, help.synopsis]);
    texts.flat_map(|text| text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_')).filter(
        |word| {
            word.len() > 2
                && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        },
    )
}

/// The names that a step gives values to.
fn written_by(step: &Step<'_>, registry: &Registry, names: &mut Vec<String>) {
    let skeleton = step.arguments().skeleton();
    written_by_call(step.application(), &skeleton, registry, names, 0);
}

fn written_by_call(name: &str, text: &str, registry: &Registry, names: &mut Vec<String>, depth: u32) {
    // Nobody knows what an application sets that is not there, which is an error anyway.
    let Some(app) = registry.app(name) else { return names.push(Mention::UNKNOWN.to_string()) };
    let Ok(arguments) = Arguments::sketch(app.help(), text) else { return };
    for (index, argument) in app.help().arguments.iter().enumerate() {
        if argument.name.starts_with("var") {
            names.extend(arguments.get(index).map(str::to_owned));
        }
    }
    for mention in app.mentions(&arguments) {
        match mention {
            Mention::Written(name) => written_name(&name, names),
            Mention::Application(call) if depth < 4 => {
                if let Some((name, arguments)) = call_of(&call) {
                    written_by_call(name, arguments, registry, names, depth + 1);
                }
            }
            Mention::AnyVariable => names.push(Mention::UNKNOWN.to_string()),
            _ => {}
        }
    }
}

/// A variable, or a function whose arguments may be variables.
fn written_name(text: &str, names: &mut Vec<String>) {
    match text.split_once('(') {
        None => names.push(text.to_owned()),
        Some((_, arguments)) => {
            let arguments = arguments.trim_end().strip_suffix(')').unwrap_or(arguments);
            names.extend(arguments.split(',').map(str::to_owned));
        }
    }
}

/// The variables of a text that it asks for being set or empty, so that nobody need set them.
fn asked_for(template: &Template) -> impl Iterator<Item = &str> {
    let source = template.source();
    let compares_with_nothing = source.contains("$[") && source.contains("\"\"");
    let by_function = template.functions().filter(|(name, _)| ASKING.contains(name));
    let by_name = by_function.flat_map(|(_, arguments)| names_in(arguments));
    by_name.chain(template.variables().filter(move |name| compares_with_nothing || is_asked(source, name)))
}

/// Functions that take a variable which need not be there.
const ASKING: [&str; 4] = ["VARIABLE_EXISTS", "GLOBAL_EXISTS", "ISNULL", "EXISTS"];

/// `x${NAME}`, `${NAME}x`, `${NAME}?` and `LEN(${NAME})`: the ways to ask whether a variable is empty.
fn is_asked(source: &str, name: &str) -> bool {
    let reference = format!("${{{name}}}");
    source.match_indices(&reference).any(|(at, _)| {
        let before = source.get(..at).unwrap_or_default();
        let after = source.get(at + reference.len()..).unwrap_or_default();
        let is_in_expression = before.matches("$[").count() > before.matches(']').count();
        let touches = before.ends_with(|char: char| char.is_alphanumeric())
            || after.starts_with(|char: char| char.is_alphanumeric());
        after.starts_with('?')
            || before.ends_with("$[") && after.starts_with(']')
            || ["LEN(", "ISNULL(", "EXISTS("].iter().any(|function| before.ends_with(function))
            || is_in_expression && touches
    })
}

/// The devices that a step rings.
fn devices_of(step: &Step<'_>, registry: &Registry, world: &World, problems: &mut Problems) {
    let Some(app) = registry.app(step.application()) else { return };
    let Ok(arguments) = Arguments::sketch(app.help(), &step.arguments().skeleton()) else { return };
    for mention in app.mentions(&arguments) {
        if let Mention::Device(device) = mention {
            check_device(&device, false, step.location(), registry, world, problems);
        }
    }
}

fn check_device(
    device: &str,
    is_hint: bool,
    at: &Location,
    registry: &Registry,
    world: &World,
    problems: &mut Problems,
) {
    let device = device.trim();
    let Some(end) = device.find(['/', ':']) else { return };
    let (technology, address) =
        (device.get(..end).unwrap_or_default(), device.get(end + 1..).unwrap_or_default());
    if technology.contains(Mention::UNKNOWN) || technology.is_empty() {
        return;
    }
    let is_provider = is_hint && STATE_PROVIDERS.iter().any(|known| known.eq_ignore_ascii_case(technology));
    if is_provider {
        return;
    }
    let shown = device.replace(Mention::UNKNOWN, "${…}");
    let mut warn = |message: String, nearest: Option<&str>| {
        problems.push(Problem::warning(at.clone(), message).suggesting(nearest).named("unknown-device"));
    };
    if registry.tech(technology).is_none() {
        let nearest = suggest(technology, registry.techs().map(|tech| tech.name()));
        return warn(format!("`{shown}`: there is no channel technology `{technology}`"), nearest);
    }
    let Some(known) = world.devices.get(&technology.to_ascii_lowercase()) else { return };
    // `PJSIP/1001/sip:…` and `PJSIP/0301234@trunk` name the endpoint in other places.
    let name = address.split('/').next().unwrap_or_default();
    let name = name.rsplit('@').next().unwrap_or_default();
    if !name.contains(Mention::UNKNOWN) && !known.contains(name) {
        let nearest = suggest(name, known.iter().map(String::as_str));
        warn(format!("`{shown}`: {technology} has no `{name}`"), nearest.filter(|near| near.len() > 4));
    }
}

#[cfg(test)]
mod tests;
