//! The numbers of expressions: C's `long double` as x86-64 has it, with whole numbers kept apart for speed.

use std::cmp::Ordering;

use rustc_apfloat::ieee::X87DoubleExtended;
use rustc_apfloat::{Float, Round};

use super::decimal;

/// The extended type, with 64 bits of mantissa and 15 of exponent.
pub(crate) type Extended = X87DoubleExtended;

/// Digits beyond these cannot change the nearest number by more than the last bit.
const LONGEST_FRACTION: usize = 5_000;

/// More whole digits than the largest number has (1.19e4932).
const LONGEST_WHOLE: usize = 4_933;

/// A number of an expression.
///
/// Both variants are exact: every `i64` is a `long double`. Minus zero is always a `Float`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    /// A whole number.
    Int(i64),
    /// Any other.
    Float(Extended),
}

impl Number {
    pub(crate) const ZERO: Self = Self::Int(0);

    /// What `strtold` reads at the beginning of a text; `None` where it reports an overflow.
    ///
    /// Only signs, digits and a point are looked at: no other text is ever taken for a number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let (is_negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..)?),
            Some(b'+') => (false, text.get(1..)?),
            _ => (false, text),
        };
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = digits.split_at_checked(whole)?;
        let fraction = rest.strip_prefix('.').unwrap_or_default();
        let fraction = fraction.get(..fraction.bytes().take_while(u8::is_ascii_digit).count())?;
        let number = if fraction.is_empty() && whole.len() <= 18 {
            Self::Int(whole.bytes().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
        } else {
            Self::Float(parse_decimal(whole, fraction)?)
        };
        Some(if is_negative { number.negated() } else { number })
    }

    pub(crate) fn extended(self) -> Extended {
        match self {
            Self::Int(whole) => Extended::from_i128(i128::from(whole)).value,
            Self::Float(number) => number,
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        match self {
            Self::Int(whole) => whole == 0,
            Self::Float(number) => number.is_zero(),
        }
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Int(0) => minus_zero(),
            Self::Int(whole) => whole.checked_neg().map_or_else(|| Self::Float(-self.extended()), Self::Int),
            Self::Float(number) => Self::Float(-number),
        }
    }

    pub(crate) fn absolute(self) -> Self {
        match self.compare(Self::ZERO) {
            Some(Ordering::Less) => self.negated(),
            _ => self,
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        self.exactly(other, i64::checked_add).unwrap_or_else(|| self.inexactly(other, |a, b| (a + b).value))
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.exactly(other, i64::checked_sub).unwrap_or_else(|| self.inexactly(other, |a, b| (a - b).value))
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let product = |a: i64, b: i64| match a.checked_mul(b) {
            // Minus zero is no i64.
            Some(0) if a < 0 || b < 0 => None,
            product => product,
        };
        self.exactly(other, product).unwrap_or_else(|| self.inexactly(other, |a, b| (a * b).value))
    }

    /// The quotient; the caller has seen that `other` is not zero.
    pub(crate) fn divided_by(self, other: Self) -> Self {
        let quotient = |a: i64, b: i64| match a.checked_rem(b) {
            Some(0) if a != 0 || b > 0 => a.checked_div(b),
            _ => None,
        };
        self.exactly(other, quotient).unwrap_or_else(|| self.inexactly(other, |a, b| (a / b).value))
    }

    /// C's `fmod`: the remainder has the sign of `self`; the caller has seen that `other` is not zero.
    pub(crate) fn modulo(self, other: Self) -> Self {
        let remainder = |a: i64, b: i64| match a.checked_rem(b) {
            Some(0) if a < 0 => None,
            remainder => remainder,
        };
        self.exactly(other, remainder).unwrap_or_else(|| self.inexactly(other, |a, b| a.c_fmod(b).value))
    }

    pub(crate) fn rounded(self, round: Round) -> Self {
        match self {
            Self::Int(_) => self,
            Self::Float(number) => Self::Float(number.round_to_integral(round).value),
        }
    }

    /// `None` if one of them is no number (`nan`).
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            _ => self.extended().partial_cmp(&other.extended()),
        }
    }

    /// Appends the number as `printf("%.18Lg")` shows it.
    pub(crate) fn write(self, out: &mut String) {
        match self {
            Self::Int(whole) if whole.unsigned_abs() < 1_000_000_000_000_000_000 => {
                decimal::write_int(whole, out);
            }
            _ => decimal::write_extended(self.extended(), out),
        }
    }

    /// The x87 unit makes a `nan` with the sign set where there was none before.
    fn inexactly(self, other: Self, operation: impl Fn(Extended, Extended) -> Extended) -> Self {
        let (a, b) = (self.extended(), other.extended());
        let result = operation(a, b);
        let is_new_nan = result.is_nan() && !a.is_nan() && !b.is_nan();
        Self::Float(if is_new_nan { -result.abs() } else { result })
    }

    fn exactly(self, other: Self, operation: impl Fn(i64, i64) -> Option<i64>) -> Option<Self> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => operation(a, b).map(Self::Int),
            _ => None,
        }
    }
}

impl From<Extended> for Number {
    fn from(number: Extended) -> Self {
        Self::Float(number)
    }
}

fn minus_zero() -> Number {
    Number::Float(-Extended::from_u128(0).value)
}

fn parse_decimal(whole: &str, fraction: &str) -> Option<Extended> {
    let whole = whole.trim_start_matches('0');
    if whole.len() > LONGEST_WHOLE {
        return None;
    }
    let kept = fraction.get(..LONGEST_FRACTION).unwrap_or(fraction);
    // A last digit stands for all that were cut off.
    let cut = if kept.len() < fraction.len() { "1" } else { "" };
    let number = Extended::from_str_r(&format!("0{whole}.{kept}{cut}"), Round::NearestTiesToEven).ok()?.value;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut shown = String::new();
        Number::parse(text).unwrap().write(&mut shown);
        assert_eq!(shown, expected, "{text}");
    }

    /// What the C library prints for the same text.
    #[test]
    fn numbers_are_shown_as_c_shows_them() {
        check("0", "0");
        check("-0", "-0");
        check("007", "7");
        check("1.10", "1.1");
        check("999999999999999999", "999999999999999999");
        check("1000000000000000000", "1e+18");
        check("18446744073709551615", "1.84467440737095516e+19");
        check("0.0001", "0.0001");
        check("0.00001", "1e-05");
        check("0.1", "0.1");
        check("123456789.987654321", "123456789.987654321");
        check("  12abc", "12");
        check("1.2.3", "1.2");
        check("1-2", "1");
        check(".", "0");
        check("", "0");
        check("- 5", "-0");
    }

    #[test]
    fn an_overflow_is_no_number() {
        assert!(Number::parse(&"9".repeat(5000)).is_none());
        assert!(Number::parse(&format!("{}1", "0".repeat(9000))).is_some());
        assert!(Number::parse(&format!("0.{}", "3".repeat(90_000))).is_some());
    }
}
