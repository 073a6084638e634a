//! Lines of `cdr_custom.conf` and its like: a text with variables and functions of a record, where there is no channel.

use std::cell::RefCell;

use obelus_dialplan::{Machine, Outcome, Scope, Template};

/// What a pattern may ask.
pub trait Source {
    /// The value of `${name}`, if it is known.
    fn variable(&self, name: &str) -> Option<String>;

    /// The value of `${name(arguments)}`, if it is known.
    fn function(&self, name: &str, arguments: &str) -> Option<String>;
}

/// A compiled line.
#[derive(Debug)]
pub struct Pattern(Template);

impl Pattern {
    /// Compiles a line and tries it; the error names what a record does not have.
    pub fn compile(text: &str, sample: &dyn Source) -> Result<Pattern, String> {
        let pattern = Pattern(Template::compile(text));
        let (_, unknown) = pattern.run(sample);
        match unknown.first() {
            None => Ok(pattern),
            Some(name) => Err(format!("`{name}` is not known here")),
        }
    }

    /// The text for one record.
    pub fn fill(&self, source: &dyn Source) -> String {
        self.run(source).0
    }

    fn run(&self, source: &dyn Source) -> (String, Vec<String>) {
        let scope = Asked { source, unknown: RefCell::default() };
        let mut machine = Machine::default();
        let mut answer: Option<String> = None;
        let text = loop {
            let outcome = match answer.take() {
                None => machine.run(&self.0, &scope),
                Some(value) => machine.resume(&self.0, &scope, Some(&value)),
            };
            let (function, arguments) = match outcome {
                Ok(Outcome::Done(text)) => break text.to_owned(),
                Ok(Outcome::Call { function, arguments }) => (function.to_owned(), arguments.to_owned()),
                Err(error) => {
                    scope.unknown.borrow_mut().push(error.to_string());
                    break String::new();
                }
            };
            answer = Some(scope.call(&function, &arguments));
        };
        (text, scope.unknown.into_inner())
    }
}

/// A source that remembers what it was asked in vain.
struct Asked<'a> {
    source: &'a dyn Source,
    unknown: RefCell<Vec<String>>,
}

impl Asked<'_> {
    fn call(&self, function: &str, arguments: &str) -> String {
        if function == "CSV_QUOTE" {
            return quoted(arguments);
        }
        self.source.function(function, arguments).unwrap_or_else(|| {
            self.unknown.borrow_mut().push(format!("{function}({arguments})"));
            String::new()
        })
    }
}

impl Scope for Asked<'_> {
    fn variable(&self, name: &str, out: &mut String) -> bool {
        match self.source.variable(name) {
            Some(value) => {
                out.push_str(&value);
                true
            }
            None => {
                self.unknown.borrow_mut().push(name.to_owned());
                false
            }
        }
    }
}

/// Between double quotes, which are doubled inside.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sample;

    impl Source for Sample {
        fn variable(&self, name: &str) -> Option<String> {
            (name == "EPOCH").then(|| "1700000000".to_owned())
        }

        fn function(&self, name: &str, arguments: &str) -> Option<String> {
            (name == "CDR").then(|| format!("<{arguments}>\"x"))
        }
    }

    #[test]
    fn a_line_is_filled_and_what_is_unknown_is_named() {
        let fill = |text: &str| Pattern::compile(text, &Sample).map(|pattern| pattern.fill(&Sample));
        assert_eq!(
            fill("${CSV_QUOTE(${CDR(src)})},${EPOCH},x"),
            Ok("\"<src>\"\"x\",1700000000,x".to_owned())
        );
        assert_eq!(fill("${SHELL(ls)}"), Err("`SHELL(ls)` is not known here".to_owned()));
        assert_eq!(fill("${NOTHING}"), Err("`NOTHING` is not known here".to_owned()));
    }
}
