//! The language of extensions.conf: extensions, patterns, expressions and substitution.
//!
//! A [`Script`] is what the file says.

mod parse;
mod print;
mod script;

pub use script::{ContextBlock, Exten, General, Global, Item, Script, Start, SwitchKind, Text};

mod expression;
mod fault;
pub use fault::Fault;
mod arguments;
mod template;
pub use arguments::{Arguments, split_arguments};
pub use template::{Machine, Outcome, Scope, Template, TemplateError, TemplateProblem};
