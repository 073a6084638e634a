//! `cdr show status`, `cdr show active`, `cdr set debug` and `cdr submit`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use obelus_core::Core;
use obelus_core::cdr::CallRecord;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::registry::Registry;

use super::module::Cdr;
use crate::usage::usage;

pub(super) fn register(cdr: &Arc<Cdr>, registry: &mut Registry) {
    registry.add_command(ShowStatus(cdr.clone()));
    registry.add_command(ShowActive);
    registry.add_command(SetDebug);
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
            // Asterisk has an empty line before some of them.
            let (gap, name) = name.strip_prefix("\n  ").map_or(("", name), |name| ("\n", name));
            let _ = writeln!(text, "{gap}  {:<27} {value}", format!("{name}:"));
        };
        line("Logging", if conf.enabled { "Enabled" } else { "Disabled" });
        line("Mode", if conf.batch { "Batch" } else { "Simple" });
        if conf.enabled {
            line("Log calls by default", yes(conf.options.enabled));
            line("Log unanswered calls", yes(conf.options.unanswered));
            line("Log congestion", yes(conf.options.congestion));
            line("\n  Ignore bridging changes", yes(conf.options.ignore_bridges));
            line("\n  Ignore dial state changes", yes(conf.options.ignore_dials));
            line("\n  Cancel disposition enabled", yes(conf.options.cancel));
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
        "cdr show active [<channel>]"
    }

    fn synopsis(&self) -> &'static str {
        "Display active CDRs for channels"
    }

    fn description(&self) -> &'static str {
        "Lists the call records that are not written yet; with a channel only its own, with more of each."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        let names = || core.cdr.with(|book| book.names()).unwrap_or_default();
        match words.len() {
            3 => names().iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let now = call.core.clock.now();
        let zone = TimeZone::system();
        match call.arguments() {
            [] => {
                let mut open = call.core.cdr.with(|book| book.open(now)).ok_or_else(none_kept)?;
                open.sort_by_key(|record| record.sequence);
                Ok(all(&open, &zone))
            }
            [name] => match call.core.cdr.with(|book| book.of_channel(name, now)).ok_or_else(none_kept)? {
                Some(records) => Ok(of_channel(name, &records, now, &zone)),
                None => Ok(format!("Unknown channel: {name}\n")),
            },
            _ => Err(usage(self)),
        }
    }
}

fn none_kept() -> CliError {
    CliError::failed("no call records are kept: there is no cdr.conf, or it says enable=no")
}

fn clock(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map(|at| at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()).unwrap_or_default()
}

fn all(open: &[CallRecord], zone: &TimeZone) -> String {
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
            clock(Some(record.start), zone),
            clock(record.answer, zone),
            clock(record.end, zone),
            record.billsec,
            record.duration
        );
    }
    text
}

/// A record that is still open ends now.
fn of_channel(name: &str, records: &[CallRecord], now: Timestamp, zone: &TimeZone) -> String {
    let rule = "--------------------------------------------------";
    let mut text = format!("\nCall Detail Record (CDR) Information for {name}\n{rule}\n");
    let mut row = |cells: [&str; 10]| {
        let [account, clid, other, app, data, start, answer, end, billsec, duration] = cells;
        let _ = writeln!(
            text,
            "{account:<10.10} {clid:<20.20} {other:<25.25} {app:<15.15} {data:<15.15} {start:<8.8} {answer:<8.8} {end:<8.8} {billsec:<8.8} {duration:<8.8}",
        );
    };
    row([
        "AccountCode",
        "CallerID",
        "Dst. Channel",
        "LastApp",
        "Data",
        "Start",
        "Answer",
        "End",
        "Billsec",
        "Duration",
    ]);
    for record in records {
        let other = if record.dstchannel.is_empty() { "<none>" } else { &record.dstchannel };
        row([
            &record.accountcode,
            &record.clid,
            other,
            &record.lastapp,
            &record.lastdata,
            &clock(Some(record.start), zone),
            &clock(record.answer, zone),
            &clock(Some(record.end.unwrap_or(now)), zone),
            &record.billsec.to_string(),
            &record.duration.to_string(),
        ]);
    }
    text
}

struct SetDebug;

#[async_trait]
impl CliCommand for SetDebug {
    fn syntax(&self) -> &'static str {
        "cdr set debug {on|off}"
    }

    fn synopsis(&self) -> &'static str {
        "Enable debugging in the CDR engine"
    }

    fn description(&self) -> &'static str {
        "Tells, as verbose lines, of each change of a call record: when it is made, answered, given another party and finished."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => vec!["on".to_owned(), "off".to_owned()],
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (on, word) = match call.arguments() {
            [word] if word.eq_ignore_ascii_case("on") => (true, "enabled"),
            [word] if word.eq_ignore_ascii_case("off") => (false, "disabled"),
            _ => return Err(usage(self)),
        };
        let changed = call.core.cdr.with(|book| book.set_debug(on)).ok_or_else(none_kept)?;
        Ok(if changed { format!("CDR debugging {word}\n") } else { String::new() })
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
        let conf = self.0.conf();
        if conf.enabled && !conf.batch {
            return Ok("Cannot submit CDR batch: batch mode not enabled.\n".to_owned());
        }
        match self.0.submit().await {
            Some(count) => Ok(format!("Submitted {count} CDRs to backend engines for processing.\n")),
            None => Ok("Cannot submit CDR batch: CDR engine disabled.\n".to_owned()),
        }
    }
}
