//! Channels: their life, what they run, whom they ring, what is pressed.

use obelus_core::action::{Lines, shown};
use obelus_core::cause::Cause;
use obelus_core::channel::Snapshot;
use obelus_core::dial::Then;
use obelus_core::events::{Event, Originated};

use super::describe::push_variables;
use super::push_channel;

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    match event {
        Event::NewChannel(channel)
        | Event::NewState(channel)
        | Event::NewConnectedLine(channel)
        | Event::Unhold(channel)
        | Event::MusicOnHoldStop(channel) => push_channel(lines, "", channel),
        Event::NewCallerId(channel) => push_caller_id(lines, channel),
        Event::NewAccountCode { channel, old } => {
            push_channel(lines, "", channel);
            lines.put("OldAccountCode", old);
        }
        Event::NewExten(channel) => push_exten(lines, channel),
        Event::VarSet { channel, name, value } => push_variable(lines, channel.as_deref(), name, value),
        Event::HangupRequest { channel, cause } | Event::SoftHangupRequest { channel, cause } => {
            push_channel(lines, "", channel);
            push_request(lines, *cause);
        }
        Event::Hangup(channel) => push_hangup(lines, channel),
        Event::Hold(channel) => {
            push_channel(lines, "", channel);
            if !channel.facts.music_class.is_empty() {
                lines.put("MusicClass", &channel.facts.music_class);
            }
        }
        Event::MusicOnHoldStart { channel, class } => {
            push_channel(lines, "", channel);
            lines.put("Class", class);
        }
        Event::DigitBegin { channel, digit, received } => {
            push_channel(lines, "", channel);
            lines.put("Digit", digit).put("Direction", direction(*received));
        }
        Event::DigitEnd { channel, digit, duration, received } => {
            push_channel(lines, "", channel);
            let milliseconds = duration.as_millis();
            lines.put("Digit", digit).put("DurationMs", milliseconds).put("Direction", direction(*received));
        }
        Event::DialBegin { channel, destination, dial_string } => {
            push_pair(lines, channel.as_deref(), destination);
            lines.put("DialString", dial_string);
        }
        Event::DialState { channel, destination, status } => {
            push_pair(lines, channel.as_deref(), destination);
            lines.put("DialStatus", status);
        }
        Event::DialEnd { channel, destination, status, forward } => {
            push_pair(lines, channel.as_deref(), destination);
            if let Some(forward) = forward {
                lines.put("Forward", forward);
            }
            lines.put("DialStatus", status);
        }
        Event::UserEvent { channel, name, headers } => {
            if let Some(channel) = channel {
                push_channel(lines, "", channel);
            }
            lines.put("UserEvent", name);
            for (name, value) in headers.iter() {
                lines.put_line(&format!("{name}: {value}"));
            }
        }
        Event::HangupHandler { channel, handler, .. } => {
            push_channel(lines, "", channel);
            lines.put("Handler", handler);
        }
        Event::LocalBridge { one, two, context, exten } => {
            push_channel(lines, "LocalOne", one);
            push_channel(lines, "LocalTwo", two);
            let may_leave = two.facts.other_half.as_ref().is_some_and(|half| half.may_leave);
            lines.put("Context", context).put("Exten", exten);
            lines.put("LocalOptimization", if may_leave { "Yes" } else { "No" });
        }
        Event::Originated(originated) => push_originated(lines, originated),
        _ => return false,
    }
    true
}

fn direction(received: bool) -> &'static str {
    if received { "Received" } else { "Sent" }
}

fn push_pair(lines: &mut Lines<'_>, channel: Option<&Snapshot>, destination: &Snapshot) {
    if let Some(channel) = channel {
        push_channel(lines, "", channel);
    }
    push_channel(lines, "Dest", destination);
}

fn push_caller_id(lines: &mut Lines<'_>, channel: &Snapshot) {
    push_channel(lines, "", channel);
    let presentation = channel.facts.caller.presentation();
    lines.put("CID-CallingPres", format_args!("{} ({})", presentation.number(), presentation.text()));
}

fn push_exten(lines: &mut Lines<'_>, channel: &Snapshot) {
    push_channel(lines, "", channel);
    let facts = &channel.facts;
    lines
        .put("Extension", &facts.position.exten)
        .put("Application", &facts.application)
        .put("AppData", &facts.data);
}

fn push_variable(lines: &mut Lines<'_>, channel: Option<&Snapshot>, name: &str, value: &str) {
    match channel {
        Some(channel) => push_channel(lines, "", channel),
        None => drop(lines.put("Channel", "none").put("Uniqueid", "none")),
    }
    lines.put("Variable", name).put_escaped("", "Value", value);
}

fn push_request(lines: &mut Lines<'_>, cause: Cause) {
    if cause != Cause::NOT_DEFINED {
        lines.put("Cause", cause.number());
    }
}

fn push_hangup(lines: &mut Lines<'_>, channel: &Snapshot) {
    push_channel(lines, "", channel);
    let cause = channel.facts.hung_up.as_ref().map_or(Cause::NORMAL_CLEARING, |hung_up| hung_up.cause);
    lines.put("Cause", cause.number()).put("Cause-txt", cause.text());
}

fn push_originated(lines: &mut Lines<'_>, originated: &Originated) {
    if !originated.action_id.is_empty() {
        lines.put("ActionID", &originated.action_id);
    }
    let channel = originated.channel.as_deref();
    lines.put("Response", if channel.is_some() { "Success" } else { "Failure" });
    lines.put("Channel", channel.map_or(&originated.destination, |channel| &channel.name));
    match &originated.then {
        Then::Application { name, data } => drop(lines.put("Application", name).put("Data", data)),
        Then::Extension(position) => {
            lines.put("Context", &position.context).put("Exten", &position.exten);
        }
    }
    lines
        .put("Reason", originated.reason)
        .put("Uniqueid", channel.map_or("<unknown>", |channel| &channel.unique_id))
        .put("CallerIDNum", shown(originated.caller.number.text()))
        .put("CallerIDName", shown(originated.caller.name.text()));
    if let Some(channel) = channel {
        // An event that is no snapshot names the channel with each variable.
        push_variables(lines, "", &format!("ChanVariable({})", channel.name), channel);
    }
}
