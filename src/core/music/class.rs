//! A class of music: files of a folder, or a list of files.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use obelus_conf::{Entry, Reader};

/// A class of musiconhold.conf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: Arc<str>,
    /// Where its files come from.
    pub mode: Mode,
    /// `sort`: which file comes next.
    pub order: Order,
    /// `loop_last`: the last file is played for ever.
    pub loops_last: bool,
    /// `announcement`: a prompt at the start and between two files.
    pub announcement: Option<String>,
    /// `digit`: listeners to any class come to this one by it.
    pub digit: Option<char>,
    /// `answeredonly`: only for channels that are answered.
    pub answered_only: bool,
    /// The files, without the endings of their names.
    pub files: Vec<String>,
}

/// Where the files of a class come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `mode=files`: all of a folder.
    Files(PathBuf),
    /// `mode=playlist`: those that are listed.
    Playlist,
}

/// Which file of a class comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By their names, or as they are listed.
    #[default]
    Given,
    /// Likewise, from any of them on.
    RandomStart,
    /// By chance.
    Random,
}

const DIGITS: &str = "0123456789*#";

impl Class {
    /// Reads a class; relative folders are below `data`. `None` after an error, which is reported.
    pub(super) fn read(mut reader: Reader<'_>, data: &Path) -> Option<Class> {
        let mode = mode(&mut reader, data);
        let order = [("alpha", Order::Given), ("random", Order::Random), ("randstart", Order::RandomStart)];
        let digit =
            |text: &str| text.chars().next().filter(|digit| text.len() == 1 && DIGITS.contains(*digit));
        let announcement = reader.text("announcement").filter(|prompt| !prompt.is_empty());
        let mut class = Class {
            name: reader.section().name.as_ref().into(),
            mode: mode.clone().unwrap_or(Mode::Playlist),
            order: reader.choice("sort", &order).unwrap_or_default(),
            loops_last: reader.boolean("loop_last").unwrap_or_default(),
            announcement: announcement.map(str::to_owned),
            digit: reader.parsed("digit", "a digit, `*` or `#`", digit),
            answered_only: reader.boolean("answeredonly").unwrap_or_default(),
            files: entries(&mut reader),
        };
        match mode.as_ref()? {
            Mode::Files(_) if !class.files.is_empty() => {
                let entry = reader.section().entry("entry")?;
                reader.reject(entry, "only mode=playlist has entries");
            }
            Mode::Files(folder) => class.files = files_in(folder).unwrap_or_default(),
            Mode::Playlist if class.files.is_empty() => reader.missing("entry"),
            Mode::Playlist => {}
        }
        reader.finish().then_some(class)
    }

    /// The word for how it is played, as in the file.
    pub fn mode_word(&self) -> &'static str {
        match self.mode {
            Mode::Files(_) => "files",
            Mode::Playlist => "playlist",
        }
    }
}

fn mode(reader: &mut Reader<'_>, data: &Path) -> Option<Mode> {
    let folder = reader.text("directory").filter(|folder| !folder.is_empty());
    let Some(entry) = reader.entry("mode") else {
        reader.missing("mode");
        return None;
    };
    match (entry.value.to_ascii_lowercase().as_str(), folder) {
        ("files", Some(folder)) => Some(Mode::Files(data.join(folder))),
        ("files", None) => {
            reader.missing("directory");
            None
        }
        ("playlist", _) => Some(Mode::Playlist),
        ("custom" | "mp3" | "mp3nb" | "quietmp3" | "quietmp3nb" | "httpmp3" | "rawmp3", _) => {
            unserved_mode(reader, entry);
            None
        }
        _ => {
            reader
                .reject(entry, &format!("there is no mode `{}`; there are files and playlist", entry.value));
            None
        }
    }
}

/// Modes that run a program to make the music; their own options need no complaint of their own.
fn unserved_mode(reader: &mut Reader<'_>, entry: &Entry) {
    let reason = format!(
        "mode `{}` runs a program, which is not served yet; there are files and playlist",
        entry.value
    );
    reader.reject(entry, &reason);
    for option in ["application", "format", "kill_escalation_delay", "kill_method"] {
        let _ = reader.entry(option);
    }
}

fn entries(reader: &mut Reader<'_>) -> Vec<String> {
    let mut files = Vec::new();
    for entry in reader.all("entry") {
        if entry.value.contains("://") {
            reader.reject(entry, "music from the network is not served yet; write the path of a file");
        } else if entry.value.starts_with('/') {
            files.push(entry.value.to_string());
        } else {
            reader.reject(entry, "the path of a file begins with `/`");
        }
    }
    files
}

/// The files of a folder by their names, each once, whatever endings it has. Blocks on the disk.
fn files_in(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        // An ending of one letter belongs to no format.
        let ending = path.extension().is_some_and(|ending| ending.len() > 1);
        if !hidden && ending && path.is_file() {
            let name = path.with_extension("").display().to_string();
            names.insert((name.to_lowercase(), name));
        }
    }
    Ok(names.into_iter().map(|(_, name)| name).collect())
}
