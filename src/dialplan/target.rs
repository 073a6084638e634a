//! `[[context,]extension,]priority`: where `Goto`, `Gosub` and their like go.

use std::fmt;

use crate::lookup::{Missing, Wanted};
use crate::plan::Plan;

/// A place to go to, as it is written in an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The context, if it is not that of the call.
    pub context: Option<&'a str>,
    /// The extension, if it is not that of the call.
    pub extension: Option<&'a str>,
    /// The priority in it.
    pub priority: TargetPriority<'a>,
}

/// The priority of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetPriority<'a> {
    /// A number.
    Number(u32),
    /// So many priorities from the present one: `+2`, `-1`.
    Relative(i32),
    /// A label.
    Label(&'a str),
}

/// Why a target cannot be gone to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No context of that name.
    #[error("there is no context [{0}]")]
    NoContext(String),
    /// No extension in it that matches.
    #[error("no extension of [{context}] matches `{extension}`")]
    NoExtension {
        /// The context.
        context: String,
        /// What matches none of its extensions.
        extension: String,
    },
    /// The extension lacks the priority.
    #[error("`{extension}` of [{context}] has no priority `{priority}`")]
    NoPriority {
        /// The context.
        context: String,
        /// The extension.
        extension: String,
        /// The number or label that it lacks.
        priority: String,
    },
}

impl<'a> Target<'a> {
    /// Takes the text apart; everything behind a third comma is left out, as in Asterisk.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let mut parts = text.splitn(4, ',');
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let (context, extension, priority) = match (second, third) {
            (Some(second), Some(third)) => (Some(first), Some(second), third),
            (Some(second), None) => (None, Some(first), second),
            _ => (None, None, first),
        };
        Self { context, extension, priority: TargetPriority::parse(priority) }
    }
}

impl<'a> TargetPriority<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_relative = digits.len() < text.len();
        match digits.parse::<u32>() {
            Ok(number) if !is_relative => Self::Number(number),
            Ok(number) => {
                let distance = i32::try_from(number).unwrap_or(i32::MAX);
                Self::Relative(if text.starts_with('-') { -distance } else { distance })
            }
            Err(_) => Self::Label(text),
        }
    }
}

impl fmt::Display for TargetPriority<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Relative(distance) => write!(f, "{distance:+}"),
            Self::Label(label) => f.write_str(label),
        }
    }
}

impl Plan {
    /// Whether a target exists for some caller at some time, seen from a place in the plan.
    ///
    /// # Errors
    /// [`TargetError`] says which part is missing.
    pub fn check_target(
        &self,
        target: &Target<'_>,
        context: &str,
        extension: &str,
        priority: u32,
    ) -> Result<(), TargetError> {
        let context = target.context.unwrap_or(context);
        let extension = target.extension.unwrap_or(extension);
        let wanted = match target.priority {
            TargetPriority::Number(number) => Wanted::Priority(number),
            TargetPriority::Label(label) => Wanted::Label(label),
            TargetPriority::Relative(distance) => Wanted::Priority(priority.saturating_add_signed(distance)),
        };
        let missing = match self.locate(context, extension, wanted) {
            Ok(_) => return Ok(()),
            Err(missing) => missing,
        };
        let (context, extension) = (context.to_owned(), extension.to_owned());
        Err(match missing {
            Missing::Context => TargetError::NoContext(context),
            Missing::Extension => TargetError::NoExtension { context, extension },
            Missing::Priority => {
                TargetError::NoPriority { context, extension, priority: target.priority.to_string() }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, context: Option<&str>, extension: Option<&str>, priority: TargetPriority<'_>) {
        assert_eq!(Target::parse(text), Target { context, extension, priority }, "{text}");
    }

    /// `pbx_parse_location` in `main/pbx.c`.
    #[test]
    fn targets_are_read_from_the_right() {
        check("5", None, None, TargetPriority::Number(5));
        check("again", None, None, TargetPriority::Label("again"));
        check("s,again", None, Some("s"), TargetPriority::Label("again"));
        check("main,s,1", Some("main"), Some("s"), TargetPriority::Number(1));
        check("main,s,+2", Some("main"), Some("s"), TargetPriority::Relative(2));
        check("-1", None, None, TargetPriority::Relative(-1));
        check("main,s,1,x", Some("main"), Some("s"), TargetPriority::Number(1));
        check("", None, None, TargetPriority::Label(""));
    }
}
