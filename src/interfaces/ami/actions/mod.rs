//! The actions, one file for each family.

mod attended_transfer;
mod bridge;
mod bridge_technologies;
mod bridges;
mod channel_map;
mod command;
mod control_playback;
mod core_show;
mod database;
mod dialplan;
mod digits;
mod files;
mod hangup;
mod list;
mod module_load;
mod mute_audio;
mod originate;
mod ping;
mod redirect;
mod reload;
mod scope;
mod session;
mod settings;
mod states;
mod status;
mod text;
mod timeout;
mod transfer;
mod user_event;
mod variables;

use std::sync::Arc;

use obelus_core::action::{ActionCall, ActionInfo};
use obelus_core::channel::ChannelHandle;
use obelus_core::registry::Registry;

use crate::ami::Ami;

pub(crate) use scope::refusal;

/// Enters all of them.
pub(crate) fn register(ami: &Arc<Ami>, registry: &mut Registry) {
    session::register(registry);
    registry.add_action(ping::Ping);
    registry.add_action(list::ListCommands);
    registry.add_action(command::Command);
    registry.add_action(settings::CoreSettings(ami.clone()));
    registry.add_action(settings::CoreStatus(ami.control.clone()));
    registry.add_action(reload::Reload(ami.control.clone()));
    registry.add_action(module_load::ModuleLoad(ami.control.clone()));
    registry.add_action(reload::ModuleCheck);
    registry.add_action(reload::LoggerRotate);
    registry.add_action(user_event::UserEvent);
    register_calls(registry);
    register_states(registry);
    files::register(ami, registry);
}

fn register_calls(registry: &mut Registry) {
    registry.add_action(core_show::CoreShowChannels);
    registry.add_action(channel_map::CoreShowChannelMap);
    registry.add_action(status::Status);
    registry.add_action(hangup::Hangup);
    registry.add_action(originate::Originate);
    registry.add_action(redirect::Redirect);
    registry.add_action(transfer::BlindTransfer);
    registry.add_action(variables::Getvar);
    registry.add_action(variables::Setvar);
    registry.add_action(text::SendText);
    registry.add_action(digits::PlayDtmf);
    registry.add_action(digits::PlayMf);
    registry.add_action(mute_audio::MuteAudio);
    registry.add_action(digits::SendFlash);
    registry.add_action(timeout::AbsoluteTimeout);
    registry.add_action(bridge::Bridge);
    registry.add_action(bridges::BridgeList);
    registry.add_action(bridges::BridgeInfo);
    registry.add_action(bridges::BridgeDestroy);
    registry.add_action(bridges::BridgeKick);
    registry.add_action(bridges::LocalOptimizeAway);
    registry.add_action(bridge_technologies::List);
    registry.add_action(bridge_technologies::Suspend);
    registry.add_action(bridge_technologies::Unsuspend);
    registry.add_action(control_playback::ControlPlayback);
    registry.add_action(attended_transfer::Atxfer);
    registry.add_action(attended_transfer::CancelAtxfer);
}

fn register_states(registry: &mut Registry) {
    registry.add_action(database::DbGet);
    registry.add_action(database::DbGetTree);
    registry.add_action(database::DbPut);
    registry.add_action(database::DbDel);
    registry.add_action(database::DbDelTree);
    registry.add_action(states::ExtensionState);
    registry.add_action(states::ExtensionStateList);
    registry.add_action(states::DeviceStateList);
    registry.add_action(states::PresenceState);
    registry.add_action(states::PresenceStateList);
    registry.add_action(dialplan::ShowDialPlan);
    registry.add_action(dialplan::Add);
    registry.add_action(dialplan::Remove);
}

/// An action's table entry, shortly.
const fn info(
    name: &'static str,
    privilege: obelus_core::action::Classes,
    synopsis: &'static str,
    arguments: &'static [(&'static str, &'static str)],
) -> ActionInfo {
    ActionInfo { name, privilege, synopsis, arguments }
}

/// The channel that a header names; without it the error is answered.
fn channel(call: &mut ActionCall<'_>, header: &str, missing: &str, unknown: &str) -> Option<ChannelHandle> {
    let name = call.required(header, missing)?;
    let found = call.core.channels.find(&name);
    if found.is_none() {
        call.reply.error(unknown);
    }
    found
}

/// A number as C's `sscanf` reads it: what stands behind it does not matter.
fn leading_number(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let length = text.len() - digits.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    text.get(..length)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_something_behind_it() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(leading_number(text), expected, "{text}");
        check("12", Some(12));
        check(" -7ms", Some(-7));
        check("label", None);
        check("", None);
        check("99999999999999999999", None);
    }
}
