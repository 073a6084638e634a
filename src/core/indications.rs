//! The tones of countries that channels hear: those that the program knows, and what the console has changed of them.

use std::sync::Arc;

use arc_swap::ArcSwap;
use obelus_media::tone::{COUNTRIES, Country, Tone, ToneError};

/// One country's tones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Two-letter code, as in `tonezone=`.
    pub code: Arc<str>,
    /// English name; empty for one that was made at the console.
    pub name: Arc<str>,
    /// How a telephone's bell rings: on, off, on, off, in ms.
    pub ring_cadence_ms: Vec<u32>,
    /// Name of a tone and its script.
    pub tones: Vec<(Arc<str>, Arc<str>)>,
}

impl Zone {
    fn of(country: &Country) -> Zone {
        Zone {
            code: country.code.into(),
            name: country.name.into(),
            ring_cadence_ms: country.ring_cadence_ms.to_vec(),
            tones: country.tones.iter().map(|&(name, script)| (name.into(), script.into())).collect(),
        }
    }

    fn new(code: &str) -> Zone {
        Zone { code: code.into(), name: "".into(), ring_cadence_ms: Vec::new(), tones: Vec::new() }
    }

    /// The script of a tone, in any case.
    pub fn script(&self, tone: &str) -> Option<&Arc<str>> {
        self.tones.iter().find(|(name, _)| name.eq_ignore_ascii_case(tone)).map(|(_, script)| script)
    }

    fn set(&mut self, tone: &str, script: &str) {
        match self.tones.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(tone)) {
            Some(known) => known.1 = script.into(),
            None => self.tones.push((tone.into(), script.into())),
        }
    }
}

/// All countries; what is changed lasts until the program ends.
#[derive(Debug)]
pub struct Indications(ArcSwap<Vec<Zone>>);

impl Default for Indications {
    fn default() -> Indications {
        Indications(ArcSwap::from_pointee(COUNTRIES.iter().map(Zone::of).collect()))
    }
}

impl Indications {
    /// The countries in their order.
    pub fn zones(&self) -> Arc<Vec<Zone>> {
        self.0.load_full()
    }

    /// Whether there is a country of this code, in any case.
    pub fn has(&self, code: &str) -> bool {
        find(&self.0.load(), code).is_some()
    }

    /// The script of a country's tone; that of the United States where the country is unknown.
    pub fn script(&self, code: &str, tone: &str) -> Option<String> {
        let zones = self.0.load();
        let zone = find(&zones, code).or_else(|| find(&zones, "us"))?;
        zone.script(tone).map(|script| script.to_string())
    }

    /// Adds a tone to a country, which is made if there is none.
    ///
    /// # Errors
    /// The script is none.
    pub fn add(&self, code: &str, tone: &str, script: &str) -> Result<(), ToneError> {
        Tone::parse(script)?;
        self.0.rcu(|zones| {
            let mut zones = Vec::clone(zones);
            match zones.iter_mut().find(|zone| zone.code.eq_ignore_ascii_case(code)) {
                Some(zone) => zone.set(tone, script),
                None => {
                    let mut zone = Zone::new(code);
                    zone.set(tone, script);
                    zones.push(zone);
                }
            }
            zones
        });
        Ok(())
    }

    /// Takes a country away; says whether there was one.
    pub fn remove(&self, code: &str) -> bool {
        self.change(|zones| {
            let before = zones.len();
            zones.retain(|zone| !zone.code.eq_ignore_ascii_case(code));
            zones.len() < before
        })
    }

    /// Takes a country's tone away; says whether there was one.
    pub fn remove_tone(&self, code: &str, tone: &str) -> bool {
        self.change(|zones| {
            let zone = zones.iter_mut().find(|zone| zone.code.eq_ignore_ascii_case(code));
            zone.is_some_and(|zone| {
                let before = zone.tones.len();
                zone.tones.retain(|(name, _)| !name.eq_ignore_ascii_case(tone));
                zone.tones.len() < before
            })
        })
    }

    fn change(&self, mut change: impl FnMut(&mut Vec<Zone>) -> bool) -> bool {
        let mut done = false;
        self.0.rcu(|zones| {
            let mut zones = Vec::clone(zones);
            done = change(&mut zones);
            zones
        });
        done
    }
}

fn find<'a>(zones: &'a [Zone], code: &str) -> Option<&'a Zone> {
    zones.iter().find(|zone| zone.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_added_changed_and_taken_away() {
        let tones = Indications::default();
        assert_eq!(tones.script("DE", "busy"), tones.script("de", "Busy"));
        tones.add("de", "mine", "440/100").unwrap();
        tones.add("de", "mine", "550/100").unwrap();
        assert_eq!(tones.script("de", "mine").as_deref(), Some("550/100"));
        assert_eq!((tones.remove_tone("de", "mine"), tones.remove_tone("de", "mine")), (true, false));
        assert_eq!(tones.script("de", "mine"), None);
        assert!(tones.add("de", "mine", "nonsense").is_err());
    }

    #[test]
    fn a_country_is_made_by_its_first_tone_and_taken_away() {
        let tones = Indications::default();
        assert_eq!(tones.script("xx", "busy"), tones.script("us", "busy"));
        tones.add("xx", "busy", "440/100").unwrap();
        assert_eq!(tones.script("xx", "busy").as_deref(), Some("440/100"));
        assert_eq!((tones.remove("xx"), tones.remove("xx"), tones.has("xx")), (true, false, false));
    }
}
