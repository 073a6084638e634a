//! The groups that channels are counted in: at most one group of each category for a channel.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use obelus_core::channel::Channel;

/// All memberships, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<Vec<Member>>);

/// One channel in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) channel: u64,
    pub(crate) group: String,
    /// Empty for none.
    pub(crate) category: String,
}

/// Kept by a channel that is in groups, so that it leaves them when it ends.
struct Membership {
    groups: Arc<Groups>,
    channel: u64,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.groups.members().retain(|member| member.channel != self.channel);
    }
}

/// `group` and `category` of `group@category`.
pub(crate) fn split(text: &str) -> (&str, &str) {
    text.split_once('@').unwrap_or((text, ""))
}

impl Groups {
    fn members(&self) -> MutexGuard<'_, Vec<Member>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a channel into a group in the place of the one of the same category; no group takes it out.
    pub(crate) fn set(self: &Arc<Self>, channel: &mut Channel, group: &str, category: &str) {
        let id = channel.handle().id();
        let mut members = self.members();
        members.retain(|member| member.channel != id || !member.category.eq_ignore_ascii_case(category));
        if !group.is_empty() {
            members.push(Member { channel: id, group: group.to_owned(), category: category.to_owned() });
        }
        drop(members);
        if channel.datastore.get::<Membership>().is_none() {
            channel.datastore.insert(Membership { groups: self.clone(), channel: id });
        }
    }

    /// All memberships, the oldest first.
    pub(crate) fn all(&self) -> Vec<Member> {
        self.members().clone()
    }

    /// The groups of a channel, in the order in which it came into them.
    pub(crate) fn of(&self, channel: &Channel) -> Vec<Member> {
        let id = channel.handle().id();
        self.members().iter().filter(|member| member.channel == id).cloned().collect()
    }

    /// How many memberships fit.
    pub(crate) fn count(&self, fits: impl Fn(&Member) -> bool) -> usize {
        self.members().iter().filter(|member| fits(member)).count()
    }
}

/// Whether a category is the wanted one; every one is where none is wanted.
pub(crate) fn is_category(category: &str, wanted: &str) -> bool {
    wanted.is_empty() || category.eq_ignore_ascii_case(wanted)
}
