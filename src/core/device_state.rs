//! The state of a device, derived from its channels and from what its technology says.

use std::fmt;

/// Asterisk's device states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeviceState {
    /// There is nobody to ask.
    #[default]
    Unknown,
    /// No call.
    NotInUse,
    /// In a call.
    InUse,
    /// In as many calls as it takes.
    Busy,
    /// There is no such device.
    Invalid,
    /// Known, but not reachable.
    Unavailable,
    /// Being called.
    Ringing,
    /// In a call and being called.
    RingInUse,
    /// In a call that is on hold.
    OnHold,
}

const WORDS: [(DeviceState, &str, &str); 9] = [
    (DeviceState::Unknown, "UNKNOWN", "Unknown"),
    (DeviceState::NotInUse, "NOT_INUSE", "Not in use"),
    (DeviceState::InUse, "INUSE", "In use"),
    (DeviceState::Busy, "BUSY", "Busy"),
    (DeviceState::Invalid, "INVALID", "Invalid"),
    (DeviceState::Unavailable, "UNAVAILABLE", "Unavailable"),
    (DeviceState::Ringing, "RINGING", "Ringing"),
    (DeviceState::RingInUse, "RINGINUSE", "Ring+Inuse"),
    (DeviceState::OnHold, "ONHOLD", "On Hold"),
];

impl DeviceState {
    fn row(self) -> &'static (DeviceState, &'static str, &'static str) {
        WORDS.iter().find(|row| row.0 == self).unwrap_or(&WORDS[0])
    }

    /// The word of `DEVICE_STATE()` and AMI: `NOT_INUSE`.
    pub fn word(self) -> &'static str {
        self.row().1
    }

    /// Asterisk's number, from 0 for unknown to 8 for on hold.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The text of the console: `Not in use`.
    pub fn text(self) -> &'static str {
        self.row().2
    }

    /// Reads a word of [`DeviceState::word`], in any case.
    pub fn parse(text: &str) -> Option<DeviceState> {
        WORDS.iter().find(|row| row.1.eq_ignore_ascii_case(text)).map(|row| row.0)
    }
}

impl fmt::Display for DeviceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a device's own channels say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelCounts {
    /// Channels being rung.
    pub ringing: usize,
    /// Channels dialling or talking.
    pub in_use: usize,
    /// Talking channels that are held.
    pub on_hold: usize,
}

impl ChannelCounts {
    /// The state by Asterisk's rules, given what the technology says of a device without calls.
    pub fn state(self, idle: DeviceState) -> DeviceState {
        match self {
            // A technology that takes no more calls knows better than the number of calls.
            _ if idle == DeviceState::Busy => DeviceState::Busy,
            ChannelCounts { ringing: 0, in_use: 0, .. } => idle,
            ChannelCounts { ringing: 0, in_use, on_hold } if on_hold >= in_use => DeviceState::OnHold,
            ChannelCounts { ringing: 0, .. } => DeviceState::InUse,
            ChannelCounts { in_use: 0, .. } => DeviceState::Ringing,
            _ => DeviceState::RingInUse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_decide_the_state() {
        let check = |ringing, in_use, on_hold, expected| {
            let counts = ChannelCounts { ringing, in_use, on_hold };
            assert_eq!(counts.state(DeviceState::NotInUse), expected);
        };
        check(0, 0, 0, DeviceState::NotInUse);
        check(1, 0, 0, DeviceState::Ringing);
        check(1, 1, 0, DeviceState::RingInUse);
        check(0, 1, 0, DeviceState::InUse);
        check(0, 1, 1, DeviceState::OnHold);
        check(0, 2, 1, DeviceState::InUse);
        assert_eq!(DeviceState::parse("not_inuse"), Some(DeviceState::NotInUse));
    }
}
