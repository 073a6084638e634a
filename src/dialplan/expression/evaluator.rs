//! Runs the program of an expression on a stack, and waits where it calls a function of the dialplan.

use std::cmp::Ordering;
use std::ops::Range;

use super::functions::{self, Function};
use super::lexer::{Infix, Kind};
use super::number::Number;
use super::posix::Pattern;
use super::program::{Op, Operand};
use crate::fault::Fault;

/// C's `INT_MAX`, which Asterisk gives for a division by zero.
const DIVIDED_BY_ZERO: Number = Number::Int(0x7fff_ffff);

/// How many regular expressions are kept compiled.
const PATTERNS: usize = 16;

/// How large the results of one expression may grow, in bytes.
const MAX_SCRATCH: usize = 1 << 20;

/// A value on the stack.
#[derive(Clone, Copy, Debug)]
enum Value {
    Number(Number),
    Text(Text),
}

/// Text in the expression itself, or made while it runs.
#[derive(Clone, Copy, Debug)]
struct Text {
    start: u32,
    end: u32,
    is_made: bool,
    /// Of digits and points alone, and not begun by a sign.
    is_numeric: bool,
}

/// What running led to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The result was appended to the output.
    Done,
    /// The function that [`Evaluator::called`] names must be read first.
    Call,
}

/// The stack and buffers, kept from one expression to the next.
#[derive(Default)]
pub(crate) struct Evaluator {
    stack: Vec<Value>,
    /// Texts that operators made.
    made: String,
    /// The next step of the program.
    next: usize,
    name: String,
    arguments: String,
    patterns: Vec<(String, Result<Pattern, String>)>,
    oldest_pattern: usize,
    faults: Vec<Fault>,
}

impl std::fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator").field("stack", &self.stack).finish_non_exhaustive()
    }
}

/// An expression with its operands, while it runs.
#[derive(Clone, Copy)]
pub(super) struct Running<'a> {
    pub(super) ops: &'a [Op],
    pub(super) operands: &'a [Operand],
    pub(super) text: &'a str,
}

impl Evaluator {
    pub(super) fn begin(&mut self) {
        self.stack.clear();
        self.made.clear();
        self.next = 0;
    }

