//! Dialplan functions: the trait, privileges and errors.

use async_trait::async_trait;

use crate::channel::Channel;
use crate::help::Help;

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

    /// A failure, with the reason.
    pub fn failed(reason: impl Into<String>) -> FunctionError {
        FunctionError::Failed(reason.into())
    }
}
