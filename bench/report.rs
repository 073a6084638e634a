//! Figures, and the table and JSON that show them beside Asterisk's.

use serde::Serialize;
use std::fmt::{Display, Formatter, Result};

/// What Asterisk 22 needs, measured on a machine with two cores, and what Obelus shall need.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Reference {
    /// Asterisk's figure in the unit of the row.
    pub(crate) asterisk: &'static str,
    /// At most so much.
    pub(crate) goal: f64,
}

/// CPU-ms of a call's setup and end.
pub(crate) const SETUP: Reference = Reference { asterisk: "3.1–3.6", goal: 0.7 };
/// CPU-µs of a bridged call and second.
pub(crate) const MEDIA: Reference = Reference { asterisk: "2,400", goal: 400.0 };
/// CPU-µs of a registration.
pub(crate) const REGISTER: Reference = Reference { asterisk: "260–500", goal: 100.0 };
/// CPU-ns of a priority.
pub(crate) const PRIORITY: Reference = Reference { asterisk: "5,200", goal: 500.0 };
/// MB of memory without calls.
pub(crate) const IDLE: Reference = Reference { asterisk: "74", goal: 20.0 };
/// KB of memory of a call.
pub(crate) const CALL: Reference = Reference { asterisk: "450", goal: 50.0 };

/// One row of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// What was measured, as in `media, 100 calls`.
    pub(crate) name: String,
    /// The result.
    pub(crate) value: f64,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// What it is compared with.
    #[serde(flatten)]
    pub(crate) reference: Option<Reference>,
    /// What has to be known beside it: failures first of all.
    pub(crate) remark: String,
}

impl Figure {
    /// A figure without anything to compare it with.
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, reference: None, remark: String::new() }
    }

    /// With what it is compared with.
    pub(crate) fn beside(self, reference: Reference) -> Self {
        Self { reference: Some(reference), ..self }
    }

    /// With a remark.
    pub(crate) fn remark(self, remark: impl Into<String>) -> Self {
        Self { remark: remark.into(), ..self }
    }

    fn cells(&self) -> [String; 6] {
        let goal = self
            .reference
            .map(|reference| format!("{}{}", mark(self.value, reference.goal), number(reference.goal)));
        let asterisk = self.reference.map(|reference| reference.asterisk.to_owned());
        let (goal, asterisk) = (goal.unwrap_or_default(), asterisk.unwrap_or_default());
        [self.name.clone(), number(self.value), self.unit.to_owned(), goal, asterisk, self.remark.clone()]
    }
}

fn mark(value: f64, goal: f64) -> &'static str {
    if value <= goal { "✓ " } else { "✗ " }
}

/// Three significant digits, without an exponent.
fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 || value == 0.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// Where and with what it was measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// The processor's name.
    pub(crate) processor: String,
    /// Its cores that we may use.
    pub(crate) cores: usize,
    /// The kernel.
    pub(crate) kernel: String,
}

impl Machine {
    /// This machine, as far as it tells.
    pub(crate) fn this() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let cpu = read("/proc/cpuinfo");
        let model = cpu.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim());
        Self {
            processor: model.unwrap_or("unknown processor").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        }
    }
}

/// Everything that one run found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Where.
    pub(crate) machine: Machine,
    /// What.
    pub(crate) figures: Vec<Figure>,
    /// What could not be measured, and why.
    pub(crate) errors: Vec<String>,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Machine { processor, cores, kernel } = &self.machine;
        writeln!(f, "{processor}, {cores} cores, Linux {kernel}\n")?;
        let head = ["", "Obelus", "", "goal", "Asterisk 22", ""].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(head).chain(self.figures.iter().map(Figure::cells)).collect();
        let width = |column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: [usize; 6] = std::array::from_fn(|column| width(column).unwrap_or_default());
        for [name, value, unit, goal, asterisk, remark] in &rows {
            let [names, values, units, goals, asterisks, _] = widths;
            let line = format!(
                "{name:names$}  {value:>values$} {unit:units$}  {goal:>goals$}  {asterisk:>asterisks$}  {remark}"
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        self.errors.iter().try_for_each(|error| writeln!(f, "\nnot measured: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(figures: Vec<Figure>, expected: &str) {
        let machine = Machine { processor: "x".into(), cores: 2, kernel: "6".into() };
        let shown = Report { machine, figures, errors: vec!["sipp is missing".into()] }.to_string();
        assert_eq!(shown, expected);
    }

    #[test]
    fn figures_stand_beside_their_goals() {
        let figures = vec![
            Figure::new("setup", 0.534, "CPU-ms").beside(SETUP).remark("3 calls failed"),
            Figure::new("memory", 1234.0, "KB").beside(CALL),
            Figure::new("loss", 0.0, "%"),
        ];
        check(
            figures,
            "x, 2 cores, Linux 6\n\n        Obelus           goal  Asterisk 22\n\
             setup     0.53 CPU-ms  ✓ 0.70      3.1–3.6  3 calls failed\n\
             memory    1234 KB      ✗ 50.0          450\nloss         0 %\n\nnot measured: sipp is missing\n",
        );
    }
}
