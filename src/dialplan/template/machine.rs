//! Runs templates, and waits where a function of the dialplan is to be read.

use super::reference::{Part, Reference};
use super::{Op, Template};
use crate::expression::{Runner, Step};
use crate::fault::Fault;

/// How long the text of one template may become, in bytes, unless the machine was told otherwise.
const MAX_LENGTH: usize = 64 * 1024;

/// Where the values of variables come from.
pub trait Scope {
    /// Appends the value of a variable to `out`, and says whether there is such a variable.
    ///
    /// Asterisk treats a variable that does not exist as an empty one.
    fn variable(&self, name: &str, out: &mut String) -> bool;
}

/// What running a template led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The text with everything substituted.
    Done(&'a str),
    /// The value of a function is needed; [`Machine::resume`] takes it.
    Call {
        /// The name of the function.
        function: &'a str,
        /// The text in its parentheses.
        arguments: &'a str,
    },
}

/// Why a template could not be run to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The text became too long.
    #[error("the substituted text is longer than {0} bytes")]
    TooLong(usize),
}

/// Runs templates one after the other in buffers that it keeps.
///
/// In the steady state a template of texts, variables and expressions runs without allocating.
#[derive(Debug)]
pub struct Machine {
    /// The output, and behind it the texts of open names and expressions.
    out: String,
    frames: Vec<Frame>,
    /// Where the substitutions of open expressions are, from the beginning of their frames.
    holes: Vec<(u32, u32)>,
    /// The next step of the template.
    next: usize,
    waiting: Waiting,
    /// The name of a variable, or of a function with its arguments behind it.
    name: String,
    /// The value of an expression.
    value: String,
    runner: Runner,
    faults: Vec<Fault>,
    max_length: usize,
}

/// A text that is not output yet.
#[derive(Clone, Copy, Debug)]
struct Frame {
    start: usize,
    /// How many holes were there when it began.
    holes: usize,
}

