//! What a set of .conf files says: sections with their entries, in the order of the text.

use std::sync::Arc;

use crate::Location;

/// Everything that was read from one file and what it includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The sections in order, templates among them; a repeated name is a section of its own.
    pub sections: Vec<Section>,
    /// Every file that was read, the first one first, with its text.
    ///
    /// A reload compares these; an editor of the configuration finds comments and blank lines here.
    pub files: Vec<SourceFile>,
    /// The `#include`, `#tryinclude` and `#exec` lines.
    pub includes: Vec<Include>,
}

/// One `[name]` and its entries, those of its templates first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The text between the brackets.
    pub name: Arc<str>,
    /// Inherited entries in the order of the bases, then the section's own.
    pub entries: Vec<Entry>,
    /// Marked `(!)`: other sections may inherit it, but it configures nothing itself.
    pub is_template: bool,
    /// A base is missing, or too much is inherited: the section must not be used, and an error says so.
    pub is_broken: bool,
    /// The names in the parentheses that this section inherits from.
    pub bases: Vec<Arc<str>>,
    /// The line of the header.
    pub location: Location,
}

/// One `key = value` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The text before the `=`, trimmed.
    pub key: Arc<str>,
    /// The text after the `=`, trimmed; quotes are part of it.
    pub value: Arc<str>,
    /// Written with `=>`.
    pub arrow: bool,
    /// Written, or later extended, with `+=`; `value` is the whole text.
    pub append: bool,
    /// Where it is written, which for an inherited entry is in the template.
    pub location: Location,
    /// The name of the section in which it is written.
    pub written_in: Arc<str>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as it appears in locations.
    pub path: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

/// A line that pulls another file in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// Which of the three directives it is.
    pub kind: IncludeKind,
    /// The argument without its quotes: a path, a pattern of paths, or a command.
    pub argument: Arc<str>,
    /// The line of the directive.
    pub location: Location,
}

/// The three directives of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncludeKind {
    /// `#include`: the file must be there.
    Include,
    /// `#tryinclude`: the file may be missing.
    TryInclude,
    /// `#exec`: the output of a command.
    Exec,
}

impl Document {
    /// The first section of this name that is no template; case does not matter.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.concrete().find(|section| section.name.eq_ignore_ascii_case(name))
    }

    /// All sections of this name that are no templates; case does not matter.
    pub fn sections_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Section> {
        self.concrete().filter(move |section| section.name.eq_ignore_ascii_case(name))
    }

    /// All sections that are no templates, in order.
    pub fn concrete(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|section| !section.is_template)
    }
}

impl Section {
    /// The value of a key, the last one where it is repeated; case does not matter.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|entry| &*entry.value)
    }

    /// The entry of a key, the last one where it is repeated; case does not matter.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(key))
    }
}

impl SourceFile {
    /// A line of the text without its end, counted from one.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<&str> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.text.lines().nth(index)
    }
}
