//! Sound files: which format an extension means, which of several files to play, and readers and writers
//! that take a file's bytes in pieces.

mod choose;
mod format;
mod reader;
mod writer;

pub use choose::{candidates, choose};
pub use format::{FileFormat, unreadable};
pub use reader::{FileReader, Layout};
pub use writer::{FileWriter, Patch};

use crate::codec::Codec;

/// Why the bytes of a file are no sound that we play.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The first bytes are those of another kind of file.
    #[error("not a {0} file")]
    Magic(FileFormat),
    /// The file ends within its header.
    #[error("the {0} header is cut short")]
    Short(FileFormat),
    /// The samples are of a kind that has no reader.
    #[error("{0}")]
    Samples(String),
    /// More than one channel.
    #[error("{0} channels: only mono is played")]
    Channels(u16),
    /// A sample rate that is none of ours.
    #[error("{0} Hz is none of the known sample rates")]
    Rate(u32),
    /// The format is written in another codec.
    #[error("a {format} file holds {holds}, not {given}")]
    Codec {
        /// The format of the file.
        format: FileFormat,
        /// What the format carries.
        holds: Codec,
        /// What was to be written.
        given: Codec,
    },
}
