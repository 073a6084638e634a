//! `core show channels` and `core show calls`.

use std::fmt::Write;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::{ChannelHandle, Snapshot};
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::text::{clock, s};
use super::uptime;
use crate::usage::usage;

/// Asterisk's number of `DOCUMENTATION`, the AMA flag of a channel that nobody has given another.
const AMA_DOCUMENTATION: u8 = 3;

pub(super) struct ShowChannels;

#[async_trait]
impl CliCommand for ShowChannels {
    fn syntax(&self) -> &'static str {
        "core show channels [concise|verbose|count]"
    }

    fn synopsis(&self) -> &'static str {
        "Display information on channels"
    }

    fn description(&self) -> &'static str {
        "Lists the channels: one line each, with `concise` in fields for programs, with `verbose` in full.\n\
         `count` tells only how many there are."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let form = match call.arguments() {
            [] => Form::Brief,
            [word] => Form::parse(word).ok_or_else(|| usage(self))?,
            _ => return Err(usage(self)),
        };
        let mut text = form.header();
        if form != Form::Count {
            let channels = call.core.channels.all();
            channels.iter().for_each(|channel| form.push_row(&mut text, call.core, channel));
        }
        if form != Form::Concise {
            let count = call.core.channels.count();
            let _ = writeln!(text, "{count} active channel{}", s(count as u64));
            push_calls(&mut text, call.core);
        }
        Ok(text)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Brief,
    Concise,
    Verbose,
    Count,
}

impl Form {
    fn parse(word: &str) -> Option<Form> {
        let forms = [("concise", Form::Concise), ("verbose", Form::Verbose), ("count", Form::Count)];
        forms.iter().find(|form| form.0.eq_ignore_ascii_case(word)).map(|form| form.1)
    }

    fn header(self) -> String {
        match self {
            Form::Brief => brief(["Channel", "Location", "State", "Application(Data)"]),
            Form::Verbose => verbose(
                ["Channel", "Context", "Extension"],
                &format!("{:<4.4}", "Priority"),
                ["State", "Application", "Data", "CallerID"],
                ["Duration", "Accountcode", "PeerAccount", "BridgeID"],
            ),
            Form::Concise | Form::Count => String::new(),
        }
    }

    fn push_row(self, text: &mut String, core: &Core, channel: &ChannelHandle) {
        let snapshot = channel.snapshot();
        let age = age(core, &snapshot);
        text.push_str(&match self {
            Form::Brief => brief_row(&snapshot),
            Form::Concise => concise_row(&snapshot, age),
            Form::Verbose => verbose_row(&snapshot, age),
            Form::Count => return,
        });
    }
}

/// How long a channel has been there.
pub(super) fn age(core: &Core, snapshot: &Snapshot) -> Duration {
    Duration::try_from(core.clock.now().duration_since(snapshot.created)).unwrap_or_default()
}

fn brief([channel, location, state, application]: [&str; 4]) -> String {
    format!("{channel:<64.64} {location:<32.32} {state:<7.7} {application:<30.30}\n")
}

fn brief_row(snapshot: &Snapshot) -> String {
    let facts = &snapshot.facts;
    let position = &facts.position;
    let location = match position.context.is_empty() || position.exten.is_empty() {
        true => "(None)".to_owned(),
        false => position.to_string(),
    };
    let application = match &*facts.application {
        "" => "(None)".to_owned(),
        name => format!("{name}({})", facts.data),
    };
    brief([&snapshot.name, &location, facts.state.word(), &application])
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

fn concise_row(snapshot: &Snapshot, age: Duration) -> String {
    let facts = &snapshot.facts;
    let fields = [
        &*snapshot.name,
        &facts.position.context,
        &facts.position.exten,
        &facts.position.priority.to_string(),
        facts.state.word(),
        or(&facts.application, "(None)"),
        &facts.data,
        facts.caller.number.text(),
        &facts.account_code,
        &facts.peer_account,
        &AMA_DOCUMENTATION.to_string(),
        &age.as_secs().to_string(),
        facts.bridge.as_deref().unwrap_or(""),
        &snapshot.unique_id,
    ];
    let mut row = fields.join("!");
    row.push('\n');
    row
}

fn verbose(first: [&str; 3], priority: &str, middle: [&str; 4], last: [&str; 4]) -> String {
    let [channel, context, extension] = first;
    let [state, application, data, caller] = middle;
    let [duration, account, peer, bridge] = last;
    format!(
        "{channel:<80.80} {context:<24.24} {extension:<24.24} {priority} {state:<7.7} {application:<12.12} \
         {data:<25.25} {caller:<15.15} {duration:>8.8} {account:<11.11} {peer:<11.11} {bridge:<20.20}\n"
    )
}

fn verbose_row(snapshot: &Snapshot, age: Duration) -> String {
    let facts = &snapshot.facts;
    verbose(
        [&snapshot.name, &facts.position.context, &facts.position.exten],
        &format!("{:>4}", facts.position.priority),
        [
            facts.state.word(),
            or(&facts.application, "(None)"),
            or(&facts.data, "(Empty)"),
            facts.caller.number.text(),
        ],
        [&clock(age), &facts.account_code, &facts.peer_account, facts.bridge.as_deref().unwrap_or("")],
    )
}

fn push_calls(text: &mut String, core: &Core) {
    let calls = core.channels.calls();
    let _ = match core.settings.load().max_calls {
        Some(most) => {
            let share = calls as f64 / most.max(1) as f64 * 100.0;
            writeln!(text, "{calls} of {most} max active call{} ({share:5.2}% of capacity)", s(calls as u64))
        }
        None => writeln!(text, "{calls} active call{}", s(calls as u64)),
    };
    let processed = core.channels.processed_calls();
    let _ = writeln!(text, "{processed} call{} processed", s(processed));
}

pub(super) struct ShowCalls;

#[async_trait]
impl CliCommand for ShowCalls {
    fn syntax(&self) -> &'static str {
        "core show calls [uptime] [seconds]"
    }

    fn synopsis(&self) -> &'static str {
        "Display information on calls"
    }

    fn description(&self) -> &'static str {
        "Tells how many calls there are and have been since the start; with `uptime` also how long that is ago,\n\
         with `seconds` behind it as a number."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let words: Vec<String> = call.arguments().iter().map(|word| word.to_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut text = String::new();
        push_calls(&mut text, call.core);
        match words[..] {
            [] => {}
            ["uptime"] => uptime::push_uptime(&mut text, call.core, false),
            ["uptime", "seconds"] => uptime::push_uptime(&mut text, call.core, true),
            _ => return Err(usage(self)),
        }
        Ok(text)
    }
}
