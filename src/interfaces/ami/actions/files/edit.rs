//! Changing a file's text line by line, so that comments and order stay.

/// Why a change was not made, in Asterisk's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EditError {
    UnknownAction,
    UnknownCategory,
    NoCategory,
    NoArgument,
    NewCategory,
    Update,
    Template,
}

impl EditError {
    pub(super) fn text(self) -> &'static str {
        match self {
            EditError::UnknownAction => "Unknown action command",
            EditError::UnknownCategory => "Given category does not exist",
            EditError::NoCategory => "Category not specified",
            EditError::NoArgument => "Problem with category, value, or line (if required)",
            EditError::NewCategory => "Create category did not complete successfully",
            EditError::Update => "Update did not complete successfully",
            EditError::Template => "Template category not found",
        }
    }
}

/// One change.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change<'a> {
    pub(super) action: &'a str,
    pub(super) category: &'a str,
    pub(super) variable: &'a str,
    pub(super) value: &'a str,
    /// Only lines with this value; for a new section, the one that it comes before.
    pub(super) matching: &'a str,
    /// The number of a line in its section, counted from 0.
    pub(super) line: &'a str,
    pub(super) options: &'a str,
}

/// A file as lines.
#[derive(Debug, Default)]
pub(super) struct Text(Vec<Line>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Header { name: String, text: String },
    Entry { key: String, value: String, text: String },
    Other(String),
}

impl Line {
    fn parse(text: &str) -> Line {
        let bare = code(text).trim();
        if let Some((name, _)) = bare.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            return Line::Header { name: name.trim().to_owned(), text: text.to_owned() };
        }
        match bare.split_once('=') {
            Some((key, value)) if !bare.starts_with('#') => {
                let key = key.trim_end().trim_end_matches('+').trim_end();
                let value = value.strip_prefix('>').unwrap_or(value).trim();
                Line::Entry { key: key.to_owned(), value: value.to_owned(), text: text.to_owned() }
            }
            _ => Line::Other(text.to_owned()),
        }
    }

    fn entry(key: &str, value: &str) -> Line {
        // A value that begins with `>` is an object: `=>` stands before it.
        let text = match value.strip_prefix('>') {
            Some(object) => format!("{key} => {}", escaped(object)),
            None => format!("{key} = {}", escaped(value)),
        };
        let value = value.strip_prefix('>').unwrap_or(value).to_owned();
        Line::Entry { key: key.to_owned(), value, text }
    }

    fn text(&self) -> &str {
        match self {
            Line::Header { text, .. } | Line::Entry { text, .. } | Line::Other(text) => text,
        }
    }
}

/// A semicolon would begin a comment.
fn escaped(value: &str) -> String {
    value.replace(';', "\\;")
}

/// What stands before the comment.
fn code(text: &str) -> &str {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            ';' if !escaped => return text.get(..at).unwrap_or(text),
            _ => escaped = letter == '\\',
        }
    }
    text
}

impl Text {
    pub(super) fn parse(text: &str) -> Text {
        Text(text.lines().map(Line::parse).collect())
    }

    pub(super) fn text(&self) -> String {
        self.0.iter().map(|line| format!("{}\n", line.text())).collect()
    }

    /// Makes a change.
    pub(super) fn change(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        if change.category.is_empty() {
            return Err(EditError::NoCategory);
        }
        match change.action.to_ascii_lowercase().as_str() {
            "newcat" => self.new_category(change),
            "renamecat" => self.rename(change),
            "delcat" => self.delete_category(change),
            "emptycat" => self.empty(change),
            "update" => self.update(change),
            "delete" => self.delete(change),
            "append" => self.append(change),
            "insert" => self.insert(change),
            _ => Err(EditError::UnknownAction),
        }
    }

    /// The sections of this name: from the header to the next one.
    fn sections(&self, name: &str) -> Vec<std::ops::Range<usize>> {
        let headers = self.0.iter().enumerate().filter(|(_, line)| matches!(line, Line::Header { .. }));
        let starts: Vec<usize> = headers.map(|(at, _)| at).collect();
        let is_named = |at: &usize| matches!(self.0.get(*at), Some(Line::Header { name: own, .. }) if own.eq_ignore_ascii_case(name));
        let end = |at: usize| starts.iter().copied().find(|other| *other > at).unwrap_or(self.0.len());
        starts.iter().copied().filter(is_named).map(|at| at..end(at)).collect()
    }

