//! One file of a recording.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use obelus_media::file::{FileFormat, FileWriter};
use obelus_media::{Codec, NoPath, Scratch, Transcoder};

use super::{RecordError, RecordFile, RecordOptions, Voices};

/// Bytes converted at once: 60 ms of 16-bit samples at 8 kHz.
const PIECE: usize = 960;

/// A file that is being written.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) voices: Voices,
    path: PathBuf,
    file: File,
    writer: FileWriter,
    codec: Codec,
    transcoder: Option<Transcoder>,
    scratch: Scratch,
    /// Bytes of sound that were there before.
    before: u64,
    linear: Vec<u8>,
    payload: Vec<u8>,
    bytes: Vec<u8>,
    failed: Option<String>,
}

/// Opens all files of a recording. Blocks on the disk.
pub(super) fn open_all(options: &RecordOptions) -> Result<Vec<OpenFile>, RecordError> {
    let rate = options.rate();
    options.files.iter().map(|file| OpenFile::open(file, rate)).collect()
}

impl OpenFile {
    fn open(wanted: &RecordFile, rate: u32) -> Result<Self, RecordError> {
        let codec = wanted.format.codec();
        let linear = Codec::linear(rate).ok_or(NoPath::Rate(rate, codec.sample_rate()))?;
        let bare = wanted.format == FileFormat::Samples(linear);
        if wanted.voices == Voices::Interleaved && !bare {
            return Err(RecordError::Interleaved(rate));
        }
        let transcoder = if codec == linear { None } else { Some(Transcoder::new(linear, codec)?) };
        let (file, size) =
            open(wanted).map_err(|source| RecordError::Open { path: wanted.path.clone(), source })?;
        let mut opened = Self {
            voices: wanted.voices,
            path: wanted.path.clone(),
            file,
            writer: FileWriter::resume(wanted.format, codec, size)?,
            codec,
            transcoder,
            scratch: Scratch::default(),
            before: 0,
            linear: Vec::new(),
            payload: Vec::new(),
            bytes: Vec::new(),
            failed: None,
        };
        opened.before = opened.writer.written();
        if size == 0 {
            let header = opened.writer.header();
            opened.put(&header);
        }
        Ok(opened)
    }

    /// Writes samples.
    pub(super) fn write(&mut self, samples: impl Iterator<Item = i16>) {
        self.linear.clear();
        self.linear.extend(samples.flat_map(i16::to_be_bytes));
        let payload = match &mut self.transcoder {
            None => &self.linear,
            Some(transcoder) => {
                self.payload.clear();
                for piece in self.linear.chunks(PIECE) {
                    transcoder.run(piece, &mut self.scratch, &mut self.payload);
                }
                &self.payload
            }
        };
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        self.writer.write(payload, &mut bytes);
        self.put(&bytes);
        self.bytes = bytes;
    }

    /// Takes the end of what was written back and corrects the header.
    pub(super) fn finish(&mut self, cut: Duration) {
        let cut = self.codec.bytes_in(cut).unwrap_or_default() as u64;
        let cut = self.writer.take_back(cut.min(self.writer.written() - self.before));
        if let Err(error) = self.correct(cut) {
            self.fail(&error);
        }
    }

    fn correct(&mut self, cut: u64) -> io::Result<()> {
        if cut > 0 {
            let size = self.file.stream_position()?;
            self.file.set_len(size.saturating_sub(cut))?;
        }
        for patch in self.writer.finish() {
            self.file.seek(SeekFrom::Start(patch.offset))?;
            self.file.write_all(&patch.bytes)?;
        }
        self.file.flush()
    }

    /// How much sound was written since it was opened.
    pub(super) fn duration(&self) -> Duration {
        let per_second = self.codec.bytes_in(Duration::from_secs(1)).unwrap_or(1).max(1) as u64;
        Duration::from_micros((self.writer.written() - self.before).saturating_mul(1_000_000) / per_second)
    }

    /// Why the file is not whole.
    pub(super) fn failure(&self) -> Option<String> {
        self.failed.clone()
    }

    fn put(&mut self, bytes: &[u8]) {
        // A full disk is said once.
        if self.failed.is_none()
            && let Err(error) = self.file.write_all(bytes)
        {
            self.fail(&error);
        }
    }

    fn fail(&mut self, error: &io::Error) {
        let text = format!("cannot write {}: {error}", self.path.display());
        tracing::warn!("{text}");
        self.failed = Some(text);
    }
}

/// The file, to be written at its end, and how long it is.
fn open(wanted: &RecordFile) -> io::Result<(File, u64)> {
    if let Some(folder) = wanted.path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create(true).truncate(!wanted.append).open(&wanted.path)?;
    let size = file.seek(SeekFrom::End(0))?;
    Ok((file, size))
}
