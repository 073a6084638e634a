//! The log as a module, so that `core reload` and `module reload logger` read `logger.conf` again.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::conf::{Document, Problems};
use obelus_core::module::{Module, ModuleError};

use super::{Logger, LoggerConfig};

/// Reads a configuration file by its name in the configuration directory.
pub type ReadConfiguration = Arc<dyn Fn(&str) -> (Document, Problems) + Send + Sync>;

/// The file of the log.
pub(super) const FILE: &str = "logger.conf";

/// The module `logger`.
pub struct LoggerModule {
    logger: Arc<Logger>,
    read: ReadConfiguration,
}

impl LoggerModule {
    /// The module of a logger that is installed already.
    pub fn new(logger: Arc<Logger>, read: ReadConfiguration) -> LoggerModule {
        LoggerModule { logger, read }
    }
}

/// Reads a file and reloads the log with it; the text names everything that is wrong.
pub(super) fn reload_from(logger: &Logger, read: &ReadConfiguration, file: &str) -> Result<(), String> {
    let (document, mut problems) = read(file);
    if document.files.is_empty() && problems.errors() > 0 {
        return Err(problems.to_string());
    }
    let config = LoggerConfig::load(&document, &mut problems);
    problems.sort();
    let failures = logger.reload(&config);
    let told: Vec<String> = problems.iter().map(ToString::to_string).chain(failures).collect();
    if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
}

#[async_trait]
impl Module for LoggerModule {
    fn name(&self) -> &'static str {
        "logger"
    }

    fn description(&self) -> &'static str {
        "Logger"
    }

    async fn start(&self) -> Result<(), ModuleError> {
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        reload_from(&self.logger, &self.read, FILE).map_err(ModuleError::new)
    }

    async fn stop(&self) {
        self.logger.flush().await;
    }
}
