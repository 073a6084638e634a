//! Values formatted by the conversions of C's printf(3), in the C locale.

/// One conversion: what stands between `%` and its letter, and the letter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Conversion {
    left: bool,
    plus: bool,
    blank: bool,
    zeros: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    pub(crate) letter: char,
}

/// Wider fields than this are not made: no value is that long.
const WIDEST: usize = 4096;

impl Conversion {
    /// A conversion without flags, as `%.17g`.
    pub(crate) fn with_precision(precision: usize, letter: char) -> Conversion {
        Conversion { precision: Some(precision), letter, ..Conversion::default() }
    }

    /// Reads what follows a `%`, and gives what follows the conversion; `None` if the text ends before.
    pub(crate) fn parse(text: &str) -> Option<(Conversion, &str)> {
        let mut conversion = Conversion::default();
        let mut rest = text;
        while let Some(flag) = rest.chars().next().filter(|flag| "#0- +'I".contains(*flag)) {
            match flag {
                '-' => conversion.left = true,
                '+' => conversion.plus = true,
                ' ' => conversion.blank = true,
                '0' => conversion.zeros = true,
                '#' => conversion.alternate = true,
                // Other digits and thousands between commas: the C locale has neither.
                _ => {}
            }
            rest = rest.get(1..)?;
        }
        (conversion.width, rest) = number(rest);
        if let Some(behind) = rest.strip_prefix('.') {
            let (precision, behind) = number(behind);
            (conversion.precision, rest) = (Some(precision), behind);
        }
        let rest = rest.trim_start_matches(['h', 'l', 'L', 'q', 'j', 'z', 't']);
        conversion.letter = rest.chars().next()?;
        Some((conversion, rest.get(conversion.letter.len_utf8()..)?))
    }

    /// A whole number by `d`, `i`, `o`, `u`, `x`, `X` or `c`; it counts in C's `int`.
    pub(crate) fn integer(&self, value: i32) -> String {
        let unsigned = value as u32;
        let (digits, prefix) = match self.letter {
            'o' => (format!("{unsigned:o}"), if self.alternate { "0" } else { "" }),
            'u' => (unsigned.to_string(), ""),
            'x' => (format!("{unsigned:x}"), if self.alternate && value != 0 { "0x" } else { "" }),
            'X' => (format!("{unsigned:X}"), if self.alternate && value != 0 { "0X" } else { "" }),
            'c' => return self.pad("", &char::from(value as u8).to_string(), false),
            _ => (value.unsigned_abs().to_string(), self.sign(value < 0)),
        };
        let digits = match self.precision {
            Some(0) if value == 0 => String::new(),
            Some(least) => format!("{digits:0>least$}", least = least.min(WIDEST)),
            None => digits,
        };
        self.pad(prefix, &digits, self.zeros && self.precision.is_none())
    }

    /// A number by `e`, `E`, `f`, `F`, `g` or `G`.
    pub(crate) fn float(&self, value: f64) -> String {
        let size = value.abs();
        let precision = self.precision.unwrap_or(6).min(WIDEST);
        let digits = match self.letter.to_ascii_lowercase() {
            _ if !size.is_finite() => if size.is_nan() { "nan" } else { "inf" }.to_owned(),
            'e' => exponential(size, precision),
            'g' => self.general(size, precision.max(1)),
            _ => format!("{size:.precision$}"),
        };
        let digits = if self.letter.is_ascii_uppercase() { digits.to_uppercase() } else { digits };
        self.pad(self.sign(value.is_sign_negative()), &digits, self.zeros && size.is_finite())
    }

    /// A text by `s`.
    pub(crate) fn text(&self, value: &str) -> String {
        let most = self.precision.unwrap_or(usize::MAX);
        self.pad("", &value.chars().take(most).collect::<String>(), false)
    }

