//! What Linux says of a process: its CPU time and its memory.

use crate::error::BenchError;
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use std::path::Path;
use std::time::Duration;

/// The CPU time of a process, of all its threads that are or were.
pub(crate) fn cpu_time(process: u32) -> Result<Duration, BenchError> {
    let id = Pid::from_raw(process.cast_signed());
    let time = clock_getcpuclockid(id).and_then(clock_gettime);
    time.map(Duration::from).map_err(|error| BenchError::System { what: "the CPU time", error: error.into() })
}

/// The resident memory of a process, in bytes.
pub(crate) fn resident(process: u32) -> Result<u64, BenchError> {
    let text = read(process, "status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|number| number.parse().ok());
    kilobytes.map(|number: u64| number * 1024).ok_or(BenchError::Output { program: "/proc", text })
}

fn read(process: u32, file: &str) -> Result<String, BenchError> {
    let path = format!("/proc/{process}/{file}");
    std::fs::read_to_string(&path).map_err(BenchError::file(Path::new(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_uses_time() {
        let id = std::process::id();
        assert!(resident(id).unwrap() > 100_000);
        let before = cpu_time(id).unwrap();
        std::hint::black_box((0..100_000_u64).fold(0, |sum, number| std::hint::black_box(sum ^ number)));
        let used = cpu_time(id).unwrap() - before;
        assert!(used > Duration::from_micros(10) && used < Duration::from_secs(10), "{used:?}");
    }
}
