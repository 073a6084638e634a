//! Files that lines are added to, and the patterns of their lines.

use std::path::{Path, PathBuf};

use obelus_core::cdr::Pattern;
use obelus_core::conf::{Problem, Problems};
use obelus_core::files::ConfigFolder;
use tokio::io::AsyncWriteExt;

/// Files' names and the patterns of their lines.
pub(crate) type Mappings = Vec<(String, Pattern)>;

/// Reads the section `[mappings]` of a configuration, whose options are files' names and patterns.
pub(crate) fn mappings(
    folder: &ConfigFolder,
    configuration: &str,
    compile: fn(&str) -> Result<Pattern, String>,
    problems: &mut Problems,
) -> Mappings {
    let mut mappings = Mappings::new();
    for section in folder.load_if_there(configuration, problems).concrete() {
        if &*section.name != "mappings" {
            let reason = format!("section [{}] is unknown; there is [mappings]", section.name);
            problems.push(Problem::error(section.location.clone(), reason));
            continue;
        }
        for entry in &section.entries {
            let compiled = match inside(Path::new(""), &entry.key) {
                Some(_) => compile(&entry.value),
                None => Err("a file's name has no `/` and no `.` at its beginning".to_owned()),
            };
            match compiled {
                Ok(pattern) => mappings.push((entry.key.to_string(), pattern)),
                Err(reason) => problems.push(Problem::error(entry.location.clone(), reason)),
            }
        }
    }
    mappings
}

/// Adds text to a file, which is made with its folder where it is missing.
///
/// It is opened anew each time, so that whoever rotates it need not tell us.
pub(crate) async fn append(path: &Path, text: &str) -> Result<(), String> {
    let failed = |error: &std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(|error| failed(&error))?;
    }
    let opened = tokio::fs::OpenOptions::new().create(true).append(true).open(path).await;
    let mut file = opened.map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes()).await.map_err(|error| failed(&error))?;
    file.flush().await.map_err(|error| failed(&error))
}

/// A file of this name in a folder; `None` for a name that would leave it.
pub(crate) fn inside(folder: &Path, name: &str) -> Option<PathBuf> {
    let leaves = name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']);
    (!leaves).then(|| folder.join(name))
}
