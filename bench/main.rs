//! Measures a running Obelus and prints one table, beside Asterisk's figures: see README.md.

mod dialplan;
mod error;
mod listeners;
mod media;
mod memory;
mod options;
mod pbx;
mod phones;
mod process;
mod register;
mod report;
mod setup;
mod sipp;

use clap::Parser;
use error::BenchError;
use options::{Arguments, Options, Part, What};
use report::{Figure, Machine, Report};
use std::io::Write;
use std::process::ExitCode;

type Measurement = fn(&Options) -> Result<Vec<Figure>, BenchError>;

/// In the order of the table.
const MEASUREMENTS: [(What, Measurement); 6] = [
    (What::Setup, setup::measure),
    (What::Listeners, listeners::measure),
    (What::Media, media::measure),
    (What::Register, register::measure),
    (What::Dialplan, dialplan::measure),
    (What::Memory, memory::measure),
];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Part::Phones(options)) = arguments.part {
        return end(phones::run(&options));
    }
    let report = measure(arguments.what, &arguments.options);
    let _ = write!(std::io::stdout(), "{report}");
    let is_whole = report.errors.is_empty();
    let written = arguments.options.json.as_deref().map_or(Ok(()), |path| {
        let text = serde_json::to_string_pretty(&report).unwrap_or_default();
        std::fs::write(path, text + "\n").map_err(BenchError::file(path))
    });
    match end(written) {
        ExitCode::SUCCESS if is_whole => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn measure(what: What, options: &Options) -> Report {
    let mut report = Report { machine: Machine::this(), figures: Vec::new(), errors: Vec::new() };
    for (_, measurement) in MEASUREMENTS.iter().filter(|(known, _)| what == What::All || what == *known) {
        match measurement(options) {
            Ok(figures) => report.figures.extend(figures),
            Err(error) => report.errors.push(error.to_string()),
        }
    }
    report
}

fn end(result: Result<(), BenchError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "obelus-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
