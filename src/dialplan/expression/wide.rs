//! Elementary functions with 113 bits, so that a `long double` result is right to its last bit.
//!
//! Rust's own are for `f64`; Asterisk calls those of C for `long double`.

use std::ops::{Add, Div, Mul, Neg, Sub};

use rustc_apfloat::ieee::Quad;
use rustc_apfloat::{Float, FloatConvert, Round};

use super::number::Extended;

const PI: u128 = 0x4000_921f_b544_42d1_8469_898c_c517_01b8;
const LN_2: u128 = 0x3ffe_62e4_2fef_a39e_f357_93c7_6730_07e6;
const LN_10: u128 = 0x4000_26bb_1bbb_5551_582d_d4ad_ac57_05a6;
const TWO_OVER_PI: u128 = 0x3ffe_45f3_06dc_9c88_2a53_f84e_afa3_ea6a;

/// π/2 in pieces of 48 bits and the power of two of their last bit: a piece times a `long double`'s
/// mantissa is exact.
const HALF_PI: [(u64, i32); 7] = [
    (0xc90f_daa2_2168, -47),
    (0xc234_c4c6_628b, -95),
    (0x80dc_1cd1_2902, -143),
    (0x4e08_8a67_cc74, -191),
    (0x020b_bea6_3b13, -239),
    (0x9b22_514a_0879, -287),
    (0x8e34_04dd_ef95, -335),
];

/// A number of 113 bits.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Wide(Quad);

impl Add for Wide {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self((self.0 + other.0).value)
    }
}

impl Sub for Wide {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self((self.0 - other.0).value)
    }
}

impl Mul for Wide {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self((self.0 * other.0).value)
    }
}

impl Div for Wide {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        Self((self.0 / other.0).value)
    }
}

impl Neg for Wide {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl From<Extended> for Wide {
    fn from(number: Extended) -> Self {
        Self(number.convert(&mut false).value)
    }
}

impl From<Wide> for Extended {
    fn from(number: Wide) -> Self {
        number.0.convert(&mut false).value
    }
}

impl Wide {
    fn whole(number: i64) -> Self {
        Self(Quad::from_i128(i128::from(number)).value)
    }

    fn constant(bits: u128) -> Self {
        Self(Quad::from_bits(bits))
    }

    fn half(self) -> Self {
        Self(self.0.scalbn(-1))
    }

    /// The nearest whole number; `None` beyond 2^62.
    fn nearest(self) -> Option<i64> {
        let rounded = self.0.round_to_integral(Round::NearestTiesToEven).value;
        let whole = rounded.to_i128(64);
        let fits = whole.status.is_empty() && whole.value.unsigned_abs() < 1 << 62;
        fits.then_some(whole.value as i64)
    }

    fn exp(self) -> Self {
        // Beyond these the result is infinite, or zero, whatever follows.
        let bounded = self.0.max(Quad::from_i128(-20_000).value).min(Quad::from_i128(20_000).value);
        let times = (Self(bounded) / Self::constant(LN_2)).nearest().unwrap_or(0);
        let rest = Self(bounded) - Self::whole(times) * Self::constant(LN_2);
        let (mut term, mut sum) = (Self::whole(1), Self::whole(1));
        for n in 1..40 {
            term = term * rest / Self::whole(n);
            sum = sum + term;
        }
        Self(sum.0.scalbn(times as i32))
    }

    /// Of a finite number above zero.
    fn ln(self) -> Self {
        let mut exponent = self.0.ilogb();
        let mut mantissa = self.0.scalbn(-exponent);
        if mantissa > Quad::from_bits(0x3fff_6a09_e667_f3bc_c908_b2fb_1366_ea95) {
            mantissa = mantissa.scalbn(-1);
            exponent += 1;
        }
        let mantissa = Self(mantissa);
        let ratio = (mantissa - Self::whole(1)) / (mantissa + Self::whole(1));
        let square = ratio * ratio;
        let (mut power, mut sum) = (ratio, ratio);
        for n in 1..28 {
            power = power * square;
            sum = sum + power / Self::whole(2 * n + 1);
        }
        sum + sum + Self::whole(i64::from(exponent)) * Self::constant(LN_2)
    }

