//! `cdr show status`, `cdr show active` and `cdr submit`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::registry::Registry;

use super::module::Cdr;
use crate::usage::usage;

pub(super) fn register(cdr: &Arc<Cdr>, registry: &mut Registry) {
    registry.add_command(ShowStatus(cdr.clone()));
    registry.add_command(ShowActive);
    registry.add_command(Submit(cdr.clone()));
}

struct ShowStatus(Arc<Cdr>);

#[async_trait]
impl CliCommand for ShowStatus {
    fn syntax(&self) -> &'static str {
        "cdr show status"
    }

    fn synopsis(&self) -> &'static str {
        "Display the CDR status"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let conf = self.0.conf();
        let yes = |yes| if yes { "Yes" } else { "No" };
        let mut text = "\nCall Detail Record (CDR) settings\n----------------------------------\n".to_owned();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {:<27} {value}", format!("{name}:"));
        };
        line("Logging", if conf.enabled { "Enabled" } else { "Disabled" });
        line("Mode", if conf.batch { "Batch" } else { "Simple" });
        if conf.enabled {
            line("Log calls by default", yes(conf.options.enabled));
            line("Log unanswered calls", yes(conf.options.unanswered));
            line("Log congestion", yes(conf.options.congestion));
            line("Ignore bridging changes", yes(conf.options.ignore_bridges));
            line("Ignore dial state changes", yes(conf.options.ignore_dials));
            line("Cancel disposition enabled", yes(conf.options.cancel));
        }
        if conf.batch {
            line("Maximum batch size", &format!("{} records", conf.size));
            line("Maximum batch time", &format!("{} seconds", conf.time.as_secs()));
        }
        text.push_str("\n* Registered Backends\n  -------------------\n");
        let active: Vec<_> = self.0.backends().iter().filter(|backend| backend.is_active()).collect();
        if active.is_empty() {
            text.push_str("    (none)\n");
        }
        for backend in active {
            let _ = writeln!(text, "    {}", backend.name());
        }
        text.push('\n');
        Ok(text)
    }
}

struct ShowActive;

#[async_trait]
impl CliCommand for ShowActive {
    fn syntax(&self) -> &'static str {
        "cdr show active"
    }

    fn synopsis(&self) -> &'static str {
        "Show active CDRs"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let now = call.core.clock.now();
        let Some(mut open) = call.core.cdr.with(|book| book.open(now)) else {
            return Err(CliError::failed(
                "no call records are kept: there is no cdr.conf, or it says enable=no",
            ));
        };
        open.sort_by_key(|record| record.sequence);
        let clock = |at: Option<Timestamp>| {
            at.map(|at| at.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string()).unwrap_or_default()
        };
        let mut text = "\nChannels with Call Detail Record (CDR) Information\n--------------------------------------------------\n".to_owned();
        let _ = writeln!(
            text,
            "{:<25.25} {:<25.25} {:<15.15} {:<8.8} {:<8.8} {:<8.8} {:<8.8} {:<8.8}",
            "Channel", "Dst. Channel", "LastApp", "Start", "Answer", "End", "Billsec", "Duration"
        );
        for record in open {
            let _ = writeln!(
                text,
                "{:<25.25} {:<25.25} {:<15.15} {:<8.8} {:<8.8} {:<8.8} {:<8} {:<8}",
                record.channel,
                record.dstchannel,
                record.lastapp,
                clock(Some(record.start)),
                clock(record.answer),
                clock(record.end),
                record.billsec,
                record.duration
            );
        }
        Ok(text)
    }
}

struct Submit(Arc<Cdr>);

#[async_trait]
impl CliCommand for Submit {
    fn syntax(&self) -> &'static str {
        "cdr submit"
    }

    fn synopsis(&self) -> &'static str {
        "Posts all pending batched CDR data"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        match self.0.submit().await {
            Some(count) => Ok(format!("Submitted {count} call records to the back ends.\n")),
            None => {
                Err(CliError::failed("no call records are kept: there is no cdr.conf, or it says enable=no"))
            }
        }
    }
}
