//! Changing a [`Script`]: what the console and the control interfaces add and remove.

use std::sync::Arc;

use obelus_conf::{Location, Problems};

use crate::name::{Name, without_blanks, without_grouping};
use crate::numbering::{Numbered, Numbering};
use crate::script::{ContextBlock, Exten, Item, Script, Start, Text};

/// Why a script was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The line cannot be read.
    #[error("{0}")]
    Line(String),
    /// The priority is there already, and was not to be replaced.
    #[error("priority {priority} of `{extension}` in [{context}] is already in use")]
    Taken {
        /// The context.
        context: String,
        /// The extension with its caller id.
        extension: String,
        /// The priority.
        priority: String,
    },
    /// The same include or pattern is there already.
    #[error("[{context}] already has `{text}`")]
    Twice {
        /// The context.
        context: String,
        /// What it has.
        text: String,
    },
}

impl Exten {
    /// Reads `100,1,Dial(PJSIP/a,30)`, the text behind `exten =>`.
    ///
    /// # Errors
    /// [`EditError::Line`] with what is wrong.
    pub fn parse(text: &str, location: &Location) -> Result<Self, EditError> {
        let mut problems = Problems::new();
        let exten = crate::parse::exten_line(text, location, &mut problems);
        let message =
            || problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ");
        exten.ok_or_else(|| EditError::Line(message()))
    }
}

impl Script {
    /// Adds a priority with a number, or a hint, to a context, which is made if it is not there.
    ///
    /// # Errors
    /// [`EditError::Taken`] unless it may `replace` what is there; [`EditError::Line`] if the priority counts
    /// on from another line, which a single line cannot.
    pub fn add_exten(&mut self, context: &str, exten: Exten, replace: bool) -> Result<(), EditError> {
        if !matches!(exten.priority, Start::Number(_) | Start::Hint) {
            return Err(EditError::Line(format!("`{}` is no number and no hint", exten.priority)));
        }
        self.number();
        let blocks = self.contexts.iter_mut().filter(|block| *block.name == *context);
        let mut items = blocks.flat_map(|block| block.items.iter_mut());
        let taken = items.find_map(|item| match item {
            Item::Exten(known) if is_same_extension(&known.name, &exten.name) => {
                (number(known) == number(&exten)).then_some(known)
            }
            _ => None,
        });
        match taken {
            Some(taken) if replace => *taken = exten,
            Some(_) => {
                let (context, priority) = (context.to_owned(), exten.priority.to_string());
                return Err(EditError::Taken { context, extension: exten.name, priority });
            }
            None => {
                let location = exten.location.clone();
                self.block(context, &location).items.push(Item::Exten(exten));
            }
        }
        Ok(())
    }

    /// Removes one priority of an extension, or all of them; says how many lines went.
    ///
    /// `name` has the caller id behind a `/`, as in the file. The other priorities keep their numbers.
    pub fn remove_exten(&mut self, context: &str, name: &str, priority: Option<&Start>) -> usize {
        self.number();
        self.remove(context, |item| match item {
            Item::Exten(exten) => {
                is_same_extension(&exten.name, name)
                    && priority.is_none_or(|priority| number(exten) == Some(priority.clone()))
            }
            _ => false,
        })
    }

    /// Adds an include, with its times if it has any.
    ///
    /// # Errors
    /// [`EditError::Twice`].
    pub fn add_include(&mut self, context: &str, text: &str, location: &Location) -> Result<(), EditError> {
        self.add_text(context, text, location, Item::Include)
    }

    /// Removes an include; false if there is none.
    pub fn remove_include(&mut self, context: &str, text: &str) -> bool {
        self.remove(context, |item| matches!(item, Item::Include(known) if known.text == text)) > 0
    }

    /// Adds a pattern of digits that leave the dial tone on.
    ///
    /// # Errors
    /// [`EditError::Twice`].
    pub fn add_ignore_pattern(
        &mut self,
        context: &str,
        text: &str,
        location: &Location,
    ) -> Result<(), EditError> {
        self.add_text(context, text, location, Item::IgnorePattern)
    }

    /// Removes such a pattern; false if there is none.
    pub fn remove_ignore_pattern(&mut self, context: &str, text: &str) -> bool {
        self.remove(context, |item| matches!(item, Item::IgnorePattern(known) if known.text == text)) > 0
    }

    /// Removes a context with everything in it; false if there is none.
    pub fn remove_context(&mut self, context: &str) -> bool {
        let before = self.contexts.len();
        self.contexts.retain(|block| *block.name != *context);
        self.contexts.len() < before
    }

    /// Writes every priority as its number, so that lines can be added and removed between them.
    ///
    /// A line whose priority cannot be known stays as it is.
    pub fn number(&mut self) {
        for block in &mut self.contexts {
            let mut numbering = Numbering::default();
            for item in &mut block.items {
                let Item::Exten(exten) = item else { continue };
                let name = exten.name.clone();
                if let Ok(Numbered::Step(number)) = numbering.number(&name, exten) {
                    exten.priority = Start::Number(number);
                    exten.plus = 0;
                }
            }
        }
    }

