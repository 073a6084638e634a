//! A reader of sound files as a value: bytes in, RTP payload out.

use super::{FileError, FileFormat};
use crate::codec::Codec;
use std::time::Duration;

/// WAVE format tags (RFC 2361).
const PCM: u16 = 1;
const ALAW: u16 = 6;
const ULAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;

/// Where the sound lies in a file, known after its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// What the sound is written in.
    pub codec: Codec,
    /// Bytes of the file before the first frame.
    pub start: u64,
    /// Bytes of sound; `None` where the header does not tell the truth, and the sound lasts to the file's end.
    pub length: Option<u64>,
}

impl Layout {
    /// The byte of the file at which the sound of `position` begins, on a whole frame of the codec.
    pub fn offset_of(&self, position: Duration) -> u64 {
        let frame = self.codec.shortest_frame();
        let per_frame = self.codec.bytes_in(frame).unwrap_or(0) as u64;
        // Samples and companded bytes may be cut anywhere; frames of a compressed codec may not.
        let bytes = if self.codec.is_linear() || per_frame == 80 && self.codec.sample_rate() == 8000 {
            self.codec.bytes_in(position).unwrap_or(0) as u64 & !u64::from(self.codec.is_linear())
        } else {
            (position.as_micros() / frame.as_micros().max(1)) as u64 * per_frame
        };
        self.start + self.length.map_or(bytes, |length| bytes.min(length))
    }
}

/// What the reader expects next.
#[derive(Debug, Clone)]
enum State {
    /// A header to be gathered in `pending`.
    Header,
    /// Bytes of chunks that carry no sound.
    Skip { left: u64 },
    /// Sound; `left` bytes of it if the header said so truly.
    Sound { left: Option<u64> },
    /// Past the sound.
    Done,
}

/// Reads one sound file from pieces of any size.
#[derive(Debug, Clone)]
pub struct FileReader {
    format: FileFormat,
    state: State,
    /// Bytes of a header, or half a sample.
    pending: Vec<u8>,
    /// What a WAVE's `fmt ` chunk said.
    stated: Option<Codec>,
    layout: Option<Layout>,
    /// Bytes of the file taken so far, without `pending`.
    taken: u64,
}

impl FileReader {
    /// A reader at the first byte of a file of this format.
    pub fn new(format: FileFormat) -> Self {
        let mut reader =
            Self { format, state: State::Header, pending: Vec::new(), stated: None, layout: None, taken: 0 };
        if let FileFormat::Samples(codec) | FileFormat::Frames(codec) = format {
            reader.begin_sound(codec, None);
        }
        reader
    }

    /// A reader that goes on in the middle of a file whose header is known.
    pub fn resume(format: FileFormat, layout: Layout, offset: u64) -> Self {
        let left = layout.length.map(|length| length.saturating_sub(offset.saturating_sub(layout.start)));
        Self {
            format,
            state: State::Sound { left },
            pending: Vec::new(),
            stated: None,
            layout: Some(layout),
            taken: offset,
        }
    }

    /// Where the sound lies; `None` until the header has been read.
    pub fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// Takes the next bytes of the file and appends the sound in them, as RTP would carry it.
    pub fn feed(&mut self, mut bytes: &[u8], payload: &mut Vec<u8>) -> Result<(), FileError> {
        while !bytes.is_empty() {
            match self.state {
                State::Done => return Ok(()),
                State::Sound { left } => bytes = self.take_sound(bytes, left, payload),
                State::Skip { left } => bytes = self.skip(bytes, left),
                State::Header => bytes = self.take_header(bytes)?,
            }
        }
        Ok(())
    }

    /// Ends the file; an error if it was over before the sound began.
    pub fn finish(&self) -> Result<Layout, FileError> {
        self.layout.ok_or(FileError::Short(self.format))
    }

    fn begin_sound(&mut self, codec: Codec, length: Option<u64>) {
        self.layout = Some(Layout { codec, start: self.taken, length });
        self.state = State::Sound { left: length };
    }

