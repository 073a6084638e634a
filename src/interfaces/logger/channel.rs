//! A log channel as commands see it, and the file or socket behind it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::LoggerSettings;
use super::config::{ChannelConfig, ChannelKind};
use super::journal::Journal;
use super::line::Line;
use super::look::Look;
use super::rotate::{Period, Rotation};
use super::syslog::Syslog;

/// A file larger than this is rotated by a mere reload, as in Asterisk.
const HUGE: u64 = 1 << 30;

/// One log channel: what was configured and how it does.
#[derive(Debug)]
pub struct LogChannel {
    /// What it takes and where it goes.
    pub config: ChannelConfig,
    /// The file's whole path, or the channel's name; empty for the consoles.
    pub shown: String,
    /// Made by `logger add channel`.
    pub dynamic: bool,
    disabled: AtomicBool,
}

impl LogChannel {
    /// A channel; its files lie in `directory` unless their names are absolute.
    pub fn new(config: ChannelConfig, directory: &Path, suffix: Option<&str>, dynamic: bool) -> LogChannel {
        let shown = match config.kind {
            ChannelKind::Console => String::new(),
            ChannelKind::Syslog(_) | ChannelKind::Journal => config.name.clone(),
            ChannelKind::File => {
                let name = match suffix {
                    Some(host) => format!("{}.{host}", config.name),
                    None => config.name.clone(),
                };
                directory.join(name).to_string_lossy().into_owned()
            }
        };
        LogChannel { config, shown, dynamic, disabled: AtomicBool::new(false) }
    }

    /// Whether writing has failed; a reload tries again.
    pub fn is_disabled(&self) -> bool {
        self.disabled.load(Ordering::Relaxed)
    }

    fn disable(&self) {
        self.disabled.store(true, Ordering::Relaxed);
    }
}

/// A channel with its open file or socket, owned by the writer.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) channel: Arc<LogChannel>,
    target: Target,
}

#[derive(Debug)]
enum Target {
    File {
        path: PathBuf,
        file: BufWriter<File>,
        size: u64,
        /// When the last line in it was written, if it has one.
        last: Option<Timestamp>,
    },
    Syslog(Syslog),
    Journal(Journal),
}

/// Where the system's logs listen.
pub(super) struct Sockets<'a> {
    syslog: &'a Path,
    journal: &'a Path,
}

impl Sockets<'_> {
    /// As the settings say.
    pub(super) fn of(settings: &LoggerSettings) -> Sockets<'_> {
        Sockets { syslog: &settings.syslog, journal: &settings.journal }
    }
}

impl Output {
    /// Opens the channel's file; `None` for consoles, which are written to by others.
    pub(super) fn open(channel: &Arc<LogChannel>, sockets: &Sockets<'_>) -> io::Result<Option<Output>> {
        let target = match channel.config.kind {
            ChannelKind::Console => return Ok(None),
            ChannelKind::Syslog(facility) => {
                Target::Syslog(Syslog::new(sockets.syslog, facility, std::process::id()))
            }
            ChannelKind::Journal => Target::Journal(Journal::new(sockets.journal)),
            ChannelKind::File => open_file(PathBuf::from(&channel.shown))?,
        };
        Ok(Some(Output { channel: channel.clone(), target }))
    }

    /// Writes a line if the channel takes it; a channel that fails is switched off, and the reason returned.
    pub(super) fn write(&mut self, line: &Line, look: &Look, root_verbose: u8) -> io::Result<()> {
        let ChannelConfig { filter, format, .. } = &self.channel.config;
        if self.channel.is_disabled() || !filter.passes(line.level, line.verbose, root_verbose) {
            return Ok(());
        }
        let written = match &mut self.target {
            Target::File { file, size, last, .. } => {
                let mut text = look.in_file(line, *format);
                text.push('\n');
                *size += text.len() as u64;
                *last = Some(line.time);
                file.write_all(text.as_bytes())
            }
            Target::Syslog(syslog) => {
                // A missing daemon is no reason to give the channel up: it is there again after its restart.
                let _ = syslog.send(line.level, &look.in_syslog(line));
                Ok(())
            }
            Target::Journal(journal) => {
                // Likewise.
                let _ = journal.send(line, &look.in_journal(line));
                Ok(())
            }
        };
        self.check(written)
    }

    /// Brings what was written to the file.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let flushed = match &mut self.target {
            Target::File { file, .. } => file.flush(),
            Target::Syslog(_) | Target::Journal(_) => Ok(()),
        };
        self.check(flushed)
    }

    fn check(&self, result: io::Result<()>) -> io::Result<()> {
        if result.is_err() {
            self.channel.disable();
        }
        result
    }

    /// Whether the file has outgrown `limit` bytes.
    pub(super) fn is_larger_than(&self, limit: u64) -> bool {
        matches!(&self.target, Target::File { size, .. } if *size > limit)
    }

    /// Whether its last line belongs to an earlier hour, day or week than `now`.
    pub(super) fn is_of_the_past(&self, period: Period, look: &Look, now: Timestamp) -> bool {
        match &self.target {
            Target::File { last: Some(last), .. } => !period.is_same(*last, now, &look.zone),
            _ => false,
        }
    }

    /// Whether a reload should rotate it.
    pub(super) fn is_huge(&self) -> bool {
        self.is_larger_than(HUGE)
    }

    /// Renames the file and begins it anew; returns the name for `exec_after_rotate`.
    pub(super) fn rotate(&mut self, rotation: Rotation, now: Timestamp) -> io::Result<Option<PathBuf>> {
        let Target::File { path, file, .. } = &mut self.target else { return Ok(None) };
        if rotation == Rotation::None {
            return Ok(None);
        }
        file.flush()?;
        let name = rotation.rotate(path, now)?;
        self.target = open_file(path.clone())?;
        self.channel.disabled.store(false, Ordering::Relaxed);
        Ok(Some(name))
    }
}

fn open_file(path: PathBuf) -> io::Result<Target> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().create(true).append(true).open(&path)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    let last = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    Ok(Target::File { path, file: BufWriter::new(file), size, last: last.filter(|_| size > 0) })
}
