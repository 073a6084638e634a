//! The log as a module, so that `core reload` and `module reload logger` read `logger.conf` again.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};

use super::{Logger, LoggerConfig};

/// The file of the log.
pub(super) const FILE: &str = "logger.conf";

/// The module `logger`.
pub struct LoggerModule {
    logger: Arc<Logger>,
    folder: ConfigFolder,
}

impl LoggerModule {
    /// The module of a logger that is installed already.
    pub fn new(logger: Arc<Logger>, folder: ConfigFolder) -> LoggerModule {
        LoggerModule { logger, folder }
    }
}

/// Reads a file and reloads the log with it; with a mistake in it the log stays as it was, and the text names them all.
pub(super) fn reload_from(logger: &Logger, folder: &ConfigFolder, file: &str) -> Result<(), String> {
    let mut problems = Problems::new();
    let document = match file == FILE {
        true => folder.load_if_there(file, &mut problems),
        false => folder.load(file, &mut problems),
    };
    let config = LoggerConfig::load(&document, &mut problems);
    problems.sort();
    if problems.errors() > 0 {
        return Err(problems.to_string());
    }
    for problem in &problems {
        tracing::warn!("{problem}");
    }
    let failures = logger.reload(&config);
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

#[async_trait]
impl Module for LoggerModule {
    fn name(&self) -> &'static str {
        "logger"
    }

    fn description(&self) -> &'static str {
        "Logger"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    async fn start(&self) -> Result<(), ModuleError> {
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        reload_from(&self.logger, &self.folder, FILE).map_err(ModuleError::new)
    }

    async fn stop(&self) {
        self.logger.flush().await;
    }
}
