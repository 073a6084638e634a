//! Files that lines are added to.

use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt;

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
