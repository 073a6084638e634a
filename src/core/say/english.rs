//! English, as Asterisk's prompts say it.

use crate::say::{Saying, counted, date, letters, money};

pub(super) fn say(saying: Saying<'_>) -> Vec<String> {
    match saying {
        Saying::Digits(digits) => digits.chars().filter_map(digit).collect(),
        Saying::Number(number) => signed(number, say_number),
        Saying::Ordinal(number) => signed(number, say_ordinal),
        Saying::Letters(text, case) => letters::letters(text, case),
        Saying::Phonetic(text) => letters::phonetic(text),
        Saying::Money(amount) => money::dollars(amount),
        Saying::Date { at, now, format } => date::say(at, now, format),
        Saying::Noun { stem, count } => vec![format!("{stem}{}", counted::plural(count))],
        Saying::Adjective { stem, .. } => vec![stem.to_owned()],
    }
}

fn signed(number: i64, say: fn(u64, &mut Vec<String>)) -> Vec<String> {
    let mut prompts = Vec::new();
    if number < 0 {
        prompts.push("digits/minus".to_owned());
    }
    say(number.unsigned_abs(), &mut prompts);
    prompts
}

fn digit(digit: char) -> Option<String> {
    match digit {
        '0'..='9' => Some(format!("digits/{digit}")),
        '*' => Some("digits/star".to_owned()),
        '#' => Some("digits/pound".to_owned()),
        '-' => Some("digits/minus".to_owned()),
        _ => None,
    }
}

/// The large units with their prompts' names, largest first.
pub(super) const UNITS: [(u64, &str); 4] =
    [(1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred")];

pub(super) fn say_number(number: u64, prompts: &mut Vec<String>) {
    if let Some((unit, name)) = UNITS.iter().find(|(unit, _)| number >= *unit) {
        say_number(number / unit, prompts);
        prompts.push(format!("digits/{name}"));
        if !number.is_multiple_of(*unit) {
            say_number(number % unit, prompts);
        }
    } else if number > 20 && !number.is_multiple_of(10) {
        prompts.push(format!("digits/{}", number - number % 10));
        prompts.push(format!("digits/{}", number % 10));
    } else {
        prompts.push(format!("digits/{number}"));
    }
}

/// There is no prompt for "zeroth": nothing is said.
pub(super) fn say_ordinal(number: u64, prompts: &mut Vec<String>) {
    if let Some((unit, name)) = UNITS.iter().find(|(unit, _)| number >= *unit) {
        say_number(number / unit, prompts);
        let is_last = number.is_multiple_of(*unit);
        prompts.push(format!("digits/{}{name}", if is_last { "h-" } else { "" }));
        say_ordinal(number % unit, prompts);
    } else if number > 20 && !number.is_multiple_of(10) {
        prompts.push(format!("digits/{}", number - number % 10));
        prompts.push(format!("digits/h-{}", number % 10));
    } else if number > 0 {
        prompts.push(format!("digits/h-{number}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(saying: Saying<'_>, expected: &str) {
        let said: Vec<String> = say(saying).iter().map(|prompt| prompt.replace("digits/", "")).collect();
        assert_eq!(said.join(" "), expected);
    }

    #[test]
    fn numbers_are_said_in_words() {
        check(Saying::Number(0), "0");
        check(Saying::Number(19), "19");
        check(Saying::Number(20), "20");
        check(Saying::Number(42), "40 2");
        check(Saying::Number(100), "1 hundred");
        check(Saying::Number(-1305), "minus 1 thousand 3 hundred 5");
        check(Saying::Number(2_000_017), "2 million 17");
        check(
            Saying::Number(i64::MIN),
            "minus 9 billion 2 hundred 20 3 million 3 hundred 70 2 thousand 30 6 billion 8 hundred 50 4 million 7 hundred 70 5 thousand 8 hundred 8",
        );
    }

    #[test]
    fn ordinals_end_with_their_own_prompt() {
        check(Saying::Ordinal(0), "");
        check(Saying::Ordinal(1), "h-1");
        check(Saying::Ordinal(20), "h-20");
        check(Saying::Ordinal(42), "40 h-2");
        check(Saying::Ordinal(100), "1 h-hundred");
        check(Saying::Ordinal(1111), "1 thousand 1 hundred h-11");
        check(Saying::Ordinal(-2_000_000), "minus 2 h-million");
    }

    #[test]
    fn digits_are_said_one_by_one() {
        check(Saying::Digits("1-0*#x"), "1 minus 0 star pound");
    }

    #[test]
    fn adjectives_have_no_endings() {
        check(Saying::Adjective { stem: "new", count: 5, gender: None }, "new");
        check(Saying::Noun { stem: "call", count: 1 }, "call");
        check(Saying::Noun { stem: "call", count: 0 }, "calls");
    }
}
