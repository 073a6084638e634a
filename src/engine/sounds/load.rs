//! Looks for the files of a sound, and reads one whole.

use std::fs;
use std::path::Path;

use obelus_media::file::{FileFormat, FileReader};
use obelus_media::{Codec, Scratch, Transcoder};

use super::{Found, SoundError, unreadable};
use crate::play::Sound;

/// The files that exist for a path without extension and that have a reader.
pub(super) fn variants(path: &Path) -> Vec<Found> {
    FileFormat::all().filter_map(|format| variant(path, format)).collect()
}

fn variant(path: &Path, format: FileFormat) -> Option<Found> {
    format.extensions().iter().find_map(|extension| {
        let path = with_extension(path, extension);
        let facts = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some(Found { path, format, size: facts.len(), modified: facts.modified().ok() })
    })
}

/// What else exists there, for the message.
pub(super) fn unread_variants(path: &Path) -> Vec<String> {
    let Some((folder, stem)) = path.parent().zip(path.file_name()) else { return Vec::new() };
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let same_stem = names.filter(|file| file.file_stem() == Some(stem));
    same_stem.filter_map(|file| unreadable(file.extension()?.to_str()?)).map(str::to_owned).collect()
}

/// Adds an extension; what looks like one in the name belongs to the name.
fn with_extension(path: &Path, extension: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Reads and converts a whole file.
pub(super) fn read_whole(path: &Path, format: FileFormat, codec: Codec) -> Result<Sound, SoundError> {
    let bytes = fs::read(path).map_err(|source| SoundError::Read { path: path.to_owned(), source })?;
    let mut reader = FileReader::new(format);
    let mut payload = Vec::with_capacity(bytes.len());
    let read = reader.feed(&bytes, &mut payload).and_then(|()| reader.finish());
    let layout = read.map_err(|source| SoundError::Format { path: path.to_owned(), source })?;
    let converted = convert(layout.codec, codec, payload);
    let payload = converted.map_err(|source| SoundError::Convert { path: path.to_owned(), source })?;
    Sound::new(codec, payload).ok_or_else(|| SoundError::Convert {
        path: path.to_owned(),
        source: obelus_media::NoPath::Encoder(codec),
    })
}

fn convert(from: Codec, to: Codec, payload: Vec<u8>) -> Result<Vec<u8>, obelus_media::NoPath> {
    if from == to {
        return Ok(payload);
    }
    let mut transcoder = Transcoder::new(from, to)?;
    let (mut scratch, mut converted) = (Scratch::default(), Vec::new());
    for piece in payload.chunks(960) {
        transcoder.run(piece, &mut scratch, &mut converted);
    }
    Ok(converted)
}
