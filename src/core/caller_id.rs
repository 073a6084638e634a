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

    /// The restriction bits of a number that is not available.
    const NOT_AVAILABLE: u8 = 0x40;

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
        self.row().map_or("unknown", |row| row.0)
    }

    /// The line of the table; every octet of a number that is not available means the same.
    fn row(self) -> Option<&'static (&'static str, u8, &'static str)> {
        let octet = if self.0 & 0x7c == Presentation::NOT_AVAILABLE { 0x43 } else { self.0 };
        Presentation::WORDS.iter().find(|word| word.1 == octet)
    }

    /// Asterisk's sentence, as AMI and `core show channel` print it.
    pub fn text(self) -> &'static str {
        self.row().map_or("unknown", |row| row.2)
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
    ///
    /// Blanks, dots, dashes and parentheses of a number are left out.
    pub fn parse(text: &str) -> Party {
        let text = text.trim();
        let bare = unquoted(text);
        if let Some((name, rest)) = bare.rsplit_once('<') {
            let number = rest.rsplit_once('>').map_or(rest, |(number, _)| number);
            return Party::new(&unescaped(unquoted(name)), &shrunk_number(number));
        }
        let number = shrunk_number(bare);
        if bare == text && number.bytes().all(|b| b.is_ascii_digit() || b"*#+".contains(&b)) {
            return Party::new("", &number);
        }
        Party::new(&unescaped(unquoted(bare)), "")
    }

    /// Name and number's common presentation: whichever is stricter, with the number's screening.
    ///
    /// What is not known counts as unavailable, but gives way to what is (Asterisk's `ast_party_id_presentation`).
    pub fn presentation(&self) -> Presentation {
        let (name_rank, name, _) = restriction(&self.name);
        let (number_rank, number, screening) = restriction(&self.number);
        match if name_rank < number_rank { name } else { number } {
            Presentation::NOT_AVAILABLE => Presentation::UNAVAILABLE,
            value => Presentation(value | screening),
        }
    }
}

/// How strict a presentation is (0 the strictest), its restriction bits, and its screening bits.
fn restriction(shown: &Shown) -> (u8, u8, u8) {
    let octet = shown.presentation.0;
    match (&shown.value, octet & 0x60) {
        (Some(_), 0x20) => (0, 0x20, octet & 0x03),
        (Some(_), 0x00) => (1, 0x00, octet & 0x03),
        (Some(_), 0x40) => (2, Presentation::NOT_AVAILABLE, octet & 0x03),
        _ => (3, Presentation::NOT_AVAILABLE, 0),
    }
}

/// A number without what only makes it readable: blanks, parentheses, dots before its end, dashes outside of brackets.
pub fn shrunk_number(number: &str) -> String {
    let mut depth = 0_i32;
    let mut shrunk = String::with_capacity(number.len());
    let mut chars = number.chars().peekable();
    while let Some(char) = chars.next() {
        depth += i32::from(char == '[') - i32::from(char == ']');
        match char {
            '(' | ' ' | ')' => {}
            '-' if depth == 0 => {}
            '.' if chars.peek().is_some() => {}
            char => shrunk.push(char),
        }
    }
    shrunk
}

/// The inside of a text in double quotes.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// A text whose backslashes, each before a character that counts, are taken away.
fn unescaped(text: &str) -> String {
    let mut chars = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(char) = chars.next() {
        plain.extend(if char == '\\' { chars.next() } else { Some(char) });
    }
    plain
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
        check("+49 30 1234", "", "+49301234");
        check("(555) 123-4567", "", "5551234567");
        check("\"1001\"", "1001", "");
        check("Bob \\\"B\\\" <1002", "Bob \"B\"", "1002");
        check("Alice", "Alice", "");
        check("", "", "");
    }

    #[test]
    fn the_stricter_presentation_counts() {
        let check = |name: Option<u8>, number: Option<u8>, expected: &str| {
            let shown = |octet: Option<u8>| match octet {
                Some(octet) => Shown { presentation: Presentation(octet), ..Shown::allowed("x") },
                None => Shown::default(),
            };
            let party = Party { name: shown(name), number: shown(number), tag: None };
            assert_eq!(party.presentation().word(), expected, "{name:?} {number:?}");
        };
        check(None, None, "unavailable");
        check(Some(0), None, "allowed_not_screened");
        check(None, Some(0x01), "allowed_passed_screen");
        check(Some(0x20), Some(0x01), "prohib_passed_screen");
        check(Some(0x00), Some(0x23), "prohib");
        check(Some(0x43), Some(0x01), "allowed_passed_screen");
        check(Some(0x43), Some(0x43), "unavailable");
    }

    #[test]
    fn presentation_has_asterisks_words() {
        assert_eq!(Presentation::parse("prohib_passed_screen").map(Presentation::number), Some(0x21));
        assert_eq!(Presentation::parse("67"), Some(Presentation::UNAVAILABLE));
        assert_eq!(Presentation::parse("64").map(Presentation::word), Some("unavailable"));
        assert!(!Presentation::PROHIBITED.is_allowed());
        assert!(!Presentation::UNAVAILABLE.is_allowed());
    }
}
