//! British English: "one hundred and one".

use crate::say::{Saying, english};

pub(super) fn say(saying: Saying<'_>) -> Vec<String> {
    match saying {
        Saying::Number(number) => {
            let mut prompts = Vec::new();
            if number < 0 {
                prompts.push("digits/minus".to_owned());
            }
            say_number(number.unsigned_abs(), &mut prompts);
            prompts
        }
        saying => english::say(saying),
    }
}

/// What follows hundreds, and what is below a hundred behind thousands and more, is joined with "and".
fn say_number(number: u64, prompts: &mut Vec<String>) {
    let Some((unit, name)) = english::UNITS.iter().find(|(unit, _)| number >= *unit) else {
        return english::say_number(number, prompts);
    };
    say_number(number / unit, prompts);
    prompts.push(format!("digits/{name}"));
    let rest = number % unit;
    if rest > 0 {
        if rest < 100 {
            prompts.push("vm-and".to_owned());
        }
        say_number(rest, prompts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(number: i64, expected: &str) {
        assert_eq!(say(Saying::Number(number)).join(" ").replace("digits/", ""), expected);
    }

    #[test]
    fn and_stands_before_the_last_two_digits() {
        check(0, "0");
        check(200, "2 hundred");
        check(101, "1 hundred vm-and 1");
        check(1_020, "1 thousand vm-and 20");
        check(1_120, "1 thousand 1 hundred vm-and 20");
        check(-3_000_042, "minus 3 million vm-and 40 2");
    }
}