    /// `%g`: exponential where the exponent is small or does not fit the precision, without zeros at the end.
    fn general(&self, size: f64, precision: usize) -> String {
        let exponential_form = exponential(size, precision - 1);
        let (mantissa, exponent) = exponential_form.split_once('e').unwrap_or((&exponential_form, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        let trimmed = |digits: &str| match digits.contains('.') && !self.alternate {
            true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => digits.to_owned(),
        };
        match usize::try_from(precision as i64 - 1 - i64::from(exponent)) {
            Ok(decimals) if exponent >= -4 => trimmed(&format!("{size:.decimals$}")),
            _ => format!("{}e{}", trimmed(mantissa), signed(exponent)),
        }
    }

    fn sign(&self, is_negative: bool) -> &'static str {
        match (is_negative, self.plus, self.blank) {
            (true, _, _) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    fn pad(&self, prefix: &str, body: &str, with_zeros: bool) -> String {
        let missing = self.width.saturating_sub(prefix.len() + body.chars().count());
        match (self.left, with_zeros) {
            (true, _) => format!("{prefix}{body}{}", " ".repeat(missing)),
            (false, true) => format!("{prefix}{}{body}", "0".repeat(missing)),
            (false, false) => format!("{}{prefix}{body}", " ".repeat(missing)),
        }
    }
}

fn number(text: &str) -> (usize, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits).unwrap_or(("", text));
    (number.parse().unwrap_or(if digits > 0 { WIDEST } else { 0 }).min(WIDEST), rest)
}

/// `1.5e+02`: Rust writes the exponent without sign and zeros.
fn exponential(size: f64, precision: usize) -> String {
    let written = format!("{size:.precision$e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    format!("{mantissa}e{}", signed(exponent.parse().unwrap_or_default()))
}

fn signed(exponent: i32) -> String {
    format!("{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversion(format: &str) -> Conversion {
        Conversion::parse(format).unwrap().0
    }

    /// The expected values are those that glibc's printf gives.
    #[test]
    fn integers_are_those_of_c() {
        let check =
            |format, value, expected| assert_eq!(conversion(format).integer(value), expected, "{format}");
        check("d", -5, "-5");
        check("05d", -5, "-0005");
        check("-5d", 5, "5    ");
        check("+d", 5, "+5");
        check(" d", 5, " 5");
        check("6.3d", 5, "   005");
        check(".0d", 0, "");
        check("u", -1, "4294967295");
        check("#x", 255, "0xff");
        check("08X", 255, "000000FF");
        check("#o", 8, "010");
        check("ld", 7, "7");
        check("c", 65, "A");
        check("99999999999999999999d", 1, &format!("{}1", " ".repeat(WIDEST - 1)));
    }

    #[test]
    fn floats_are_those_of_c() {
        let check =
            |format, value, expected| assert_eq!(conversion(format).float(value), expected, "{format}");
        check("f", 1.5, "1.500000");
        check(".2f", -1.005, "-1.00");
        check("08.3f", -1.5, "-001.500");
        check("e", 12345.678, "1.234568e+04");
        check(".1E", 0.000_123, "1.2E-04");
        check("g", 100_000.0, "100000");
        check("g", 1_000_000.0, "1e+06");
        check("g", 0.000_1, "0.0001");
        check("g", 0.000_01, "1e-05");
        check("#g", 1.0, "1.00000");
        check(".17g", 1.23, "1.23");
        check(".17g", 0.1, "0.10000000000000001");
        check(".3G", 1.0e-7, "1E-07");
        check("g", 0.0, "0");
        check("5f", f64::INFINITY, "  inf");
        check("F", f64::NAN, "NAN");
    }

    #[test]
    fn texts_are_cut_and_padded() {
        let check = |format, expected| assert_eq!(conversion(format).text("abc"), expected, "{format}");
        check("s", "abc");
        check("5s", "  abc");
        check("-5s", "abc  ");
        check(".2s", "ab");
        assert_eq!(Conversion::parse("5s rest").unwrap().1, " rest");
        assert!(Conversion::parse("05").is_none());
    }
}
