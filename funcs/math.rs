//! `MATH(number1 op number2[,type])`: arithmetic on two numbers.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::float;

pub(crate) struct Math;

static HELP: Help = Help {
    synopsis: "Performs Mathematical Functions.",
    arguments: &[
        Argument::required(
            "expression",
            "Two numbers with +, -, *, /, %, ^, <<, >>, AND, OR, XOR, <, >, <=, >= or == between them.",
        ),
        Argument::optional(
            "type",
            "What the result is: `f` or `float` with six digits (if left away), `i` or `int`, `h` or `hex`, `c` or `char`.",
        ),
    ],
    description: "A comparison gives TRUE or FALSE. What is divided by 0 or less is 0, as in Asterisk. For longer expressions write $[…].",
    see_also: &["INC", "DEC"],
};

#[async_trait]
impl DialplanFunction for Math {
    fn name(&self) -> &'static str {
        "MATH"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${MATH(123%16,int)}", "11"),
            ("${MATH(170 AND 63,i)}", "42"),
            ("${MATH(1/4)}", "0.250000"),
            ("${MATH(2>=2)}", "TRUE"),
        ]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let form = Form::parse(arguments.text(1))?;
        let (first, operator, second) = split(arguments.text(0))
            .ok_or_else(|| FunctionError::arguments("write MATH(number operator number)"))?;
        let (first, second) = (first?, float(second)?);
        Ok(match operator.result(first, second) {
            Answer::Truth(true) => "TRUE".to_owned(),
            Answer::Truth(false) => "FALSE".to_owned(),
            Answer::Number(number) => form.write(number),
        })
    }
}

#[derive(Clone, Copy)]
enum Operator {
    Multiply,
    Divide,
    Remainder,
    Power,
    And,
    Xor,
    Or,
    GreaterOrEqual,
    ShiftRight,
    Greater,
    LessOrEqual,
    ShiftLeft,
    Less,
    Equal,
    Add,
    Subtract,
}

/// In the order in which Asterisk looks for them; a minus comes last, since it may belong to the second number.
const OPERATORS: [(&str, Operator); 16] = [
    ("*", Operator::Multiply),
    ("/", Operator::Divide),
    ("%", Operator::Remainder),
    ("^", Operator::Power),
    ("AND", Operator::And),
    ("XOR", Operator::Xor),
    ("OR", Operator::Or),
    (">=", Operator::GreaterOrEqual),
    (">>", Operator::ShiftRight),
    (">", Operator::Greater),
    ("<=", Operator::LessOrEqual),
    ("<<", Operator::ShiftLeft),
    ("<", Operator::Less),
    ("==", Operator::Equal),
    ("+", Operator::Add),
    ("-", Operator::Subtract),
];

enum Answer {
    Number(f64),
    Truth(bool),
}

/// The first number, or why it is none; the operator; and the text behind it.
fn split(text: &str) -> Option<(Result<f64, FunctionError>, Operator, &str)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (first, operator, second) = OPERATORS.iter().find_map(|(sign, operator)| {
        let (first, second) = unsigned.split_once(sign)?;
        Some((first, *operator, second))
    })?;
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    Some((float(first).map(|first| sign * first), operator, second))
}

impl Operator {
    fn result(self, first: f64, second: f64) -> Answer {
        // Bits and remainders count in C's `int`.
        let (whole, other) = (first as i32, second as i32);
        Answer::Number(match self {
            Operator::Multiply => first * second,
            Operator::Divide if second <= 0.0 => 0.0,
            Operator::Divide => first / second,
            Operator::Remainder if other == 0 => 0.0,
            Operator::Remainder => f64::from(whole.wrapping_rem(other)),
            Operator::Power => first.powf(second),
            Operator::And => f64::from(whole & other),
            Operator::Xor => f64::from(whole ^ other),
            Operator::Or => f64::from(whole | other),
            Operator::ShiftRight => f64::from(whole.wrapping_shr(other as u32)),
            Operator::ShiftLeft => f64::from(whole.wrapping_shl(other as u32)),
            Operator::Add => first + second,
            Operator::Subtract => first - second,
            Operator::GreaterOrEqual => return Answer::Truth(first >= second),
            Operator::Greater => return Answer::Truth(first > second),
            Operator::LessOrEqual => return Answer::Truth(first <= second),
            Operator::Less => return Answer::Truth(first < second),
            Operator::Equal => return Answer::Truth(first == second),
        })
    }
}

/// How a number is written.
enum Form {
    Float,
    Int,
    Hex,
    Char,
}

impl Form {
    fn parse(text: &str) -> Result<Form, FunctionError> {
        match text.to_ascii_lowercase().as_str() {
            "" | "f" | "float" => Ok(Form::Float),
            "i" | "int" => Ok(Form::Int),
            "h" | "hex" => Ok(Form::Hex),
            "c" | "char" => Ok(Form::Char),
            _ => Err(FunctionError::arguments(format!(
                "`{text}` is no type; there are float, int, hex and char"
            ))),
        }
    }

    fn write(&self, number: f64) -> String {
        match self {
            Form::Float => format!("{number:.6}"),
            Form::Int => (number as i32).to_string(),
            Form::Hex => format!("{:x}", number as i64 as u32),
            Form::Char => char::from(number as u8).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn operators_are_those_of_c() {
        for (expression, expected) in [
            ("1+2", "3.000000"),
            ("-5-3,i", "-8"),
            ("5--3,i", "8"),
            ("-2*-3,i", "6"),
            ("7/0", "0.000000"),
            ("-7%3,int", "-1"),
            ("7%0,i", "0"),
            ("2^10,I", "1024"),
            ("5XOR1,i", "4"),
            ("6 OR 1,i", "7"),
            ("1<<4,i", "16"),
            ("256>>4,h", "10"),
            ("-1+0,h", "ffffffff"),
            ("65+1,c", "B"),
            ("3>2", "TRUE"),
            ("3<2", "FALSE"),
            ("2.50==2.5", "TRUE"),
            ("0x10+1,i", "17"),
        ] {
            check(&format!("${{MATH({expression})}}"), expected).await;
        }
    }

    #[tokio::test]
    async fn what_is_no_calculation_is_refused() {
        refuses("MATH()", "write MATH(number operator number)").await;
        refuses("MATH(5)", "write MATH(number operator number)").await;
        refuses("MATH(a+1)", "`a` is not a valid number").await;
        refuses("MATH(1+)", "`` is not a valid number").await;
        refuses("MATH(1+1,x)", "`x` is no type; there are float, int, hex and char").await;
    }
}
