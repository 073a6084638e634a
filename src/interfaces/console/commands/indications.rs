//! `indication show`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::media::tone::{COUNTRIES, Country, country};

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "indication show [<country>...]"
    }

    fn synopsis(&self) -> &'static str {
        "Display a list of all countries/indications"
    }

    fn description(&self) -> &'static str {
        "Lists the countries whose tones are known; with countries lists their tones."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            0 | 1 => Vec::new(),
            _ => COUNTRIES.iter().map(|country| country.code.to_owned()).collect(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if call.arguments().is_empty() {
            let rule = "===========================\n";
            let mut text = format!("Country   Description\n{rule}");
            for country in COUNTRIES {
                let _ = writeln!(text, "{:<7.7}  {}", country.code, country.name);
            }
            let _ = writeln!(text, "{rule}Default tone zone: us");
            return Ok(text);
        }
        let found: Vec<&Country> = call.arguments().iter().filter_map(|code| country(code)).collect();
        if found.is_empty() {
            return Err(CliError::failed("No countries matched your criteria."));
        }
        let mut text = "Country Indication      PlayList\n=====================================\n".to_owned();
        found.into_iter().for_each(|country| push(&mut text, country));
        Ok(text)
    }
}

fn push(text: &mut String, country: &Country) {
    let cadence: Vec<String> = country.ring_cadence_ms.iter().map(ToString::to_string).collect();
    let _ = writeln!(text, "{:<7.7} {:<15.15} {}", country.code, "<ringcadence>", cadence.join(","));
    for (name, script) in country.tones {
        let _ = writeln!(text, "{:<7.7} {name:<15.15} {script}", country.code);
    }
}
