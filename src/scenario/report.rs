//! How a scenario went.

use std::fmt;

use crate::log::{Entry, What};
use crate::scenario::Scenario;

/// How many lines of what happened instead are shown.
const SHOWN: usize = 8;

/// One expectation that was not met.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The line of the expectation.
    pub line: usize,
    /// What was expected, and what was seen.
    pub message: String,
}

/// The result of one scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Its line.
    pub line: usize,
    /// What went wrong; nothing if it passed.
    pub failures: Vec<Failure>,
    log: Vec<String>,
}

impl Outcome {
    /// Whether everything was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// Everything that happened, a line each.
    #[must_use]
    pub fn log(&self) -> &[String] {
        &self.log
    }

    /// Compares a log with what was expected of it.
    pub(crate) fn of(
        scenario: &Scenario,
        entries: &[Entry],
        caller: &str,
        trouble: Option<String>,
    ) -> Outcome {
        let mut failures: Vec<Failure> = Vec::new();
        failures.extend(trouble.map(|message| Failure { line: scenario.line, message }));
        failures.extend(in_order(scenario, entries, caller));
        for never in &scenario.never {
            if let Some(entry) = never.wanted.find(entries, 0, caller).and_then(|index| entries.get(index)) {
                let message = format!("never expected: {}\n    seen: {}", never.wanted, line(entry));
                failures.push(Failure { line: never.line, message });
            }
        }
        for (name, expected, line) in &scenario.leaves {
            let seen = last_value(entries, name, caller);
            if seen.as_deref().unwrap_or_default() != expected {
                let seen = seen.map_or("it was never set".to_owned(), |seen| format!("`{seen}`"));
                let message = format!("expected: {name} is `{expected}` in the end\n    seen: {seen}");
                failures.push(Failure { line: *line, message });
            }
        }
        let log = entries.iter().map(line).collect();
        Outcome { name: scenario.name.clone(), line: scenario.line, failures, log }
    }
}

/// Each expectation is looked for behind the one before it.
fn in_order(scenario: &Scenario, entries: &[Entry], caller: &str) -> Vec<Failure> {
    let (mut failures, mut from) = (Vec::new(), 0);
    for expected in &scenario.expected {
        match expected.wanted.find(entries, from, caller) {
            Some(index) => from = index + 1,
            None => {
                let akin: Vec<String> = entries
                    .iter()
                    .skip(from)
                    .filter(|entry| expected.wanted.is_akin(entry))
                    .take(SHOWN)
                    .map(|entry| format!("\n    seen: {}", line(entry)))
                    .collect();
                let seen = if akin.is_empty() {
                    "\n    seen: nothing of the kind".to_owned()
                } else {
                    akin.concat()
                };
                failures.push(Failure {
                    line: expected.line,
                    message: format!("expected: {}{seen}", expected.wanted),
                });
            }
        }
    }
    failures
}

fn last_value(entries: &[Entry], wanted: &str, caller: &str) -> Option<String> {
    entries.iter().rev().find_map(|entry| match &entry.what {
        What::Sets { name, value } if name.trim_start_matches('_') == wanted && entry.channel == caller => {
            Some(value.clone())
        }
        _ => None,
    })
}

fn line(entry: &Entry) -> String {
    format!("{:8.2} s  {}  {}", entry.at.as_secs_f64(), entry.channel, entry.what)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