    /// The function to read and its arguments, after [`Step::Call`].
    pub(crate) fn called(&self) -> (&str, &str) {
        (&self.name, &self.arguments)
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// What went wrong since the last call of this.
    pub(crate) fn take_faults(&mut self, faults: &mut Vec<Fault>) {
        faults.append(&mut self.faults);
    }

    /// Takes the answer to a call; none if the function failed or is unknown.
    pub(super) fn answer(&mut self, result: Option<&str>) {
        let value = match result {
            None => {
                self.faults.push(Fault::Function(self.name.clone()));
                Value::Number(Number::ZERO)
            }
            Some(text) if looks_numeric(text) => Value::Number(Number::parse(text).unwrap_or(Number::ZERO)),
            Some(text) => self.make(|made| made.push_str(text)),
        };
        self.stack.push(value);
    }

    /// Runs until the end or a call, and appends the result to `out`.
    pub(super) fn run(&mut self, running: Running<'_>, out: &mut String) -> Step {
        while let Some(&op) = running.ops.get(self.next) {
            self.next += 1;
            if self.execute(op, running) == Step::Call {
                return Step::Call;
            }
        }
        match self.pop() {
            Value::Number(number) => number.write(out),
            Value::Text(text) => out.push_str(slice(text, running.text, &self.made)),
        }
        Step::Done
    }

    fn execute(&mut self, op: Op, running: Running<'_>) -> Step {
        match op {
            Op::Operand(index) => self.push_operand(index, running),
            Op::Negate => {
                let value = self.pop();
                let negated = match self.number_of(value, running) {
                    Some(number) => number.negated(),
                    None => self.not_numeric(),
                };
                self.stack.push(Value::Number(negated));
            }
            Op::Not => {
                let value = self.pop();
                let truth = !self.is_true_for_not(value, running);
                self.push_truth(truth);
            }
            Op::Choose => {
                let (otherwise, then, condition) = (self.pop(), self.pop(), self.pop());
                let chosen = if self.is_true_for_choice(condition, running) { then } else { otherwise };
                self.stack.push(chosen);
            }
            Op::Infix(infix) => {
                let (right, left) = (self.pop(), self.pop());
                let value = self.infix(infix, left, right, running);
                self.stack.push(value);
            }
            Op::Call { name, count } => return self.call(name, count, running),
        }
        Step::Done
    }

    /// A program never pops more than it pushed; zero stands in for what cannot happen.
    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::Number(Number::ZERO))
    }

    fn push_truth(&mut self, truth: bool) {
        self.stack.push(Value::Number(Number::Int(i64::from(truth))));
    }

    fn push_operand(&mut self, index: u32, running: Running<'_>) {
        let Some(Operand { span, .. }) = running.operands.get(index as usize) else { return };
        let text =
            Text { start: span.start, end: span.end, is_made: false, is_numeric: span.kind == Kind::Number };
        let value = match span.kind {
            Kind::Number | Kind::Text => Value::Text(text),
            Kind::NegativeNumber => {
                let negative = Number::parse(slice(text, running.text, ""));
                Value::Number(negative.unwrap_or(Number::ZERO))
            }
        };
        self.stack.push(value);
    }

    fn not_numeric(&mut self) -> Number {
        self.faults.push(Fault::NotNumeric);
        Number::ZERO
    }

    /// The number that a value is; text is none, even if it would read as one, unless it is all digits.
    fn number_of(&mut self, value: Value, running: Running<'_>) -> Option<Number> {
        match value {
            Value::Number(number) => Some(number),
            Value::Text(text) if text.is_numeric => {
                let number = Number::parse(slice(text, running.text, &self.made));
                if number.is_none() {
                    self.faults.push(Fault::Overflow);
                }
                number
            }
            Value::Text(_) => None,
        }
    }

    fn make(&mut self, write: impl FnOnce(&mut String)) -> Value {
        let start = self.made.len();
        if start < MAX_SCRATCH {
            write(&mut self.made);
        } else {
            self.faults.push(Fault::TooLong);
        }
        let is_numeric = is_all_digits(self.made.get(start..).unwrap_or_default());
        let (start, end) = (start as u32, self.made.len() as u32);
        Value::Text(Text { start, end, is_made: true, is_numeric })
    }

    fn text_of(&mut self, value: Value) -> Text {
        match value {
            Value::Text(text) => text,
            Value::Number(number) => match self.make(|made| number.write(made)) {
                Value::Text(text) => Text { is_numeric: false, ..text },
                Value::Number(_) => Text { start: 0, end: 0, is_made: true, is_numeric: false },
            },
        }
    }

    /// What `|` and `&` go by; a text of digits comes back as its number, as it does in Asterisk.
    fn is_nothing(&mut self, value: Value, running: Running<'_>) -> (bool, Value) {
        match value {
            Value::Number(number) => (number.is_zero(), value),
            Value::Text(text) if text.start == text.end => (true, value),
            Value::Text(_) => match self.number_of(value, running) {
                Some(number) => (number.is_zero(), Value::Number(number)),
                None => (false, value),
            },
        }
    }

    fn is_true_for_not(&self, value: Value, running: Running<'_>) -> bool {
        match value {
            Value::Number(number) => !number.is_zero(),
            Value::Text(text) => leading_integer(slice(text, running.text, &self.made)) != 0,
        }
    }

    fn is_true_for_choice(&mut self, value: Value, running: Running<'_>) -> bool {
        match value {
            Value::Text(text) if !text.is_numeric => {
                !matches!(slice(text, running.text, &self.made), "" | "\"\"" | "0")
            }
            _ => self.number_of(value, running).is_some_and(|number| !number.is_zero()),
        }
    }

    fn infix(&mut self, infix: Infix, left: Value, right: Value, running: Running<'_>) -> Value {
        match infix {
            Infix::Or => match self.is_nothing(left, running) {
                (true, _) => right,
                (false, left) => left,
            },
            Infix::And => match self.is_nothing(left, running) {
                (false, left) if !self.is_nothing(right, running).0 => left,
                _ => Value::Number(Number::ZERO),
            },
            Infix::Equal => self.compare(left, right, running, Ordering::is_eq),
            Infix::NotEqual => match self.compare(left, right, running, Ordering::is_eq) {
                Value::Number(number) => Value::Number(Number::Int(i64::from(number.is_zero()))),
                text => text,
            },
            Infix::Greater => self.compare(left, right, running, Ordering::is_gt),
            Infix::Less => self.compare(left, right, running, Ordering::is_lt),
            Infix::GreaterEqual => self.compare(left, right, running, Ordering::is_ge),
            Infix::LessEqual => self.compare(left, right, running, Ordering::is_le),
            Infix::Plus | Infix::Minus => Value::Number(self.add(infix, left, right, running)),
            Infix::Times | Infix::Divide | Infix::Modulo => {
                Value::Number(self.multiply(infix, left, right, running))
            }
            Infix::Match | Infix::Search => self.search(infix, left, right, running),
            Infix::Concatenate => self.concatenate(left, right, running),
        }
    }

    fn compare(
        &mut self,
        left: Value,
        right: Value,
        running: Running<'_>,
        holds: impl Fn(Ordering) -> bool,
    ) -> Value {
        let is_text = |value| matches!(value, Value::Text(text) if !text.is_numeric);
        let ordering = if is_text(left) || is_text(right) {
            let (left, right) = (self.text_of(left), self.text_of(right));
            let (left, right) =
                (slice(left, running.text, &self.made), slice(right, running.text, &self.made));
            Some(left.as_bytes().cmp(right.as_bytes()))
        } else {
            let left = self.number_of(left, running).unwrap_or(Number::ZERO);
            let right = self.number_of(right, running).unwrap_or(Number::ZERO);
            left.compare(right)
        };
        Value::Number(Number::Int(i64::from(ordering.is_some_and(holds))))
    }

    /// An operand that is no number counts nothing.
    fn add(&mut self, infix: Infix, left: Value, right: Value, running: Running<'_>) -> Number {
        let is_plus = infix == Infix::Plus;
        match (self.number_of(left, running), self.number_of(right, running)) {
            (Some(left), Some(right)) if is_plus => left.plus(right),
            (Some(left), Some(right)) => left.minus(right),
            (left, right) => {
                self.faults.push(Fault::NotNumeric);
                match right {
                    Some(right) if is_plus => right,
                    Some(right) => Number::ZERO.minus(right),
                    None => left.unwrap_or(Number::ZERO),
                }
            }
        }
    }

    fn multiply(&mut self, infix: Infix, left: Value, right: Value, running: Running<'_>) -> Number {
        let (left, right) = (self.number_of(left, running), self.number_of(right, running));
        let is_division = infix == Infix::Divide;
        let (Some(left), Some(right)) = (left, right) else {
            self.faults.push(Fault::NotNumeric);
            return if is_division && left.is_some() { DIVIDED_BY_ZERO } else { Number::ZERO };
        };
        match infix {
            Infix::Times => left.times(right),
            _ if right.is_zero() => {
                self.faults.push(Fault::DivisionByZero);
                if is_division { DIVIDED_BY_ZERO } else { right }
            }
            Infix::Divide => left.divided_by(right),
            _ => left.modulo(right),
        }
    }

    /// `text : pattern`, which must match from the beginning, and `text =~ pattern`, which may match anywhere.
    ///
    /// The value is the first group, or without one how many bytes matched.
    fn search(&mut self, infix: Infix, left: Value, right: Value, running: Running<'_>) -> Value {
        let text = self.unquoted(left, running);
        let pattern = self.unquoted(right, running);
        let wanted = slice(pattern, running.text, &self.made);
        let index = self
            .patterns
            .iter()
            .position(|(known, _)| known == wanted)
            .unwrap_or_else(|| remember(&mut self.patterns, &mut self.oldest_pattern, wanted));
        let Some((source, pattern)) = self.patterns.get_mut(index) else {
            return Value::Number(Number::ZERO);
        };
        let pattern = match pattern {
            Ok(pattern) => pattern,
            Err(message) => {
                self.faults.push(Fault::Pattern { pattern: source.clone(), message: message.clone() });
                return self.make(|_| ());
            }
        };
        let found = pattern.find(slice(text, running.text, &self.made));
        let has_group = pattern.has_group;
        match found.filter(|found| infix == Infix::Search || found.whole.start == 0) {
            None if has_group => self.make(|_| ()),
            None => Value::Number(Number::ZERO),
            Some(found) => match found.group {
                Some(group) => self.part(text, &group, running),
                None => Value::Number(Number::Int(found.whole.len() as i64)),
            },
        }
    }

    fn part(&self, text: Text, range: &Range<usize>, running: Running<'_>) -> Value {
        let part =
            Text { start: text.start + range.start as u32, end: text.start + range.end as u32, ..text };
        let is_numeric = is_all_digits(slice(part, running.text, &self.made));
        Value::Text(Text { is_numeric, ..part })
    }

    fn concatenate(&mut self, left: Value, right: Value, running: Running<'_>) -> Value {
        let (left, right) = (self.unquoted(left, running), self.unquoted(right, running));
        let start = self.made.len();
        for text in [left, right] {
            if self.made.len() >= MAX_SCRATCH {
                self.faults.push(Fault::TooLong);
                break;
            }
            match text.is_made {
                true => self.made.extend_from_within(text.start as usize..text.end as usize),
                false => self.made.push_str(slice(text, running.text, "")),
            }
        }
        let is_numeric = is_all_digits(self.made.get(start..).unwrap_or_default());
        Value::Text(Text { start: start as u32, end: self.made.len() as u32, is_made: true, is_numeric })
    }

    /// The text without its quotes, and if it has them without those inside too.
    fn unquoted(&mut self, value: Value, running: Running<'_>) -> Text {
        let text = self.text_of(value);
        let quoted = slice(text, running.text, &self.made);
        if quoted == "\"" {
            return Text { end: text.start, ..text };
        }
        let Some(inside) = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return text;
        };
        if !inside.contains('"') {
            return Text { start: text.start + 1, end: text.end - 1, ..text };
        }
        let plain: String = inside.chars().filter(|&char| char != '"').collect();
        match self.make(|made| made.push_str(&plain)) {
            Value::Text(text) => text,
            Value::Number(_) => text,
        }
    }

    fn call(&mut self, name: u32, count: u32, running: Running<'_>) -> Step {
        let span = running.operands.get(name as usize).map(|operand| operand.span);
        let name = span.and_then(|span| running.text.get(span.start as usize..span.end as usize));
        let name = name.unwrap_or_default();
        let first = self.stack.len().saturating_sub(count as usize);
        let is_name =
            name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name {
            self.faults.push(Fault::NoFunctionName(name.to_owned()));
            self.stack.truncate(first);
            self.stack.push(Value::Number(Number::ZERO));
            return Step::Done;
        }
        if let Some(function) = functions::find(name) {
            let value = self.compute(name, function, first, running);
            self.stack.truncate(first);
            self.stack.push(Value::Number(value));
            return Step::Done;
        }
        self.name.clear();
        self.name.push_str(name);
        self.write_arguments(first, running);
        self.stack.truncate(first);
        Step::Call
    }

    fn compute(&mut self, name: &str, function: Function, first: usize, running: Running<'_>) -> Number {
        let values: [Option<Value>; 3] = std::array::from_fn(|index| self.stack.get(first + index).copied());
        let mut number = |value| match self.number_of(value, running) {
            Some(number) => number,
            None => self.not_numeric(),
        };
        match (function, values) {
            (Function::One(function), [Some(x), None, _]) => function(number(x)),
            (Function::Two(function), [Some(x), Some(y), None]) => {
                let x = number(x);
                function(x, number(y))
            }
            _ => {
                self.faults.push(Fault::WrongArguments(name.to_owned()));
                Number::ZERO
            }
        }
    }

    fn write_arguments(&mut self, first: usize, running: Running<'_>) {
        self.arguments.clear();
        for (index, value) in self.stack.iter().skip(first).enumerate() {
            if index > 0 {
                self.arguments.push(',');
            }
            match *value {
                Value::Number(number) => number.write(&mut self.arguments),
                Value::Text(text) => self.arguments.push_str(slice(text, running.text, &self.made)),
            }
        }
    }
}

fn slice<'a>(text: Text, input: &'a str, made: &'a str) -> &'a str {
    let source = if text.is_made { made } else { input };
    source.get(text.start as usize..text.end as usize).unwrap_or_default()
}

/// Compiles a pattern in the place of the one that was compiled first, and says where it is kept.
fn remember(
    patterns: &mut Vec<(String, Result<Pattern, String>)>,
    oldest: &mut usize,
    source: &str,
) -> usize {
    let compiled = (source.to_owned(), Pattern::new(source));
    if patterns.len() < PATTERNS {
        patterns.push(compiled);
        return patterns.len() - 1;
    }
    let index = *oldest;
    *oldest = (index + 1) % PATTERNS;
    if let Some(slot) = patterns.get_mut(index) {
        *slot = compiled;
    }
    index
}

/// Digits and points, so that the text counts as a number.
fn is_all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// What a dialplan function returned counts as a number if it has no other characters than these.
fn looks_numeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b' ' | b'\t'))
}

/// C's `atoi`.
fn leading_integer(text: &str) -> i32 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    let value =
        digits.fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    // strtol saturates, and the cast to int keeps the low half.
    (sign * value.min(i64::MAX - 1)) as i32
}
