//! Configuration files on the disk.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use obelus_conf::{Document, FileError, Files, Problems};

/// Where the configuration comes from: the folder on the disk, or a test's memory.
#[derive(Clone)]
pub struct ConfigFolder {
    folder: PathBuf,
    files: Arc<dyn Files + Send + Sync>,
}

impl ConfigFolder {
    /// A folder on the disk, and whether `#exec` may run programs (`execincludes`).
    pub fn new(folder: impl Into<PathBuf>, allow_exec: bool) -> ConfigFolder {
        ConfigFolder { folder: folder.into(), files: Arc::new(Disk { allow_exec }) }
    }

    /// Other files, under their names.
    pub fn of(files: impl Files + Send + Sync + 'static) -> ConfigFolder {
        ConfigFolder { folder: PathBuf::new(), files: Arc::new(files) }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Whether there is such a file and it can be read.
    pub fn has(&self, file: &str) -> bool {
        self.files.read(&self.name(file)).is_ok()
    }

    /// Reads a file with all that it includes. Problems name files as they would be typed from here.
    pub fn load(&self, file: &str, problems: &mut Problems) -> Document {
        obelus_conf::load(self.files.as_ref(), &self.name(file), problems)
    }

    /// Reads a file that may be missing.
    pub fn load_if_there(&self, file: &str, problems: &mut Problems) -> Document {
        if self.has(file) { self.load(file, problems) } else { Document::default() }
    }

    fn name(&self, file: &str) -> String {
        self.folder.join(file).display().to_string()
    }
}

struct Disk {
    allow_exec: bool,
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, FileError> {
        let bytes = std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::NotFound,
            _ => FileError::Unreadable(error.to_string()),
        })?;
        // Names and comments of old files are often Latin-1: only those letters suffer.
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        let found = glob::glob(pattern);
        found.into_iter().flatten().filter_map(Result::ok).map(|path| path.display().to_string()).collect()
    }

    fn exec(&self, command: &str) -> Result<String, FileError> {
        if !self.allow_exec {
            return Err(FileError::ExecRefused);
        }
        let output = Command::new("/bin/sh").args(["-c", command]).output();
        let output = output.map_err(|error| FileError::ExecFailed(error.to_string()))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(FileError::ExecFailed(format!("it ended with {}", output.status))),
        }
    }
}
