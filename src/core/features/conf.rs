//! `features.conf`: the codes, and the times and prompts of transfers.

use std::sync::Arc;
use std::time::Duration;

use obelus_conf::{Document, Entry, Problem, Problems, Reader, Section};

use crate::channel::DIGITS;
use crate::features::MappedApp;
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
    /// `xfersound`: when an attended transfer is done.
    pub transfer_sound: String,
    /// `xferfailsound`: when an attended transfer has failed.
    pub transfer_fail_sound: String,
    /// `atxfernoanswertimeout`: how long the target is rung.
    pub transfer_no_answer_timeout: Duration,
    /// `atxferdropcall`: nobody is called back when the transferer leaves before the answer.
    pub transfer_drop_call: bool,
    /// `atxferloopdelay`: between two attempts to call back.
    pub transfer_loop_delay: Duration,
    /// `atxfercallbackretries`: how often the transferer is called back.
    pub transfer_callback_retries: u32,
    /// `atxferabort`: the code that gives an attended transfer up.
    pub transfer_abort: String,
    /// `atxfercomplete`: the code that completes it.
    pub transfer_complete: String,
    /// `atxferswap`: the code that changes between the two calls.
    pub transfer_swap: String,
    /// `pickupexten`: the number that picks up a call of one's groups; empty for none.
    pub pickup_exten: String,
    /// `pickupsound`: to both, when a call was picked up; empty for none.
    pub pickup_sound: String,
    /// `pickupfailsound`: when there is nothing to pick up; empty for none.
    pub pickup_fail_sound: String,
    /// `blindxfer`: the code of a blind transfer; empty for none.
    pub blind_transfer: String,
    /// `atxfer`: the code of an attended transfer; empty for none.
    pub attended_transfer: String,
    /// `disconnect`: the code to hang up; empty for none.
    pub disconnect: String,
    /// `[applicationmap]`.
    pub applications: Vec<Arc<MappedApp>>,
    /// The groups of `DYNAMIC_FEATURES`: a name, and its features with their own codes, empty for the feature's.
    pub groups: Vec<(String, Vec<(String, String)>)>,
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
            transfer_sound: "beep".to_owned(),
            transfer_fail_sound: "beeperr".to_owned(),
            transfer_no_answer_timeout: Duration::from_secs(15),
            transfer_drop_call: false,
            transfer_loop_delay: Duration::from_secs(10),
            transfer_callback_retries: 2,
            transfer_abort: "*1".to_owned(),
            transfer_complete: "*2".to_owned(),
            transfer_swap: "*4".to_owned(),
            pickup_exten: "*8".to_owned(),
            pickup_sound: String::new(),
            pickup_fail_sound: String::new(),
            blind_transfer: "#".to_owned(),
            attended_transfer: String::new(),
            disconnect: "*".to_owned(),
            applications: Vec::new(),
            groups: Vec::new(),
        }
    }
}