    fn known(&self, name: &str) -> Result<Vec<std::ops::Range<usize>>, EditError> {
        let found = self.sections(name);
        if found.is_empty() { Err(EditError::UnknownCategory) } else { Ok(found) }
    }

    fn new_category(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        let has =
            |option: &str| change.options.split(',').any(|word| word.trim().eq_ignore_ascii_case(option));
        if !has("allowdups") && !self.sections(change.category).is_empty() {
            return if has("ignoreerror") { Ok(()) } else { Err(EditError::NewCategory) };
        }
        if change.category.contains([']', '\n', '\r']) {
            return Err(EditError::NewCategory);
        }
        let mut marks: Vec<&str> = if has("template") { vec!["!"] } else { Vec::new() };
        let inherits = change.options.split(',').filter_map(|word| word.trim().strip_prefix("inherit="));
        for base in inherits.map(|base| base.trim().trim_matches('"')) {
            if self.sections(base).is_empty() {
                return Err(EditError::Template);
            }
            marks.push(base);
        }
        let behind = if marks.is_empty() { String::new() } else { format!("({})", marks.join(",")) };
        let text = format!("[{}]{behind}", change.category);
        let header = Line::Header { name: change.category.to_owned(), text };
        match change.matching {
            "" => {
                self.0.extend([Line::Other(String::new()), header]);
                Ok(())
            }
            before => {
                let at =
                    self.sections(before).first().map(|range| range.start).ok_or(EditError::NewCategory)?;
                self.0.splice(at..at, [header, Line::Other(String::new())]);
                Ok(())
            }
        }
    }

    fn rename(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        if change.value.is_empty() || change.value.contains(']') {
            return Err(EditError::NoArgument);
        }
        for range in self.known(change.category)? {
            if let Some(Line::Header { name, text }) = self.0.get_mut(range.start) {
                let behind = text.split_once(']').map_or("", |(_, behind)| behind);
                *text = format!("[{}]{behind}", change.value);
                change.value.clone_into(name);
            }
        }
        Ok(())
    }

    fn delete_category(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        let found = self.sections(change.category);
        if found.is_empty() && !change.options.contains("ignoreerror") {
            return Err(EditError::UnknownCategory);
        }
        found.into_iter().rev().for_each(|range| drop(self.0.drain(range)));
        Ok(())
    }

    fn empty(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        for range in self.known(change.category)?.into_iter().rev() {
            self.0.drain(range.start + 1..range.end);
        }
        Ok(())
    }

    /// The lines of a section that a change is about.
    fn entries(&self, range: &std::ops::Range<usize>, change: &Change<'_>) -> Vec<usize> {
        let is_meant = |at: &usize| {
            matches!(self.0.get(*at), Some(Line::Entry { key, value, .. })
                if key.eq_ignore_ascii_case(change.variable)
                    && (change.matching.is_empty() || value.eq_ignore_ascii_case(change.matching)))
        };
        range.clone().filter(is_meant).collect()
    }

    fn update(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        if change.variable.is_empty() {
            return Err(EditError::NoArgument);
        }
        let mut is_done = false;
        for range in self.known(change.category)? {
            if let Some(at) = self.entries(&range, change).first() {
                self.0[*at] = Line::entry(change.variable, change.value);
                is_done = true;
            }
        }
        if is_done { Ok(()) } else { Err(EditError::Update) }
    }

    fn delete(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        if change.variable.is_empty() && change.line.is_empty() {
            return Err(EditError::NoArgument);
        }
        let mut is_done = false;
        for range in self.known(change.category)?.into_iter().rev() {
            let doomed = match self.numbered(&range, change.line) {
                Some(at) => vec![at],
                None if change.line.is_empty() => self.entries(&range, change),
                None => Vec::new(),
            };
            is_done |= !doomed.is_empty();
            doomed.into_iter().rev().for_each(|at| drop(self.0.remove(at)));
        }
        match is_done || change.options.contains("ignoreerror") {
            true => Ok(()),
            // Asterisk says the same of a line that is not there as of one that cannot be updated.
            false => Err(EditError::Update),
        }
    }

    /// The place of an entry by its number in its section.
    fn numbered(&self, range: &std::ops::Range<usize>, line: &str) -> Option<usize> {
        let number: usize = line.parse().ok()?;
        let is_entry = |at: &usize| matches!(self.0.get(*at), Some(Line::Entry { .. }));
        range.clone().filter(is_entry).nth(number)
    }

    /// Behind the last line of a section that is not empty.
    fn end_of(&self, range: &std::ops::Range<usize>) -> usize {
        let is_filled = |at: &usize| self.0.get(*at).is_some_and(|line| !line.text().trim().is_empty());
        range.clone().rfind(is_filled).map_or(range.end, |at| at + 1)
    }

