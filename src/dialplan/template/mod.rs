//! Substitution: `${variable}`, `${FUNCTION(…)}` and `$[expression]` in the arguments of applications.

mod machine;
mod reference;

use std::fmt;
use std::ops::Range;

pub use machine::{Machine, Outcome, Scope, TemplateError};

use crate::expression::{Expression, Outlook};
use reference::{Part, Reference};

/// How deeply substitutions may nest, as in Asterisk; what is deeper is empty.
const MAX_DEPTH: u32 = 15;

/// A text with substitutions, compiled once and run by a [`Machine`] as often as wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    source: Box<str>,
    ops: Box<[Op]>,
    expressions: Box<[Expression]>,
    problems: Box<[TemplateProblem]>,
}

/// A piece of the source, in bytes.
type Piece = Range<u32>;

/// One step of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Op {
    /// Appends a piece of the source.
    Literal(Piece),
    /// Appends the value of a variable.
    Variable(Piece, Part),
    /// Reads a function whose arguments hold nothing to substitute.
    Function {
        name: Piece,
        arguments: Piece,
        part: Part,
    },
    /// Begins a text that is not output, but a name or an expression.
    Open,
    /// Ends a text that is the inside of `${…}`.
    CloseReference,
    /// Ends a text that is the inside of `$[…]`.
    CloseExpression(u32),
    /// A substitution in an expression begins and ends here.
    HoleBegin,
    HoleEnd,
    /// Something was left out, because it nests too deeply.
    TooDeep,
}

/// Something wrong with a template, found without knowing any value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateProblem {
    /// A `${` without its `}`: everything behind it is taken for the name.
    OpenReference(String),
    /// A function whose arguments have no end.
    OpenArguments(String),
    /// A `$[` without its `]`: everything behind it is taken for the expression.
    OpenExpression(String),
    /// Substitutions nest deeper than 15 times; the inner ones are empty.
    TooDeep,
    /// The expression cannot be parsed.
    BadExpression(String),
    /// The expression can only be parsed if a value is more than one plain word.
    DoubtfulExpression(String),
    /// The expression has a `"` without another.
    OpenQuote(String),
}

impl TemplateProblem {
    /// Whether the template may still do what was meant.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        matches!(self, Self::DoubtfulExpression(_) | Self::OpenQuote(_))
    }
}

impl fmt::Display for TemplateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenReference(text) => write!(f, "`{text}` has no closing `}}`"),
            Self::OpenArguments(text) => write!(f, "the function in `${{{text}}}` has no closing `)`"),
            Self::OpenExpression(text) => write!(f, "`{text}` has no closing `]`"),
            Self::TooDeep => write!(f, "substitutions nest deeper than {MAX_DEPTH} times"),
            Self::BadExpression(text) => write!(f, "syntax error in the expression `$[{text}]`"),
            Self::DoubtfulExpression(text) => {
                write!(f, "the expression `$[{text}]` is a syntax error unless a value holds an operator")
            }
            Self::OpenQuote(text) => write!(f, "the expression `$[{text}]` has a `\"` without another"),
        }
    }
}

impl Template {
    /// What stands for a substitution in a [`skeleton`](Self::skeleton).
    pub const HOLE: char = char::REPLACEMENT_CHARACTER;

    /// Compiles a text; every text is a template, and [`problems`](Self::problems) says what is odd about it.
    #[must_use]
    pub fn compile(text: &str) -> Self {
        // Positions are kept in 32 bits; no line of a dialplan and no value comes near.
        let source = text.get(..u32::MAX as usize).unwrap_or(text);
        let mut compiler =
            Compiler { source, ops: Vec::new(), expressions: Vec::new(), problems: Vec::new() };
        compiler.text(0..source.len(), 1, None);
        let Compiler { ops, expressions, problems, .. } = compiler;
        Self {
            source: source.into(),
            ops: ops.into(),
            expressions: expressions.into(),
            problems: problems.into(),
        }
    }

    /// A template that is its text, whatever dollars are in it.
    #[must_use]
    pub fn verbatim(text: &str) -> Self {
        let ops = Box::new([Op::Literal(piece(0..text.len()))]);
        Self { source: text.into(), ops, expressions: Box::default(), problems: Box::default() }
    }

