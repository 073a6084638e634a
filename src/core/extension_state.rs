//! The state of an extension, which is what the devices of its hint do together.

use obelus_dialplan::Hint;

use crate::Core;
use crate::device_state::DeviceState;

/// Asterisk's extension states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExtensionState {
    /// No device is in use.
    NotInUse,
    /// A device is in use.
    InUse,
    /// All devices are busy.
    Busy,
    /// No device is reachable.
    Unavailable,
    /// A device is ringing.
    Ringing,
    /// One is in use and one rings.
    RingInUse,
    /// All devices in use are on hold.
    OnHold,
}

const ROWS: [(ExtensionState, i32, &str, &str); 7] = [
    (ExtensionState::NotInUse, 0, "NOT_INUSE", "Idle"),
    (ExtensionState::InUse, 1, "INUSE", "InUse"),
    (ExtensionState::Busy, 2, "BUSY", "Busy"),
    (ExtensionState::Unavailable, 4, "UNAVAILABLE", "Unavailable"),
    (ExtensionState::Ringing, 8, "RINGING", "Ringing"),
    (ExtensionState::RingInUse, 9, "RINGINUSE", "InUse&Ringing"),
    (ExtensionState::OnHold, 16, "ONHOLD", "Hold"),
];

impl ExtensionState {
    /// What devices do together: one that rings beside one that is in use, else the most telling of their states.
    pub fn of(devices: impl IntoIterator<Item = DeviceState>) -> ExtensionState {
        let (mut most, mut rings, mut is_used) = (DeviceState::Invalid, false, false);
        for device in devices {
            rings |= device == DeviceState::Ringing;
            is_used |= matches!(device, DeviceState::InUse | DeviceState::OnHold | DeviceState::Busy);
            if weight(device) > weight(most) {
                most = device;
            }
        }
        match most {
            _ if rings && is_used => ExtensionState::RingInUse,
            DeviceState::RingInUse => ExtensionState::RingInUse,
            DeviceState::Unknown | DeviceState::NotInUse => ExtensionState::NotInUse,
            DeviceState::Invalid | DeviceState::Unavailable => ExtensionState::Unavailable,
            DeviceState::OnHold => ExtensionState::OnHold,
            DeviceState::Ringing => ExtensionState::Ringing,
            DeviceState::InUse => ExtensionState::InUse,
            DeviceState::Busy => ExtensionState::Busy,
        }
    }

    fn row(self) -> &'static (ExtensionState, i32, &'static str, &'static str) {
        ROWS.iter().find(|row| row.0 == self).unwrap_or(&ROWS[0])
    }

    /// The number of AMI's `ExtensionStatus`.
    pub fn number(self) -> i32 {
        self.row().1
    }

    /// The word of `EXTENSION_STATE()`.
    pub fn word(self) -> &'static str {
        self.row().2
    }

    /// The text of the console and of AMI.
    pub fn text(self) -> &'static str {
        self.row().3
    }
}

/// How much a state says about several devices together.
fn weight(state: DeviceState) -> u8 {
    match state {
        DeviceState::Invalid => 0,
        DeviceState::Unknown => 1,
        DeviceState::Unavailable => 2,
        DeviceState::NotInUse => 3,
        DeviceState::OnHold => 4,
        DeviceState::Ringing => 5,
        DeviceState::InUse => 6,
        DeviceState::Busy => 7,
        DeviceState::RingInUse => 8,
    }
}

impl Core {
    /// The state of an extension, `None` where it has no hint.
    pub async fn extension_state(&self, context: &str, exten: &str) -> Option<ExtensionState> {
        let (devices, _) = self.dialplan.load().hint(&self.clock, context, exten)?;
        let mut states = Vec::new();
        for device in Hint::devices(&devices) {
            states.push(self.device_state(device).await);
        }
        Some(ExtensionState::of(states))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_seen_together() {
        let check = |devices: &[DeviceState], expected: &str| {
            assert_eq!(ExtensionState::of(devices.iter().copied()).word(), expected, "{devices:?}");
        };
        check(&[], "UNAVAILABLE");
        check(&[DeviceState::Unknown], "NOT_INUSE");
        check(&[DeviceState::Unavailable, DeviceState::NotInUse], "NOT_INUSE");
        check(&[DeviceState::NotInUse, DeviceState::InUse], "INUSE");
        check(&[DeviceState::Ringing, DeviceState::NotInUse], "RINGING");
        check(&[DeviceState::OnHold, DeviceState::Ringing], "RINGINUSE");
        check(&[DeviceState::OnHold, DeviceState::NotInUse], "ONHOLD");
        check(&[DeviceState::RingInUse, DeviceState::Busy], "RINGINUSE");
        assert_eq!((ExtensionState::RingInUse.number(), ExtensionState::OnHold.text()), (9, "Hold"));
    }
}
