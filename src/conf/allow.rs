//! `; obelus: allow NAME, NAME`: a comment that silences warnings of its own line or of the one below.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Document, Location, Problem, Problems, SourceFile, suggest};

/// What introduces the names in a comment.
const SIGN: &str = "obelus:";

/// Which warnings the comments of a document silence, and where.
#[derive(Clone, Debug, Default)]
pub struct Allowances {
    by_line: HashMap<Location, Vec<Box<str>>>,
    written_at: Vec<(Location, Box<str>)>,
}

impl Allowances {
    /// Reads the comments of all files of a document.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let mut allowances = Self::default();
        document.files.iter().for_each(|file| allowances.file(file));
        allowances
    }

    /// Takes the warnings away that are allowed where they stand.
    pub fn apply(&self, problems: &mut Problems) {
        if !self.by_line.is_empty() {
            problems.retain(|problem| !self.allow(problem));
        }
    }

    /// Complains about names that are not among the `known` ones, and so silence nothing.
    pub fn check(&self, known: &[&'static str], problems: &mut Problems) {
        for (at, name) in self.written_at.iter().filter(|(_, name)| !known.contains(&&**name)) {
            let problem = Problem::warning(at.clone(), format!("there is no warning `{name}` to allow"));
            problems.push(problem.suggesting(suggest(name, known.iter().copied())));
        }
    }

    fn allow(&self, problem: &Problem) -> bool {
        let names = problem.location.as_ref().and_then(|at| self.by_line.get(at));
        names.is_some_and(|names| names.iter().any(|name| Some(&**name) == problem.name))
    }

    fn file(&mut self, file: &SourceFile) {
        if !file.text.contains(SIGN) {
            return;
        }
        let mut at = Location::new(Arc::clone(&file.path), 0);
        for line in file.text.lines() {
            at.line = at.line.saturating_add(1);
            let Some((before, comment)) = comment(line) else { continue };
            let names = names(comment);
            self.written_at.extend(names.iter().map(|name| (at.clone(), name.clone())));
            // A line that is nothing but the comment speaks of the line below.
            let below = u32::from(before.trim().is_empty());
            let line = Location { line: at.line.saturating_add(below), ..at.clone() };
            self.by_line.entry(line).or_default().extend(names);
        }
    }
}

/// A line before its comment, and the comment.
fn comment(line: &str) -> Option<(&str, &str)> {
    let semicolons = line.match_indices(';').map(|(at, _)| at);
    let begin =
        semicolons.filter_map(|at| line.split_at_checked(at)).find(|(before, _)| !before.ends_with('\\'));
    begin.map(|(before, comment)| (before, comment.trim_start_matches(';')))
}

/// The names that a comment allows.
fn names(comment: &str) -> Vec<Box<str>> {
    let rest =
        comment.trim_start().strip_prefix(SIGN).and_then(|rest| rest.trim_start().strip_prefix("allow "));
    let words = rest.unwrap_or_default().split([',', ' ', '\t']);
    words.filter(|word| !word.is_empty()).map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryFiles, load};

    const TEXT: &str =
        "[a]\nb = 1 ; obelus: allow gap, loop\n; obelus: allow gap\nc = \\; 2\nd = 3 ; obelus allow gap\n";

    fn allowances() -> Allowances {
        Allowances::of(&load(&MemoryFiles::new().file("x", TEXT), "x", &mut Problems::new()))
    }

    #[test]
    fn a_comment_silences_its_line_or_the_next() {
        let check = |line: u32, name: &'static str, allowed: bool| {
            let mut problems = Problems::new();
            problems.push(Problem::warning(Location::new("x", line), "odd").named(name));
            allowances().apply(&mut problems);
            assert_eq!(problems.is_empty(), allowed, "{name} at {line}");
        };
        check(2, "gap", true);
        check(2, "loop", true);
        check(2, "other", false);
        check(3, "gap", false);
        check(4, "gap", true);
        check(5, "gap", false);
    }

    #[test]
    fn errors_and_warnings_without_a_name_stay() {
        let mut problems = Problems::new();
        problems.error(Location::new("x", 2), "wrong");
        allowances().apply(&mut problems);
        assert_eq!(problems.errors(), 1);
    }

    #[test]
    fn a_name_that_nothing_has_is_found() {
        let mut problems = Problems::new();
        allowances().check(&["gap", "loops"], &mut problems);
        assert_eq!(problems.to_string(), "x:2: there is no warning `loop` to allow; did you mean `loops`?");
    }
}