    /// Of a finite number from zero.
    fn sqrt(self) -> Self {
        if self.0.is_zero() {
            return self;
        }
        // An even exponent can be halved; 53 right bits become 106 and then all of them.
        let exponent = self.0.ilogb() & !1;
        let scaled = Self(self.0.scalbn(-exponent));
        let near = f64::from_bits(narrow(scaled.0)).sqrt();
        let mut root = Self(widen(near));
        for _ in 0..2 {
            root = (root + scaled / root).half();
        }
        Self(root.0.scalbn(exponent / 2))
    }

    /// The sine and the cosine; `None` for angles beyond 2^62, which have not even whole radians.
    fn sin_cos(self) -> Option<(Self, Self)> {
        let quarters = (self * Self::constant(TWO_OVER_PI)).nearest()?;
        let mut angle = self;
        for (piece, unit) in HALF_PI {
            let piece = Self(Quad::from_u128(u128::from(piece)).value.scalbn(unit));
            angle = angle - Self::whole(quarters) * piece;
        }
        let (sin, cos) = angle.series();
        Some(match quarters.rem_euclid(4) {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        })
    }

    /// Sine and cosine of an angle of at most π/4.
    fn series(self) -> (Self, Self) {
        let square = self * self;
        let (mut sin_term, mut cos_term) = (self, Self::whole(1));
        let (mut sin, mut cos) = (sin_term, cos_term);
        for n in 1..18 {
            cos_term = -cos_term * square / Self::whole((2 * n - 1) * 2 * n);
            sin_term = -sin_term * square / Self::whole(2 * n * (2 * n + 1));
            cos = cos + cos_term;
            sin = sin + sin_term;
        }
        (sin, cos)
    }