    fn append(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        if change.variable.is_empty() {
            return Err(EditError::NoArgument);
        }
        let is_object = change.matching.eq_ignore_ascii_case("object") && !change.value.starts_with('>');
        let value = if is_object { format!(">{}", change.value) } else { change.value.to_owned() };
        for range in self.known(change.category)?.into_iter().rev() {
            let at = self.end_of(&range);
            self.0.insert(at, Line::entry(change.variable, &value));
        }
        Ok(())
    }

    fn insert(&mut self, change: &Change<'_>) -> Result<(), EditError> {
        if change.variable.is_empty() || change.line.is_empty() {
            return Err(EditError::NoArgument);
        }
        for range in self.known(change.category)?.into_iter().rev() {
            let at = self.numbered(&range, change.line).unwrap_or_else(|| self.end_of(&range));
            self.0.insert(at, Line::entry(change.variable, change.value));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "; mine\n[a](!)\nx = 1 ; one\n\n[b](a)\ny=2\ny => 3\n";

    fn check(changes: &[Change<'_>], expected: Result<&str, EditError>) {
        let mut text = Text::parse(FILE);
        let done = changes.iter().try_for_each(|change| text.change(change));
        assert_eq!(done.map(|()| text.text()), expected.map(str::to_owned), "{changes:?}");
    }

    #[test]
    fn what_is_not_meant_stays_as_it_is() {
        let change = Change {
            action: "Update",
            category: "b",
            variable: "y",
            value: ">4;5",
            matching: "3",
            ..Change::default()
        };
        check(&[change], Ok("; mine\n[a](!)\nx = 1 ; one\n\n[b](a)\ny=2\ny => 4\\;5\n"));
        let change =
            Change { action: "Append", category: "a", variable: "z", value: "9", ..Change::default() };
        check(&[change], Ok("; mine\n[a](!)\nx = 1 ; one\nz = 9\n\n[b](a)\ny=2\ny => 3\n"));
        let change = Change {
            action: "Insert",
            category: "b",
            variable: "z",
            value: "9",
            line: "0",
            ..Change::default()
        };
        check(&[change], Ok("; mine\n[a](!)\nx = 1 ; one\n\n[b](a)\nz = 9\ny=2\ny => 3\n"));
        let change =
            Change { action: "Delete", category: "b", variable: "y", matching: "2", ..Change::default() };
        check(&[change], Ok("; mine\n[a](!)\nx = 1 ; one\n\n[b](a)\ny => 3\n"));
        let change = Change { action: "Delete", category: "b", line: "1", ..Change::default() };
        check(&[change], Ok("; mine\n[a](!)\nx = 1 ; one\n\n[b](a)\ny=2\n"));
    }

    #[test]
    fn sections_come_go_and_change_their_names() {
        let new = Change { action: "NewCat", category: "c", options: "inherit=a", ..Change::default() };
        check(&[new], Ok("; mine\n[a](!)\nx = 1 ; one\n\n[b](a)\ny=2\ny => 3\n\n[c](a)\n"));
        let before = Change { action: "NewCat", category: "c", matching: "b", ..Change::default() };
        check(&[before], Ok("; mine\n[a](!)\nx = 1 ; one\n\n[c]\n\n[b](a)\ny=2\ny => 3\n"));
        let rename = Change { action: "RenameCat", category: "a", value: "d", ..Change::default() };
        let delete = Change { action: "DelCat", category: "b", ..Change::default() };
        check(&[rename, delete], Ok("; mine\n[d](!)\nx = 1 ; one\n\n"));
        let empty = Change { action: "EmptyCat", category: "a", ..Change::default() };
        check(&[empty], Ok("; mine\n[a](!)\n[b](a)\ny=2\ny => 3\n"));
    }

    #[test]
    fn mistakes_have_asterisks_names() {
        let check = |action, category, variable, options, expected| {
            check(&[Change { action, category, variable, options, ..Change::default() }], Err(expected));
        };
        check("NewCat", "a", "", "", EditError::NewCategory);
        check("NewCat", "c", "", "inherit=q", EditError::Template);
        check("Update", "q", "x", "", EditError::UnknownCategory);
        check("Update", "a", "q", "", EditError::Update);
        check("Update", "a", "", "", EditError::NoArgument);
        check("Append", "", "x", "", EditError::NoCategory);
        check("Burn", "a", "x", "", EditError::UnknownAction);
    }
}
