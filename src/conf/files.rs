//! How the loader reaches files: the caller reads them, so that this crate needs no file system.

use std::collections::BTreeMap;

/// Why a file could not be read or a command not be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// No file of that name.
    #[error("there is no such file")]
    NotFound,
    /// The file is there, but cannot be read; the text says why.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// `#exec` is switched off.
    #[error("#exec is switched off; set `execincludes = yes` in [options] of asterisk.conf to allow it")]
    ExecRefused,
    /// The command failed; the text says how.
    #[error("the command failed: {0}")]
    ExecFailed(String),
}

/// The files as the loader sees them.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    /// [`FileError::NotFound`] and [`FileError::Unreadable`].
    fn read(&self, path: &str) -> Result<String, FileError>;

    /// The paths that match a shell pattern (`*`, `?`, `[…]`, `{a,b}`), in any order.
    fn glob(&self, pattern: &str) -> Vec<String>;

    /// The output of a command of `#exec`; refused unless an implementation allows it.
    ///
    /// # Errors
    /// [`FileError::ExecRefused`] and [`FileError::ExecFailed`].
    fn exec(&self, command: &str) -> Result<String, FileError> {
        let _ = command;
        Err(FileError::ExecRefused)
    }
}

/// Files held in memory, for tests and for text that comes from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, String>,
    commands: Option<BTreeMap<String, String>>,
}

impl MemoryFiles {
    /// No files at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more file.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }

    /// With `#exec` switched on and the output of one command.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>, output: impl Into<String>) -> Self {
        self.commands.get_or_insert_default().insert(command.into(), output.into());
        self
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<String, FileError> {
        self.files.get(path).cloned().ok_or(FileError::NotFound)
    }

    /// Understands `*` and `?`, neither of which matches a `/`.
    fn glob(&self, pattern: &str) -> Vec<String> {
        self.files.keys().filter(|path| wildcard(pattern.as_bytes(), path.as_bytes())).cloned().collect()
    }

    fn exec(&self, command: &str) -> Result<String, FileError> {
        let commands = self.commands.as_ref().ok_or(FileError::ExecRefused)?;
        commands.get(command).cloned().ok_or_else(|| FileError::ExecFailed("no such command".into()))
    }
}

/// Backtracks to the last `*` only, so that the time is at most pattern × text.
fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&wanted) if wanted == byte || (wanted == b'?' && byte != b'/') => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) if text.get(from) != Some(&b'/') => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                _ => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|&byte| byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_in_its_folder() {
        let files = MemoryFiles::new()
            .file("etc/pjsip.d/a.conf", "")
            .file("etc/pjsip.d/b.conf", "")
            .file("etc/pjsip.d/old/c.conf", "")
            .file("etc/pjsip.d/readme", "");
        assert_eq!(files.glob("etc/pjsip.d/*.conf"), ["etc/pjsip.d/a.conf", "etc/pjsip.d/b.conf"]);
        assert_eq!(files.glob("etc/*/?.conf"), ["etc/pjsip.d/a.conf", "etc/pjsip.d/b.conf"]);
    }
}