/// What a function's value is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    Nothing,
    Reference(Part),
    Expression(u32),
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// A machine whose texts may become 64 KiB long.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_length(MAX_LENGTH)
    }

    /// A machine whose texts may become some bytes long.
    #[must_use]
    pub fn with_max_length(max_length: usize) -> Self {
        Self {
            out: String::new(),
            frames: Vec::new(),
            holes: Vec::new(),
            next: 0,
            waiting: Waiting::Nothing,
            name: String::new(),
            value: String::new(),
            runner: Runner::default(),
            faults: Vec::new(),
            max_length,
        }
    }

    /// Starts a template from its beginning; whatever ran before is forgotten.
    ///
    /// # Errors
    /// [`TemplateError::TooLong`].
    pub fn run<'a>(
        &'a mut self,
        template: &'a Template,
        scope: &dyn Scope,
    ) -> Result<Outcome<'a>, TemplateError> {
        self.out.clear();
        self.frames.clear();
        self.holes.clear();
        self.faults.clear();
        self.next = 0;
        self.waiting = Waiting::Nothing;
        match template.literal() {
            Some(text) => Ok(Outcome::Done(text)),
            None => self.go_on(template, scope),
        }
    }

    /// Goes on after [`Outcome::Call`] with the same template; `None` if the function failed or is unknown.
    ///
    /// # Errors
    /// [`TemplateError::TooLong`].
    pub fn resume<'a>(
        &'a mut self,
        template: &'a Template,
        scope: &dyn Scope,
        result: Option<&str>,
    ) -> Result<Outcome<'a>, TemplateError> {
        match std::mem::replace(&mut self.waiting, Waiting::Nothing) {
            Waiting::Nothing => {}
            Waiting::Reference(part) => {
                let value = result.unwrap_or_default();
                self.out.push_str(value.get(part.of(value)).unwrap_or_default());
            }
            Waiting::Expression(index) => {
                let expression = template.expressions.get(index as usize);
                let start = self.frames.last().map_or(self.out.len(), |frame| frame.start);
                let text = self.out.get(start..).unwrap_or_default();
                let step = expression.map_or(Step::Done, |expression| {
                    self.runner.resume(expression, text, result, &mut self.value)
                });
                if step == Step::Call {
                    self.waiting = Waiting::Expression(index);
                    return Ok(self.expression_call());
                }
                self.close_expression();
            }
        }
        self.go_on(template, scope)
    }

    /// Runs a template to its end with functions that answer at once.
    ///
    /// # Errors
    /// [`TemplateError::TooLong`].
    pub fn expand<'a>(
        &'a mut self,
        template: &'a Template,
        scope: &dyn Scope,
        function: &mut dyn FnMut(&str, &str) -> Option<String>,
    ) -> Result<&'a str, TemplateError> {
        let mut answer = match self.run(template, scope)? {
            Outcome::Done(_) => return Ok(self.done(template)),
            Outcome::Call { function: name, arguments } => function(name, arguments),
        };
        loop {
            answer = match self.resume(template, scope, answer.as_deref())? {
                Outcome::Done(_) => return Ok(self.done(template)),
                Outcome::Call { function: name, arguments } => function(name, arguments),
            };
        }
    }

    /// What went wrong, without stopping it, in the template that ran last.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    fn done<'a>(&'a self, template: &'a Template) -> &'a str {
        template.literal().unwrap_or(&self.out)
    }

    fn go_on<'a>(
        &'a mut self,
        template: &'a Template,
        scope: &dyn Scope,
    ) -> Result<Outcome<'a>, TemplateError> {
        loop {
            if self.out.len() > self.max_length {
                return Err(TemplateError::TooLong(self.max_length));
            }
            let Some(op) = template.ops.get(self.next) else { return Ok(Outcome::Done(&self.out)) };
            self.next += 1;
            if self.step(op, template, scope) {
                return Ok(self.call(op, template));
            }
        }
    }

    /// Executes one step; true if a function is to be called.
    fn step(&mut self, op: &Op, template: &Template, scope: &dyn Scope) -> bool {
        match op {
            Op::Literal(piece) => self.out.push_str(template.piece(piece)),
            Op::Variable(name, part) => self.variable(template.piece(name), *part, scope),
            Op::Function { part, .. } => {
                self.waiting = Waiting::Reference(*part);
                return true;
            }
            Op::Open => self.frames.push(Frame { start: self.out.len(), holes: self.holes.len() }),
            Op::CloseReference => return self.close_reference(scope),
            Op::CloseExpression(index) => return self.start_expression(*index, template),
            Op::HoleBegin => {
                let at = self.in_frame();
                self.holes.push((at, at));
            }
            Op::HoleEnd => {
                let at = self.in_frame();
                if let Some(hole) = self.holes.last_mut() {
                    hole.1 = at;
                }
            }
            Op::TooDeep => self.faults.push(Fault::TooDeep),
        }
        false
    }

    /// How far the innermost open text has come.
    fn in_frame(&self) -> u32 {
        let start = self.frames.last().map_or(0, |frame| frame.start);
        u32::try_from(self.out.len().saturating_sub(start)).unwrap_or(u32::MAX)
    }

    fn variable(&mut self, name: &str, part: Part, scope: &dyn Scope) {
        let start = self.out.len();
        scope.variable(name, &mut self.out);
        if part != Part::WHOLE {
            keep(&mut self.out, start, part);
        }
    }

    /// The text of the innermost frame becomes the name of a variable or function.
    fn close_reference(&mut self, scope: &dyn Scope) -> bool {
        let Some(frame) = self.frames.pop() else { return false };
        let text = self.out.get(frame.start..).unwrap_or_default();
        let reference = Reference::parse(text);
        let part = reference.part;
        self.name.clear();
        self.name.push_str(reference.name);
        let is_function = reference.arguments.is_some();
        if let Some(arguments) = reference.arguments {
            // The parenthesis parts name and arguments.
            self.name.push('(');
            self.name.push_str(arguments);
        }
        self.out.truncate(frame.start);
        if is_function {
            self.waiting = Waiting::Reference(part);
            return true;
        }
        let name = std::mem::take(&mut self.name);
        self.variable(&name, part, scope);
        self.name = name;
        false
    }

    /// The text of the innermost frame is an expression; the frame stays until it has its value.
    fn start_expression(&mut self, index: u32, template: &Template) -> bool {
        let (Some(frame), Some(expression)) =
            (self.frames.last().copied(), template.expressions.get(index as usize))
        else {
            return false;
        };
        let text = self.out.get(frame.start..).unwrap_or_default();
        let holes = self.holes.get(frame.holes..).unwrap_or_default();
        self.value.clear();
        if self.runner.start(expression, text, holes, &mut self.value) == Step::Call {
            self.waiting = Waiting::Expression(index);
            return true;
        }
        self.close_expression();
        false
    }

    fn close_expression(&mut self) {
        self.runner.take_faults(&mut self.faults);
        if let Some(frame) = self.frames.pop() {
            self.holes.truncate(frame.holes);
            self.out.truncate(frame.start);
            self.out.push_str(&self.value);
        }
    }

    fn call<'a>(&'a self, op: &Op, template: &'a Template) -> Outcome<'a> {
        match op {
            Op::Function { name, arguments, .. } => {
                Outcome::Call { function: template.piece(name), arguments: template.piece(arguments) }
            }
            Op::CloseExpression(_) => self.expression_call(),
            _ => {
                let (function, arguments) = self.name.split_once('(').unwrap_or((&self.name, ""));
                Outcome::Call { function, arguments }
            }
        }
    }

    fn expression_call(&self) -> Outcome<'_> {
        let (function, arguments) = self.runner.called();
        Outcome::Call { function, arguments }
    }
}

/// Keeps only a part of what stands behind `start`.
fn keep(out: &mut String, start: usize, part: Part) {
    let wanted = part.of(out.get(start..).unwrap_or_default());
    out.truncate(start + wanted.end);
    out.drain(start..start + wanted.start);
}

/// For closures in tests and for scopes of one map.
impl<F: Fn(&str, &mut String) -> bool> Scope for F {
    fn variable(&self, name: &str, out: &mut String) -> bool {
        self(name, out)
    }
}
