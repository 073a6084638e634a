//! The module `res_rtp_asterisk`: rtp.conf on its own, for calls that begin from now on.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::conf::{Problems, Severity};
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, ModuleError};
use obelus_core::rtp_conf::{self, RtpConf};

use crate::driver::Driver;

/// rtp.conf as a module; with all others `res_pjsip` reads it as well, before its own file.
pub(crate) struct RtpModule {
    driver: Arc<Driver>,
    folder: ConfigFolder,
}

impl RtpModule {
    pub(crate) fn new(driver: Arc<Driver>, folder: ConfigFolder) -> RtpModule {
        RtpModule { driver, folder }
    }
}

/// Takes the rules over for the calls that begin from now on.
pub(crate) fn take_over(driver: &Driver, rtp: RtpConf) {
    if let Err(error) = driver.core.engine.set_port_range(rtp.start, rtp.end) {
        tracing::error!(%error, "the RTP ports stay as they were");
    }
    driver.rtp.store(Arc::new(rtp));
}

#[async_trait]
impl Module for RtpModule {
    fn name(&self) -> &'static str {
        "res_rtp_asterisk"
    }

    fn description(&self) -> &'static str {
        "Asterisk RTP Stack"
    }

    fn files(&self) -> &'static [&'static str] {
        &["rtp.conf"]
    }

    /// `res_pjsip` has read it, since it is of use to nobody else.
    async fn start(&self) -> Result<(), ModuleError> {
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        let mut problems = Problems::new();
        let rtp = rtp_conf::load(&self.folder, &mut problems);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(ModuleError::new("rtp.conf has errors (see the log); RTP stays as it was"));
        }
        take_over(&self.driver, rtp);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;
    use obelus_core::testing::TestPbx;

    use super::*;

    /// The ports and whether it is taken over.
    async fn check(text: &str, expected: (u16, u16), is_taken: bool) {
        let pbx = TestPbx::new(|_, _| {});
        let driver = Driver::new(pbx.core.clone(), [0; 32]);
        let folder = ConfigFolder::of(MemoryFiles::new().file("rtp.conf", text));
        let module = RtpModule::new(driver.clone(), folder);
        assert_eq!(module.reload().await.is_ok(), is_taken, "{text}");
        assert_eq!(pbx.core.engine.port_range(), expected, "{text}");
        let rtp = driver.rtp.load();
        assert_eq!(is_taken, (rtp.start, rtp.end) == expected, "{text}");
    }

    #[tokio::test]
    async fn new_ports_are_taken_and_wrong_ones_change_nothing() {
        check("[general]\nrtpstart=12000\nrtpend=13000\n", (12_000, 13_000), true).await;
        check("[general]\nrtpstart=13000\nrtpend=12000\n", (10_000, 20_000), false).await;
    }
}
