//! The language of extensions.conf: extensions, patterns, expressions and substitution.
//!
//! A [`Script`] is what the file says.

mod parse;
mod print;
mod script;

pub use script::{ContextBlock, Exten, General, Global, Item, Script, Start, SwitchKind, Text};
