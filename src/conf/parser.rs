//! From files to a [`Document`]: headers, entries, templates and includes.

use std::sync::Arc;

use crate::comments::Comments;
use crate::files::{FileError, Files};
use crate::header::{Filter, Header};
use crate::{
    Document, Entry, Include, IncludeKind, Location, Problem, Problems, Section, SourceFile, suggest,
};

/// As deep as Asterisk lets includes nest.
const MAX_DEPTH: usize = 10;

/// Includes below the depth can still multiply; no real configuration has this many files.
const MAX_FILES: usize = 10_000;

/// Templates that inherit each other twice double at every line; no real document has this many.
const MAX_ENTRIES: usize = 2_000_000;

/// Reads a file and all that it includes.
///
/// Includes are looked for in the folder of `path`, whichever file names them. What is wrong goes to
/// `problems`; the document holds the rest, so that the caller can check that too.
pub fn load(files: &dyn Files, path: &str, problems: &mut Problems) -> Document {
    let mut loader = Loader::new(files, path, problems);
    match files.read(path) {
        Ok(text) => loader.file(path, text, &mut Cursor::Nowhere),
        Err(error) => loader.problems.error(Location::new(path, 0), error.to_string()),
    }
    loader.document
}

/// Where the next entry goes.
#[derive(Clone, Copy)]
enum Cursor {
    /// Before any header.
    Nowhere,
    /// Into the section of this index.
    Section(usize),
    /// After a header that could not be read, or a complaint that was made already.
    Discard,
}

struct Loader<'a> {
    files: &'a dyn Files,
    problems: &'a mut Problems,
    document: Document,
    /// The folder that relative paths are relative to, with its slash.
    folder: String,
    /// The files being read now, the first one first.
    chain: Vec<Arc<str>>,
    /// The section that an included file begins in.
    current: Cursor,
    entries: usize,
}

impl<'a> Loader<'a> {
    fn new(files: &'a dyn Files, path: &str, problems: &'a mut Problems) -> Self {
        let folder = path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or_default();
        Self {
            files,
            problems,
            document: Document::default(),
            folder: folder.to_owned(),
            chain: Vec::new(),
            current: Cursor::Nowhere,
            entries: 0,
        }
    }