    fn take_sound<'a>(&mut self, bytes: &'a [u8], left: Option<u64>, payload: &mut Vec<u8>) -> &'a [u8] {
        let most =
            left.map_or(bytes.len(), |left| usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len()));
        let (sound, rest) = bytes.split_at(most);
        self.taken += sound.len() as u64;
        if self.is_little_endian() {
            self.swap(sound, payload);
        } else {
            payload.extend_from_slice(sound);
        }
        let left = left.map(|left| left - sound.len() as u64);
        self.state = if left == Some(0) { State::Done } else { State::Sound { left } };
        rest
    }

    fn is_little_endian(&self) -> bool {
        self.format != FileFormat::Au && self.layout.is_some_and(|layout| layout.codec.is_linear())
    }

    /// Turns samples round into network order; half a sample waits for its other half.
    fn swap(&mut self, mut sound: &[u8], payload: &mut Vec<u8>) {
        if let (Some(&low), Some((&high, rest))) = (self.pending.first(), sound.split_first()) {
            payload.extend([high, low]);
            self.pending.clear();
            sound = rest;
        }
        let samples = sound.chunks_exact(2);
        self.pending.extend_from_slice(samples.remainder());
        payload.extend(samples.flat_map(|sample| [sample[1], sample[0]]));
    }

    fn skip<'a>(&mut self, bytes: &'a [u8], left: u64) -> &'a [u8] {
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        self.taken += count as u64;
        let left = left - count as u64;
        self.state = match self.layout {
            _ if left > 0 => State::Skip { left },
            Some(layout) => State::Sound { left: layout.length },
            None => State::Header,
        };
        &bytes[count..]
    }

    /// Gathers one byte string of the length that the header asks for next, and reads it.
    fn take_header<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], FileError> {
        let wanted = self.header_length();
        let count = wanted.saturating_sub(self.pending.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(count);
        self.pending.extend_from_slice(head);
        if self.pending.len() >= wanted {
            let header = std::mem::take(&mut self.pending);
            self.taken += header.len() as u64;
            if self.format == FileFormat::Au { self.read_au(&header) } else { self.read_wav(&header) }?;
        }
        Ok(rest)
    }

    fn header_length(&self) -> usize {
        match (self.format, self.taken) {
            (FileFormat::Au, _) => 24,
            (_, 0) => 12,
            // A `fmt ` chunk is read with its head, so that both lie in one piece.
            _ if self.pending.starts_with(b"fmt ") && self.pending.len() >= 8 => {
                let size = u32_le(&self.pending, 4).unwrap_or(0).min(64) as usize;
                8 + size
            }
            _ => 8,
        }
    }

    fn read_wav(&mut self, header: &[u8]) -> Result<(), FileError> {
        if header.starts_with(b"RIFF") && header.get(8..12) == Some(b"WAVE") {
            return Ok(());
        }
        if header.len() == 12 && self.taken == 12 {
            return Err(FileError::Magic(self.format));
        }
        let size = u32_le(header, 4).ok_or(FileError::Short(self.format))?;
        match header.get(..4) {
            Some(b"data") => self.read_data_chunk(size),
            Some(b"fmt ") if header.len() == 8 && size > 0 => {
                // The rest of the chunk comes with the next piece.
                self.taken -= 8;
                self.pending = header.to_vec();
                Ok(())
            }
            Some(b"fmt ") => {
                self.stated = Some(codec_of_fmt(header.get(8..).unwrap_or_default(), self.format)?);
                self.skip_rest(size, header.len() - 8);
                Ok(())
            }
            _ => {
                self.skip_rest(size, 0);
                Ok(())
            }
        }
    }

    fn skip_rest(&mut self, size: u32, read: usize) {
        // Chunks are padded to even sizes.
        let left = (u64::from(size) + u64::from(size) % 2).saturating_sub(read as u64);
        if left > 0 {
            self.state = State::Skip { left };
        }
    }

    fn read_data_chunk(&mut self, size: u32) -> Result<(), FileError> {
        let codec =
            self.stated.ok_or_else(|| FileError::Samples("no `fmt ` chunk before the samples".to_owned()))?;
        // A recorder that could not go back leaves 0 or the greatest number.
        let told = !matches!(size, 0 | 0x7fff_ffff..);
        self.begin_sound(codec, told.then_some(u64::from(size)));
        Ok(())
    }

    fn read_au(&mut self, header: &[u8]) -> Result<(), FileError> {
        let short = || FileError::Short(self.format);
        if !header.starts_with(b".snd") {
            return Err(FileError::Magic(self.format));
        }
        let number = |at| u32_be(header, at).ok_or_else(short);
        let (start, size, encoding, rate, channels) =
            (number(4)?, number(8)?, number(12)?, number(16)?, number(20)?);
        if channels != 1 {
            return Err(FileError::Channels(u16::try_from(channels).unwrap_or(u16::MAX)));
        }
        let codec = match (encoding, rate) {
            (1, 8000) => Codec::Ulaw,
            (27, 8000) => Codec::Alaw,
            (3, rate) => Codec::linear(rate).ok_or(FileError::Rate(rate))?,
            (1 | 27, rate) => return Err(FileError::Rate(rate)),
            (other, _) => {
                return Err(FileError::Samples(format!("samples of Sun encoding {other} have no reader")));
            }
        };
        let length = (!matches!(size, 0 | u32::MAX)).then_some(u64::from(size));
        let start = u64::from(start.max(24));
        self.layout = Some(Layout { codec, start, length });
        self.state = State::Skip { left: start - 24 };
        Ok(())
    }
}

