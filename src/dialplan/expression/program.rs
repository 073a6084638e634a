//! From the words of an expression to a program for a stack: the grammar of Asterisk's `ast_expr2.y`.

use super::lexer::{Infix, Lexer, Span, Token};

/// Deeper parentheses are refused.
const MAX_DEPTH: u32 = 100;

/// One step of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// Pushes an operand.
    Operand(u32),
    /// Applies an operator to the two topmost values.
    Infix(Infix),
    /// `-` before one value.
    Negate,
    /// `!` before one value.
    Not,
    /// `a ? b :: c` with its three values.
    Choose,
    /// Calls the function that an operand names with some values.
    Call { name: u32, count: u32 },
}

/// An expression to run, with the operands in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    pub(super) operands: Vec<Operand>,
}

/// An operand of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operand {
    pub(super) span: Span,
    /// An operator that binds tighter than a sign is beside it: a sign in its value would bind otherwise.
    pub(super) is_tight: bool,
}

/// How far a text could be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// Nothing but blanks.
    Empty,
    /// All of it.
    Whole,
    /// A whole expression, and after it, at this byte, a word that does not belong there.
    ///
    /// Asterisk's parser has by then the value of the expression, and keeps it.
    Trailing(usize),
    /// Its first word cannot begin an expression; the byte is where that was noticed.
    ///
    /// Asterisk's parser has by then taken the expression for an empty one.
    Headless(usize),
    /// Not an expression; the byte is where that was noticed.
    Not(usize),
}

impl Program {
    pub(super) fn clear(&mut self) {
        self.ops.clear();
        self.operands.clear();
    }

    /// Replaces the program by that of a text.
    pub(super) fn parse(&mut self, text: &str, with_holes: bool) -> Parsed {
        self.clear();
        let mut lexer = Lexer::new(text, with_holes);
        let ahead = lexer.next_token();
        match ahead {
            None => return Parsed::Empty,
            Some(Token::Operand(_) | Token::Open | Token::Minus | Token::Not) => {}
            Some(_) => return Parsed::Headless(lexer.at()),
        }
        let mut parser = Parser { lexer, ahead, program: self, depth: 0 };
        match (parser.expression(0), parser.ahead) {
            (None, _) => Parsed::Not(parser.lexer.at()),
            (Some(_), None) => Parsed::Whole,
            (Some(_), Some(_)) => Parsed::Trailing(parser.lexer.at()),
        }
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    ahead: Option<Token>,
    program: &'a mut Program,
    depth: u32,
}

/// The operand that an expression consists of, if it is nothing more.
type Lone = Option<u32>;

/// How tightly `-` and `!` bind; only the matching operators bind tighter.
const PREFIX: u8 = 80;

/// How tightly `? ::` binds.
const COND: u8 = 20;

fn binding(infix: Infix) -> u8 {
    match infix {
        Infix::Or => 30,
        Infix::And => 40,
        Infix::Equal
        | Infix::NotEqual
        | Infix::Greater
        | Infix::Less
        | Infix::GreaterEqual
        | Infix::LessEqual => 50,
        Infix::Plus | Infix::Minus => 60,
        Infix::Times | Infix::Divide | Infix::Modulo => 70,
        Infix::Match | Infix::Search | Infix::Concatenate => 90,
    }
}

impl Parser<'_> {
    fn advance(&mut self) {
        self.ahead = self.lexer.next_token();
    }

    fn accept(&mut self, token: Token) -> Option<()> {
        (self.ahead == Some(token)).then(|| self.advance())
    }

    /// Parses as far as operators bind at least as tightly as `least`; `None` is a syntax error.
    fn expression(&mut self, least: u8) -> Option<Lone> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.prefixed()?;
        loop {
            let infix = match self.ahead {
                Some(Token::Infix(infix)) => infix,
                Some(Token::Minus) => Infix::Minus,
                Some(Token::Cond) if least <= COND => {
                    self.choice()?;
                    left = None;
                    continue;
                }
                _ => break,
            };
            let tightness = binding(infix);
            if tightness < least {
                break;
            }
            self.advance();
            let right = self.expression(tightness + 1)?;
            if tightness > PREFIX {
                self.tighten(left);
                self.tighten(right);
            }
            self.program.ops.push(Op::Infix(infix));
            left = None;
        }
        self.depth -= 1;
        Some(left)
    }

    /// The rest of `a ? b :: c`, after `a`.
    fn choice(&mut self) -> Option<()> {
        self.advance();
        self.expression(0)?;
        self.accept(Token::ColonColon)?;
        self.expression(COND + 1)?;
        self.program.ops.push(Op::Choose);
        Some(())
    }

    fn prefixed(&mut self) -> Option<Lone> {
        let op = match self.ahead {
            Some(Token::Minus) => Op::Negate,
            Some(Token::Not) => Op::Not,
            _ => return self.primary(),
        };
        self.advance();
        self.expression(PREFIX)?;
        self.program.ops.push(op);
        Some(None)
    }

    fn primary(&mut self) -> Option<Lone> {
        match self.ahead {
            Some(Token::Open) => {
                self.advance();
                self.expression(0)?;
                self.accept(Token::Close)?;
                Some(None)
            }
            Some(Token::Operand(span)) => {
                self.advance();
                let operand = u32::try_from(self.program.operands.len()).ok()?;
                self.program.operands.push(Operand { span, is_tight: false });
                if self.ahead == Some(Token::Open) {
                    self.call(operand)?;
                    return Some(None);
                }
                self.program.ops.push(Op::Operand(operand));
                Some(Some(operand))
            }
            _ => None,
        }
    }

    /// The arguments of a function, of which all but the first may be empty.
    fn call(&mut self, name: u32) -> Option<()> {
        self.advance();
        self.tighten(Some(name));
        self.expression(0)?;
        let mut count = 1;
        while self.accept(Token::Comma).is_some() {
            match self.ahead {
                Some(Token::Comma | Token::Close) => self.empty_argument()?,
                _ => {
                    self.expression(0)?;
                }
            }
            count += 1;
        }
        self.accept(Token::Close)?;
        self.program.ops.push(Op::Call { name, count });
        Some(())
    }

    fn empty_argument(&mut self) -> Option<()> {
        let operand = u32::try_from(self.program.operands.len()).ok()?;
        let span = Span { start: 0, end: 0, kind: super::lexer::Kind::Text };
        self.program.operands.push(Operand { span, is_tight: false });
        self.program.ops.push(Op::Operand(operand));
        Some(())
    }

    fn tighten(&mut self, operand: Lone) {
        let operand = operand.and_then(|index| self.program.operands.get_mut(index as usize));
        if let Some(operand) = operand {
            operand.is_tight = true;
        }
    }
}
