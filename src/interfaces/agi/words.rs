//! Splits a line of an AGI program into words, as Asterisk does.

/// The most words that a line may have; what follows is left out.
const MOST_WORDS: usize = 127;

/// Splits at blanks; double quotes hold together, and a backslash takes the meaning from what follows it.
pub(super) fn split(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut between, mut quoted, mut escaped) = (true, false, false);
    for letter in line.chars() {
        match letter {
            '"' if !escaped => {
                quoted = !quoted;
                if quoted && between && !begin(&mut words, &mut between) {
                    return words;
                }
            }
            ' ' | '\t' if !quoted && !escaped => between = true,
            '\\' if !escaped => escaped = true,
            letter => {
                if between && !begin(&mut words, &mut between) {
                    return words;
                }
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                }
                escaped = false;
            }
        }
    }
    words
}

/// Begins a word; `false` when there are too many.
fn begin(words: &mut Vec<String>, between: &mut bool) -> bool {
    if words.len() >= MOST_WORDS {
        tracing::warn!("AGI: more than {MOST_WORDS} words in a line, the rest is left out");
        return false;
    }
    words.push(String::new());
    *between = false;
    true
}

/// The whole number at the beginning of a text, as C's `%d` reads it.
pub(super) fn number(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let sign = text.len() - text.trim_start_matches(['-', '+']).len();
    let digits = text.get(sign..)?.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || sign > 1 {
        return None;
    }
    let number = text.get(..sign + digits)?;
    number.parse().ok().or(Some(if number.starts_with('-') { i64::MIN } else { i64::MAX }))
}

/// The number at the beginning of a text, perhaps with a fraction, as C's `%f` reads it.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let mut end = text.bytes().take_while(|byte| byte.is_ascii_digit() || b"+-.".contains(byte)).count();
    while end > 0 {
        if let Some(Ok(number)) = text.get(..end).map(str::parse) {
            return Some(number);
        }
        end -= 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        assert_eq!(split(line), expected, "{line}");
    }

    #[test]
    fn quotes_and_backslashes_hold_words_together() {
        check("SET VARIABLE x \"a b\"", &["SET", "VARIABLE", "x", "a b"]);
        check("a\t b  ", &["a", "b"]);
        check(r#"x "say \"hi\"" a\ b c\\d"#, &["x", "say \"hi\"", "a b", r"c\d"]);
        check(r#"STREAM FILE hello """#, &["STREAM", "FILE", "hello", ""]);
        check("ab\"c d\"e", &["abc de"]);
        check("\"open end", &["open end"]);
        check("", &[]);
        check("\\", &[]);
    }

    #[test]
    fn a_line_of_too_many_words_is_cut() {
        assert_eq!(split(&"x ".repeat(500)).len(), MOST_WORDS);
    }

    #[test]
    fn numbers_are_read_from_the_beginning() {
        let read = |text| number(text);
        assert_eq!((read("12"), read(" -5x"), read("+3")), (Some(12), Some(-5), Some(3)));
        assert_eq!((read(""), read("x1"), read("--1"), read("é")), (None, None, None, None));
        assert_eq!(read("99999999999999999999"), Some(i64::MAX));
    }

    #[test]
    fn a_number_may_have_a_fraction_and_something_behind_it() {
        let read = |text| decimal(text);
        assert_eq!((read("1.5x"), read(" -2"), read("3.")), (Some(1.5), Some(-2.0), Some(3.0)));
        assert_eq!((read("1.2.3"), read("5-"), read("")), (Some(1.2), Some(5.0), None));
        assert_eq!((read("x1"), read("inf"), read("."), read("é")), (None, None, None, None));
    }
}
