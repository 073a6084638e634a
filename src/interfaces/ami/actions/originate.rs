//! `Originate`: a call that a program makes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::caller_id::Party;
use obelus_core::channel::{ChannelHandle, Position, Variables};
use obelus_core::conf::is_true;
use obelus_core::dial::{self, NotAnswered, Then};
use obelus_core::events::{Event, EventKind, Originated};
use obelus_core::media::Codec;

use super::leading_number;

/// The longest unique id that may be asked for.
const LONGEST_ID: usize = 149;

/// How long it rings without `Timeout`, in milliseconds.
const USUAL_TIME: i64 = 30_000;

pub(super) struct Originate;

static INFO: ActionInfo = super::info(
    "Originate",
    Classes::ORIGINATE,
    "Originate a call.",
    &[
        ("Channel", "Who is called: Technology/address."),
        ("Exten", "The extension to run when he has answered, with Context and Priority."),
        ("Context", "The context."),
        ("Priority", "The priority or a label."),
        ("Application", "The application to run instead."),
        ("Data", "Its arguments."),
        ("Timeout", "After how many milliseconds to stop calling; 30000 by default."),
        ("CallerID", "Who is shown as the caller."),
        ("Variable", "Variables of the new channel: name=value, with commas between, and several times."),
        ("Account", "The account code."),
        ("EarlyMedia", "yes: it goes on as soon as there is audio before the answer."),
        ("Async", "yes: the answer comes at once, and OriginateResponse tells what became of the call."),
        ("Codecs", "The codecs to offer, with commas between."),
        ("ChannelId", "The unique id of the new channel."),
        ("OtherChannelId", "The unique id of the second half of a Local channel."),
        ("PreDialGoSub", "context,exten,priority(arguments) to run on the new channel before it is called."),
    ],
);

#[async_trait]
impl Action for Originate {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, call: ActionCall<'_>) {
        let wanted = match read(&call) {
            Ok(wanted) => wanted,
            Err(reason) => return call.reply.error(reason),
        };
        let core = call.core.clone();
        if is_true(call.message.get("Async")) {
            let id: Arc<str> = call.message.get("ActionID").into();
            tokio::spawn(async move { originate(&core, id, wanted).await });
            return call.reply.ack("Originate successfully queued");
        }
        match core.originate(wanted).await {
            Ok(_) => call.reply.ack("Originate successfully queued"),
            Err(error) => {
                tracing::info!(%error, "AMI: the originated call came to nothing");
                call.reply.error("Originate failed");
            }
        }
    }
}

fn read(call: &ActionCall<'_>) -> Result<dial::Originate, String> {
    let get = |header| call.message.get(header);
    let ids = ["ChannelId", "OtherChannelId"].map(get);
    if ids.iter().any(|id| id.len() > LONGEST_ID) {
        return Err(format!("Uniqueid length exceeds maximum of {LONGEST_ID}"));
    }
    let destination = get("Channel");
    if destination.is_empty() {
        return Err("Channel not specified".into());
    }
    let priority = priority(call)?;
    let timeout = match get("Timeout") {
        "" => USUAL_TIME,
        text => leading_number(text).ok_or("Invalid timeout")?,
    };
    if !destination.contains('/') {
        return Err("Invalid channel".into());
    }
    let caller = Party::parse(get("CallerID"));
    let then = then(call, priority, caller.number.text())?;
    let taken = ids.iter().find(|id| !id.is_empty() && call.core.channels.find(id).is_some());
    if let Some(taken) = taken {
        return Err(format!("There is already a channel with the Uniqueid {taken}"));
    }
    Ok(dial::Originate {
        timeout: Duration::from_millis(timeout.max(0).unsigned_abs()),
        caller,
        variables: variables(call),
        codecs: codecs(get("Codecs"))?,
        account_code: get("Account").into(),
        predial: Some(get("PreDialGoSub").to_owned()).filter(|target| !target.is_empty()),
        unique_ids: ids.map(|id| Some(Arc::from(id)).filter(|id: &Arc<str>| !id.is_empty())),
        early: is_true(get("EarlyMedia")),
        ..dial::Originate::new(destination, then)
    })
}

/// The priority's number; 0 where none is named.
fn priority(call: &ActionCall<'_>) -> Result<u32, String> {
    let text = call.message.get("Priority");
    let found = match leading_number(text) {
        _ if text.is_empty() => Some(0),
        Some(number) => u32::try_from(number).ok(),
        None => {
            let (context, exten) = (call.message.get("Context"), call.message.get("Exten"));
            call.core.dialplan.load().number_of_label(call.core, context, exten, text, "")
        }
    };
    found.ok_or_else(|| "Invalid priority".to_owned())
}

