//! `$[…]`: arithmetic, comparison, choice and regular expressions, with the results of Asterisk's
//! `ast_expr2`.
//!
//! Asterisk puts the values of variables into the text and parses then. So does [`Expression`] wherever
//! that makes a difference; where each value is one plain word the program made at load time is run.

mod decimal;
mod evaluator;
mod functions;
mod lexer;
mod number;
pub(crate) mod posix;
mod program;
mod wide;

pub(crate) use evaluator::{Evaluator, Step};

use crate::fault::Fault;
use evaluator::Running;
use lexer::{HOLE, Kind, classify};
use program::{Op, Operand, Parsed, Program};

/// The text between `$[` and `]` as it was compiled at load time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expression {
    /// The program with the places of its operands, if the text is one whatever plain words the values are.
    compiled: Option<Compiled>,
    /// The functions of the dialplan that the text calls by a name that is written out.
    functions: Box<[Box<str>]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Compiled {
    ops: Box<[Op]>,
    operands: Box<[Place]>,
}

/// An operand in the text with holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    start: u32,
    end: u32,
    /// How many holes come before the start and before the end.
    holes: (u32, u32),
    operand: Operand,
}

/// A program that waits for its next step, with the buffers for those parsed at run time.
#[derive(Debug, Default)]
pub(crate) struct Runner {
    evaluator: Evaluator,
    program: Program,
    uses_compiled: bool,
}

/// What can be said about an expression before its values are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// It will parse if the values are plain words.
    Good,
    /// It has no values, and does not parse.
    Bad,
    /// It only parses if a value is an operator or something longer.
    Doubtful,
}

impl Expression {
    /// Compiles the text of an expression in which each substitution is replaced by [`Self::HOLE`].
    pub(crate) fn compile(sketch: &str, has_holes: bool) -> (Self, Outlook) {
        let mut program = Program::default();
        let outlook = match program.parse(sketch, has_holes) {
            Parsed::Whole => Outlook::Good,
            Parsed::Empty => return (Self::default(), Outlook::Good),
            _ if has_holes => return (Self::default(), Outlook::Doubtful),
            Parsed::Trailing(_) | Parsed::Headless(_) | Parsed::Not(_) => {
                return (Self::default(), Outlook::Bad);
            }
        };
        let operands = program.operands.iter().map(|operand| place(sketch, *operand)).collect();
        let functions = called_functions(&program, sketch);
        (Self { compiled: Some(Compiled { ops: program.ops.into(), operands }), functions }, outlook)
    }

    /// The functions of the dialplan that the text calls by a name that is written out.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(|name| &**name)
    }

    /// What stands for a substitution in [`compile`](Self::compile).
    pub(crate) const HOLE: char = HOLE as char;
}

fn called_functions(program: &Program, sketch: &str) -> Box<[Box<str>]> {
    let name = |op: &Op| match op {
        Op::Call { name, .. } => {
            let span = program.operands.get(*name as usize)?.span;
            sketch.get(span.start as usize..span.end as usize)
        }
        _ => None,
    };
    let names = program.ops.iter().filter_map(name);
    names
        .filter(|name| functions::find(name).is_none() && !name.contains(Expression::HOLE))
        .map(Into::into)
        .collect()
}

fn place(sketch: &str, operand: Operand) -> Place {
    let count = |end: u32| {
        let before = sketch.as_bytes().get(..end as usize).unwrap_or_default();
        before.iter().filter(|&&byte| byte == HOLE).count() as u32
    };
    let (start, end) = (operand.span.start, operand.span.end);
    Place { start, end, holes: (count(start), count(end)), operand }
}

impl Runner {
    /// Starts an expression; `text` has the values in it, and `holes` says where.
    ///
    /// The result is appended to `out`.
    pub(crate) fn start(
        &mut self,
        expression: &Expression,
        text: &str,
        holes: &[(u32, u32)],
        out: &mut String,
    ) -> Step {
        self.evaluator.begin();
        self.program.clear();
        let compiled = expression.compiled.as_ref();
        self.uses_compiled = compiled.is_some_and(|compiled| self.fill(compiled, text, holes));
        if !self.uses_compiled && !self.parse(text, out) {
            return Step::Done;
        }
        self.run(expression, text, out)
    }

    /// Goes on after [`Step::Call`] with what the function returned.
    pub(crate) fn resume(
        &mut self,
        expression: &Expression,
        text: &str,
        result: Option<&str>,
        out: &mut String,
    ) -> Step {
        self.evaluator.answer(result);
        self.run(expression, text, out)
    }

    /// The function to read and its arguments, after [`Step::Call`].
    pub(crate) fn called(&self) -> (&str, &str) {
        self.evaluator.called()
    }

    /// Moves what went wrong to a list.
    pub(crate) fn take_faults(&mut self, faults: &mut Vec<Fault>) {
        self.evaluator.take_faults(faults);
    }

    fn run(&mut self, expression: &Expression, text: &str, out: &mut String) -> Step {
        let compiled = expression.compiled.as_ref().filter(|_| self.uses_compiled);
        let ops = compiled.map_or(self.program.ops.as_slice(), |compiled| &compiled.ops);
        self.evaluator.run(Running { ops, operands: &self.program.operands, text }, out)
    }

    /// Finds the operands in the text; false if one of them is not a single plain word.
    fn fill(&mut self, compiled: &Compiled, text: &str, holes: &[(u32, u32)]) -> bool {
        for place in &compiled.operands {
            let mut operand = place.operand;
            operand.span.start = moved(place.start, place.holes.0, holes);
            operand.span.end = moved(place.end, place.holes.1, holes);
            if place.holes.0 != place.holes.1 {
                let value = text.get(operand.span.start as usize..operand.span.end as usize);
                match value.and_then(classify) {
                    None => return false,
                    Some(Kind::NegativeNumber) if place.operand.is_tight => return false,
                    Some(kind) => operand.span.kind = kind,
                }
            }
            self.program.operands.push(operand);
        }
        true
    }

    /// Parses the text; false if the result is already known.
    fn parse(&mut self, text: &str, out: &mut String) -> bool {
        match self.program.parse(text, false) {
            Parsed::Whole => true,
            Parsed::Empty => false,
            Parsed::Trailing(at) => {
                self.evaluator.fault(Fault::syntax(text, at));
                true
            }
            Parsed::Headless(at) => {
                self.evaluator.fault(Fault::syntax(text, at));
                false
            }
            Parsed::Not(at) => {
                self.evaluator.fault(Fault::syntax(text, at));
                out.push('0');
                false
            }
        }
    }
}

/// Where a byte of the text with holes is in the text with values.
fn moved(at: u32, holes_before: u32, holes: &[(u32, u32)]) -> u32 {
    let filled = holes.get(..holes_before as usize).unwrap_or_default();
    let grown: u32 = filled.iter().map(|(start, end)| end - start).sum();
    at - holes_before + grown
}

#[cfg(test)]
mod tests;