fn codec_of_fmt(chunk: &[u8], format: FileFormat) -> Result<Codec, FileError> {
    let short = || FileError::Short(format);
    let mut tag = u16_le(chunk, 0).ok_or_else(short)?;
    let channels = u16_le(chunk, 2).ok_or_else(short)?;
    let rate = u32_le(chunk, 4).ok_or_else(short)?;
    let bits = u16_le(chunk, 14).ok_or_else(short)?;
    if tag == EXTENSIBLE {
        tag = u16_le(chunk, 24).ok_or_else(short)?;
    }
    if channels != 1 {
        return Err(FileError::Channels(channels));
    }
    match (tag, bits) {
        (PCM, 16) => Codec::linear(rate).ok_or(FileError::Rate(rate)),
        (ALAW, 8) if rate == 8000 => Ok(Codec::Alaw),
        (ULAW, 8) if rate == 8000 => Ok(Codec::Ulaw),
        (ALAW | ULAW, 8) => Err(FileError::Rate(rate)),
        (PCM, bits) => Err(FileError::Samples(format!("{bits}-bit samples: only 16-bit ones are played"))),
        (tag, _) => Err(FileError::Samples(format!("samples of WAVE format {tag} have no reader"))),
    }
}

fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLES: [i16; 4] = [1, -2, 300, -30000];

    fn wav(
        tag: u16,
        channels: u16,
        rate: u32,
        bits: u16,
        stated: u32,
        extra: &[u8],
        sound: &[u8],
    ) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
        file.extend_from_slice(extra);
        file.extend(b"fmt \x10\0\0\0");
        file.extend(tag.to_le_bytes());
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate * 2).to_le_bytes());
        file.extend(2u16.to_le_bytes());
        file.extend(bits.to_le_bytes());
        file.extend(b"data");
        file.extend(stated.to_le_bytes());
        file.extend_from_slice(sound);
        file
    }

    fn little() -> Vec<u8> {
        SAMPLES.iter().flat_map(|sample| sample.to_le_bytes()).collect()
    }

    fn big() -> Vec<u8> {
        SAMPLES.iter().flat_map(|sample| sample.to_be_bytes()).collect()
    }

    /// Reads a file in pieces of `step` bytes.
    fn read(format: FileFormat, file: &[u8], step: usize) -> Result<(Codec, Vec<u8>), FileError> {
        let mut reader = FileReader::new(format);
        let mut payload = Vec::new();
        for piece in file.chunks(step) {
            reader.feed(piece, &mut payload)?;
        }
        Ok((reader.finish()?.codec, payload))
    }

    fn check(format: FileFormat, file: &[u8], expected: Result<(Codec, &[u8]), &str>) {
        for step in [1, 3, 7, 1000] {
            let result = read(format, file, step).map_err(|error| error.to_string());
            let result = result.as_ref().map_err(String::as_str);
            assert_eq!(
                result.map(|(codec, sound)| (*codec, sound.as_slice())),
                expected,
                "in pieces of {step}"
            );
        }
    }

    #[test]
    fn plain_wav_files_of_both_rates() {
        check(FileFormat::Wav, &wav(1, 1, 8000, 16, 8, b"", &little()), Ok((Codec::Slin, &big())));
        check(FileFormat::Wav16, &wav(1, 1, 16000, 16, 8, b"", &little()), Ok((Codec::Slin16, &big())));
    }

    #[test]
    fn companded_wav_files() {
        check(FileFormat::Wav, &wav(7, 1, 8000, 8, 2, b"", b"ab"), Ok((Codec::Ulaw, b"ab")));
        check(FileFormat::Wav, &wav(6, 1, 8000, 8, 2, b"", b"ab"), Ok((Codec::Alaw, b"ab")));
    }

    #[test]
    fn chunks_before_and_after_the_sound_are_skipped() {
        let mut file = wav(1, 1, 8000, 16, 8, b"LIST\x03\0\0\0abc\0", &little());
        file.extend(b"LIST\x04\0\0\0abcd");
        check(FileFormat::Wav, &file, Ok((Codec::Slin, &big())));
    }

    #[test]
    fn a_streamed_wav_lasts_to_its_end() {
        for size in [0, 0x7fff_ffff, u32::MAX] {
            check(FileFormat::Wav, &wav(1, 1, 8000, 16, size, b"", &little()), Ok((Codec::Slin, &big())));
        }
        check(FileFormat::Wav, &wav(1, 1, 8000, 16, 4000, b"", &little()), Ok((Codec::Slin, &big())));
    }

    #[test]
    fn a_sample_cut_in_half_at_the_end_is_dropped() {
        check(FileFormat::Wav, &wav(1, 1, 8000, 16, 0, b"", &little()[..7]), Ok((Codec::Slin, &big()[..6])));
    }

    #[test]
    fn what_is_not_played_is_said() {
        check(FileFormat::Wav, b"ID3\x03 not a wave file", Err("not a wav file"));
        check(FileFormat::Wav, &wav(1, 2, 8000, 16, 8, b"", b""), Err("2 channels: only mono is played"));
        check(
            FileFormat::Wav,
            &wav(1, 1, 11025, 16, 8, b"", b""),
            Err("11025 Hz is none of the known sample rates"),
        );
        check(
            FileFormat::Wav,
            &wav(49, 1, 8000, 0, 8, b"", b""),
            Err("samples of WAVE format 49 have no reader"),
        );
        check(
            FileFormat::Wav,
            &wav(1, 1, 8000, 8, 8, b"", b""),
            Err("8-bit samples: only 16-bit ones are played"),
        );
        check(FileFormat::Wav, b"RIFF\0\0\0\0WAVEfmt ", Err("the wav header is cut short"));
        check(FileFormat::Wav, b"RIFF\0\0\0\0WAVEdata\0\0\0\0", Err("no `fmt ` chunk before the samples"));
    }

    #[test]
    fn files_without_a_header() {
        check(FileFormat::Samples(Codec::Slin16), &little(), Ok((Codec::Slin16, &big())));
        check(FileFormat::Frames(Codec::Ulaw), b"abc", Ok((Codec::Ulaw, b"abc")));
    }

    #[test]
    fn sun_files_with_an_annotation() {
        let mut file = b".snd\0\0\0\x1c\xff\xff\xff\xff\0\0\0\x01\0\0\x1f\x40\0\0\0\x01".to_vec();
        file.extend(b"textab");
        check(FileFormat::Au, &file, Ok((Codec::Ulaw, b"ab")));
    }

    #[test]
    fn reading_goes_on_from_a_position() {
        let file = wav(1, 1, 8000, 16, 8, b"", &little());
        let mut reader = FileReader::new(FileFormat::Wav);
        reader.feed(&file, &mut Vec::new()).unwrap();
        let layout = reader.layout().unwrap();
        assert_eq!(layout, Layout { codec: Codec::Slin, start: 44, length: Some(8) });
        let offset = layout.offset_of(Duration::from_micros(250));
        assert_eq!(offset, 48);
        let mut payload = Vec::new();
        FileReader::resume(FileFormat::Wav, layout, offset)
            .feed(&file[offset as usize..], &mut payload)
            .unwrap();
        assert_eq!(payload, big()[4..]);
        assert_eq!(layout.offset_of(Duration::from_secs(9)), 52);
    }

    #[test]
    fn compressed_frames_are_not_cut() {
        let layout = Layout { codec: Codec::Gsm, start: 0, length: None };
        assert_eq!(layout.offset_of(Duration::from_millis(59)), 66);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(mut tail in prop::collection::vec(any::<u8>(), 0..200), step in 1..40usize) {
            for head in [&b""[..], b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0", b".snd"] {
                let mut file = head.to_vec();
                file.append(&mut tail.clone());
                for format in [FileFormat::Wav, FileFormat::Au] {
                    let _ = read(format, &file, step);
                }
            }
            tail.clear();
        }
    }
}
