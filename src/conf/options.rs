//! The options of a section as a list, for the manual and for `config show help`.

use std::sync::Arc;

use crate::{Location, Problems, Reader, Section};

/// One option, as the manual shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionHelp {
    /// The key.
    pub name: &'static str,
    /// The value that holds where the option is not set; empty if there is none.
    pub default: &'static str,
    /// What it does, in one sentence.
    pub synopsis: &'static str,
}

/// A type that is read from one section.
pub trait ConfiguredSection: Sized {
    /// All options, in the order of the manual.
    const OPTIONS: &'static [OptionHelp];

    /// Reads the section; `None` if it cannot be used, which the reader has reported.
    ///
    /// Asks for every option before it gives up, so that all problems are found at once.
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

/// The options that a type reads and does not document, and those that it documents and does not read.
///
/// For a test of every configured type: the list must be empty.
#[must_use]
pub fn documentation_gaps<T: ConfiguredSection>() -> Vec<String> {
    let section = Section {
        name: Arc::from(""),
        entries: Vec::new(),
        is_template: false,
        is_broken: false,
        bases: Vec::new(),
        location: Location::new("", 0),
    };
    let mut problems = Problems::new();
    let mut reader = Reader::new(&section, &mut problems);
    T::read(&mut reader);
    let asked: Vec<&str> = reader.asked().collect();
    let documented = |name: &str| T::OPTIONS.iter().any(|option| option.name == name);
    let undocumented = asked.iter().filter(|name| !documented(name));
    let unread = T::OPTIONS.iter().filter(|option| !asked.contains(&option.name));
    undocumented
        .map(|name| format!("`{name}` is read and not documented"))
        .chain(unread.map(|option| format!("`{}` is documented and not read", option.name)))
        .collect()
}
