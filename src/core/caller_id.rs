//! Who calls and who is called: names, numbers and how far they may be shown.

use std::fmt;
use std::sync::Arc;

/// Whether a name or number may be shown, and who vouches for it (Q.931 presentation and screening).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presentation(u8);

impl Presentation {
    /// Presentation allowed, not screened: the default.
    pub const ALLOWED: Presentation = Presentation(0x00);
    /// Presentation prohibited, not screened.
    pub const PROHIBITED: Presentation = Presentation(0x20);
    /// Number not available.
    pub const UNAVAILABLE: Presentation = Presentation(0x43);

    /// `CALLERID(pres)`'s words with their Q.931 values.
    const WORDS: &'static [(&'static str, u8, &'static str)] = &[
        ("allowed_not_screened", 0x00, "Presentation Allowed, Not Screened"),
        ("allowed_passed_screen", 0x01, "Presentation Allowed, Passed Screen"),
        ("allowed_failed_screen", 0x02, "Presentation Allowed, Failed Screen"),
        ("allowed", 0x03, "Presentation Allowed, Network Number"),
        ("prohib_not_screened", 0x20, "Presentation Prohibited, Not Screened"),
        ("prohib_passed_screen", 0x21, "Presentation Prohibited, Passed Screen"),
        ("prohib_failed_screen", 0x22, "Presentation Prohibited, Failed Screen"),
        ("prohib", 0x23, "Presentation Prohibited, Network Number"),
        ("unavailable", 0x43, "Number Unavailable"),
    ];

    /// Reads Asterisk's word (`prohib_passed_screen`) or the number.
    pub fn parse(text: &str) -> Option<Presentation> {
        let by_word = Presentation::WORDS.iter().find(|word| word.0.eq_ignore_ascii_case(text));
        by_word.map(|word| word.1).or_else(|| text.parse().ok()).map(Presentation)
    }

    /// Asterisk's word, `unknown` for a value without one.
    pub fn word(self) -> &'static str {
        Presentation::WORDS.iter().find(|word| word.1 == self.0).map_or("unknown", |word| word.0)
    }

    /// Asterisk's sentence, as AMI and `core show channel` print it.
    pub fn text(self) -> &'static str {
        Presentation::WORDS.iter().find(|word| word.1 == self.0).map_or("unknown", |word| word.2)
    }

    /// The Q.931 octet.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Whether the far end may see it.
    pub fn is_allowed(self) -> bool {
        self.0 & 0x60 == 0
    }
}

/// A party's name or number, if it is known, with its presentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// `None` is "unknown", which is not the same as the empty text.
    pub value: Option<Arc<str>>,
    /// How far it may be shown.
    pub presentation: Presentation,
}

impl Shown {
    /// A value that may be shown.
    pub fn allowed(value: impl Into<Arc<str>>) -> Shown {
        Shown { value: Some(value.into()), presentation: Presentation::ALLOWED }
    }

    /// The text, empty where unknown.
    pub fn text(&self) -> &str {
        self.value.as_deref().unwrap_or("")
    }

    /// The text if it is known, not empty and may be shown.
    pub fn visible(&self) -> Option<&str> {
        self.value.as_deref().filter(|text| !text.is_empty() && self.presentation.is_allowed())
    }
}

/// A party of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The display name.
    pub name: Shown,
    /// The number or SIP user.
    pub number: Shown,
    /// A label that travels inside the PBX only.
    pub tag: Option<Arc<str>>,
}

impl Party {
    /// A party by name and number, both shown; an empty name is unknown.
    pub fn new(name: &str, number: &str) -> Party {
        let shown = |text: &str| if text.is_empty() { Shown::default() } else { Shown::allowed(text) };
        Party { name: shown(name), number: shown(number), tag: None }
    }

    /// Reads `"Name" <number>`, `Name <number>`, `<number>` or a bare number or name as `CALLERID(all)` takes it.
    pub fn parse(text: &str) -> Party {
        let text = text.trim();
        if let Some((name, rest)) = text.rsplit_once('<') {
            let number = rest.split('>').next().unwrap_or(rest).trim();
            return Party::new(name.trim().trim_matches('"'), number);
        }
        let bare = text.trim_matches('"');
        let is_number =
            !text.starts_with('"') && bare.bytes().all(|b| b.is_ascii_digit() || b"+*#-(). ".contains(&b));
        if is_number { Party::new("", bare) } else { Party::new(bare, "") }
    }

    /// Name and number's common presentation: the stricter of the two that are known.
    pub fn presentation(&self) -> Presentation {
        match (&self.name.value, &self.number.value) {
            (None, None) => Presentation::UNAVAILABLE,
            (Some(_), _) if !self.name.presentation.is_allowed() => self.name.presentation,
            (_, Some(_)) => self.number.presentation,
            _ => self.name.presentation,
        }
    }
}

impl fmt::Display for Party {
    /// `"Name" <number>`, as `CALLERID(all)` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" <{}>", self.name.text(), self.number.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_id_is_read_in_all_spellings() {
        let check = |text: &str, name: &str, number: &str| {
            let party = Party::parse(text);
            assert_eq!((party.name.text(), party.number.text()), (name, number), "{text}");
        };
        check("\"Alice\" <1001>", "Alice", "1001");
        check("Alice Smith <1001>", "Alice Smith", "1001");
        check("<1001>", "", "1001");
        check("+49 30 1234", "", "+49 30 1234");
        check("Alice", "Alice", "");
        check("", "", "");
    }

    #[test]
    fn presentation_has_asterisks_words() {
        assert_eq!(Presentation::parse("prohib_passed_screen").map(Presentation::number), Some(0x21));
        assert_eq!(Presentation::parse("67"), Some(Presentation::UNAVAILABLE));
        assert!(!Presentation::PROHIBITED.is_allowed());
        assert!(!Presentation::UNAVAILABLE.is_allowed());
    }
}
