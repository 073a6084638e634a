//! `core show threads` and `core show locks`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

/// Where the system lists the threads of this process.
const TASKS: &str = "/proc/self/task";

pub(super) struct ShowThreads;

#[async_trait]
impl CliCommand for ShowThreads {
    fn syntax(&self) -> &'static str {
        "core show threads"
    }

    fn synopsis(&self) -> &'static str {
        "Show running threads"
    }

    fn description(&self) -> &'static str {
        "Lists the threads with the system's number, state (R runs, S waits, D waits for a device), milliseconds of\n\
         processor time and name; and counts the tasks that share them."
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let failed = |error: std::io::Error| CliError::failed(format!("{TASKS}: {error}"));
        let mut threads = Vec::new();
        for entry in std::fs::read_dir(TASKS).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            // A thread may end while the list is read.
            threads
                .extend(std::fs::read_to_string(path.join("stat")).ok().and_then(|stat| Thread::read(&stat)));
        }
        threads.sort_by_key(|thread| thread.number);
        let mut text = String::new();
        for Thread { number, state, milliseconds, name } in &threads {
            let _ = writeln!(text, "{number:>8} {state} {milliseconds:>10} {name}");
        }
        let _ = writeln!(text, "{} threads listed.", threads.len());
        let metrics = tokio::runtime::Handle::current().metrics();
        let _ = writeln!(
            text,
            "{} tasks on {} of them; {} wait for a thread.",
            metrics.num_alive_tasks(),
            metrics.num_workers(),
            metrics.global_queue_depth()
        );
        Ok(text)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Thread {
    number: u32,
    state: char,
    milliseconds: u64,
    name: String,
}

impl Thread {
    /// Reads `stat` of proc(5): `77 (a name) S …`, with processor time in hundredths of seconds as fields 14 and 15.
    fn read(stat: &str) -> Option<Thread> {
        let (number, rest) = stat.split_once(" (")?;
        let (name, rest) = rest.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let hundredths = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Thread {
            number: number.parse().ok()?,
            state: fields.first()?.chars().next()?,
            milliseconds: (hundredths(11)? + hundredths(12)?) * 10,
            name: name.to_owned(),
        })
    }
}

pub(super) struct ShowLocks;

#[async_trait]
impl CliCommand for ShowLocks {
    fn syntax(&self) -> &'static str {
        "core show locks"
    }

    fn synopsis(&self) -> &'static str {
        "Show which locks are held by which thread"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        Ok("There are no locks to show: a channel belongs to one task, which others send messages to, and what is\n\
            shared is locked for a moment only, never while something is waited for. See 'core show taskprocessors'\n\
            for queues that are full and 'core show threads' for threads that run.\n"
            .to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_read_whatever_its_name() {
        let stat = "77 (a) b (c) S 1 77 77 0 -1 4194624 10 0 0 0 25 5 0 0 20 0 6 0 100 0 0\n";
        let expected = Thread { number: 77, state: 'S', milliseconds: 300, name: "a) b (c".to_owned() };
        assert_eq!(Thread::read(stat), Some(expected));
        assert_eq!(Thread::read("77"), None);
    }
}
