//! Words whose form depends on how many things there are.

use crate::say::{Saying, english};

/// The gender of a noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// `m`.
    Masculine,
    /// `f`.
    Feminine,
    /// `c`, where masculine and feminine are one.
    Common,
    /// `n`.
    Neuter,
}

impl Gender {
    const LETTERS: [(Gender, &'static str); 4] =
        [(Gender::Masculine, "m"), (Gender::Feminine, "f"), (Gender::Common, "c"), (Gender::Neuter, "n")];

    /// Reads the letter, in any case.
    pub fn parse(text: &str) -> Option<Gender> {
        Gender::LETTERS.iter().find(|row| row.1.eq_ignore_ascii_case(text.trim())).map(|row| row.0)
    }

    fn letter(self) -> &'static str {
        Gender::LETTERS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }
}

/// The ending of an English noun.
pub(super) fn plural(count: i64) -> &'static str {
    if count.unsigned_abs() == 1 { "" } else { "s" }
}

/// Russian, Ukrainian and Polish count in three forms; everything else is said as in English.
pub(super) fn say_slavic(saying: Saying<'_>) -> Vec<String> {
    match saying {
        Saying::Noun { stem, count } => {
            let ending = match last_word(count) {
                1 => "",
                2..=4 => "x1",
                _ => "x2",
            };
            vec![format!("{stem}{ending}")]
        }
        Saying::Adjective { stem, count, gender } => {
            let ending = match last_word(count) {
                1 => gender.map_or("", Gender::letter),
                _ => "x",
            };
            vec![format!("{stem}{ending}")]
        }
        saying => english::say(saying),
    }
}

/// The number in the last word of a count: 5 of 125, 12 of 112.
fn last_word(count: i64) -> u64 {
    match count.unsigned_abs() % 100 {
        small @ 0..20 => small,
        large => large % 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: i64, noun: &str, adjective: &str) {
        assert_eq!(say_slavic(Saying::Noun { stem: "call", count }), [noun], "{count}");
        let gender = Gender::parse("F");
        assert_eq!(say_slavic(Saying::Adjective { stem: "new", count, gender }), [adjective], "{count}");
    }

    #[test]
    fn slavic_words_have_three_forms() {
        check(1, "call", "newf");
        check(-1, "call", "newf");
        check(2, "callx1", "newx");
        check(5, "callx2", "newx");
        check(0, "callx2", "newx");
        check(11, "callx2", "newx");
        check(121, "call", "newf");
        check(24, "callx1", "newx");
        assert_eq!(Gender::parse("x"), None);
    }
}
