//! `file convert`: a sound in another format.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::media::file::{FileFormat, FileReader, FileWriter};
use obelus_core::media::{Codec, Scratch, Transcoder};

use crate::usage::usage;

/// What is converted at once.
const FRAME: Duration = Duration::from_millis(20);

/// Bytes read at once.
const BLOCK: usize = 64 * 1024;

pub(super) struct Convert;

#[async_trait]
impl CliCommand for Convert {
    fn syntax(&self) -> &'static str {
        "file convert <file_in> <file_out>"
    }

    fn synopsis(&self) -> &'static str {
        "Convert audio file"
    }

    fn description(&self) -> &'static str {
        "Converts a sound to the format that the other name's extension says, as in `file convert en/hello-world.wav\n\
         en/hello-world.ulaw`. Names without a leading slash are below the folder `sounds`."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [from, to] = call.arguments() else { return Err(usage(self)) };
        let folder = call.core.settings.load().directories.data.join("sounds");
        let job = Job { from: named(&folder, from)?, to: named(&folder, to)? };
        let began = Instant::now();
        let done = tokio::task::spawn_blocking(move || job.run()).await;
        match done.map_err(|error| error.to_string()).and_then(|done| done) {
            Ok(()) => Ok(format!("Converted {from} to {to} in {}ms\n", began.elapsed().as_millis())),
            Err(reason) => Err(CliError::failed(format!("Failed to convert {from} to {to}! {reason}"))),
        }
    }
}

/// A file, and the format that its extension names.
struct Sound {
    path: PathBuf,
    format: FileFormat,
}

fn named(folder: &Path, name: &str) -> Result<Sound, CliError> {
    let path = folder.join(name);
    let extension = path.extension().and_then(|extension| extension.to_str());
    let invalid = || CliError::failed(format!("'{name}' is an invalid filename!"));
    let format = FileFormat::from_extension(extension.ok_or_else(invalid)?).ok_or_else(|| {
        CliError::failed(format!("'{name}': there is no such format; 'core show file formats'"))
    })?;
    Ok(Sound { path, format })
}

struct Job {
    from: Sound,
    to: Sound,
}

impl Job {
    /// Writes beside the target and moves it there, so that nobody ever hears half a file.
    fn run(&self) -> Result<(), String> {
        let source =
            File::open(&self.from.path).map_err(|error| format!("Unable to open input file: {error}"))?;
        let mut unfinished = self.to.path.clone().into_os_string();
        unfinished.push(".tmp");
        let unfinished = PathBuf::from(unfinished);
        let target =
            File::create(&unfinished).map_err(|error| format!("Unable to open output file: {error}"))?;
        let done = self
            .convert(source, target)
            .and_then(|()| std::fs::rename(&unfinished, &self.to.path).map_err(|error| error.to_string()));
        if done.is_err() {
            // The first fault is what counts; a file that stays behind harms nobody.
            let _ = std::fs::remove_file(&unfinished);
        }
        done
    }

    fn convert(&self, mut source: File, target: File) -> Result<(), String> {
        let format = self.to.format;
        let mut reader = FileReader::new(self.from.format);
        let mut out = Out::new(format, target).map_err(|error| error.to_string())?;
        let (mut block, mut payload) = (vec![0; BLOCK], Vec::new());
        let mut frames: Option<Frames> = None;
        loop {
            let length = source.read(&mut block).map_err(|error| error.to_string())?;
            if length == 0 {
                break;
            }
            reader.feed(block.get(..length).unwrap_or_default(), &mut payload).map_err(|e| e.to_string())?;
            if frames.is_none()
                && let Some(layout) = reader.layout()
            {
                frames = Some(Frames::new(layout.codec, format.codec())?);
            }
            if let Some(frames) = &mut frames {
                frames.run(&mut payload, false, &mut out).map_err(|error| error.to_string())?;
            }
        }
        reader.finish().map_err(|error| error.to_string())?;
        if let Some(frames) = &mut frames {
            frames.run(&mut payload, true, &mut out).map_err(|error| error.to_string())?;
        }
        out.finish().map_err(|error| error.to_string())
    }
}

/// Converts whole frames.
struct Frames {
    transcoder: Transcoder,
    scratch: Scratch,
    /// Bytes of a frame.
    frame: usize,
    converted: Vec<u8>,
}

impl Frames {
    fn new(from: Codec, to: Codec) -> Result<Frames, String> {
        let frame = from.bytes_in(FRAME).filter(|bytes| *bytes > 0);
        let frame = frame.ok_or_else(|| format!("{} has no frames of one length", from.name()))?;
        let transcoder = Transcoder::new(from, to).map_err(|error| error.to_string())?;
        Ok(Frames { transcoder, scratch: Scratch::default(), frame, converted: Vec::new() })
    }

    /// Takes the whole frames out of `payload`; at the end, what is left too.
    fn run(&mut self, payload: &mut Vec<u8>, is_end: bool, out: &mut Out) -> io::Result<()> {
        let whole = if is_end { payload.len() } else { payload.len() / self.frame * self.frame };
        for frame in payload.get(..whole).unwrap_or_default().chunks(self.frame) {
            self.converted.clear();
            self.transcoder.run(frame, &mut self.scratch, &mut self.converted);
            out.write(&self.converted)?;
        }
        payload.drain(..whole);
        Ok(())
    }
}

/// The file that is made.
struct Out {
    writer: FileWriter,
    file: BufWriter<File>,
    bytes: Vec<u8>,
}

impl Out {
    fn new(format: FileFormat, file: File) -> io::Result<Out> {
        let writer = FileWriter::new(format, format.codec()).map_err(io::Error::other)?;
        let mut file = BufWriter::new(file);
        file.write_all(&writer.header())?;
        Ok(Out { writer, file, bytes: Vec::new() })
    }

    fn write(&mut self, payload: &[u8]) -> io::Result<()> {
        self.bytes.clear();
        self.writer.write(payload, &mut self.bytes);
        self.file.write_all(&self.bytes)
    }

    fn finish(mut self) -> io::Result<()> {
        for patch in self.writer.finish() {
            self.file.seek(SeekFrom::Start(patch.offset))?;
            self.file.write_all(&patch.bytes)?;
        }
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_changes_its_format_and_keeps_its_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let check = |from: &str, to: &str, expected: Result<u64, &str>| {
            let named = |name: &str| named(folder.path(), name).expect("a name");
            let done = Job { from: named(from), to: named(to) }.run();
            let size = done.map(|()| std::fs::metadata(folder.path().join(to)).expect("made").len());
            assert_eq!(
                size.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|e| *e),
                "{from} {to}"
            );
        };
        std::fs::write(folder.path().join("a.ulaw"), vec![0xff; 8000]).expect("written");
        check("a.ulaw", "b.alaw", Ok(8000));
        check("a.ulaw", "c.wav", Ok(16044));
        check("c.wav", "d.ulaw", Ok(8000));
        std::fs::write(folder.path().join("short.wav"), b"RIFF").expect("written");
        assert!(named(folder.path(), "nothing").is_err());
        let short = Job {
            from: named(folder.path(), "short.wav").unwrap(),
            to: named(folder.path(), "e.ulaw").unwrap(),
        };
        assert!(short.run().is_err());
        let names: Vec<String> = std::fs::read_dir(folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with('e'))
            .collect();
        assert_eq!(names, Vec::<String>::new());
    }
}
