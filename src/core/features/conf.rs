//! `features.conf`: the codes, and the times and prompts of transfers.

use std::time::Duration;

use obelus_conf::{Document, Problem, Problems, Reader};

use crate::channel::DIGITS;
use crate::files::ConfigFolder;

/// The file.
pub(super) const FILE: &str = "features.conf";

/// The settings of features.conf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeaturesConf {
    /// `featuredigittimeout`: between the digits of a code.
    pub digit_timeout: Duration,
    /// `transferdigittimeout`: between the digits of a transfer's number.
    pub transfer_digit_timeout: Duration,
    /// `transferdialattempts`: how often a wrong number may be dialled.
    pub transfer_attempts: u32,
    /// `transferannouncesound`: asks for the number.
    pub transfer_announce_sound: String,
    /// `transferretrysound`: after a wrong number.
    pub transfer_retry_sound: String,
    /// `transferinvalidsound`: after the last wrong number.
    pub transfer_invalid_sound: String,
    /// `blindxfer`: the code of a blind transfer; empty for none.
    pub blind_transfer: String,
    /// `disconnect`: the code to hang up; empty for none.
    pub disconnect: String,
}

impl Default for FeaturesConf {
    fn default() -> FeaturesConf {
        FeaturesConf {
            digit_timeout: Duration::from_millis(1000),
            transfer_digit_timeout: Duration::from_secs(3),
            transfer_attempts: 3,
            transfer_announce_sound: "pbx-transfer".to_owned(),
            transfer_retry_sound: "pbx-invalid".to_owned(),
            transfer_invalid_sound: "privacy-incorrect".to_owned(),
            blind_transfer: "#".to_owned(),
            disconnect: "*".to_owned(),
        }
    }
}

/// Options of `[general]` that are not served, with the values that ask for what is done anyway.
const UNSERVED: [(&str, &[&str]); 15] = [
    ("xfersound", &["beep"]),
    ("xferfailsound", &["beeperr"]),
    ("pickupexten", &["*8"]),
    ("pickupsound", &[""]),
    ("pickupfailsound", &[""]),
    ("recordingfailsound", &[""]),
    ("courtesytone", &[""]),
    ("atxfernoanswertimeout", &["15"]),
    ("atxferdropcall", &["no"]),
    ("atxferloopdelay", &["10"]),
    ("atxfercallbackretries", &["2"]),
    ("atxferabort", &["*1"]),
    ("atxfercomplete", &["*2"]),
    ("atxferthreeway", &["*3"]),
    ("atxferswap", &["*4"]),
];

impl FeaturesConf {
    /// Reads features.conf; where it is missing or wrong, the defaults hold.
    pub fn load(folder: &ConfigFolder, problems: &mut Problems) -> FeaturesConf {
        let document = folder.load_if_there(FILE, problems);
        let mut conf = FeaturesConf::default();
        conf.read(&document, problems);
        conf
    }

    fn read(&mut self, document: &Document, problems: &mut Problems) {
        for section in document.concrete() {
            match &*section.name {
                "general" => self.general(Reader::new(section, problems)),
                "featuremap" => self.feature_map(Reader::new(section, problems)),
                "applicationmap" if section.entries.is_empty() => {}
                other => {
                    let reason =
                        format!("section [{other}] is not served yet; there are [general] and [featuremap]");
                    problems.push(Problem::error(section.location.clone(), reason));
                }
            }
        }
    }

    fn general(&mut self, mut reader: Reader<'_>) {
        if let Some(timeout) = reader.duration_milliseconds("featuredigittimeout", 1..=60_000) {
            self.digit_timeout = timeout;
        }
        if let Some(timeout) = reader.duration_seconds("transferdigittimeout", 1..=600) {
            self.transfer_digit_timeout = timeout;
        }
        if let Some(attempts) = reader.integer("transferdialattempts", 1..=100) {
            self.transfer_attempts = attempts;
        }
        let sounds = [
            ("transferannouncesound", &mut self.transfer_announce_sound),
            ("transferretrysound", &mut self.transfer_retry_sound),
            ("transferinvalidsound", &mut self.transfer_invalid_sound),
        ];
        for (name, sound) in sounds {
            if let Some(text) = reader.text(name) {
                text.clone_into(sound);
            }
        }
        for (name, values) in UNSERVED {
            reader.unserved(name, values);
        }
        let _ = reader.finish();
    }

    fn feature_map(&mut self, mut reader: Reader<'_>) {
        let codes = [("blindxfer", &mut self.blind_transfer), ("disconnect", &mut self.disconnect)];
        for (name, code) in codes {
            let Some(entry) = reader.entry(name) else { continue };
            if is_code(&entry.value) {
                entry.value.as_ref().clone_into(code);
            } else {
                reader.reject(entry, "a code is made of digits, `*`, `#` and the letters A to D");
            }
        }
        for name in ["atxfer", "automon", "automixmon", "parkcall", "pickup"] {
            reader.unserved(name, &[""]);
        }
        let _ = reader.finish();
    }
}

/// Whether a text can be the code of a feature; an empty one stands for no code.
pub fn is_code(text: &str) -> bool {
    text.chars().all(|digit| DIGITS.contains(digit))
}

#[cfg(test)]
mod tests {
    use obelus_conf::MemoryFiles;

    use super::*;

    fn load(text: &str) -> (FeaturesConf, Vec<String>) {
        let mut problems = Problems::new();
        let folder = ConfigFolder::of(MemoryFiles::new().file(FILE, text));
        let conf = FeaturesConf::load(&folder, &mut problems);
        (conf, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn codes_and_times_are_read() {
        let (conf, problems) =
            load("[general]\ntransferdigittimeout = 5\n[featuremap]\nblindxfer => #1\ndisconnect => *0\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((&*conf.blind_transfer, &*conf.disconnect), ("#1", "*0"));
        assert_eq!(conf.transfer_digit_timeout, Duration::from_secs(5));
    }

    #[test]
    fn what_is_not_served_is_named() {
        let (_, problems) =
            load("[featuremap]\natxfer => *2\nblindxfer => x\n[applicationmap]\na => *9,self,NoOp\n");
        assert_eq!(problems.len(), 3, "{problems:#?}");
    }
}
