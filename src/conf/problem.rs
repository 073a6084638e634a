//! What is wrong with a configuration, all of it at once.

use std::fmt;

use crate::Location;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The object that it concerns cannot be used.
    Error,
    /// Something was ignored.
    Warning,
}

/// One thing that is wrong.
///
/// Shown as ``etc/pjsip.conf:42: unknown option `a` in [b]; did you mean `c`?``; a warning that can be silenced has
/// its name in brackets at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The line, where there is one.
    pub location: Option<Location>,
    /// What is wrong, without location and suggestion.
    pub message: String,
    /// The word that was probably meant.
    pub suggestion: Option<String>,
    /// The name by which a comment can silence the warning, if it can be silenced; see [`Allowances`](crate::Allowances).
    pub name: Option<&'static str>,
}

impl Problem {
    /// An error at a line.
    pub fn error(location: impl Into<Option<Location>>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            location: location.into(),
            message: message.into(),
            suggestion: None,
            name: None,
        }
    }

    /// A warning at a line.
    pub fn warning(location: impl Into<Option<Location>>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(location, message) }
    }

    /// With a name by which it can be silenced.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// With the word that was probably meant, if there is one.
    #[must_use]
    pub fn suggesting(mut self, word: Option<&str>) -> Self {
        self.suggestion = word.map(str::to_owned);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(word) = &self.suggestion {
            write!(f, "; did you mean `{word}`?")?;
        }
        match self.name {
            Some(name) => write!(f, " [{name}]"),
            None => Ok(()),
        }
    }
}

/// A collection of problems.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem, unless the very same one is the last of the list.
    ///
    /// A bad line of a template is met once for every section that inherits it.
    pub fn push(&mut self, problem: Problem) {
        if self.list.last() != Some(&problem) {
            self.list.push(problem);
        }
    }

    /// Adds an error at a line.
    pub fn error(&mut self, location: impl Into<Option<Location>>, message: impl Into<String>) {
        self.push(Problem::error(location, message));
    }

    /// Adds a warning at a line.
    pub fn warning(&mut self, location: impl Into<Option<Location>>, message: impl Into<String>) {
        self.push(Problem::warning(location, message));
    }

    /// Adds all problems of another collection.
    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Keeps those for which `keep` is true.
    pub fn retain(&mut self, keep: impl FnMut(&Problem) -> bool) {
        self.list.retain(keep);
    }

    /// Puts them into the order of files and lines and drops repetitions; those without a line come first.
    pub fn sort(&mut self) {
        self.list.sort_by(|a, b| a.location.cmp(&b.location).then_with(|| a.severity.cmp(&b.severity)));
        let mut sorted: Vec<Problem> = Vec::with_capacity(self.list.len());
        for problem in self.list.drain(..) {
            let same_line = sorted.iter().rev().take_while(|seen| seen.location == problem.location);
            if !same_line.into_iter().any(|seen| *seen == problem) {
                sorted.push(problem);
            }
        }
        self.list = sorted;
    }

    /// The problems in the order in which they were found, or in that of [`sort`](Self::sort).
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// Nothing at all is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|problem| problem.severity == severity).count()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One problem a line, without an end of line after the last.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_documented() {
        let at = Location::new("etc/pjsip.conf", 42);
        let problem = Problem::error(at, "unknown option `qualfy_frequency` in [alice]")
            .suggesting(Some("qualify_frequency"));
        assert_eq!(
            problem.to_string(),
            "etc/pjsip.conf:42: unknown option `qualfy_frequency` in [alice]; \
             did you mean `qualify_frequency`?"
        );
    }

    #[test]
    fn sorting_goes_by_file_then_line_and_drops_repetitions() {
        let mut problems = Problems::new();
        for (file, line) in [("b", 1), ("a", 10), ("a", 9), ("a", 10)] {
            problems.error(Location::new(file, line), "x");
        }
        problems.warning(None, "y");
        problems.sort();
        assert_eq!(problems.to_string(), "y\na:9: x\na:10: x\nb:1: x");
        assert_eq!((problems.errors(), problems.warnings()), (3, 1));
    }
}
