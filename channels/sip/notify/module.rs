//! The module `res_pjsip_notify`: pjsip_notify.conf at the start and at every reload.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};

use super::Types;
use crate::driver::Driver;

const FILE: &str = "pjsip_notify.conf";

pub(crate) struct NotifyModule {
    driver: Arc<Driver>,
    folder: ConfigFolder,
}

impl NotifyModule {
    pub(crate) fn new(driver: Arc<Driver>, folder: ConfigFolder) -> NotifyModule {
        NotifyModule { driver, folder }
    }
}

#[async_trait]
impl Module for NotifyModule {
    fn name(&self) -> &'static str {
        "res_pjsip_notify"
    }

    fn description(&self) -> &'static str {
        "CLI/AMI PJSIP NOTIFY Support"
    }

    fn files(&self) -> &'static [&'static str] {
        &[FILE]
    }

    fn check(&self, problems: &mut Problems) {
        Types::read(&self.folder.load_if_there(FILE, problems));
    }

    async fn start(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let types = Types::read(&self.folder.load_if_there(FILE, &mut problems));
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        self.driver.notices.store(Arc::new(types));
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let types = Types::read(&self.folder.load_if_there(FILE, &mut problems));
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        match problems.errors() {
            0 => {
                self.driver.notices.store(Arc::new(types));
                Ok(())
            }
            errors => Err(ModuleError::new(format!("{FILE} has {errors} errors (see the log)"))),
        }
    }
}
