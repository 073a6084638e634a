//! What happens to the audio of channels.

use obelus_core::action::Lines;
use obelus_core::events::Event;
use obelus_core::media_event::MediaEvent;

use super::push_channel;

/// Asterisk's name of an event.
pub(super) fn name(what: &MediaEvent) -> &'static str {
    match what {
        MediaEvent::TalkingStart => "ChannelTalkingStart",
        MediaEvent::TalkingStop { .. } => "ChannelTalkingStop",
        MediaEvent::Flash => "Flash",
        MediaEvent::MixMonitorStart => "MixMonitorStart",
        MediaEvent::MixMonitorStop => "MixMonitorStop",
        MediaEvent::MixMonitorMute { .. } => "MixMonitorMute",
    }
}

/// Writes what follows the head; false for what belongs elsewhere.
pub(super) fn push(lines: &mut Lines<'_>, event: &Event) -> bool {
    let Event::Media { channel, what } = event else { return false };
    push_channel(lines, "", channel);
    match what {
        MediaEvent::TalkingStop { duration } => drop(lines.put("Duration", duration.as_millis())),
        MediaEvent::MixMonitorMute { direction, muted } => {
            lines.put("Direction", direction).put("State", u8::from(*muted));
        }
        MediaEvent::TalkingStart
        | MediaEvent::Flash
        | MediaEvent::MixMonitorStart
        | MediaEvent::MixMonitorStop => {}
    }
    true
}
