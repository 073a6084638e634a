//! The functions that expressions know by themselves, as in `$[FLOOR(7 / 2)]`.

use rustc_apfloat::{Float, Round};

use super::number::{Extended, Number};
use super::wide;

/// A function of an expression and what it takes.
#[derive(Clone, Copy)]
pub(crate) enum Function {
    /// Of one number.
    One(fn(Number) -> Number),
    /// Of two numbers.
    Two(fn(Number, Number) -> Number),
}

/// The functions by name, in the order of Asterisk's documentation of expressions.
const FUNCTIONS: [(&str, Function); 22] = [
    ("COS", Function::One(|x| extended(x, wide::cos))),
    ("SIN", Function::One(|x| extended(x, wide::sin))),
    ("TAN", Function::One(|x| extended(x, wide::tan))),
    ("ACOS", Function::One(|x| extended(x, wide::acos))),
    ("ASIN", Function::One(|x| extended(x, wide::asin))),
    ("ATAN", Function::One(|x| extended(x, wide::atan))),
    ("ATAN2", Function::Two(|y, x| wide::atan2(y.extended(), x.extended()).into())),
    ("POW", Function::Two(|x, y| wide::pow(x.extended(), y.extended()).into())),
    ("SQRT", Function::One(|x| extended(x, wide::sqrt))),
    ("FLOOR", Function::One(|x| x.rounded(Round::TowardNegative))),
    ("CEIL", Function::One(|x| x.rounded(Round::TowardPositive))),
    ("ROUND", Function::One(|x| x.rounded(Round::NearestTiesToAway))),
    ("RINT", Function::One(|x| x.rounded(Round::NearestTiesToEven))),
    ("TRUNC", Function::One(|x| x.rounded(Round::TowardZero))),
    ("EXP", Function::One(|x| extended(x, wide::exp))),
    ("EXP2", Function::One(|x| extended(x, wide::exp2))),
    ("EXP10", Function::One(|x| extended(x, wide::exp10))),
    ("LOG", Function::One(|x| extended(x, wide::log))),
    ("LOG2", Function::One(|x| extended(x, wide::log2))),
    ("LOG10", Function::One(|x| extended(x, wide::log10))),
    ("REMAINDER", Function::Two(remainder)),
    ("ABS", Function::One(Number::absolute)),
];

/// Finds a function; its name is in capitals.
pub(crate) fn find(name: &str) -> Option<Function> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

fn extended(x: Number, function: fn(Extended) -> Extended) -> Number {
    function(x.extended()).into()
}

/// C's `remainder`: the quotient is rounded to the nearest whole number.
fn remainder(x: Number, y: Number) -> Number {
    let (x, y) = (x.extended(), y.extended());
    match y.is_zero() || x.is_infinite() {
        true => (-Extended::qnan(None)).into(),
        false => x.ieee_rem(y).value.into(),
    }
}
