//! Numbers as C's `sscanf` and `printf` read and write them: what begins like a number is one.

use obelus_core::channel::Channel;
use obelus_core::function::FunctionError;

/// The whole number at the beginning of a text, behind blanks, and what follows it.
pub(crate) fn scan_integer(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(text.len() - unsigned.len() + digits)?;
    let limit = if number.starts_with('-') { i64::MIN } else { i64::MAX };
    (digits > 0).then(|| (number.parse().unwrap_or(limit), rest))
}

/// The number at the beginning of a text, behind blanks: `-1`, `2.5`, `.5`, `1e3`, `0x1F`.
pub(crate) fn scan_float(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(hexadecimal) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let digits = hexadecimal.split(|char: char| !char.is_ascii_hexdigit()).next().unwrap_or("");
        let number = u64::from_str_radix(digits, 16).unwrap_or_default() as f64;
        return Some(if text.starts_with('-') { -number } else { number });
    }
    let length = text.len() - unsigned.len() + mantissa(unsigned)?;
    let exponent = text.get(length..).map_or(0, exponent);
    text.get(..length + exponent)?.parse().ok()
}

/// How long the digits are, perhaps with a point among them.
fn mantissa(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let fraction = text.get(whole..)?.strip_prefix('.').map(digits);
    match (whole, fraction) {
        (0, None | Some(0)) => None,
        (whole, fraction) => Some(whole + fraction.map_or(0, |fraction| fraction + 1)),
    }
}

/// How long `e5` or `E-5` is, if that is what follows.
fn exponent(text: &str) -> usize {
    let Some(behind) = text.strip_prefix(['e', 'E']) else { return 0 };
    let unsigned = behind.strip_prefix(['-', '+']).unwrap_or(behind);
    match unsigned.bytes().take_while(u8::is_ascii_digit).count() {
        0 => 0,
        digits => text.len() - unsigned.len() + digits,
    }
}

/// The number at the beginning of an argument.
pub(crate) fn float(text: &str) -> Result<f64, FunctionError> {
    scan_float(text).ok_or_else(|| FunctionError::arguments(format!("`{text}` is not a valid number")))
}

/// A number as `MIN`, `MAX` and `ABS` give it: whole ones without a point, others with six digits behind it.
pub(crate) fn shortest(number: f64) -> String {
    let whole = number as i32;
    if f64::from(whole) == number { whole.to_string() } else { format!("{number:.6}") }
}

/// Adds to the whole number in a variable and gives the sum: `INC` and `DEC`.
pub(crate) fn counted(channel: &mut Channel, name: &str, step: i64) -> Result<String, FunctionError> {
    if name.is_empty() {
        return Err(FunctionError::missing("variable"));
    }
    let value = channel.variable(name).filter(|value| !value.is_empty());
    let value = value
        .ok_or_else(|| FunctionError::failed(format!("there is no variable `{name}`, or it is empty")))?;
    let number = scan_integer(&value).filter(|(_, rest)| rest.is_empty()).map(|(number, _)| number);
    let number = number.ok_or_else(|| {
        FunctionError::failed(format!("`{name}` holds `{value}`, which is no whole number"))
    })?;
    let sum = number.saturating_add(step).to_string();
    channel.set_variable(name, sum.as_str());
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_number_is_one() {
        let check = |text, expected| assert_eq!(scan_float(text), expected, "{text}");
        check(" 12abc", Some(12.0));
        check("-2.5e1x", Some(-25.0));
        check("1e", Some(1.0));
        check("1e+", Some(1.0));
        check(".5", Some(0.5));
        check("7.", Some(7.0));
        check("0x1F", Some(31.0));
        check("-.", None);
        check("abc", None);
        check("", None);
        assert_eq!(scan_integer(" -12-3"), Some((-12, "-3")));
        assert_eq!(scan_integer("99999999999999999999"), Some((i64::MAX, "")));
        assert_eq!(scan_integer("- 1"), None);
    }

    #[test]
    fn whole_numbers_have_no_point() {
        assert_eq!((shortest(4.0), shortest(-0.5)), ("4".to_owned(), "-0.500000".to_owned()));
        assert_eq!(shortest(3e9), "3000000000.000000");
    }
}
