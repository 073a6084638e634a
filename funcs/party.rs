//! The parts of a party as `CALLERID`, `CONNECTEDLINE` and `REDIRECTING` name them: `name`, `num-pres`, `name-valid` ….

use std::sync::Arc;

use obelus_core::caller_id::{Party, Presentation, Shown};
use obelus_core::function::FunctionError;

/// A part of a party; letters in any case, and `num` may go on as `number`, `pres` as `presentation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// `"Name" <number>`.
    All,
    Name(Detail),
    Number(Detail),
    /// The stricter of both presentations.
    Presentation,
    Tag,
}

/// What is asked of a name or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    Text,
    /// Whether it is known.
    Valid,
    Presentation,
}

impl Part {
    /// Reads the words between the dashes of a data type.
    pub(crate) fn parse(words: &[&str]) -> Result<Part, FunctionError> {
        let lower: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        match lower.as_slice() {
            ["all"] => Ok(Part::All),
            ["tag"] => Ok(Part::Tag),
            ["name", details @ ..] => detail(details).map(Part::Name),
            [first] if first.starts_with("pres") => Ok(Part::Presentation),
            ["ton"] => Err(not_kept("numbering plans")),
            [first, ..] if first.starts_with("subaddr") => Err(not_kept("subaddresses")),
            [first, details @ ..] if first.starts_with("num") => detail(details).map(Part::Number),
            _ => Err(FunctionError::arguments(format!("`{}` is no part of a party", words.join("-")))),
        }
    }

    /// The part's value.
    pub(crate) fn read(self, party: &Party) -> String {
        match self {
            Part::All => party.to_string(),
            Part::Name(detail) => detail.read(&party.name),
            Part::Number(detail) => detail.read(&party.number),
            Part::Presentation => party.presentation().word().to_owned(),
            Part::Tag => party.tag.as_deref().unwrap_or("").to_owned(),
        }
    }

    /// Changes the part; nothing is changed on an error.
    pub(crate) fn write(self, party: &mut Party, value: &str) -> Result<(), FunctionError> {
        let value = value.trim();
        match self {
            Part::All => {
                let Party { name, number, .. } = Party::parse(value);
                let known = |shown: Shown| Some(shown.value.unwrap_or_default());
                (party.name.value, party.number.value) = (known(name), known(number));
            }
            Part::Name(detail) => detail.write(&mut party.name, value)?,
            Part::Number(detail) => detail.write(&mut party.number, value)?,
            Part::Presentation => {
                let presentation = presentation(value)?;
                (party.name.presentation, party.number.presentation) = (presentation, presentation);
            }
            Part::Tag => party.tag = Some(value.into()),
        }
        Ok(())
    }
}

impl Detail {
    fn read(self, shown: &Shown) -> String {
        match self {
            Detail::Text => shown.text().to_owned(),
            Detail::Valid => u8::from(shown.value.is_some()).to_string(),
            Detail::Presentation => shown.presentation.word().to_owned(),
        }
    }

    fn write(self, shown: &mut Shown, value: &str) -> Result<(), FunctionError> {
        match self {
            Detail::Text => shown.value = Some(value.into()),
            Detail::Valid if obelus_core::app::is_true(value) => {
                shown.value.get_or_insert_with(|| Arc::from(""));
            }
            Detail::Valid => shown.value = None,
            Detail::Presentation => shown.presentation = presentation(value)?,
        }
        Ok(())
    }
}

/// The words of a data type such as `num-pres`.
pub(crate) fn words(data_type: &str) -> Vec<&str> {
    data_type.split('-').collect()
}

/// Whether a word is `wanted`, in any case.
pub(crate) fn is(word: &str, wanted: &str) -> bool {
    word.eq_ignore_ascii_case(wanted)
}

/// A presentation by word or number.
pub(crate) fn presentation(text: &str) -> Result<Presentation, FunctionError> {
    Presentation::parse(text.trim())
        .ok_or_else(|| FunctionError::arguments(format!("`{text}` is no presentation")))
}

/// Parts of a party that exist in other networks only.
pub(crate) fn not_kept(what: &str) -> FunctionError {
    FunctionError::arguments(format!("Obelus keeps no {what} of parties"))
}

fn detail(words: &[&str]) -> Result<Detail, FunctionError> {
    match words {
        [] => Ok(Detail::Text),
        ["valid"] => Ok(Detail::Valid),
        [word] if word.starts_with("pres") => Ok(Detail::Presentation),
        ["plan"] => Err(not_kept("numbering plans")),
        ["charset"] => Err(FunctionError::arguments("names are always UTF-8 in Obelus")),
        words => {
            Err(FunctionError::arguments(format!("`{}` is no part of a name or number", words.join("-"))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(part: &str, value: &str, expected: &[(&str, &str)]) {
        let mut party = Party::new("Alice", "1001");
        Part::parse(&words(part)).unwrap().write(&mut party, value).unwrap();
        for (part, expected) in expected {
            let read = Part::parse(&words(part)).unwrap().read(&party);
            assert_eq!(read, *expected, "{part} after {value}");
        }
    }

    #[test]
    fn parts_are_written_and_read() {
        check("name", " Bob ", &[("all", "\"Bob\" <1001>"), ("NAME", "Bob"), ("name-valid", "1")]);
        check("number", "1002", &[("num", "1002"), ("number", "1002")]);
        check("all", "Carol <1003>", &[("name", "Carol"), ("num", "1003")]);
        check("all", "1004", &[("name", ""), ("name-valid", "1"), ("num", "1004")]);
        check("name-valid", "0", &[("name", ""), ("name-valid", "0"), ("pres", "allowed_not_screened")]);
        check("num-pres", "prohib", &[("num-presentation", "prohib"), ("pres", "prohib")]);
        check("pres", "33", &[("name-pres", "prohib_passed_screen"), ("num-pres", "prohib_passed_screen")]);
        check("tag", "vip", &[("tag", "vip")]);
    }

    #[test]
    fn what_is_not_kept_is_refused() {
        let refuses = |part: &str, reason: &str| {
            assert_eq!(Part::parse(&words(part)).unwrap_err().to_string(), reason);
        };
        refuses("num-plan", "Obelus keeps no numbering plans of parties");
        refuses("ton", "Obelus keeps no numbering plans of parties");
        refuses("subaddr-valid", "Obelus keeps no subaddresses of parties");
        refuses("name-charset", "names are always UTF-8 in Obelus");
        refuses("colour", "`colour` is no part of a party");
        refuses("name-colour", "`colour` is no part of a name or number");
        assert!(Part::Presentation.write(&mut Party::default(), "secret").is_err());
    }
}
