//! POSIX extended regular expressions for functions such as `REGEX`: whether a text matches.

use regex_automata::meta;
use regex_automata::util::syntax;

use crate::expression::posix;

/// A compiled expression, of the syntax that `:` and `=~` of `$[…]` have.
#[derive(Clone, Debug)]
pub struct Regex(meta::Regex);

impl Regex {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong with it, for the person who wrote it.
    pub fn new(pattern: &str) -> Result<Self, String> {
        Self::compile(pattern, false)
    }

    /// Compiles an expression that takes capitals and small letters for the same.
    ///
    /// # Errors
    /// What is wrong with it, for the person who wrote it.
    pub fn ignoring_case(pattern: &str) -> Result<Self, String> {
        Self::compile(pattern, true)
    }

    /// Whether it matches somewhere in a text; in a time that grows with the text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    fn compile(pattern: &str, ignores_case: bool) -> Result<Self, String> {
        let (translated, _) = posix::translate(pattern)?;
        meta::Regex::builder()
            .configure(meta::Config::new().nfa_size_limit(Some(posix::MAX_SIZE)))
            .syntax(syntax::Config::new().case_insensitive(ignores_case))
            .build(&translated)
            .map(Self)
            .map_err(|_| "it is too large".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_anywhere_unless_it_is_tied() {
        let check = |pattern, text, expected| {
            assert_eq!(Regex::new(pattern).unwrap().is_match(text), expected, "{pattern} in {text}");
        };
        check("[0-9]+", "a12", true);
        check("^[0-9]+$", "a12", false);
        check("^(sales|support)", "Sales", false);
        assert!(Regex::ignoring_case("^(sales|support)").unwrap().is_match("Sales"));
        assert_eq!(Regex::new("(").unwrap_err(), "a `(` is not closed");
    }
}
