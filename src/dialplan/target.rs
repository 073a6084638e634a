//! `[[context,]extension,]priority`: where `Goto`, `Gosub` and their like go.

use std::fmt;

use obelus_conf::suggest;

use crate::lookup::{Missing, Wanted};
use crate::plan::{Context, Extension, Plan, Priority};
use crate::template::Template;

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

/// As much of a target as can be checked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KnownPart<'a> {
    /// The context alone.
    Context(&'a str),
    /// The extension in its context, with any priority.
    Extension(Target<'a>),
    /// All of it.
    Whole(Target<'a>),
}

impl KnownPart<'_> {
    /// Whether the context is that of the call.
    pub(crate) fn is_relative_to_context(&self) -> bool {
        match self {
            Self::Context(_) => false,
            Self::Extension(target) | Self::Whole(target) => target.context.is_none(),
        }
    }
}

impl<'a> Target<'a> {
    /// The part of it before the first substitution; `None` if that begins it.
    pub(crate) fn known_part(self) -> Option<KnownPart<'a>> {
        let is_known = |text: &str| !text.contains(['$', Template::HOLE]);
        if let Some(context) = self.context
            && !is_known(context)
        {
            return None;
        }
        if let Some(extension) = self.extension
            && !is_known(extension)
        {
            return self.context.map(KnownPart::Context);
        }
        match self.priority {
            TargetPriority::Label(label) if !is_known(label) => {
                self.extension.map(|_| KnownPart::Extension(self))
            }
            _ => Some(KnownPart::Whole(self)),
        }
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

impl TargetError {
    /// The name of the plan that was probably meant.
    #[must_use]
    pub fn suggestion<'a>(&self, plan: &'a Plan) -> Option<&'a str> {
        match self {
            Self::NoContext(name) => suggest(name, plan.contexts().iter().map(Context::name)),
            Self::NoExtension { context, extension } => {
                let contexts = plan.search_order(context, None).into_iter();
                let named = contexts.flat_map(Context::extensions).filter(|known| !known.is_pattern());
                // The special ones and short numbers are all alike.
                let is_word =
                    extension.len() > 2 && !extension.starts_with(|char: char| char.is_ascii_digit());
                suggest(extension, named.map(Extension::name).filter(|_| is_word))
            }
            Self::NoPriority { context, extension, priority } => {
                let found = plan.locate(context, extension, Wanted::Priority(1)).ok()?;
                let labels = plan.extension_of(found)?.priorities().iter().filter_map(Priority::label);
                suggest(priority, labels)
            }
        }
    }
}

impl Plan {
    /// Whether there is a context of this name.
    ///
    /// # Errors
    /// [`TargetError::NoContext`].
    pub fn check_context(&self, name: &str) -> Result<(), TargetError> {
        self.context(name).map(|_| ()).ok_or_else(|| TargetError::NoContext(name.to_owned()))
    }

    pub(crate) fn check_extension(&self, target: &Target<'_>, context: &str) -> Result<(), TargetError> {
        let context = target.context.unwrap_or(context);
        let extension = target.extension.unwrap_or_default();
        match self.locate(context, extension, Wanted::Label("")) {
            Err(Missing::Context) => Err(TargetError::NoContext(context.to_owned())),
            Err(Missing::Extension) => {
                Err(TargetError::NoExtension { context: context.to_owned(), extension: extension.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// The contexts that include a context, directly or through others.
    #[must_use]
    pub fn includers(&self, context: &str) -> Vec<&Context> {
        let mut found: Vec<&Context> = self.context(context).into_iter().collect();
        let mut next = 0;
        while let Some(included) = found.get(next).map(|context| context.name()) {
            let includes =
                |context: &&Context| context.includes().iter().any(|include| include.name() == included);
            let new: Vec<&Context> = self.contexts().iter().filter(includes).collect();
            for context in new {
                if !found.iter().any(|known| known.name() == context.name()) {
                    found.push(context);
                }
            }
            next += 1;
        }
        found.split_off(found.len().min(1))
    }

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