fn then(call: &ActionCall<'_>, priority: u32, caller: &str) -> Result<Then, String> {
    let (name, data) = (call.message.get("Application"), call.message.get("Data"));
    if !name.is_empty() && !is_permitted(name, data, call.asker.write) {
        return Err("Originate Access Forbidden: app or data blacklisted".into());
    }
    let position = Position::new(call.message.get("Context"), call.message.get("Exten"), priority);
    if priority > 0 && !call.core.dialplan.load().exists(&call.core.clock, &position, caller) {
        return Err("Extension does not exist.".into());
    }
    match (name, priority) {
        ("", 0) => Err("Originate with 'Exten' requires 'Context' and 'Priority'".into()),
        ("", _) => Ok(Then::Extension(position)),
        _ => Ok(Then::Application { name: name.to_owned(), data: data.to_owned() }),
    }
}

/// The user's variables first, then those of the message, which win.
fn variables(call: &ActionCall<'_>) -> Variables {
    let mut variables = Variables::default();
    let own = call.asker.variables.iter().cloned();
    for (name, value) in own.chain(call.message.variables()) {
        variables.set(&name, value);
    }
    variables
}

fn codecs(list: &str) -> Result<Vec<Codec>, String> {
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    let known = |word: &str| Codec::from_name(word).map_err(|_| format!("Invalid codec {word}"));
    words.map(known).collect()
}

/// What in an application's name needs the class `system`: it reaches programs, files or other channels.
const DANGEROUS_NAMES: [&str; 8] =
    ["agi", "dbdeltree", "exec", "externalivr", "mixmonitor", "originate", "reload", "system"];

/// What in its arguments does.
const DANGEROUS_DATA: [&str; 7] = ["CURL", "DB", "EVAL", "FILE", "ODBC", "REALTIME", "SHELL"];

/// The argument of `Queue` that names an AGI program, counted from 0.
const QUEUE_AGI: usize = 5;

fn is_permitted(name: &str, data: &str, may: Classes) -> bool {
    let lower = name.to_ascii_lowercase();
    if DANGEROUS_NAMES.iter().any(|dangerous| lower.contains(dangerous)) {
        return may.intersects(Classes::SYSTEM);
    }
    let runs_agi = || data.split(',').nth(QUEUE_AGI).is_some_and(|agi| !agi.is_empty());
    if lower.contains("queue") && runs_agi() {
        return may.intersects(Classes::SYSTEM | Classes::AGI);
    }
    let is_dangerous = DANGEROUS_DATA.iter().any(|dangerous| data.contains(dangerous));
    !is_dangerous || may.intersects(Classes::SYSTEM)
}

/// Makes the call and tells everybody what became of it.
async fn originate(core: &Arc<Core>, action_id: Arc<str>, wanted: dial::Originate) {
    let (destination, then, caller) =
        (wanted.destination.as_str().into(), wanted.then.clone(), wanted.caller.clone());
    let result = core.originate(wanted).await;
    let event = || {
        let reason = match &result {
            Ok(_) => 4,
            Err(error) => reason(error),
        };
        let channel = result.as_ref().ok().map(ChannelHandle::snapshot).map(Arc::new);
        Event::Originated(Arc::new(Originated { action_id, channel, destination, then, reason, caller }))
    };
    core.events.publish(EventKind::Originated, || core.clock.now(), event);
}

/// The number of the control frame that Asterisk would have seen last.
fn reason(error: &NotAnswered) -> u8 {
    match error.word() {
        "BUSY" => 5,
        "CONGESTION" => 8,
        "RINGING" => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dangerous_applications_need_the_class_system() {
        let check = |name: &str, data: &str, may: Classes, expected: bool| {
            assert_eq!(is_permitted(name, data, may), expected, "{name}({data}) {may}");
        };
        check("Echo", "", Classes::ORIGINATE, true);
        check("TryExec", "Echo()", Classes::ORIGINATE, false);
        check("System", "ls", Classes::SYSTEM, true);
        check("NoOp", "${SHELL(ls)}", Classes::CALL, false);
        check("NoOp", "${db}", Classes::NONE, true);
        check("Queue", "sales,,,,30,script.agi", Classes::ORIGINATE, false);
        check("Queue", "sales,,,,30,script.agi", Classes::AGI, true);
        check("Queue", "sales,t", Classes::NONE, true);
    }
}