/// Options of `[general]` that are not served, with the values that ask for what is done anyway.
const UNSERVED: [(&str, &[&str]); 3] =
    [("recordingfailsound", &[""]), ("courtesytone", &[""]), ("atxferthreeway", &["*3"])];

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
                "applicationmap" => self.application_map(section, problems),
                // Asterisk takes any other section for a group of features.
                _ => self.group(section),
            }
        }
        self.check_groups(document, problems);
    }

    fn application_map(&mut self, section: &Section, problems: &mut Problems) {
        for entry in &section.entries {
            match MappedApp::parse(&entry.key, &entry.value) {
                Ok(app) => self.applications.push(Arc::new(app)),
                Err(reason) => problems.push(Problem::error(
                    entry.location.clone(),
                    format!("feature `{}`: {reason}", entry.key),
                )),
            }
        }
    }

    fn group(&mut self, section: &Section) {
        let member = |entry: &Entry| (entry.key.to_string(), entry.value.to_string());
        self.groups.push((section.name.to_string(), section.entries.iter().map(member).collect()));
    }

    /// The members of groups must be features of `[applicationmap]`.
    fn check_groups(&self, document: &Document, problems: &mut Problems) {
        let known = |name: &str| self.applications.iter().any(|app| app.name.eq_ignore_ascii_case(name));
        let is_group = |section: &&Section| self.groups.iter().any(|group| *group.0 == *section.name);
        for entry in document.concrete().filter(is_group).flat_map(|section| &section.entries) {
            if !known(&entry.key) {
                let reason = format!("[applicationmap] has no feature `{}`", entry.key);
                problems.push(Problem::error(entry.location.clone(), reason));
            } else if !is_code(&entry.value) {
                problems.push(Problem::error(entry.location.clone(), NO_CODE.to_owned()));
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
            ("xfersound", &mut self.transfer_sound),
            ("xferfailsound", &mut self.transfer_fail_sound),
            ("pickupexten", &mut self.pickup_exten),
            ("pickupsound", &mut self.pickup_sound),
            ("pickupfailsound", &mut self.pickup_fail_sound),
        ];
        for (name, sound) in sounds {
            if let Some(text) = reader.text(name) {
                text.clone_into(sound);
            }
        }
        if let Some(timeout) = reader.duration_seconds("atxfernoanswertimeout", 1..=3600) {
            self.transfer_no_answer_timeout = timeout;
        }
        if let Some(drop_call) = reader.boolean("atxferdropcall") {
            self.transfer_drop_call = drop_call;
        }
        if let Some(delay) = reader.duration_seconds("atxferloopdelay", 0..=3600) {
            self.transfer_loop_delay = delay;
        }
        if let Some(retries) = reader.integer("atxfercallbackretries", 0..=1000) {
            self.transfer_callback_retries = retries;
        }
        let codes = [
            ("atxferabort", &mut self.transfer_abort),
            ("atxfercomplete", &mut self.transfer_complete),
            ("atxferswap", &mut self.transfer_swap),
        ];
        codes.into_iter().for_each(|(name, code)| read_code(&mut reader, name, code));
        for (name, values) in UNSERVED {
            reader.unserved(name, values);
        }
        let _ = reader.finish();
    }

    fn feature_map(&mut self, mut reader: Reader<'_>) {
        let codes = [
            ("blindxfer", &mut self.blind_transfer),
            ("atxfer", &mut self.attended_transfer),
            ("disconnect", &mut self.disconnect),
        ];
        codes.into_iter().for_each(|(name, code)| read_code(&mut reader, name, code));
        for name in ["automon", "automixmon", "parkcall", "pickup"] {
            reader.unserved(name, &[""]);
        }
        let _ = reader.finish();
    }
}

const NO_CODE: &str = "a code is made of digits, `*`, `#` and the letters A to D";

fn read_code(reader: &mut Reader<'_>, name: &'static str, code: &mut String) {
    let Some(entry) = reader.entry(name) else { return };
    if is_code(&entry.value) {
        entry.value.as_ref().clone_into(code);
    } else {
        reader.reject(entry, NO_CODE);
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
    fn applications_and_their_groups_are_read() {
        let (conf, problems) = load(
            "[applicationmap]\nplay => *9,peer,Playback(beep),jazz\nsay => *8,self,SayDigits,12\n[office]\nplay => #1\nsay =>\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        let codes = |names: &str| conf.mapped(names).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
        assert_eq!(codes("say#play"), ["*8", "*9"]);
        assert_eq!(codes("OFFICE"), ["#1", "*8"]);
        assert_eq!(codes("nothing"), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_served_is_named() {
        let (conf, problems) = load(
            "[general]\natxferthreeway = *5\n[featuremap]\natxfer => *2\nblindxfer => x\nautomon => *1\n[applicationmap]\na => *9,nobody,NoOp\n[team]\nb => *7\n",
        );
        assert_eq!(problems.len(), 5, "{problems:#?}");
        assert_eq!(conf.attended_transfer, "*2");
    }
}
