//! English, as Asterisk's prompts say it.

use crate::say::Saying;

pub(super) fn say(saying: Saying<'_>) -> Vec<String> {
    match saying {
        Saying::Digits(digits) => digits.chars().filter_map(digit).collect(),
        Saying::Number(number) => {
            let mut prompts = Vec::new();
            if number < 0 {
                prompts.push("digits/minus".to_owned());
            }
            say_number(number.unsigned_abs(), &mut prompts);
            prompts
        }
    }
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

/// The large units with their prompts, largest first.
const UNITS: [(u64, &str); 4] = [
    (1_000_000_000, "digits/billion"),
    (1_000_000, "digits/million"),
    (1_000, "digits/thousand"),
    (100, "digits/hundred"),
];

fn say_number(number: u64, prompts: &mut Vec<String>) {
    if let Some((unit, prompt)) = UNITS.iter().find(|(unit, _)| number >= *unit) {
        say_number(number / unit, prompts);
        prompts.push((*prompt).to_owned());
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
    fn digits_are_said_one_by_one() {
        check(Saying::Digits("1-0*#x"), "1 minus 0 star pound");
    }
}