    fn block(&mut self, context: &str, location: &Location) -> &mut ContextBlock {
        let known = self.contexts.iter().rposition(|block| *block.name == *context);
        let index = known.unwrap_or_else(|| {
            let name = Arc::from(context);
            self.contexts.push(ContextBlock { name, items: Vec::new(), location: location.clone() });
            self.contexts.len() - 1
        });
        &mut self.contexts[index]
    }

    fn add_text(
        &mut self,
        context: &str,
        text: &str,
        location: &Location,
        item: impl Fn(Text) -> Item,
    ) -> Result<(), EditError> {
        let wanted = item(Text { text: text.to_owned(), location: location.clone() });
        let is_same = |known: &Item| match (known, &wanted) {
            (Item::Include(a), Item::Include(b)) | (Item::IgnorePattern(a), Item::IgnorePattern(b)) => {
                a.text.eq_ignore_ascii_case(&b.text)
            }
            _ => false,
        };
        let mut blocks = self.contexts.iter().filter(|block| *block.name == *context);
        if blocks.any(|block| block.items.iter().any(is_same)) {
            return Err(EditError::Twice { context: context.to_owned(), text: text.to_owned() });
        }
        self.block(context, location).items.push(wanted);
        Ok(())
    }

    fn remove(&mut self, context: &str, is_meant: impl Fn(&Item) -> bool) -> usize {
        let mut removed = 0;
        for block in self.contexts.iter_mut().filter(|block| *block.name == *context) {
            let before = block.items.len();
            block.items.retain(|item| !is_meant(item));
            removed += before - block.items.len();
        }
        removed
    }
}

/// A number, or that it is a hint; nothing for what could not be numbered.
fn number(exten: &Exten) -> Option<Start> {
    matches!(exten.priority, Start::Number(_) | Start::Hint).then(|| exten.priority.clone())
}

/// Whether two names, with their caller ids, are the same to the search.
fn is_same_extension(a: &str, b: &str) -> bool {
    let parsed = |text: &str| {
        let (name, caller) = text.split_once('/').map_or((text, None), |(name, caller)| (name, Some(caller)));
        let caller = caller.map(|caller| Name::parse(&without_blanks(&without_grouping(caller))).ok());
        Some((Name::parse(&without_blanks(name)).ok()?, caller))
    };
    a == b || (parsed(a).is_some() && parsed(a) == parsed(b))
}

#[cfg(test)]
mod tests {
    use obelus_conf::{MemoryFiles, load};

    use super::*;

    fn script(text: &str) -> Script {
        let document = load(&MemoryFiles::new().file("x", text), "x", &mut Problems::new());
        Script::parse(&document, &mut Problems::new())
    }

    fn line(text: &str) -> Exten {
        Exten::parse(text, &Location::new("console", 0)).unwrap()
    }

    fn check(script: &Script, expected: &str) {
        assert_eq!(script.to_string(), format!("[general]\n\n{expected}"));
    }

    #[test]
    fn lines_are_added_replaced_and_removed_without_renumbering() {
        let mut script = script("[a]\nexten => 1,1,A()\nsame => n,B()\nsame => n(x),C()\n");
        assert_eq!(script.remove_exten("a", "1", Some(&Start::Number(2))), 1);
        script.add_exten("a", line("1,3,D(e,f)"), true).unwrap();
        script.add_exten("b", line("_NXX/5551212,hint,PJSIP/a"), false).unwrap();
        check(
            &script,
            "[a]\nexten => 1,1,A()\nexten => 1,3,D(e,f)\n\n[b]\nexten => _NXX/5551212,hint,PJSIP/a\n",
        );
        let taken = script.add_exten("b", line("_[2-9]XX/555-1212,hint,PJSIP/b"), false);
        assert_eq!(
            taken.unwrap_err().to_string(),
            "priority hint of `_[2-9]XX/555-1212` in [b] is already in use"
        );
        assert_eq!(script.remove_exten("a", "1", None), 2);
        assert!(script.remove_context("b") && !script.remove_context("b"));
        check(&script, "[a]\n");
    }

    #[test]
    fn lines_that_cannot_be_added_say_why() {
        let mut script = script("[a]\n");
        let at = Location::new("console", 0);
        assert!(script.add_exten("a", line("1,n,A()"), false).is_err());
        assert_eq!(
            Exten::parse("1,0,A()", &at).unwrap_err().to_string(),
            "`0` is no priority; they are `n`, `s`, `hint` and numbers from 1"
        );
    }

    #[test]
    fn includes_and_patterns_come_and_go() {
        let mut script = script("[a]\n");
        let at = Location::new("console", 0);
        script.add_include("a", "b", &at).unwrap();
        assert!(script.add_include("a", "B", &at).is_err());
        script.add_ignore_pattern("a", "9", &at).unwrap();
        check(&script, "[a]\ninclude => b\nignorepat => 9\n");
        assert!(script.remove_include("a", "b") && !script.remove_include("a", "b"));
        assert!(script.remove_ignore_pattern("a", "9"));
        check(&script, "[a]\n");
    }
}
