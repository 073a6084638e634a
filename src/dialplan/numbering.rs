//! Which number a priority has that is written as `n`, `s`, `n+2` or a label.

use std::collections::HashMap;

use crate::script::{Exten, Start};

/// What a line of a context is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbered {
    /// A step with this number.
    Step(u32),
    /// A hint.
    Hint,
}

/// Counts through the lines of one context block.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    last: Last,
    labels: HashMap<(String, String), u32>,
}

/// What the line before was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Hint,
    Step(u32),
}

impl Numbering {
    /// The number of the next line, whose extension has this name.
    pub(crate) fn number(&mut self, name: &str, exten: &Exten) -> Result<Numbered, String> {
        let start = match &exten.priority {
            Start::Hint => {
                self.last = Last::Hint;
                return Ok(Numbered::Hint);
            }
            Start::Number(number) => *number,
            Start::Next => self.before("n")?.saturating_add(1),
            Start::Same => self.before("s")?,
            Start::Label(label) => {
                let key = (name.to_owned(), label.clone());
                let number = self.labels.get(&key).copied();
                number.ok_or_else(|| {
                    format!("`{label}` is no priority, and no label before this line of {name}")
                })?
            }
        };
        let number = i64::from(start) + i64::from(exten.plus);
        let number = u32::try_from(number).ok().filter(|number| (1..=0x7fff_ffff).contains(number));
        let number = number.ok_or_else(|| format!("{start} + {} is no priority", exten.plus))?;
        self.last = Last::Step(number);
        if let Some(label) = &exten.label {
            self.labels.entry((name.to_owned(), label.clone())).or_insert(number);
        }
        Ok(Numbered::Step(number))
    }

    fn before(&self, spelling: &str) -> Result<u32, String> {
        match self.last {
            Last::Step(number) => Ok(number),
            Last::Nothing => Err(format!("`{spelling}` cannot be the first priority of a context")),
            // Asterisk counts on from the hint, arrives at zero, and drops the line without a word.
            Last::Hint => {
                Err(format!("`{spelling}` cannot follow a hint, which has no number; write the number"))
            }
        }
    }
}
