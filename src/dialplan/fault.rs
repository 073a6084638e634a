//! What can go wrong while a template runs, without stopping it.

use std::fmt::{Display, Formatter, Result};

/// Something that the caller should log; the template went on with what Asterisk would use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An expression could not be parsed.
    Syntax {
        /// The expression with its values.
        expression: String,
        /// The byte at which that was noticed.
        at: usize,
    },
    /// An operand of arithmetic was no number.
    NotNumeric,
    /// A division or remainder by zero.
    DivisionByZero,
    /// A number was too large.
    Overflow,
    /// A regular expression could not be compiled.
    Pattern {
        /// The regular expression.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
    /// A function that an expression called failed, or there is none of that name.
    Function(String),
    /// What stands before a parenthesis in an expression cannot be a function.
    NoFunctionName(String),
    /// A function of an expression was given too many or too few arguments.
    WrongArguments(String),
    /// Substitutions nest too deeply; the innermost are empty.
    TooDeep,
    /// A text grew too long, and was cut.
    TooLong,
}

impl Fault {
    pub(crate) fn syntax(expression: &str, at: usize) -> Self {
        Self::Syntax { expression: expression.to_owned(), at }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Syntax { expression, at } => {
                write!(f, "syntax error before byte {at} of the expression `{expression}`")
            }
            Self::NotNumeric => f.write_str("an expression calculates with something that is no number"),
            Self::DivisionByZero => f.write_str("an expression divides by zero"),
            Self::Overflow => f.write_str("a number of an expression is too large"),
            Self::Pattern { pattern, message } => write!(f, "the regular expression `{pattern}`: {message}"),
            Self::Function(name) => write!(f, "the function `{name}` of an expression could not be read"),
            Self::NoFunctionName(name) => write!(f, "`{name}` before a parenthesis is no name of a function"),
            Self::WrongArguments(name) => write!(f, "wrong number of arguments for the function `{name}`"),
            Self::TooDeep => f.write_str("substitutions nest too deeply"),
            Self::TooLong => f.write_str("a substituted text is too long"),
        }
    }
}