    /// The text that was compiled.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text, if there is nothing in it to substitute.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.ops.iter().all(|op| matches!(op, Op::Literal(_))).then_some(&*self.source)
    }

    /// What is odd about the text.
    #[must_use]
    pub fn problems(&self) -> &[TemplateProblem] {
        &self.problems
    }

    /// The text with one [`HOLE`](Self::HOLE) in the place of each substitution.
    #[must_use]
    pub fn skeleton(&self) -> String {
        let mut skeleton = String::with_capacity(self.source.len());
        let mut depth = 0_usize;
        for op in &self.ops {
            match op {
                Op::Open => depth += 1,
                Op::CloseReference | Op::CloseExpression(_) => depth = depth.saturating_sub(1),
                Op::Literal(_) | Op::Variable(..) | Op::Function { .. } => {}
                Op::HoleBegin | Op::HoleEnd | Op::TooDeep => continue,
            }
            match op {
                Op::Literal(literal) if depth == 0 => skeleton.push_str(self.piece(literal)),
                Op::Open => {}
                _ if depth == 0 => skeleton.push(Self::HOLE),
                _ => {}
            }
        }
        skeleton
    }

    /// The functions that the template reads by a name that is written out, with the arguments as written.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.references().filter_map(|reference| {
            let arguments = reference.arguments?;
            let is_plain = !reference.name.contains('$');
            is_plain.then_some((reference.name, arguments))
        })
    }

    /// The names of the functions that the template reads, and of those that its expressions call.
    pub fn function_names(&self) -> impl Iterator<Item = &str> {
        let called = self.expressions.iter().flat_map(Expression::functions);
        self.functions().map(|(name, _)| name).chain(called)
    }

    /// The variables that the template reads by a name that is written out.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.references()
            .filter(|reference| reference.arguments.is_none() && !reference.name.contains('$'))
            .map(|reference| reference.name)
    }

    /// The inside of every `${…}` of the source, those in others too.
    fn references(&self) -> impl Iterator<Item = Reference<'_>> {
        self.source.match_indices("${").map(|(at, _)| {
            let (inside, _, _) = enclosed(&self.source, at + 2, Bracket::REFERENCE);
            Reference::parse(self.source.get(inside).unwrap_or_default())
        })
    }

    fn piece(&self, piece: &Piece) -> &str {
        self.source.get(piece.start as usize..piece.end as usize).unwrap_or_default()
    }
}

/// The signs that open and close a substitution.
#[derive(Clone, Copy)]
struct Bracket {
    open: u8,
    close: u8,
    /// What opens the other kind, which counts as something to substitute, but not as an opening.
    other: u8,
}

impl Bracket {
    const REFERENCE: Self = Self { open: b'{', close: b'}', other: b'[' };
    const EXPRESSION: Self = Self { open: b'[', close: b']', other: b'{' };
}

/// The inside that begins at `start`, whether something in it is to be substituted, and if it was closed.
fn enclosed(text: &str, start: usize, bracket: Bracket) -> (Range<usize>, bool, bool) {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut is_nested) = (start, 1_usize, false);
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        if byte == b'$' && (next == Some(bracket.open) || next == Some(bracket.other)) {
            is_nested = true;
            depth += usize::from(next == Some(bracket.open));
            at += 1;
        } else if byte == bracket.open {
            depth += 1;
        } else if byte == bracket.close {
            depth -= 1;
            if depth == 0 {
                return (start..at, is_nested, true);
            }
        }
        at += 1;
    }
    (start..bytes.len().max(start), is_nested, false)
}

struct Compiler<'a> {
    source: &'a str,
    ops: Vec<Op>,
    expressions: Vec<Expression>,
    problems: Vec<TemplateProblem>,
}

