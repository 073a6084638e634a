//! Sums of money: US dollars, the only currency for which Asterisk has prompts.

use crate::say::english::say_number;

/// `12.05` as "twelve dollars and five cents"; what cannot be read is nothing.
///
/// Up to two digits behind the point count as a number of cents, as in Asterisk: `1.5` is one dollar and five cents.
pub(super) fn dollars(amount: &str) -> Vec<String> {
    let (whole, cents) = amount.split_once('.').unwrap_or((amount, ""));
    let (dollars, cents) = (number(whole, usize::MAX), number(cents, 2));
    let mut prompts = Vec::new();
    if dollars > 0 {
        say_number(dollars, &mut prompts);
        prompts.push(match (dollars, cents) {
            (1, 0) => "letters/dollar".to_owned(),
            // The voice stays up, as more follows.
            (1, _) => "letters/dollar_".to_owned(),
            _ => "dollars".to_owned(),
        });
        if cents > 0 {
            prompts.push("and".to_owned());
        }
    }
    if cents > 0 || dollars == 0 {
        say_number(cents, &mut prompts);
        prompts.push(if cents == 1 { "cent" } else { "cents" }.to_owned());
    }
    prompts
}

/// The digits that the text begins with.
fn number(text: &str, most: usize) -> u64 {
    let text = text.trim_start();
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    text.get(..length).unwrap_or("").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(amount: &str, expected: &str) {
        assert_eq!(dollars(amount).join(" ").replace("digits/", ""), expected, "{amount}");
    }

    #[test]
    fn dollars_and_cents_are_joined() {
        check("", "0 cents");
        check("0.00", "0 cents");
        check("1", "1 letters/dollar");
        check("1.01", "1 letters/dollar_ and 1 cent");
        check("42.50", "40 2 dollars and 50 cents");
        check(".99", "90 9 cents");
        check("1.5", "1 letters/dollar_ and 5 cents");
        check("3.125x", "3 dollars and 12 cents");
        check("x", "0 cents");
    }
}