    fn file(&mut self, path: &str, text: String, cursor: &mut Cursor) {
        let path: Arc<str> = path.into();
        let text: Arc<str> = text.into();
        self.document.files.push(SourceFile { path: path.clone(), text: text.clone() });
        self.chain.push(path.clone());
        let mut comments = Comments::default();
        let mut location = Location::new(path, 0);
        for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
            location.line = location.line.saturating_add(1);
            let stripped = comments.strip(line, location.line);
            if stripped.stray_end {
                self.problems
                    .warning(location.clone(), "`--;` closes no comment; the rest of the line is one");
            }
            self.line(trim(&stripped.text), &location, cursor);
        }
        if let Some(line) = comments.unterminated() {
            let begin = Location { line, ..location };
            self.problems
                .warning(begin, "the comment that begins here with `;--` is never closed with `--;`");
        }
        self.chain.pop();
    }

    fn line(&mut self, text: &str, at: &Location, cursor: &mut Cursor) {
        match text.as_bytes().first() {
            None => {}
            Some(b'[') => *cursor = self.header(text, at),
            Some(b'#') => self.directive(text, at, cursor),
            Some(_) => self.entry(text, at, cursor),
        }
    }

    fn header(&mut self, text: &str, at: &Location) -> Cursor {
        let header = match Header::parse(text) {
            Ok(header) => header,
            Err(error) => {
                self.problems.error(at.clone(), format!("{error}: `{text}`"));
                return Cursor::Discard;
            }
        };
        if !header.ignored.is_empty() {
            let hint = if header.ignored.starts_with('(') {
                "; the parentheses must follow the `]` without a blank"
            } else {
                ""
            };
            let ignored = format!("`{}` after the section header is ignored{hint}", header.ignored);
            self.problems.warning(at.clone(), ignored);
        }
        let found = match header.continues {
            None => Some(self.new_section(&header, at)),
            Some(filter) => self.continued(&header, filter, at),
        };
        let Some(index) = found else { return Cursor::Discard };
        self.inherit(index, &header.bases, at);
        self.current = Cursor::Section(index);
        self.current
    }

    fn new_section(&mut self, header: &Header<'_>, at: &Location) -> usize {
        self.document.sections.push(Section {
            name: header.name.into(),
            entries: Vec::new(),
            is_template: header.is_template,
            is_broken: false,
            bases: Vec::new(),
            location: at.clone(),
        });
        self.document.sections.len() - 1
    }

    /// The earlier section that `(+…)` continues.
    fn continued(&mut self, header: &Header<'_>, filter: &str, at: &Location) -> Option<usize> {
        let filter = match Filter::parse(filter) {
            Ok(filter) => filter,
            Err(error) => {
                self.problems.error(at.clone(), format!("[{}](+…): {error}", header.name));
                return None;
            }
        };
        let sections = &mut self.document.sections;
        let is_meant =
            |section: &Section| section.name.eq_ignore_ascii_case(header.name) && filter.accepts(section);
        let Some(index) = sections.iter().position(is_meant) else {
            let message = format!("there is no section [{}] for (+) to add to", header.name);
            self.unknown_section(header.name, message, at);
            return None;
        };
        if let Some(section) = sections.get_mut(index) {
            section.is_template |= header.is_template;
        }
        Some(index)
    }

    fn inherit(&mut self, index: usize, bases: &[&str], at: &Location) {
        for base in bases {
            // The section itself is last in the list; an earlier one of the same name may be its base.
            let found = self
                .document
                .sections
                .iter()
                .enumerate()
                .position(|(other, section)| other != index && section.name.eq_ignore_ascii_case(base));
            let inherited = match found.and_then(|found| self.document.sections.get(found)) {
                Some(section) => section.entries.clone(),
                None => {
                    let message = format!("there is no section or template [{base}] to inherit from");
                    self.unknown_section(base, message, at);
                    self.mark_broken(index);
                    continue;
                }
            };
            if !self.has_room(inherited.len(), at) {
                self.mark_broken(index);
                return;
            }
            if let Some(section) = self.document.sections.get_mut(index) {
                section.bases.push((*base).into());
                section.entries.extend(inherited);
            }
        }
    }

    fn unknown_section(&mut self, name: &str, message: String, at: &Location) {
        let others = self.document.sections.iter().map(|section| &*section.name);
        let nearest = suggest(name, others.filter(|other| !other.eq_ignore_ascii_case(name)));
        let problem = Problem::error(at.clone(), message).suggesting(nearest);
        self.problems.push(problem);
    }

    fn mark_broken(&mut self, index: usize) {
        if let Some(section) = self.document.sections.get_mut(index) {
            section.is_broken = true;
        }
    }

    fn has_room(&mut self, more: usize, at: &Location) -> bool {
        let fits = self.entries.saturating_add(more) <= MAX_ENTRIES;
        if fits {
            self.entries += more;
        } else {
            self.problems
                .error(at.clone(), format!("more than {MAX_ENTRIES} entries, inherited ones counted"));
        }
        fits
    }

    fn entry(&mut self, text: &str, at: &Location, cursor: &mut Cursor) {
        let index = match *cursor {
            Cursor::Section(index) => index,
            Cursor::Discard => return,
            Cursor::Nowhere => {
                self.problems.error(at.clone(), format!("`{text}` stands before any [section]"));
                *cursor = Cursor::Discard;
                return;
            }
        };
        let parts = match Parts::parse(text) {
            Ok(parts) => parts,
            Err(problem) => {
                self.problems.push(problem.at(at, text));
                return;
            }
        };
        let Some(section) = self.document.sections.get_mut(index) else { return };
        if parts.append && extend(section, &parts) {
            return;
        }
        let entry = Entry {
            key: parts.key.into(),
            value: trim(parts.value).into(),
            arrow: parts.arrow,
            append: parts.append,
            location: at.clone(),
            written_in: section.name.clone(),
        };
        if self.has_room(1, at)
            && let Some(section) = self.document.sections.get_mut(index)
        {
            section.entries.push(entry);
        }
    }

    fn directive(&mut self, text: &str, at: &Location, cursor: &mut Cursor) {
        let body = text.get(1..).unwrap_or_default();
        let (word, argument) = body.split_once(|c: char| c <= ' ').unwrap_or((body, ""));
        let argument = unquoted(trim(argument));
        let kinds = [
            ("include", IncludeKind::Include),
            ("tryinclude", IncludeKind::TryInclude),
            ("exec", IncludeKind::Exec),
        ];
        let Some(&(_, kind)) = kinds.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)) else {
            let nearest = suggest(word, kinds.map(|(name, _)| name)).map(|word| format!("#{word}"));
            let problem = Problem::warning(at.clone(), format!("unknown directive `#{word}` is ignored"));
            self.problems.push(problem.suggesting(nearest.as_deref()));
            return;
        };
        if argument.is_empty() {
            self.problems.warning(at.clone(), format!("`#{word}` needs an argument and is ignored"));
            return;
        }
        self.document.includes.push(Include { kind, argument: argument.into(), location: at.clone() });
        let mut inner = match self.current {
            Cursor::Nowhere => *cursor,
            current => current,
        };
        match kind {
            IncludeKind::Exec => self.exec(argument, at, &mut inner),
            _ => self.include(kind, argument, at, &mut inner),
        }
    }

    fn exec(&mut self, command: &str, at: &Location, cursor: &mut Cursor) {
        match self.files.exec(command) {
            Ok(text) => self.file(&format!("#exec {command}"), text, cursor),
            Err(error) => self.problems.error(at.clone(), format!("`#exec {command}`: {error}")),
        }
    }

    fn include(&mut self, kind: IncludeKind, argument: &str, at: &Location, cursor: &mut Cursor) {
        let path = match argument.starts_with('/') {
            true => argument.to_owned(),
            false => format!("{}{argument}", self.folder),
        };
        let mut paths = match argument.contains(['*', '?', '[', '{']) {
            true => self.files.glob(&path),
            false => vec![path],
        };
        paths.sort();
        if paths.is_empty() && kind == IncludeKind::Include {
            let hint = "`#tryinclude` would allow that";
            self.problems.error(at.clone(), format!("`#include {argument}`: no file matches; {hint}"));
        }
        for path in paths {
            if self.may_read(&path, at) {
                self.include_file(kind, argument, &path, at, cursor);
            }
        }
    }

    fn include_file(
        &mut self,
        kind: IncludeKind,
        argument: &str,
        path: &str,
        at: &Location,
        cursor: &mut Cursor,
    ) {
        match self.files.read(path) {
            Ok(text) => self.file(path, text, cursor),
            Err(FileError::NotFound) if kind == IncludeKind::TryInclude => {}
            Err(error) if kind == IncludeKind::TryInclude => {
                self.problems.warning(at.clone(), format!("`#tryinclude {argument}`: {path} {error}"));
            }
            Err(error) => self.problems.error(at.clone(), format!("`#include {argument}`: {path}: {error}")),
        }
    }

    fn may_read(&mut self, path: &str, at: &Location) -> bool {
        let message = if self.chain.iter().any(|open| &**open == path) {
            let chain: Vec<&str> = self.chain.iter().map(|open| &**open).chain([path]).collect();
            format!("the files include each other in a circle: {}", chain.join(" -> "))
        } else if self.chain.len() > MAX_DEPTH {
            format!("includes nest deeper than {MAX_DEPTH} files")
        } else if self.document.files.len() >= MAX_FILES {
            format!("more than {MAX_FILES} files are included")
        } else {
            return true;
        };
        self.problems.error(at.clone(), message);
        false
    }
}

