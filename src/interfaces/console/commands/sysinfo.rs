//! `core show sysinfo`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

pub(super) struct ShowSysinfo;

#[async_trait]
impl CliCommand for ShowSysinfo {
    fn syntax(&self) -> &'static str {
        "core show sysinfo"
    }

    fn synopsis(&self) -> &'static str {
        "Show System Information"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Ok(page(&read("/proc/meminfo"), &read("/proc/uptime"), &read("/proc/loadavg")))
    }
}

/// The page, from the files of proc(5).
fn page(memory: &str, uptime: &str, load: &str) -> String {
    let kibibytes = |name: &str| {
        let line = memory.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|rest| rest.split_whitespace().next()).unwrap_or("0").to_owned()
    };
    let seconds: f64 = uptime.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    // `0.20 0.18 0.12 1/80 11206`: what is behind the slash counts processes and threads.
    let processes =
        load.split_whitespace().nth(3).and_then(|field| field.split_once('/')).map_or("0", |(_, all)| all);
    let mut page = "\nSystem Statistics\n-----------------\n".to_owned();
    let _ = writeln!(page, "  System Uptime:             {} hours", (seconds / 3600.0) as u64);
    for (title, name) in [("Total RAM", "MemTotal"), ("Free RAM", "MemFree"), ("Buffer RAM", "Buffers")] {
        let title = format!("{title}:");
        let _ = writeln!(page, "  {title:<26} {} KiB", kibibytes(name));
    }
    let _ = writeln!(page, "  Total Swap Space:          {} KiB", kibibytes("SwapTotal"));
    let _ = writeln!(page, "  Free Swap Space:           {} KiB\n", kibibytes("SwapFree"));
    let _ = writeln!(page, "  Number of Processes:       {processes} \n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_made_of_the_systems_files() {
        let memory =
            "MemTotal:        8000 kB\nMemFree:  700 kB\nBuffers: 60 kB\nSwapTotal: 5 kB\nSwapFree: 4 kB\n";
        let expected = "\nSystem Statistics\n-----------------\n  System Uptime:             2 hours\n  \
            Total RAM:                 8000 KiB\n  Free RAM:                  700 KiB\n  \
            Buffer RAM:                60 KiB\n  Total Swap Space:          5 KiB\n  \
            Free Swap Space:           4 KiB\n\n  Number of Processes:       80 \n\n";
        assert_eq!(page(memory, "7300.5 100.0\n", "0.20 0.18 0.12 1/80 11206\n"), expected);
        assert!(page("", "", "").contains("Total RAM:                 0 KiB"));
    }
}
