//! `manager show settings`.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::yes_no;
use crate::ami::Ami;
use crate::config::SlowClient;

pub(super) struct ShowSettings(pub(super) Arc<Ami>);

#[async_trait]
impl CliCommand for ShowSettings {
    fn syntax(&self) -> &'static str {
        "manager show settings"
    }

    fn synopsis(&self) -> &'static str {
        "Show manager global settings"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let config = self.0.config.load();
        let general = &config.general;
        let address = match general.enabled {
            true => general.address.to_string(),
            false => "Disabled".to_owned(),
        };
        let slow = match general.slow_client {
            SlowClient::Drop => "drop",
            SlowClient::Disconnect => "disconnect",
        };
        let mut text = "\nGlobal Settings:\n----------------\n".to_owned();
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "  {name:<25.25}  {value:<15}");
        };
        row("Manager (AMI):", yes_no(general.enabled));
        row("Web Manager (AMI/HTTP):", "No");
        row("TCP Bindaddress:", &address);
        let tls = general.tls.as_ref();
        row("TLS Enable:", yes_no(tls.is_some()));
        row("TLS Bindaddress:", &tls.map_or("Disabled".to_owned(), |tls| tls.address.to_string()));
        row("TLS Certfile:", &tls.map_or(String::new(), |tls| tls.files.certificate.display().to_string()));
        row("TLS Privatekey:", &tls.map_or(String::new(), |tls| tls.files.key.display().to_string()));
        row("Allow multiple login:", yes_no(general.allow_multiple_login));
        row("Display connects:", yes_no(general.display_connects));
        row("Timestamp events:", yes_no(general.timestamp_events));
        row("Channel vars:", &general.channel_variables.join(","));
        row("Disabled events:", &general.disabled_events.join(","));
        row("Debug:", yes_no(self.0.debug.load(Ordering::Relaxed)));
        row("Slow clients:", slow);
        row("Sequence events:", yes_no(general.sequence_events));
        row("Resume time (seconds):", &general.resume_time.as_secs().to_string());
        Ok(text)
    }
}
