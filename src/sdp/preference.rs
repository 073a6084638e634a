//! Which of two codec lists wins: `codec_prefs_…`, `incoming_call_offer_pref`, `outgoing_call_offer_pref`.

use obelus_media::Codec;

/// Which list comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// The list that just came: from the other side, or from the core.
    Pending,
    /// The endpoint's list.
    Configured,
}

/// What is made of the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// What both have, in the order of the preferred one.
    Intersect,
    /// The preferred list and then the rest of the other.
    Union,
    /// The preferred list.
    OnlyPreferred,
    /// The other list.
    OnlyNonpreferred,
}

/// How much of the result is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of it.
    All,
    /// The first codec.
    First,
}

/// When a preference applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    /// An offer came; it is pending.
    IncomingOffer,
    /// An offer is to be sent; the core's list is pending.
    OutgoingOffer,
    /// An answer came; it is pending.
    IncomingAnswer,
    /// An answer is to be sent; the core's list is pending.
    OutgoingAnswer,
}

/// How a pending list of codecs and the endpoint's list are reconciled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preference {
    /// Which list comes first.
    pub prefer: Prefer,
    /// What is made of the two.
    pub operation: Operation,
    /// How much is kept.
    pub keep: Keep,
    /// Whether codecs may stay that the pending list does not have, so that audio is transcoded.
    pub transcode: bool,
}

/// What is wrong with an option's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreferenceError {
    /// A part that is no `name:value`.
    #[error("`{0}` is not of the form name:value")]
    Form(String),
    /// A name other than the four there are.
    #[error("unknown parameter `{0}`; there are prefer, operation, keep and transcode")]
    Name(String),
    /// A value that the parameter does not have, or not in this situation.
    #[error("`{name}` cannot be `{value}`; it can be {choices}")]
    Value {
        /// The parameter, or the option.
        name: &'static str,
        /// What was written.
        value: String,
        /// What can be written.
        choices: &'static str,
    },
}

impl Preference {
    /// What the pending and the endpoint's list have in common, in the pending order.
    ///
    /// The default of `codec_prefs_incoming_answer` and `codec_prefs_outgoing_answer`.
    pub const PENDING: Self =
        Self { prefer: Prefer::Pending, operation: Operation::Intersect, keep: Keep::All, transcode: true };

    /// What both have in common, in the endpoint's order: `incoming_call_offer_pref = local`, the default.
    pub const LOCAL: Self = Self { prefer: Prefer::Configured, ..Self::PENDING };

    /// All the endpoint's codecs, those of the pending list first: `outgoing_call_offer_pref = remote_merge`,
    /// the default.
    pub const REMOTE_MERGE: Self = Self { operation: Operation::Union, ..Self::PENDING };

