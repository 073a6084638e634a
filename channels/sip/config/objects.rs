//! `Objects`: the sections of one type, found by name without allocating.

use std::collections::HashMap;
use std::sync::Arc;

use obelus_core::conf::{ConfiguredSection, Location, OptionHelp, Section};

/// Where an object was written, and what stands there.
#[derive(Clone, Debug)]
pub struct Source {
    /// The line of the section's header.
    pub location: Location,
    written: Vec<(Arc<str>, Arc<str>)>,
}

impl Source {
    pub(crate) fn of(section: &Section) -> Source {
        let written = section.entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        Source { location: section.location.clone(), written }
    }

    /// A place where nothing is written.
    pub(super) fn at(location: Location) -> Source {
        Source { location, written: Vec::new() }
    }

    /// Whether the same stands in another place.
    pub(super) fn says_the_same(&self, other: &Source) -> bool {
        self.written == other.written
    }

    /// The values of an option as they are written, in order, with those of the templates first.
    pub fn values<'a>(&'a self, option: &'a str) -> impl Iterator<Item = &'a str> {
        self.written
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(option))
            .map(|(_, value)| &**value)
    }
}

/// An option that Asterisk has and this driver does not serve.
#[derive(Clone, Copy, Debug)]
pub struct Unserved {
    /// The key.
    pub name: &'static str,
    /// The values that ask for what is done anyway; the first is Asterisk's default.
    pub accepted: &'static [&'static str],
    /// What becomes of a section that asks for more.
    pub absence: Absence,
    /// What is missing, in one sentence.
    pub synopsis: &'static str,
}

/// What becomes of a section that asks for what is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It works without it; a warning says so.
    Ignored,
    /// It is left out, since without it calls would be less protected than they were meant to be.
    Refused,
}

/// A type of section: `type = endpoint`.
pub trait ObjectType: ConfiguredSection {
    /// The word after `type =`.
    const TYPE: &'static str;
    /// The options that are known and not served, in the order of the manual.
    const UNSERVED: &'static [Unserved];

    /// The section's name.
    fn name(&self) -> &Arc<str>;
    /// Where it was written.
    fn source(&self) -> &Source;
}

pub(super) const fn served(name: &'static str, default: &'static str, synopsis: &'static str) -> OptionHelp {
    OptionHelp { name, default, synopsis }
}

pub(super) const fn unserved(
    name: &'static str,
    accepted: &'static [&'static str],
    synopsis: &'static str,
) -> Unserved {
    Unserved { name, accepted, absence: Absence::Ignored, synopsis }
}

pub(super) const fn refused(
    name: &'static str,
    accepted: &'static [&'static str],
    synopsis: &'static str,
) -> Unserved {
    Unserved { name, accepted, absence: Absence::Refused, synopsis }
}

/// All objects of one type, in the order of the file.
#[derive(Debug)]
pub struct Objects<T> {
    list: Vec<Arc<T>>,
    by_name: HashMap<Arc<str>, usize>,
}

impl<T> Default for Objects<T> {
    fn default() -> Objects<T> {
        Objects { list: Vec::new(), by_name: HashMap::new() }
    }
}

impl<T: ObjectType> Objects<T> {
    pub(super) fn add(&mut self, object: T) {
        self.by_name.insert(object.name().clone(), self.list.len());
        self.list.push(Arc::new(object));
    }

    /// The object of exactly this name.
    pub fn find(&self, name: &str) -> Option<&Arc<T>> {
        self.list.get(*self.by_name.get(name)?)
    }

    /// The object `user@domain`, found without writing the two into one text on the heap.
    pub fn find_at(&self, user: &str, domain: &str) -> Option<&Arc<T>> {
        let mut name = smallvec::SmallVec::<[u8; 128]>::new();
        name.extend_from_slice(user.as_bytes());
        name.push(b'@');
        name.extend_from_slice(domain.as_bytes());
        self.find(std::str::from_utf8(&name).ok()?)
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<T>> {
        self.list.iter()
    }

    /// All of them by name, as lists are printed.
    pub fn sorted(&self) -> Vec<&Arc<T>> {
        let mut sorted: Vec<&Arc<T>> = self.list.iter().collect();
        sorted.sort_by(|a, b| a.name().cmp(b.name()));
        sorted
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|object| &**object.name())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