impl Compiler<'_> {
    /// Compiles a part of the source; `sketch` receives it with a hole for each substitution.
    fn text(&mut self, range: Range<usize>, depth: u32, mut sketch: Option<&mut String>) {
        if depth > MAX_DEPTH {
            self.problems.push(TemplateProblem::TooDeep);
            self.ops.push(Op::TooDeep);
            return;
        }
        let source = self.source.as_bytes().get(..range.end).unwrap_or_default();
        let mut at = range.start;
        let mut literal = at;
        while let Some(dollar) = source.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == b'$'))
        {
            at += dollar;
            let sign = source.get(at + 1).copied();
            if !matches!(sign, Some(b'{' | b'[')) {
                at += 1;
                continue;
            }
            self.literal(literal..at, sketch.as_deref_mut());
            if let Some(sketch) = sketch.as_deref_mut() {
                sketch.push(Expression::HOLE);
                self.ops.push(Op::HoleBegin);
            }
            at = match sign {
                Some(b'{') => self.reference(at, range.end, depth),
                _ => self.expression(at, range.end, depth),
            };
            if sketch.is_some() {
                self.ops.push(Op::HoleEnd);
            }
            literal = at;
        }
        self.literal(literal..range.end, sketch);
    }

    fn literal(&mut self, range: Range<usize>, sketch: Option<&mut String>) {
        if range.is_empty() {
            return;
        }
        if let Some(sketch) = sketch {
            sketch.push_str(self.source.get(range.clone()).unwrap_or_default());
        }
        self.ops.push(Op::Literal(piece(range)));
    }

    /// The inside of a substitution whose `$` is at `at`, and where the text goes on behind it.
    fn inside(&mut self, at: usize, end: usize, bracket: Bracket) -> (Range<usize>, bool, usize) {
        let is_reference = bracket.close == b'}';
        let text = self.source.get(..end).unwrap_or_default();
        let (inside, is_nested, is_closed) = enclosed(text, at + 2, bracket);
        if !is_closed {
            let shown = text.get(at..).unwrap_or_default().to_owned();
            self.problems.push(match is_reference {
                true => TemplateProblem::OpenReference(shown),
                false => TemplateProblem::OpenExpression(shown),
            });
        }
        let after = inside.end + usize::from(is_closed);
        (inside, is_nested, after)
    }

    fn reference(&mut self, at: usize, end: usize, depth: u32) -> usize {
        let (inside, is_nested, after) = self.inside(at, end, Bracket::REFERENCE);
        let start = inside.start;
        let text = self.source.get(inside.clone()).unwrap_or_default();
        let reference = Reference::parse(text);
        if reference.arguments.is_some() && !text.contains(')') {
            self.problems.push(TemplateProblem::OpenArguments(text.to_owned()));
        }
        if is_nested {
            self.ops.push(Op::Open);
            self.text(inside, depth + 1, None);
            self.ops.push(Op::CloseReference);
            return after;
        }
        let name = piece(start..start + reference.name.len());
        self.ops.push(match reference.arguments {
            None => Op::Variable(name, reference.part),
            Some(arguments) => {
                let first = name.end as usize + 1;
                let arguments = piece(first..first + arguments.len());
                Op::Function { name, arguments, part: reference.part }
            }
        });
        after
    }

    fn expression(&mut self, at: usize, end: usize, depth: u32) -> usize {
        let (inside, is_nested, after) = self.inside(at, end, Bracket::EXPRESSION);
        let shown = self.source.get(inside.clone()).unwrap_or_default();
        let mut sketch = String::with_capacity(shown.len());
        // A control character of the text itself cannot be told from a hole.
        let has_holes = is_nested && !shown.contains(Expression::HOLE);
        self.ops.push(Op::Open);
        match is_nested {
            true => self.text(inside, depth + 1, has_holes.then_some(&mut sketch)),
            false => self.literal(inside, Some(&mut sketch)),
        }
        let (expression, outlook) = match has_holes || !is_nested {
            true => Expression::compile(&sketch, has_holes),
            false => (Expression::default(), Outlook::Doubtful),
        };
        self.ops.push(Op::CloseExpression(self.expressions.len() as u32));
        self.expressions.push(expression);
        match outlook {
            Outlook::Good => {}
            Outlook::Bad => self.problems.push(TemplateProblem::BadExpression(shown.to_owned())),
            Outlook::Doubtful => self.problems.push(TemplateProblem::DoubtfulExpression(shown.to_owned())),
        }
        if sketch.matches('"').count() % 2 == 1 {
            self.problems.push(TemplateProblem::OpenQuote(shown.to_owned()));
        }
        after
    }
}

fn piece(range: Range<usize>) -> Piece {
    range.start as u32..range.end as u32
}

#[cfg(test)]
mod tests;
