//! The .conf format of Asterisk: text to sections with file and line, and typed reading on top.
//!
//! [`load`] turns files into a [`Document`]; a [`Reader`] turns one [`Section`] into typed values.
//! Both collect what is wrong into [`Problems`] instead of stopping at the first mistake.

mod access;
mod allow;
mod comments;
mod document;
mod files;
mod header;
mod location;
mod number;
mod options;
mod parser;
mod problem;
mod reader;
mod suggest;
mod value;

pub use access::AccessList;
pub use allow::Allowances;
pub use document::{Document, Entry, Include, IncludeKind, Section, SourceFile};
pub use files::{FileError, Files, MemoryFiles};
pub use location::Location;
pub use number::{integer, is_false, is_true};
pub use options::{ConfiguredSection, OptionHelp, documentation_gaps};
pub use parser::load;
pub use problem::{Problem, Problems, Severity};
pub use reader::Reader;
pub use suggest::suggest;
pub use value::{HostPort, Network};