    fn atan(self) -> Self {
        let one = Self::whole(1);
        if Self(self.0.abs()) > one {
            let quarter = Self::constant(PI).half();
            let rest = (one / self).atan();
            return if self.0.is_negative() { -quarter - rest } else { quarter - rest };
        }
        // The first 50 bits from f64, the others from the small angle that is left.
        let near = Self(widen(f64::from_bits(narrow(self.0)).atan()));
        let (sin, cos) = near.series();
        let tan = sin / cos;
        let rest = (self - tan) / (one + self * tan);
        near + rest - rest * rest * rest / Self::whole(3)
    }
}

/// To the bits of the nearest `f64`.
fn narrow(number: Quad) -> u64 {
    let double: rustc_apfloat::ieee::Double = number.convert(&mut false).value;
    double.to_bits() as u64
}

fn widen(number: f64) -> Quad {
    rustc_apfloat::ieee::Double::from_bits(u128::from(number.to_bits())).convert(&mut false).value
}

/// `nan` as the C library makes it: of either sign.
fn nan(is_negative: bool) -> Extended {
    let nan = Extended::qnan(None);
    if is_negative { -nan } else { nan }
}

fn infinity(is_negative: bool) -> Extended {
    if is_negative { -Extended::INFINITY } else { Extended::INFINITY }
}

fn whole(number: i32) -> Extended {
    Extended::from_i128(i128::from(number)).value
}

/// The cosine, in radians; `nan` for angles beyond 2^62.
pub(super) fn cos(x: Extended) -> Extended {
    trigonometric(x, |(_, cos)| cos)
}

/// The sine, in radians; `nan` for angles beyond 2^62.
pub(super) fn sin(x: Extended) -> Extended {
    if x.is_zero() { x } else { trigonometric(x, |(sin, _)| sin) }
}

/// The tangent, in radians; `nan` for angles beyond 2^62.
pub(super) fn tan(x: Extended) -> Extended {
    if x.is_zero() { x } else { trigonometric(x, |(sin, cos)| sin / cos) }
}

fn trigonometric(x: Extended, pick: impl Fn((Wide, Wide)) -> Wide) -> Extended {
    if !x.is_finite() {
        return if x.is_nan() { x } else { nan(true) };
    }
    Wide::from(x).sin_cos().map_or_else(|| nan(false), |pair| pick(pair).into())
}

/// The angle of a tangent.
pub(super) fn atan(x: Extended) -> Extended {
    match x.is_nan() || x.is_zero() {
        true => x,
        false => Wide::from(x).atan().into(),
    }
}

/// The angle of the point (`x`, `y`).
pub(super) fn atan2(y: Extended, x: Extended) -> Extended {
    if y.is_nan() || x.is_nan() {
        return (y + x).value;
    }
    let sign = |angle: Wide| Extended::from(if y.is_negative() { -angle } else { angle });
    let pi = Wide::constant(PI);
    if y.is_zero() {
        return if x.is_negative() { sign(pi) } else { y };
    }
    if x.is_zero() {
        return sign(pi.half());
    }
    let magnitude = match (y.is_infinite(), x.is_infinite()) {
        (true, true) => pi.half().half(),
        (true, false) => pi.half(),
        _ => (Wide::from(y.abs()) / Wide::from(x.abs())).atan(),
    };
    sign(if x.is_negative() { pi - magnitude } else { magnitude })
}

/// The angle of a sine.
pub(super) fn asin(x: Extended) -> Extended {
    let one = Wide::whole(1);
    let wide = Wide::from(x);
    match () {
        () if x.is_zero() => x,
        () if x.is_nan() => x,
        () if Wide::from(x.abs()) <= one => {
            let cosine = ((one - wide) * (one + wide)).sqrt();
            match cosine.0.is_zero() {
                true => atan2(x, whole(0)),
                false => (wide / cosine).atan().into(),
            }
        }
        () => nan(false),
    }
}

/// The angle of a cosine.
pub(super) fn acos(x: Extended) -> Extended {
    let one = Wide::whole(1);
    let wide = Wide::from(x);
    match () {
        () if x.is_nan() => x,
        () if x == whole(-1) => Wide::constant(PI).into(),
        () if Wide::from(x.abs()) <= one => {
            let half = ((one - wide) / (one + wide)).sqrt().atan();
            (half + half).into()
        }
        () => nan(false),
    }
}

/// The square root.
pub(super) fn sqrt(x: Extended) -> Extended {
    match () {
        () if x.is_nan() || x.is_zero() => x,
        () if x.is_negative() => nan(true),
        () if x.is_infinite() => x,
        () => Wide::from(x).sqrt().into(),
    }
}

/// e to the power of x.
pub(super) fn exp(x: Extended) -> Extended {
    if x.is_nan() { x } else { Wide::from(x).exp().into() }
}

/// 2 to the power of x.
pub(super) fn exp2(x: Extended) -> Extended {
    if x.is_nan() { x } else { (Wide::from(x) * Wide::constant(LN_2)).exp().into() }
}

/// 10 to the power of x.
pub(super) fn exp10(x: Extended) -> Extended {
    if x.is_nan() { x } else { (Wide::from(x) * Wide::constant(LN_10)).exp().into() }
}

/// The natural logarithm.
pub(super) fn log(x: Extended) -> Extended {
    logarithm(x, Wide::whole(1))
}

/// The logarithm to base 2.
pub(super) fn log2(x: Extended) -> Extended {
    logarithm(x, Wide::constant(LN_2))
}

/// The logarithm to base 10.
pub(super) fn log10(x: Extended) -> Extended {
    logarithm(x, Wide::constant(LN_10))
}

fn logarithm(x: Extended, of_base: Wide) -> Extended {
    match () {
        () if x.is_nan() => x,
        () if x.is_zero() => infinity(true),
        () if x.is_negative() => nan(false),
        () if x.is_infinite() => x,
        () => (Wide::from(x).ln() / of_base).into(),
    }
}

/// `x` to the power of `y`, with the special cases of C99 F.9.4.4.
pub(super) fn pow(x: Extended, y: Extended) -> Extended {
    let one = whole(1);
    if y.is_zero() || x == one {
        return one;
    }
    if x.is_nan() || y.is_nan() {
        return (x + y).value;
    }
    let is_odd = y.is_integer() && !half_is_integer(y);
    if y.is_infinite() || x.is_infinite() || x.is_zero() {
        return extreme_power(x, y, is_odd);
    }
    if x.is_negative() && !y.is_integer() {
        return nan(true);
    }
    let magnitude: Extended = (Wide::from(y) * Wide::from(x.abs()).ln()).exp().into();
    if x.is_negative() && is_odd { -magnitude } else { magnitude }
}

fn half_is_integer(y: Extended) -> bool {
    y.scalbn(-1).is_integer()
}

fn extreme_power(x: Extended, y: Extended, is_odd: bool) -> Extended {
    let magnitude = x.abs();
    if magnitude == whole(1) {
        return magnitude;
    }
    let grows = (magnitude > whole(1)) != y.is_negative();
    let is_negative = x.is_negative() && is_odd;
    match (grows, is_negative) {
        (true, _) => infinity(is_negative),
        (false, true) => -whole(0),
        (false, false) => whole(0),
    }
}
