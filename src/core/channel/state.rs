//! The states of a channel, with Asterisk's numbers and words.

use std::fmt;

/// What a channel is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChannelState {
    /// Made, but nothing happens yet.
    #[default]
    Down,
    /// Held back for a call.
    Reserved,
    /// Off hook, nothing dialled.
    OffHook,
    /// Calling out.
    Dialing,
    /// An incoming call that has not been answered.
    Ring,
    /// The far end rings.
    Ringing,
    /// Answered.
    Up,
    /// The far end is busy.
    Busy,
    /// Off hook while calling out.
    DialingOffHook,
    /// Before the first ring.
    PreRing,
}

impl ChannelState {
    /// `ChannelState` of AMI.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// `ChannelStateDesc` of AMI and `State` of `core show channels`.
    pub fn word(self) -> &'static str {
        match self {
            ChannelState::Down => "Down",
            ChannelState::Reserved => "Rsrvd",
            ChannelState::OffHook => "OffHook",
            ChannelState::Dialing => "Dialing",
            ChannelState::Ring => "Ring",
            ChannelState::Ringing => "Ringing",
            ChannelState::Up => "Up",
            ChannelState::Busy => "Busy",
            ChannelState::DialingOffHook => "Dialing Offhook",
            ChannelState::PreRing => "Pre-ring",
        }
    }
}

impl fmt::Display for ChannelState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