/// An entry line, taken apart.
struct Parts<'a> {
    key: &'a str,
    /// Not trimmed: `+=` keeps the blanks between the old value and the new.
    value: &'a str,
    arrow: bool,
    append: bool,
}

enum BadEntry {
    NoEqualSign,
    NoKey,
    Escape,
}

impl BadEntry {
    fn at(&self, at: &Location, text: &str) -> Problem {
        let at = at.clone();
        match self {
            Self::NoEqualSign => {
                Problem::warning(at, format!("`{text}` is ignored: it is no `key = value`, it has no `=`"))
            }
            Self::NoKey => Problem::warning(at, format!("`{text}` is ignored: no key stands before the `=`")),
            Self::Escape => {
                Problem::error(at, "a `\\` at the beginning of a line must stand before a character")
            }
        }
    }
}

impl<'a> Parts<'a> {
    fn parse(text: &'a str) -> Result<Self, BadEntry> {
        let (body, skip) = match text.strip_prefix('\\') {
            None => (text, 0),
            Some(escaped) => match escaped.chars().next() {
                Some(first) if first > ' ' => (escaped, first.len_utf8()),
                _ => return Err(BadEntry::Escape),
            },
        };
        let equals = body.get(skip..).and_then(|rest| rest.find('=')).ok_or(BadEntry::NoEqualSign)? + skip;
        let (key, rest) = body.split_at(equals);
        let value = rest.get(1..).unwrap_or_default();
        let appended = key.strip_suffix('+').filter(|_| equals > skip);
        let (key, append) = appended.map_or((key, false), |key| (key, true));
        let arrowed = value.strip_prefix('>').filter(|_| !append);
        match trim(key) {
            "" => Err(BadEntry::NoKey),
            key => Ok(Self { key, value: arrowed.unwrap_or(value), arrow: arrowed.is_some(), append }),
        }
    }
}

/// Puts text behind the last value of the same key; false if there is none.
fn extend(section: &mut Section, parts: &Parts<'_>) -> bool {
    let Some(entry) = section.entries.iter_mut().rev().find(|entry| *entry.key == *parts.key) else {
        return false;
    };
    entry.value = trim(&format!("{}{}", entry.value, parts.value)).into();
    entry.append = true;
    true
}

/// Asterisk takes every character up to the blank for white space, and no other.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

/// Without the `"…"` or `<…>` around it.
fn unquoted(text: &str) -> &str {
    let inside = |open, close| text.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    inside('"', '"').or_else(|| inside('<', '>')).unwrap_or(text)
}

#[cfg(test)]
mod tests;
