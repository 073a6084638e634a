//! What Linux says of a process: its CPU time and its memory.

use crate::error::BenchError;
use std::path::Path;
use std::time::Duration;

/// `/proc` counts in hundredths of a second, whatever the kernel's own tick is (proc(5), `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// The CPU time of a process, of all its threads that are or were.
pub(crate) fn cpu_time(process: u32) -> Result<Duration, BenchError> {
    let text = read(process, "stat")?;
    // The second field is a name in parentheses, which may have blanks in it.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: Vec<u32> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    match ticks[..] {
        [user, system] => Ok(TICK * (user + system)),
        _ => Err(BenchError::Output { program: "/proc", text }),
    }
}

/// The resident memory of a process, in bytes.
pub(crate) fn resident(process: u32) -> Result<u64, BenchError> {
    let text = read(process, "status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|number| number.parse().ok());
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
        let mut sum = 0_u64;
        while cpu_time(id).unwrap() < before + 2 * TICK {
            sum = std::hint::black_box((0..100_000).fold(sum, u64::wrapping_add));
        }
    }
}
