//! The language of extensions.conf: extensions, patterns, expressions and substitution.
//!
//! A [`Script`] is what the file says; it can be printed and changed. A [`Plan`] is compiled from scripts
//! and is what calls use: it finds extensions, and its arguments are [`Template`]s that a [`Machine`] runs.

mod arguments;
mod compile;
mod edit;
mod explain;
mod expression;
mod fault;
mod lookup;
mod matcher;
mod name;
mod numbering;
mod parse;
mod plan;
mod print;
mod reach;
mod regex;
mod script;
mod target;
mod template;
mod timing;
mod trie;
mod vocabulary;

pub use arguments::{Arguments, hidden_commas, split_arguments, split_arguments_at, split_raw_arguments};
pub use compile::Source;
pub use edit::EditError;
pub use explain::{Explanation, Searched, Skipped, Verdict};
pub use fault::Fault;
pub use lookup::{Lookup, Missing, Query, Wanted};
pub use plan::{
    ApplicationId, Context, EmptyLoadScope, Extension, Hint, Include, LoadScope, Plan, Position, Priority,
    Switch,
};
pub use regex::Regex;
pub use script::{ContextBlock, Exten, General, Global, Item, Script, Start, SwitchKind, Text};
pub use target::{Target, TargetError, TargetPriority};
pub use template::{Machine, Outcome, Scope, Template, TemplateError, TemplateProblem};
pub use timing::Timing;
pub use vocabulary::{Step, Vocabulary, missing};
