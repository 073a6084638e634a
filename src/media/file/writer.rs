//! A writer of sound files as a value: RTP payload in, bytes out, and at the end what to correct in the header.

use super::{FileError, FileFormat};
use crate::codec::Codec;

/// Bytes of a WAVE header as we write it.
const WAV_HEADER: u32 = 44;

/// Bytes to be written over earlier ones, once the length is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Where in the file.
    pub offset: u64,
    /// What.
    pub bytes: [u8; 4],
}

/// Writes one sound file.
#[derive(Debug)]
pub struct FileWriter {
    format: FileFormat,
    written: u64,
}

impl FileWriter {
    /// A writer of `codec` in this format; an error if the format cannot hold the codec.
    pub fn new(format: FileFormat, codec: Codec) -> Result<Self, FileError> {
        if format.codec() == codec {
            Ok(Self { format, written: 0 })
        } else {
            Err(FileError::Codec { format, holds: format.codec(), given: codec })
        }
    }

    /// A writer that goes on with a file of this many bytes, which it has made before.
    pub fn resume(format: FileFormat, codec: Codec, size: u64) -> Result<Self, FileError> {
        let mut writer = Self::new(format, codec)?;
        writer.written = size.saturating_sub(writer.header().len() as u64);
        Ok(writer)
    }

    /// Takes the last bytes of sound back, at most so many and whole samples; returns how many.
    pub fn take_back(&mut self, bytes: u64) -> u64 {
        let sample = if self.format.codec().is_linear() { 2 } else { 1 };
        let bytes = bytes.min(self.written) / sample * sample;
        self.written -= bytes;
        bytes
    }

    /// The bytes before the sound; the sizes in them are those of an endless file until [`FileWriter::finish`].
    pub fn header(&self) -> Vec<u8> {
        match self.format {
            FileFormat::Wav | FileFormat::Wav16 => wav_header(self.format.codec().sample_rate()),
            FileFormat::Au => {
                [*b".snd", 24u32.to_be_bytes(), [0xff; 4], 1u32.to_be_bytes(), 8000u32.to_be_bytes()]
                    .iter()
                    .chain([&1u32.to_be_bytes()])
                    .flatten()
                    .copied()
                    .collect()
            }
            FileFormat::Samples(_) | FileFormat::Frames(_) => Vec::new(),
        }
    }

    /// Turns payload as RTP carries it into bytes of the file, appended to `out`.
    pub fn write(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        if self.format.codec().is_linear() {
            out.extend(payload.chunks_exact(2).flat_map(|sample| [sample[1], sample[0]]));
        } else {
            out.extend_from_slice(payload);
        }
        self.written += (out.len() - start) as u64;
    }

    /// Bytes of sound written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// What to correct in the header.
    pub fn finish(&self) -> Vec<Patch> {
        let size = u32::try_from(self.written).unwrap_or(u32::MAX);
        match self.format {
            FileFormat::Wav | FileFormat::Wav16 => vec![
                Patch { offset: 4, bytes: size.saturating_add(WAV_HEADER - 8).to_le_bytes() },
                Patch { offset: 40, bytes: size.to_le_bytes() },
            ],
            FileFormat::Au => vec![Patch { offset: 8, bytes: size.to_be_bytes() }],
            FileFormat::Samples(_) | FileFormat::Frames(_) => Vec::new(),
        }
    }
}

fn wav_header(rate: u32) -> Vec<u8> {
    let mut header = Vec::with_capacity(WAV_HEADER as usize);
    header.extend(b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x01\0");
    header.extend(rate.to_le_bytes());
    header.extend((rate * 2).to_le_bytes());
    header.extend(b"\x02\0\x10\0data\xff\xff\xff\xff");
    header
}

#[cfg(test)]
mod tests {
    use super::super::FileReader;
    use super::*;

    /// Writes payload and reads it back, before and after the header is corrected.
    fn check(format: FileFormat, payload: &[u8]) {
        let mut writer = FileWriter::new(format, format.codec()).unwrap();
        let mut file = writer.header();
        for piece in payload.chunks(4) {
            writer.write(piece, &mut file);
        }
        assert_eq!(read(format, &file), payload, "{format} while it grows");
        for patch in writer.finish() {
            let at = patch.offset as usize;
            file[at..at + 4].copy_from_slice(&patch.bytes);
        }
        file.extend(b"trailing");
        let expected_tail = if writer.finish().is_empty() { 8 } else { 0 };
        assert_eq!(read(format, &file).len(), payload.len() + expected_tail, "{format} when finished");
    }

    fn read(format: FileFormat, file: &[u8]) -> Vec<u8> {
        let mut payload = Vec::new();
        FileReader::new(format).feed(file, &mut payload).unwrap();
        payload
    }

    #[test]
    fn what_is_written_reads_back() {
        for format in FileFormat::all() {
            check(format, b"0123456789abcdef");
        }
    }

    #[test]
    fn another_codec_is_refused() {
        let error = FileWriter::new(FileFormat::Wav, Codec::Ulaw).unwrap_err();
        assert_eq!(error.to_string(), "a wav file holds slin, not ulaw");
    }
}
