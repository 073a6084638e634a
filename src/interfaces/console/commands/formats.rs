//! `core show file formats`, `core show image formats`, `core show sounds` and `core show sound`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::media::file::FileFormat;

use crate::usage::usage;

pub(super) struct ShowFileFormats;

#[async_trait]
impl CliCommand for ShowFileFormats {
    fn syntax(&self) -> &'static str {
        "core show file formats"
    }

    fn synopsis(&self) -> &'static str {
        "Displays file formats"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = row("Format", "Name", "Extensions") + &row("------", "----", "----------");
        let mut count = 0;
        for format in FileFormat::all() {
            text.push_str(&row(format.codec().name(), format.name(), &format.extensions().join("|")));
            count += 1;
        }
        let _ = writeln!(text, "{count} file formats registered.");
        Ok(text)
    }
}

fn row(format: &str, name: &str, extensions: &str) -> String {
    format!("{format:<10} {name:<10} {extensions:<20}\n")
}

pub(super) struct ShowImageFormats;

#[async_trait]
impl CliCommand for ShowImageFormats {
    fn syntax(&self) -> &'static str {
        "core show image formats"
    }

    fn synopsis(&self) -> &'static str {
        "Displays image formats"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let row = |cells: [&str; 4]| {
            format!("{:>10} {:>10} {:>50} {:>10}\n", cells[0], cells[1], cells[2], cells[3])
        };
        let head = row(["Name", "Extensions", "Description", "Format"]);
        Ok(head + &row(["----", "----------", "-----------", "------"]) + "\n0 image formats registered.\n")
    }
}

/// Prompts by name, with the formats in each language.
type Prompts = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Reads the folder of a language and those in it.
fn collect(language: &str, root: &Path, folder: &Path, prompts: &mut Prompts) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(language, root, &path, prompts);
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        let Some(format) = extension.and_then(FileFormat::from_extension) else { continue };
        let Ok(name) =
            path.with_extension("").strip_prefix(root).map(|name| name.to_string_lossy().into_owned())
        else {
            continue;
        };
        prompts
            .entry(name)
            .or_default()
            .entry(language.to_owned())
            .or_default()
            .insert(format.name().to_owned());
    }
}

/// The prompts of the folder `sounds`, whose folders are languages; read on a thread that may wait.
async fn prompts(folder: PathBuf) -> Prompts {
    let read = move || {
        let mut prompts = Prompts::new();
        for entry in
            std::fs::read_dir(&folder).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir())
        {
            let language = entry.file_name().to_string_lossy().into_owned();
            collect(&language, &entry.path(), &entry.path(), &mut prompts);
        }
        prompts
    };
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

fn folder(call: &CliCall<'_>) -> PathBuf {
    call.core.settings.load().directories.data.join("sounds")
}

pub(super) struct ShowSounds;

#[async_trait]
impl CliCommand for ShowSounds {
    fn syntax(&self) -> &'static str {
        "core show sounds"
    }

    fn synopsis(&self) -> &'static str {
        "Shows available sounds"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = "Available audio files:\n".to_owned();
        for name in prompts(folder(&call)).await.keys() {
            let _ = writeln!(text, "{name}");
        }
        Ok(text)
    }
}

pub(super) struct ShowSound;

#[async_trait]
impl CliCommand for ShowSound {
    fn syntax(&self) -> &'static str {
        "core show sound <soundid>"
    }

    fn synopsis(&self) -> &'static str {
        "Shows details about a specific sound"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let prompts = prompts(folder(&call)).await;
        let missing = || CliError::failed(format!("ERROR: File {name} not found in index"));
        let languages = prompts.get(*name).ok_or_else(missing)?;
        let mut text = format!("Indexed Information for {name}:\n");
        for (language, formats) in languages {
            let _ = writeln!(text, "  Language {language}:");
            for format in formats {
                let _ = writeln!(text, "    Format: {format}");
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn prompts_are_found_by_language() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["en/hello.wav", "en/hello.ulaw", "en/digits/1.wav", "de/hello.wav", "de/notes.txt"] {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let prompts = prompts(folder.path().to_owned()).await;
        assert_eq!(prompts.keys().collect::<Vec<_>>(), ["digits/1", "hello"]);
        let english: Vec<&String> = prompts["hello"]["en"].iter().collect();
        assert_eq!((english.len(), prompts["hello"].len()), (2, 2));
    }
}
