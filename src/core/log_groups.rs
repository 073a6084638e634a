//! Groups of channels for the log: `LOG_GROUP()` puts channels into them, `logger filter` shows the lines of some alone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Which channel is in which group, and which groups consoles show.
#[derive(Debug, Default)]
pub struct LogGroups {
    /// Whether any group is chosen: what every line looks at first.
    filters: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The group of a channel, by the number that its lines have.
    of: HashMap<u64, String>,
    shown: Vec<String>,
}

impl LogGroups {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a channel into a group, in the place of the one before; an empty one takes it out.
    pub fn set(&self, channel: u64, group: &str) {
        let mut state = self.state();
        match group {
            "" => drop(state.of.remove(&channel)),
            group => drop(state.of.insert(channel, group.to_owned())),
        }
    }

    /// Shows a group's lines, or no longer. While there is such a group, the lines of others are not shown.
    pub fn show(&self, group: &str, on: bool) {
        let mut state = self.state();
        state.shown.retain(|known| known != group);
        if on {
            state.shown.insert(0, group.to_owned());
        }
        self.filters.store(!state.shown.is_empty(), Ordering::Relaxed);
    }

    /// Shows all lines again; returns how many groups had been chosen.
    pub fn show_all(&self) -> usize {
        let mut state = self.state();
        self.filters.store(false, Ordering::Relaxed);
        std::mem::take(&mut state.shown).len()
    }

    /// The chosen groups, the latest first.
    pub fn shown(&self) -> Vec<String> {
        self.state().shown.clone()
    }

    /// Whether a line of these channels is not to be shown.
    pub fn hides(&self, channels: impl IntoIterator<Item = u64>) -> bool {
        if !self.filters.load(Ordering::Relaxed) {
            return false;
        }
        let state = self.state();
        let is_shown = |channel| state.of.get(&channel).is_some_and(|group| state.shown.contains(group));
        !channels.into_iter().any(is_shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_chosen_groups_are_shown() {
        let groups = LogGroups::default();
        groups.set(1, "sales");
        groups.set(2, "support");
        let check = |channels: &[u64], expected: bool| {
            assert_eq!(groups.hides(channels.iter().copied()), expected, "{channels:?}");
        };
        check(&[2], false);
        groups.show("sales", true);
        check(&[1], false);
        check(&[2], true);
        check(&[], true);
        check(&[2, 1], false);
        groups.show("support", true);
        groups.show("sales", false);
        assert_eq!(groups.shown(), ["support"]);
        groups.set(2, "");
        check(&[2], true);
        assert_eq!(groups.show_all(), 1);
        check(&[2], false);
    }
}
