//! `cel show status`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cel::CelKind;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::registry::Registry;

use super::module::Cel;
use crate::usage::usage;

pub(super) fn register(cel: &Arc<Cel>, registry: &mut Registry) {
    registry.add_command(ShowStatus(cel.clone()));
}

struct ShowStatus(Arc<Cel>);

#[async_trait]
impl CliCommand for ShowStatus {
    fn syntax(&self) -> &'static str {
        "cel show status"
    }

    fn synopsis(&self) -> &'static str {
        "Display the CEL status"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let conf = self.0.conf();
        let mut text = format!("CEL Logging: {}\n", if conf.enabled { "Enabled" } else { "Disabled" });
        if !conf.enabled {
            return Ok(text);
        }
        for kind in CelKind::ALL.iter().filter(|kind| conf.tracked.wants(**kind)) {
            let _ = writeln!(text, "CEL Tracking Event: {}", kind.word());
        }
        for app in conf.tracked.apps() {
            let _ = writeln!(text, "CEL Tracking Application: {app}");
        }
        for backend in self.0.backends().iter().filter(|backend| backend.is_active()) {
            let _ = writeln!(text, "CEL Event Subscriber: {}", backend.name());
        }
        Ok(text)
    }
}
