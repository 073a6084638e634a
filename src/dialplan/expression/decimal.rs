//! Numbers as text: the digits of `printf("%.18Lg")`, rounded exactly.

use std::cmp::Ordering;
use std::fmt::Write;

use rustc_apfloat::Float;

use super::number::Extended;

/// The digits that `%.18Lg` asks for.
const DIGITS: usize = 18;

/// Appends a whole number.
pub(super) fn write_int(number: i64, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{number}");
}

/// Appends a number as `printf("%.18Lg")` of the GNU C library shows it.
pub(super) fn write_extended(number: Extended, out: &mut String) {
    if number.is_negative() {
        out.push('-');
    }
    if number.is_nan() {
        out.push_str("nan");
    } else if number.is_infinite() {
        out.push_str("inf");
    } else if number.is_zero() {
        out.push('0');
    } else {
        let (digits, exponent) = digits(number);
        write_digits(&digits, exponent, out);
    }
}

/// Chooses between `1234.5`, `0.00012345` and `1.2345e+20`, without trailing zeros.
fn write_digits(digits: &[u8; DIGITS], exponent: i32, out: &mut String) {
    let used = digits.iter().rposition(|&digit| digit != 0).map_or(1, |last| last + 1);
    let shown = digits.iter().map(|digit| char::from(b'0' + digit)).take(used);
    if exponent < -4 || exponent >= DIGITS as i32 {
        push_with_point(shown, 1, out);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:02}", exponent.unsigned_abs());
    } else if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
        out.extend(shown);
    } else {
        let whole = exponent as usize + 1;
        push_with_point(shown.chain(std::iter::repeat_n('0', whole.saturating_sub(used))), whole, out);
    }
}

fn push_with_point(digits: impl Iterator<Item = char>, whole: usize, out: &mut String) {
    for (index, digit) in digits.enumerate() {
        if index == whole {
            out.push('.');
        }
        out.push(digit);
    }
}

/// The first digits of a finite number above zero, and the power of ten of the first of them.
///
/// The number is `numerator / denominator × 10^exponent` at every step, in whole numbers, so that the
/// last digit is rounded exactly (to even in the middle).
fn digits(number: Extended) -> ([u8; DIGITS], i32) {
    let bits = number.to_bits();
    let mantissa = bits as u64;
    // The unit of the mantissa's last bit; subnormal numbers have the exponent of the smallest normal one.
    let unit = ((bits >> 64) & 0x7fff).max(1) as i32 - 16_383 - 63;
    let logarithm = (f64::from(unit) + (mantissa as f64).log2()) * std::f64::consts::LOG10_2;
    let mut exponent = logarithm.floor() as i32;
    let (mut numerator, mut denominator) = fraction(mantissa, unit, exponent);
    // The estimate can be one off on either side.
    let ten = denominator.clone().times_ten(1);
    if numerator.cmp(&denominator) == Ordering::Less {
        numerator = numerator.times_ten(1);
        exponent -= 1;
    } else if numerator.cmp(&ten) != Ordering::Less {
        denominator = ten;
        exponent += 1;
    }
    let mut digits = [0; DIGITS];
    for digit in &mut digits {
        *digit = numerator.take_multiples(&denominator);
        numerator = numerator.times_ten(1);
    }
    round_up_if_nearer(digits, exponent, numerator, denominator)
}

/// `mantissa × 2^unit / 10^exponent` as two whole numbers.
fn fraction(mantissa: u64, unit: i32, exponent: i32) -> (Natural, Natural) {
    let numerator = Natural::from(mantissa).double(unit.max(0).unsigned_abs());
    let denominator = Natural::from(1).double(unit.min(0).unsigned_abs());
    (
        numerator.times_ten(exponent.min(0).unsigned_abs()),
        denominator.times_ten(exponent.max(0).unsigned_abs()),
    )
}

/// The rest is ten times what is left below the last digit.
fn round_up_if_nearer(
    mut digits: [u8; DIGITS],
    exponent: i32,
    rest: Natural,
    denominator: Natural,
) -> ([u8; DIGITS], i32) {
    let is_odd = digits[DIGITS - 1] % 2 == 1;
    let up = match rest.double(1).cmp(&denominator.times_ten(1)) {
        Ordering::Less => false,
        Ordering::Equal => is_odd,
        Ordering::Greater => true,
    };
    if !up {
        return (digits, exponent);
    }
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return (digits, exponent);
        }
        *digit = 0;
    }
    digits[0] = 1;
    (digits, exponent + 1)
}

/// A whole number of any size, lowest word first, without zero words at the top.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl From<u64> for Natural {
    fn from(number: u64) -> Self {
        let mut natural = Self(vec![number as u32, (number >> 32) as u32]);
        natural.trim();
        natural
    }
}

impl Natural {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Multiplies by two, some times.
    fn double(mut self, times: u32) -> Self {
        if times >= 32 {
            self.0.splice(0..0, std::iter::repeat_n(0, times as usize / 32));
        }
        self.scale(1 << (times % 32));
        self.trim();
        self
    }

    /// Multiplies by ten, some times.
    fn times_ten(mut self, times: u32) -> Self {
        for _ in 0..times / 9 {
            self.scale(1_000_000_000);
        }
        self.scale(10_u32.pow(times % 9));
        self
    }

    fn scale(&mut self, factor: u32) {
        let mut carry = 0;
        for word in &mut self.0 {
            let product = u64::from(*word) * u64::from(factor) + carry;
            *word = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Subtracts `other` as often as it goes, and says how often: less than 255 times.
    fn take_multiples(&mut self, other: &Self) -> u8 {
        let mut times = 0;
        while self.cmp(other) != Ordering::Less && times < u8::MAX {
            self.subtract(other);
            times += 1;
        }
        times
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (word, taken) in self.0.iter_mut().zip(others) {
            let (less, first) = word.overflowing_sub(taken);
            let (less, second) = less.overflowing_sub(u32::from(borrow));
            *word = less;
            borrow = first || second;
        }
        self.trim();
    }
}
