//! `BenchError`: why something could not be measured.

use std::io;
use std::path::{Path, PathBuf};

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A program that is needed is not there.
    #[error("{program} cannot be run ({error}); {remedy}")]
    Program {
        /// Its name or path.
        program: String,
        /// What the system says.
        error: io::Error,
        /// How to get it.
        remedy: &'static str,
    },
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A socket or pipe failed.
    #[error("{what}: {error}")]
    System {
        /// What was attempted.
        what: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// The PBX did not start, or ended.
    #[error("obelus {what}; its output ends with:\n{output}")]
    Pbx {
        /// What went wrong.
        what: &'static str,
        /// The last lines that it printed.
        output: String,
    },
    /// The calls or registrations did not succeed, so that there is nothing to measure.
    #[error("{0}")]
    Nothing(String),
    /// A program printed something unexpected.
    #[error("{program} printed what cannot be understood: {text}")]
    Output {
        /// The program.
        program: &'static str,
        /// What it printed.
        text: String,
    },
}

impl BenchError {
    /// For `map_err` on a file's path.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::File { path: path.to_owned(), error }
    }

    /// For `map_err` on what was attempted.
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::System { what, error }
    }
}
