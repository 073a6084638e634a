//! Dialplan functions: the trait, privileges and errors.

use async_trait::async_trait;
use obelus_dialplan::split_arguments;

use crate::channel::Channel;
use crate::help::Help;
use crate::mention::Mention;

/// A dialplan function, such as `CALLERID`; one file in `funcs/` each.
///
/// A function that can only be read leaves `write` as it is, and the other way round.
#[async_trait]
pub trait DialplanFunction: Send + Sync {
    /// The name in `${NAME(…)}`; case matters, as in Asterisk.
    fn name(&self) -> &'static str;

    /// What it does and its arguments.
    fn help(&self) -> &'static Help;

    /// Expressions and their values: shown by the help, run as tests.
    ///
    /// The lines before the last are carried out first: `Set(name=value)`.
    fn examples(&self) -> &'static [(&'static str, &'static str)];

    /// Who may use it from outside the dialplan.
    fn privilege(&self) -> Privilege {
        Privilege::Anyone
    }

    /// Whether `${NAME(…)}` may be read.
    fn readable(&self) -> bool {
        true
    }

    /// Whether `Set(NAME(…)=value)` may be written.
    fn writable(&self) -> bool {
        false
    }

    /// What the arguments, and a value that is written, name, for the checks while a plan is loaded.
    fn mentions<'a>(&self, _arguments: &'a str, _value: Option<&'a str>) -> Vec<Mention<'a>> {
        Vec::new()
    }

    /// The value of `${NAME(arguments)}`.
    async fn read(&self, _channel: &mut Channel, _arguments: &str) -> Result<String, FunctionError> {
        Err(FunctionError::NotReadable)
    }

    /// `Set(NAME(arguments)=value)`.
    async fn write(
        &self,
        _channel: &mut Channel,
        _arguments: &str,
        _value: &str,
    ) -> Result<(), FunctionError> {
        Err(FunctionError::NotWritable)
    }
}

/// The arguments of a function between its commas, split as Asterisk's functions split them.
#[derive(Clone, Debug)]
pub struct FunctionArguments<'a>(obelus_dialplan::Arguments<'a>);

impl<'a> FunctionArguments<'a> {
    /// Splits into at most `most` arguments; the last one keeps its commas and quotes.
    pub fn split(text: &'a str, most: usize) -> FunctionArguments<'a> {
        FunctionArguments(split_arguments(text, most))
    }

    /// How many there are, empty ones included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The argument at `index`, `None` where it was left away or is empty.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(AsRef::as_ref).filter(|text: &&str| !text.is_empty())
    }

    /// The argument at `index`, empty where it was left away.
    pub fn text(&self, index: usize) -> &str {
        self.get(index).unwrap_or("")
    }

    /// The argument at `index`, or an error that names it.
    pub fn required(&self, index: usize, name: &str) -> Result<&str, FunctionError> {
        self.get(index).ok_or_else(|| FunctionError::missing(name))
    }

    /// All arguments from `index` on, empty ones included.
    pub fn from(&self, index: usize) -> impl Iterator<Item = &str> {
        self.0.iter().skip(index).map(AsRef::as_ref)
    }
}

/// Who may use a function from AMI, ARI or the event socket (Asterisk's `live_dangerously`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// Everybody who may read or set variables.
    Anyone,
    /// Reading or writing it reaches files, programs or other channels.
    Dangerous,
}

/// Why a function gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// There is no such function.
    #[error("there is no function `{0}`")]
    Unknown(String),
    /// It can only be written.
    #[error("it cannot be read")]
    NotReadable,
    /// It can only be read.
    #[error("it cannot be written")]
    NotWritable,
    /// The arguments are wrong.
    #[error("{0}")]
    Arguments(String),
    /// It cannot be done now.
    #[error("{0}")]
    Failed(String),
}

impl FunctionError {
    /// Wrong arguments, with the reason.
    pub fn arguments(reason: impl Into<String>) -> FunctionError {
        FunctionError::Arguments(reason.into())
    }

    /// An argument that must be there and is not.
    pub fn missing(name: &str) -> FunctionError {
        FunctionError::Arguments(format!("the argument `{name}` is missing"))
    }

    /// A failure, with the reason.
    pub fn failed(reason: impl Into<String>) -> FunctionError {
        FunctionError::Failed(reason.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_argument_keeps_its_commas() {
        let arguments = FunctionArguments::split("list,,\"a,b\",c", 3);
        assert_eq!((arguments.len(), arguments.text(0), arguments.get(1)), (3, "list", None));
        assert_eq!(arguments.text(2), "\"a,b\",c");
        assert_eq!(arguments.required(1, "delimiter"), Err(FunctionError::missing("delimiter")));
        assert!(FunctionArguments::split("", 3).is_empty());
    }
}
