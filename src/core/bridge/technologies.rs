//! The ways in which channels are joined, under Asterisk's names: what `bridge technology show` lists.

use std::sync::atomic::{AtomicBool, Ordering};

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technology {
    /// Asterisk's name of it.
    pub name: &'static str,
    /// Asterisk's word for what it can do.
    pub kind: &'static str,
    /// Of those that fit, the one with the highest is taken.
    pub priority: u32,
}

/// Only waiting.
pub(super) const HOLDING: &str = "holding_bridge";
/// Packets go on as they come, or from telephone to telephone.
pub(super) const NATIVE: &str = "native_rtp";
/// Two who hear each other, by whatever way the audio has to go.
pub(super) const SIMPLE: &str = "simple_bridge";

const ALL: [Technology; 3] = [
    Technology { name: HOLDING, kind: "Holding", priority: 50 },
    Technology { name: SIMPLE, kind: "1to1Mix", priority: 50 },
    Technology { name: NATIVE, kind: "Native", priority: 90 },
];

/// All of them, and which are not to be used.
#[derive(Debug, Default)]
pub struct Technologies {
    native_is_suspended: AtomicBool,
}

/// Why one cannot be suspended.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuspendError {
    /// There is none of this name.
    #[error("not found")]
    Unknown,
    /// Without it some channels could not be joined at all.
    #[error("cannot be suspended: nothing else does what it does")]
    Needed,
}

impl Technologies {
    /// All, with whether each is suspended.
    pub fn all(&self) -> impl Iterator<Item = (Technology, bool)> {
        let native = self.native_is_suspended();
        ALL.into_iter().map(move |technology| (technology, native && technology.name == NATIVE))
    }

    /// Uses it no more for what is joined from now on, or uses it again; names have no case.
    ///
    /// Without `native_rtp` telephones do not send to each other, so that all audio passes here.
    pub fn suspend(&self, name: &str, suspended: bool) -> Result<(), SuspendError> {
        let known = ALL.iter().find(|technology| technology.name.eq_ignore_ascii_case(name));
        match known.ok_or(SuspendError::Unknown)?.name {
            NATIVE => self.native_is_suspended.store(suspended, Ordering::Relaxed),
            _ if suspended => return Err(SuspendError::Needed),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn native_is_suspended(&self) -> bool {
        self.native_is_suspended.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_can_stand_in_for_cannot_be_suspended() {
        let technologies = Technologies::default();
        let check = |name: &str, suspended: bool, expected: Result<(), SuspendError>| {
            assert_eq!(technologies.suspend(name, suspended), expected, "{name}");
        };
        check("Native_RTP", true, Ok(()));
        check("simple_bridge", true, Err(SuspendError::Needed));
        check("simple_bridge", false, Ok(()));
        check("softmix", true, Err(SuspendError::Unknown));
        let suspended = technologies.all().filter(|row| row.1).map(|row| row.0.name);
        assert_eq!(suspended.collect::<Vec<_>>(), ["native_rtp"]);
        check("native_rtp", false, Ok(()));
        assert!(!technologies.native_is_suspended());
    }
}
