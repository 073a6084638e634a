//! `core show fd`: what the program has open.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

/// Where the kernel lists them.
const LIST: &str = "/proc/self/fd";

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "core show fd"
    }

    fn synopsis(&self) -> &'static str {
        "Show open file descriptors"
    }

    fn description(&self) -> &'static str {
        "Lists the files and sockets that the program has open, as the kernel knows them, and how many it may have."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let open = open_files(Path::new(LIST))
            .map_err(|error| CliError::failed(format!("{LIST} cannot be read: {error}")))?;
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let mut text = format!("Current maxfiles: {}\n", most(&limits).unwrap_or("unknown"));
        for (number, target) in open {
            let _ = writeln!(text, "{number:>5} {}", target.display());
        }
        Ok(text)
    }
}

/// Each descriptor and what is behind it; one that closes meanwhile is left out.
fn open_files(list: &Path) -> std::io::Result<Vec<(u32, PathBuf)>> {
    let mut open = Vec::new();
    for entry in std::fs::read_dir(list)? {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let (Some(number), Ok(target)) = (number, std::fs::read_link(entry.path())) {
            open.push((number, target));
        }
    }
    open.sort();
    Ok(open)
}

/// The soft limit of the line `Max open files`.
fn most(limits: &str) -> Option<&str> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_open_is_in_the_list() {
        let path = std::env::current_exe().unwrap();
        let before = open_files(Path::new(LIST)).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let now = open_files(Path::new(LIST)).unwrap();
        assert!(
            now.iter().filter(|open| open.1 == path).count()
                > before.iter().filter(|open| open.1 == path).count()
        );
        drop(file);
    }

    #[test]
    fn the_limit_is_read_from_the_kernels_table() {
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n";
        assert_eq!(most(limits), Some("1024"));
        assert_eq!(most(""), None);
    }
}
