//! `indication show`, `indication add` and `indication remove`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::indications::Zone;

use crate::usage::usage;

pub(super) struct Show;

fn codes(core: &Core) -> Vec<String> {
    core.indications.zones().iter().map(|zone| zone.code.to_string()).collect()
}

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

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            0 | 1 => Vec::new(),
            _ => codes(core),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let zones = call.core.indications.zones();
        if call.arguments().is_empty() {
            let rule = "===========================\n";
            let mut text = format!("Country   Description\n{rule}");
            for zone in zones.iter() {
                let _ = writeln!(text, "{:<7.7}  {}", zone.code, zone.name);
            }
            let _ = writeln!(text, "{rule}Default tone zone: us");
            return Ok(text);
        }
        let find = |code: &&str| zones.iter().find(|zone| zone.code.eq_ignore_ascii_case(code));
        let found: Vec<&Zone> = call.arguments().iter().filter_map(find).collect();
        if found.is_empty() {
            return Err(CliError::failed("No countries matched your criteria."));
        }
        let mut text = "Country Indication      PlayList\n=====================================\n".to_owned();
        found.into_iter().for_each(|zone| push(&mut text, zone));
        Ok(text)
    }
}

fn push(text: &mut String, zone: &Zone) {
    let cadence: Vec<String> = zone.ring_cadence_ms.iter().map(ToString::to_string).collect();
    let _ = writeln!(text, "{:<7.7} {:<15.15} {}", zone.code, "<ringcadence>", cadence.join(","));
    for (name, script) in &zone.tones {
        let _ = writeln!(text, "{:<7.7} {name:<15.15} {script}", zone.code);
    }
}

pub(super) struct Add;

#[async_trait]
impl CliCommand for Add {
    fn syntax(&self) -> &'static str {
        "indication add <country> <indication> \"<tonelist>\""
    }

    fn synopsis(&self) -> &'static str {
        "Add the given indication to the country"
    }

    fn description(&self) -> &'static str {
        "Gives a country a tone, in the place of one of that name; a country that is not known is made. It stays until the program ends."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 2 { codes(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [country, tone, script] = call.arguments() else { return Err(usage(self)) };
        call.core.indications.add(country, tone, script).map_err(|error| {
            CliError::failed(format!("Unable to register indication {country}/{tone}: {error}"))
        })?;
        Ok(String::new())
    }
}

pub(super) struct Remove;

#[async_trait]
impl CliCommand for Remove {
    fn syntax(&self) -> &'static str {
        "indication remove <country> [<indication>]"
    }

    fn synopsis(&self) -> &'static str {
        "Remove the given indication from the country"
    }

    fn description(&self) -> &'static str {
        "Takes a country's tone away, or the country with all its tones, until the program ends."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words {
            [_, _] => codes(core),
            [_, _, country] => {
                let zones = core.indications.zones();
                let zone = zones.iter().find(|zone| zone.code.eq_ignore_ascii_case(country));
                zone.into_iter().flat_map(|zone| &zone.tones).map(|(name, _)| name.to_string()).collect()
            }
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (removed, what) = match call.arguments() {
            [country] => (call.core.indications.remove(country), format!("indication country {country}")),
            [country, tone] => {
                (call.core.indications.remove_tone(country, tone), format!("indication {country}/{tone}"))
            }
            _ => return Err(usage(self)),
        };
        match removed {
            true => Ok(String::new()),
            false => Err(CliError::failed(format!("Unable to unregister {what}"))),
        }
    }
}