    /// Reads `codec_prefs_…`: `prefer: pending, operation: intersect, keep: all, transcode: allow`.
    ///
    /// # Errors
    /// The first part that cannot be read or is not allowed in `situation`.
    pub fn parse(text: &str, situation: Situation) -> Result<Self, PreferenceError> {
        let mut preference = match situation {
            Situation::OutgoingOffer => Self::REMOTE_MERGE,
            Situation::IncomingOffer | Situation::IncomingAnswer | Situation::OutgoingAnswer => Self::PENDING,
        };
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once(':').ok_or_else(|| PreferenceError::Form(part.to_owned()))?;
            preference.set(&name.trim().to_ascii_lowercase(), value.trim(), situation)?;
        }
        Ok(preference)
    }

    fn set(&mut self, name: &str, value: &str, situation: Situation) -> Result<(), PreferenceError> {
        let lower = value.to_ascii_lowercase();
        let wrong = |name, choices| PreferenceError::Value { name, value: value.to_owned(), choices };
        match (name, lower.as_str()) {
            ("prefer", "pending") => self.prefer = Prefer::Pending,
            ("prefer", "configured") => self.prefer = Prefer::Configured,
            ("prefer", _) => return Err(wrong("prefer", "pending or configured")),
            ("operation", "intersect") => self.operation = Operation::Intersect,
            ("operation", "only_preferred") => self.operation = Operation::OnlyPreferred,
            ("operation", "only_nonpreferred") => self.operation = Operation::OnlyNonpreferred,
            ("operation", "union") if situation != Situation::IncomingOffer => {
                self.operation = Operation::Union;
            }
            ("operation", _) if situation == Situation::IncomingOffer => {
                return Err(wrong("operation", "intersect, only_preferred or only_nonpreferred"));
            }
            ("operation", _) => {
                return Err(wrong("operation", "union, intersect, only_preferred or only_nonpreferred"));
            }
            ("keep", "all") => self.keep = Keep::All,
            ("keep", "first") => self.keep = Keep::First,
            ("keep", _) => return Err(wrong("keep", "all or first")),
            ("transcode", "allow") => self.transcode = true,
            // An answer chooses among what was offered; there is nothing left to prevent.
            ("transcode", "prevent") => {
                self.transcode = matches!(situation, Situation::IncomingAnswer | Situation::OutgoingAnswer);
            }
            ("transcode", _) => return Err(wrong("transcode", "allow or prevent")),
            (name, _) => return Err(PreferenceError::Name(name.to_owned())),
        }
        Ok(())
    }

    /// Reads `incoming_call_offer_pref`.
    ///
    /// # Errors
    /// Another value than the four there are.
    pub fn incoming_call_offer(value: &str) -> Result<Self, PreferenceError> {
        Ok(match value.trim().to_ascii_lowercase().as_str() {
            "local" => Self::LOCAL,
            "local_first" => Self { keep: Keep::First, ..Self::LOCAL },
            "remote" => Self::PENDING,
            "remote_first" => Self { keep: Keep::First, ..Self::PENDING },
            _ => {
                let choices = "local, local_first, remote or remote_first";
                let (name, value) = ("incoming_call_offer_pref", value.to_owned());
                return Err(PreferenceError::Value { name, value, choices });
            }
        })
    }

    /// Reads `outgoing_call_offer_pref`.
    ///
    /// # Errors
    /// Another value than the six there are.
    pub fn outgoing_call_offer(value: &str) -> Result<Self, PreferenceError> {
        let local_merge = Self { prefer: Prefer::Configured, ..Self::REMOTE_MERGE };
        Ok(match value.trim().to_ascii_lowercase().as_str() {
            "local" => Self::LOCAL,
            "local_merge" => local_merge,
            "local_first" => Self { keep: Keep::First, ..local_merge },
            "remote" => Self::PENDING,
            "remote_merge" => Self::REMOTE_MERGE,
            "remote_first" => Self { keep: Keep::First, ..Self::PENDING },
            _ => {
                let choices = "local, local_merge, local_first, remote, remote_merge or remote_first";
                let (name, value) = ("outgoing_call_offer_pref", value.to_owned());
                return Err(PreferenceError::Value { name, value, choices });
            }
        })
    }

    /// Reconciles the lists. Whatever the operation, nothing comes out that the endpoint does not allow.
    #[must_use]
    pub fn resolve(&self, pending: &[Codec], configured: &[Codec]) -> Vec<Codec> {
        let (preferred, other) = match self.prefer {
            Prefer::Pending => (pending, configured),
            Prefer::Configured => (configured, pending),
        };
        let mut codecs = Vec::new();
        for codec in self.candidates(preferred, other) {
            let transcodes = !pending.contains(&codec);
            if configured.contains(&codec) && !codecs.contains(&codec) && (self.transcode || !transcodes) {
                codecs.push(codec);
            }
        }
        if self.keep == Keep::First {
            codecs.truncate(1);
        }
        codecs
    }

    fn candidates(&self, preferred: &[Codec], other: &[Codec]) -> Vec<Codec> {
        match self.operation {
            Operation::Intersect => preferred.iter().filter(|codec| other.contains(codec)).copied().collect(),
            Operation::Union => preferred.iter().chain(other).copied().collect(),
            Operation::OnlyPreferred => preferred.to_vec(),
            Operation::OnlyNonpreferred => other.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error;

    const PENDING: [Codec; 3] = [Codec::Gsm, Codec::Alaw, Codec::Ulaw];
    const CONFIGURED: [Codec; 3] = [Codec::Opus, Codec::Ulaw, Codec::Alaw];

    fn check(preference: Result<Preference, PreferenceError>, expected: &str) {
        let shown = match preference {
            Ok(preference) => error::list(&preference.resolve(&PENDING, &CONFIGURED)),
            Err(problem) => problem.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn options_of_incoming_calls() {
        let check = |value, expected| check(Preference::incoming_call_offer(value), expected);
        check("local", "(ulaw|alaw)");
        check("local_first", "(ulaw)");
        check("remote", "(alaw|ulaw)");
        check("remote_first", "(alaw)");
        check(
            "both",
            "`incoming_call_offer_pref` cannot be `both`; it can be local, local_first, remote or remote_first",
        );
    }

    #[test]
    fn options_of_outgoing_calls() {
        let check = |value, expected| check(Preference::outgoing_call_offer(value), expected);
        check("local", "(ulaw|alaw)");
        check("local_merge", "(opus|ulaw|alaw)");
        check("local_first", "(opus)");
        check("remote", "(alaw|ulaw)");
        check("remote_merge", "(alaw|ulaw|opus)");
        check("remote_first", "(alaw)");
    }

    #[test]
    fn codec_prefs_are_four_parameters() {
        let check = |value, expected| check(Preference::parse(value, Situation::OutgoingOffer), expected);
        check("", "(alaw|ulaw|opus)");
        check("prefer: configured, operation: union, keep: first, transcode: prevent", "(ulaw)");
        check("prefer:configured,operation:union", "(opus|ulaw|alaw)");
        check("operation: only_nonpreferred", "(opus|ulaw|alaw)");
        check("operation: only_preferred", "(alaw|ulaw)");
        check("operation: intersect, keep: first", "(alaw)");
        check("operation: intersect, , transcode: prevent", "(alaw|ulaw)");
    }

    #[test]
    fn wrong_values_are_explained() {
        let check = |value, expected| check(Preference::parse(value, Situation::IncomingOffer), expected);
        check("prefer", "`prefer` is not of the form name:value");
        check("like: ulaw", "unknown parameter `like`; there are prefer, operation, keep and transcode");
        check("keep: some", "`keep` cannot be `some`; it can be all or first");
        check(
            "operation: union",
            "`operation` cannot be `union`; it can be intersect, only_preferred or only_nonpreferred",
        );
    }
}
