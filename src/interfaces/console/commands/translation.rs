//! `core show translation`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::media::{Codec, Transcoder};

use crate::usage::usage;

/// Costs are shown in hundreds, as in Asterisk.
const UNIT: u32 = 100;

/// The columns are at least this wide.
const NARROWEST: usize = 5;

/// The names of the rows are at least this wide: `slin192`.
const WIDEST_NAME: usize = 7;

pub(super) struct ShowTranslation;

#[async_trait]
impl CliCommand for ShowTranslation {
    fn syntax(&self) -> &'static str {
        "core show translation [paths] <codec>"
    }

    fn synopsis(&self) -> &'static str {
        "Display translation matrix"
    }

    fn description(&self) -> &'static str {
        "Shows the cost of every conversion between codecs; with `paths` those of one codec in a list.\n\
         The figures are Asterisk's ranks, not measurements."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 4 { Codec::names().map(str::to_owned).collect() } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        match call.arguments() {
            [] => Ok(matrix()),
            [word, codec] if word.eq_ignore_ascii_case("paths") => paths(codec),
            _ => Err(usage(self)),
        }
    }
}

/// The codecs that can be converted at all.
fn convertible() -> Vec<Codec> {
    let has_path = |codec: Codec| codec != Codec::Slin && Transcoder::cost(codec, Codec::Slin).is_ok();
    Codec::ALL.iter().copied().filter(|codec| *codec == Codec::Slin || has_path(*codec)).collect()
}

fn matrix() -> String {
    let codecs = convertible();
    let width = |codec: &Codec| codec.name().len().max(NARROWEST) + 1;
    let names = codecs.iter().map(|codec| codec.name().len()).max().unwrap_or(0).max(WIDEST_NAME);
    let mut text =
        "         Translation times between formats (in microseconds) for one second of data\n          \
                    Source Format (Rows) Destination Format (Columns)\n\n"
            .to_owned();
    let _ = write!(text, " {:names$}", "");
    for column in &codecs {
        let _ = write!(text, "{:>1$}", column.name(), width(column));
    }
    text.push('\n');
    for row in &codecs {
        let _ = write!(text, " {:>names$}", row.name());
        for column in &codecs {
            let _ = write!(text, "{:>1$}", cost(*row, *column), width(column));
        }
        text.push('\n');
    }
    text
}

fn cost(from: Codec, to: Codec) -> String {
    match Transcoder::cost(from, to) {
        Ok(cost) if cost.steps > 0 => (cost.table / UNIT).to_string(),
        _ => "-".to_owned(),
    }
}

fn paths(name: &str) -> Result<String, CliError> {
    let unknown = |_| CliError::failed(format!("Source codec \"{name}\" is not found."));
    let from = Codec::from_name(name).map_err(unknown)?;
    let mut text =
        format!("--- Translation paths SRC Codec \"{from}\" sample rate {} ---\n", from.sample_rate());
    for to in Codec::ALL.iter().copied().filter(|to| *to != from) {
        let _ = writeln!(text, "\t{:<16.16} To {:<16.16}: {:<60.60}", rated(from), rated(to), path(from, to));
    }
    Ok(text)
}

fn rated(codec: Codec) -> String {
    format!("{codec}:{}", codec.sample_rate())
}

/// The steps of a conversion: to linear samples, to another rate, to the other codec.
fn path(from: Codec, to: Codec) -> String {
    match Transcoder::cost(from, to) {
        Err(_) => return "No Translation Path".to_owned(),
        Ok(cost) if cost.steps == 1 => return steps(&[from, to]),
        Ok(_) => {}
    }
    let between = [Codec::linear(from.sample_rate()), Codec::linear(to.sample_rate())];
    let mut way = vec![from];
    way.extend(between.into_iter().flatten());
    way.push(to);
    way.dedup();
    steps(&way)
}

fn steps(way: &[Codec]) -> String {
    let named: Vec<String> = way.iter().map(|codec| format!("({codec}@{})", codec.sample_rate())).collect();
    named.join("->")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_steps() {
        let check = |from, to, expected: &str| assert_eq!(path(from, to), expected);
        check(Codec::Ulaw, Codec::Alaw, "(ulaw@8000)->(alaw@8000)");
        check(Codec::Ulaw, Codec::Slin16, "(ulaw@8000)->(slin@8000)->(slin16@16000)");
        check(Codec::Slin16, Codec::Alaw, "(slin16@16000)->(slin@8000)->(alaw@8000)");
        check(Codec::Ulaw, Codec::G723, "No Translation Path");
    }

    #[test]
    fn the_matrix_has_asterisks_layout() {
        let text = matrix();
        let lines: Vec<&str> = text.lines().skip(3).collect();
        assert!(lines[0].starts_with("          ulaw  alaw  slin slin12 slin16"), "{text}");
        assert!(lines[1].starts_with("    ulaw     -  9150  9000"), "{text}");
        assert!(lines[3].starts_with("    slin  6000  6000     -"), "{text}");
    }
}
