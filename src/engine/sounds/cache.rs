//! Prompts in memory, the ones not used for longest given up first.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use obelus_media::Codec;

use super::Found;
use crate::play::Sound;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) language: String,
    pub(super) codec: Codec,
}

/// What was found, and when it was looked at last.
#[derive(Debug)]
pub(super) struct Entry {
    path: PathBuf,
    modified: Option<SystemTime>,
    size: u64,
    sound: Arc<Sound>,
    checked: Instant,
    used: u64,
}

impl Entry {
    pub(super) fn new(found: Found, sound: Arc<Sound>, now: Instant) -> Self {
        let Found { path, size, modified, .. } = found;
        Self { path, modified, size, sound, checked: now, used: 0 }
    }
}

/// Sounds by what was asked for.
#[derive(Debug)]
pub(super) struct Cache {
    entries: HashMap<Key, Entry>,
    pinned: HashMap<(String, Codec), Arc<Sound>>,
    budget: usize,
    bytes: usize,
    uses: u64,
}

impl Cache {
    pub(super) fn new(budget: usize) -> Self {
        Self { entries: HashMap::new(), pinned: HashMap::new(), budget, bytes: 0, uses: 0 }
    }

    /// A sound that is pinned, or whose file was looked at after `fresh`.
    pub(super) fn get(&mut self, key: &Key, fresh: Option<Instant>) -> Option<Arc<Sound>> {
        if !self.pinned.is_empty()
            && let Some(sound) = self.pinned.get(&(key.name.clone(), key.codec))
        {
            return Some(Arc::clone(sound));
        }
        let entry =
            self.entries.get_mut(key).filter(|entry| fresh.is_none_or(|fresh| entry.checked >= fresh))?;
        self.uses += 1;
        entry.used = self.uses;
        Some(Arc::clone(&entry.sound))
    }

    /// The sound, if its file is still the one that it was read from.
    pub(super) fn confirm(&mut self, key: &Key, found: &Found, now: Instant) -> Option<Arc<Sound>> {
        let entry = self.entries.get_mut(key)?;
        let same = (&entry.path, entry.modified, entry.size) == (&found.path, found.modified, found.size);
        if !same {
            return None;
        }
        entry.checked = now;
        self.get(key, None)
    }

    /// Keeps a sound, if it fits the budget at all.
    pub(super) fn put(&mut self, key: Key, entry: Entry) {
        let size = entry.sound.payload().len();
        self.remove(&key);
        if size > self.budget {
            return;
        }
        while self.bytes + size > self.budget
            && let Some(oldest) =
                self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone())
        {
            self.remove(&oldest);
        }
        self.uses += 1;
        self.bytes += size;
        self.entries.insert(key, Entry { used: self.uses, ..entry });
    }

    pub(super) fn pin(&mut self, name: &str, sound: Arc<Sound>) {
        self.pinned.insert((name.to_owned(), sound.codec()), sound);
    }

    pub(super) fn is_pinned(&self, name: &str) -> bool {
        self.pinned.keys().any(|(pinned, _)| pinned == name)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.sound.payload().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key { name: name.to_owned(), language: String::new(), codec: Codec::Ulaw }
    }

    fn found(size: u64) -> Found {
        Found {
            path: PathBuf::from("/x.ulaw"),
            format: obelus_media::file::FileFormat::Frames(Codec::Ulaw),
            size,
            modified: None,
        }
    }

    fn entry(size: usize, now: Instant) -> Entry {
        Entry::new(found(size as u64), Arc::new(Sound::new(Codec::Ulaw, vec![0; size]).unwrap()), now)
    }

    #[test]
    fn the_one_not_used_for_longest_makes_room() {
        let (mut cache, now) = (Cache::new(100), Instant::now());
        cache.put(key("a"), entry(40, now));
        cache.put(key("b"), entry(40, now));
        assert!(cache.get(&key("a"), None).is_some());
        cache.put(key("c"), entry(40, now));
        assert!(cache.get(&key("b"), None).is_none());
        assert!(cache.get(&key("a"), None).is_some());
        assert_eq!(cache.bytes(), 80);
        cache.put(key("d"), entry(101, now));
        assert_eq!(cache.bytes(), 80);
    }

    #[test]
    fn a_file_is_looked_at_again_after_a_while_and_read_again_if_it_changed() {
        let (mut cache, now) = (Cache::new(100), Instant::now());
        cache.put(key("a"), entry(40, now));
        let later = now + std::time::Duration::from_secs(9);
        assert!(cache.get(&key("a"), Some(later)).is_none());
        assert!(cache.confirm(&key("a"), &found(41), later).is_none());
        assert!(cache.confirm(&key("a"), &found(40), later).is_some());
        assert!(cache.get(&key("a"), Some(later)).is_some());
    }
}
