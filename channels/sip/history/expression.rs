//! `where` of `pjsip show history`: comparisons of a message's fields, joined by `and`, `or` and `not`.

use std::cmp::Ordering;
use std::net::{IpAddr, SocketAddr};

use regex::Regex;

use super::Entry;

/// Parentheses and negations within each other.
const DEEPEST: u32 = 50;

/// Which messages are wanted.
#[derive(Debug)]
pub enum Expression {
    /// Both.
    And(Box<Expression>, Box<Expression>),
    /// One or both.
    Or(Box<Expression>, Box<Expression>),
    /// The others.
    Not(Box<Expression>),
    /// `number` or `timestamp` compared.
    Number(Field, Comparison, u64),
    /// `addr` is this one, with whatever port if none is given; or is not.
    Address(IpAddr, Option<u16>, bool),
    /// A text is this one; or is not.
    Text(Field, String, bool),
    /// A text fits a regular expression.
    Like(Field, Regex),
}

/// What of a message is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `number`.
    Number,
    /// `timestamp`, in seconds since 1970.
    Timestamp,
    /// `addr`.
    Address,
    /// `sip.msg.request.method`, which responses do not have.
    Method,
    /// `sip.msg.call-id`.
    CallId,
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`, `==`
    Equal,
    /// `!=`
    Different,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Why an expression cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadExpression {
    /// It ends too early.
    #[error("the expression is not complete")]
    Incomplete,
    /// Something follows its end.
    #[error("'{0}' is not expected")]
    Unexpected(String),
    /// There is no such field.
    #[error("Unknown or unrecognized field: {0}")]
    UnknownField(String),
    /// There is no such comparison, or not for this field.
    #[error("'{operator}' does not compare {field}")]
    WrongOperator {
        /// The field.
        field: String,
        /// The comparison.
        operator: String,
    },
    /// The value does not fit the field.
    #[error("'{0}' is no value of {1}")]
    BadValue(String, String),
    /// Parentheses are too deep.
    #[error("the expression has too many parentheses")]
    TooDeep,
}

impl Expression {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// It is no expression.
    pub fn parse(words: &[&str]) -> Result<Expression, BadExpression> {
        let tokens = words.iter().flat_map(|word| tokens(word)).collect();
        let mut parser = Parser { tokens, at: 0, depth: 0 };
        let expression = parser.either()?;
        match parser.next() {
            None => Ok(expression),
            Some(rest) => Err(BadExpression::Unexpected(rest.to_owned())),
        }
    }

    /// Whether it wants this message.
    pub fn fits(&self, entry: &Entry) -> bool {
        match self {
            Expression::And(one, other) => one.fits(entry) && other.fits(entry),
            Expression::Or(one, other) => one.fits(entry) || other.fits(entry),
            Expression::Not(inner) => !inner.fits(entry),
            Expression::Number(field, comparison, value) => {
                let own = match field {
                    Field::Timestamp => entry.seconds(),
                    _ => u64::from(entry.number),
                };
                comparison.holds(own.cmp(value))
            }
            Expression::Address(ip, port, wanted) => {
                let is_it = entry.remote.ip().to_canonical() == *ip
                    && port.is_none_or(|port| entry.remote.port() == port);
                is_it == *wanted
            }
            Expression::Text(field, value, wanted) => {
                entry.field(*field).is_some_and(|own| (own == *value) == *wanted)
            }
            Expression::Like(field, pattern) => entry.field(*field).is_some_and(|own| pattern.is_match(&own)),
        }
    }
}

impl Entry {
    /// A field that is a text.
    fn field(&self, field: Field) -> Option<String> {
        match field {
            Field::Method => self.method(),
            Field::CallId => Some(self.call_id().into_owned()),
            Field::Number | Field::Timestamp | Field::Address => None,
        }
    }
}

impl Comparison {
    fn parse(text: &str) -> Option<Comparison> {
        Some(match text {
            "=" | "==" => Comparison::Equal,
            "!=" => Comparison::Different,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Different => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Field {
    fn parse(text: &str) -> Option<Field> {
        Some(match text.to_ascii_lowercase().as_str() {
            "number" => Field::Number,
            "timestamp" => Field::Timestamp,
            "addr" => Field::Address,
            "sip.msg.request.method" => Field::Method,
            "sip.msg.call-id" => Field::CallId,
            _ => return None,
        })
    }
}

/// A word without the parentheses and negations at its ends, which are words of their own.
fn tokens(word: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = word;
    while let Some(first) =
        rest.get(..1).filter(|first| matches!(*first, "(" | "!") && !rest.starts_with("!="))
    {
        tokens.push(first);
        rest = rest.get(1..).unwrap_or_default();
    }
    let value = rest.trim_end_matches(')');
    if !value.is_empty() {
        tokens.push(value);
    }
    tokens.extend(std::iter::repeat_n(")", rest.len() - value.len()));
    tokens
}

/// By recursion, as deep as [`DEEPEST`].
struct Parser<'a> {
    tokens: Vec<&'a str>,
    at: usize,
    depth: u32,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'a str> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    fn need(&mut self) -> Result<&'a str, BadExpression> {
        self.next().ok_or(BadExpression::Incomplete)
    }

    /// Takes the next word if it is one of these.
    fn takes(&mut self, words: [&str; 2]) -> bool {
        let is_it = self.peek().is_some_and(|next| words.iter().any(|word| next.eq_ignore_ascii_case(word)));
        self.at += usize::from(is_it);
        is_it
    }

    fn either(&mut self) -> Result<Expression, BadExpression> {
        let mut left = self.both()?;
        while self.takes(["or", "||"]) {
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, BadExpression> {
        let mut left = self.one()?;
        while self.takes(["and", "&&"]) {
            left = Expression::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Expression, BadExpression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(BadExpression::TooDeep);
        }
        let expression = if self.takes(["not", "!"]) {
            Expression::Not(Box::new(self.one()?))
        } else if self.takes(["(", "("]) {
            let inner = self.either()?;
            match self.need()? {
                ")" => inner,
                other => return Err(BadExpression::Unexpected(other.to_owned())),
            }
        } else {
            let (name, operator, value) = (self.need()?, self.need()?, self.need()?);
            comparison(name, operator, value)?
        };
        self.depth -= 1;
        Ok(expression)
    }
}

fn comparison(name: &str, operator: &str, value: &str) -> Result<Expression, BadExpression> {
    let field = Field::parse(name).ok_or_else(|| BadExpression::UnknownField(name.to_owned()))?;
    let bad_value = || BadExpression::BadValue(value.to_owned(), name.to_owned());
    let wrong = || BadExpression::WrongOperator { field: name.to_owned(), operator: operator.to_owned() };
    let is_text = matches!(field, Field::Method | Field::CallId);
    if is_text && operator.eq_ignore_ascii_case("like") {
        return Regex::new(value).map(|pattern| Expression::Like(field, pattern)).map_err(|_| bad_value());
    }
    let comparison = Comparison::parse(operator).ok_or_else(wrong)?;
    if let Field::Number | Field::Timestamp = field {
        let value = value.parse().map_err(|_| bad_value())?;
        return Ok(Expression::Number(field, comparison, value));
    }
    let wanted = match comparison {
        Comparison::Equal => true,
        Comparison::Different => false,
        _ => return Err(wrong()),
    };
    if is_text {
        return Ok(Expression::Text(field, value.to_owned(), wanted));
    }
    let whole = value.parse::<SocketAddr>().map(|address| (address.ip(), Some(address.port())));
    let (ip, port) = whole.or_else(|_| value.parse().map(|ip| (ip, None))).map_err(|_| bad_value())?;
    Ok(Expression::Address(ip.to_canonical(), port, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::testing::history;
    use crate::trace::Way;

    const MESSAGES: [(Way, &str, &str); 4] = [
        (Way::Received, "192.0.2.1:5060", "OPTIONS sip:a SIP/2.0\r\nCall-ID: one@x\r\n\r\n"),
        (Way::Transmitted, "192.0.2.1:5060", "SIP/2.0 200 OK\r\nCall-ID: one@x\r\n\r\n"),
        (Way::Received, "192.0.2.2:5062", "REGISTER sip:a SIP/2.0\r\ni: two@x\r\n\r\n"),
        (Way::Transmitted, "[2001:db8::1]:5060", "SIP/2.0 401 Unauthorized\r\ni: two@x\r\n\r\n"),
    ];

    /// The numbers of the messages that fit, or why there is no answer.
    fn check(words: &str, expected: Result<&[u32], &str>) {
        let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
        let found = Expression::parse(&words).map(|expression| {
            let list = history(&MESSAGES).list();
            list.iter().filter(|entry| expression.fits(entry)).map(|entry| entry.number).collect::<Vec<_>>()
        });
        let found = found.map_err(|error| error.to_string());
        assert_eq!(found, expected.map(<[u32]>::to_vec).map_err(str::to_owned), "{words:?}");
    }

    #[test]
    fn fields_are_compared() {
        check("number > 1", Ok(&[2, 3]));
        check("number <= 1", Ok(&[0, 1]));
        check("number != 1", Ok(&[0, 2, 3]));
        check("timestamp = 1700000002", Ok(&[2]));
        check("addr = 192.0.2.1:5060", Ok(&[0, 1]));
        check("addr != 192.0.2.1", Ok(&[2, 3]));
        check("addr = [2001:db8::1]:5060", Ok(&[3]));
        check("sip.msg.request.method = REGISTER", Ok(&[2]));
        check("sip.msg.request.method != REGISTER", Ok(&[0]));
        check("SIP.msg.call-id LIKE ^two", Ok(&[2, 3]));
    }

    #[test]
    fn or_binds_less_than_and_and_that_less_than_not() {
        check("number = 0 or number = 1 and addr = 192.0.2.2", Ok(&[0]));
        check("(number = 0 or number = 2) and addr = 192.0.2.2", Ok(&[2]));
        check("not number = 0 && !(number = 1 || number = 3)", Ok(&[2]));
        check("!!number = 0", Ok(&[0]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        check("", Err("the expression is not complete"));
        check("number >", Err("the expression is not complete"));
        check("(number > 1", Err("the expression is not complete"));
        check("number > 1)", Err("')' is not expected"));
        check("foo = 1", Err("Unknown or unrecognized field: foo"));
        check("number like 1", Err("'like' does not compare number"));
        check("addr < 192.0.2.1", Err("'<' does not compare addr"));
        check("number = one", Err("'one' is no value of number"));
        check("sip.msg.call-id like [", Err("'[' is no value of sip.msg.call-id"));
        check(&format!("{}number = 1", "(".repeat(100_000)), Err("the expression has too many parentheses"));
    }
}
