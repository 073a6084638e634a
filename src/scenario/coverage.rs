//! Which lines of a dialplan ran.

use std::collections::BTreeMap;
use std::fmt;

use obelus_core::conf::Location;
use obelus_core::interpreter::LoadedPlan;

/// The lines with priorities, by file, and whether each ran.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    files: BTreeMap<String, BTreeMap<u32, bool>>,
}

impl Coverage {
    /// What a plan remembers.
    #[must_use]
    pub fn of(plan: &LoadedPlan) -> Coverage {
        let mut coverage = Coverage::default();
        plan.coverage().for_each(|(at, ran)| coverage.add(at, ran));
        coverage
    }

    fn add(&mut self, at: &Location, ran: bool) {
        let lines = self.files.entry(at.file.to_string()).or_default();
        *lines.entry(at.line).or_default() |= ran;
    }

    /// How many lines there are, and how many of them ran.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        let lines = || self.files.values().flat_map(BTreeMap::values);
        (lines().count(), lines().filter(|ran| **ran).count())
    }
}

/// A line for each file, and one with the lines that did not run.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, lines) in &self.files {
            let ran = lines.values().filter(|ran| **ran).count();
            writeln!(f, "{file}: {ran} of {} lines ran ({} %)", lines.len(), ran * 100 / lines.len().max(1))?;
            let missed = ranges(lines);
            if !missed.is_empty() {
                writeln!(f, "  not run: {}", missed.join(", "))?;
            }
        }
        Ok(())
    }
}

/// The lines that did not run; those with nothing that ran between them are one range.
fn ranges(lines: &BTreeMap<u32, bool>) -> Vec<String> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    let mut is_open = false;
    for (&line, &ran) in lines {
        match ranges.last_mut() {
            _ if ran => is_open = false,
            Some(last) if is_open => last.1 = line,
            _ => {
                ranges.push((line, line));
                is_open = true;
            }
        }
    }
    let show =
        |(first, last): (u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    ranges.into_iter().map(show).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_did_not_run_are_ranges() {
        let mut coverage = Coverage::default();
        for (line, ran) in [(2, true), (3, false), (5, false), (6, true), (7, false), (7, true), (9, false)] {
            coverage.add(&Location::new("a.conf", line), ran);
        }
        assert_eq!(coverage.totals(), (6, 3));
        assert_eq!(coverage.to_string(), "a.conf: 3 of 6 lines ran (50 %)\n  not run: 3-5, 9\n");
    }
}
