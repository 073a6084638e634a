//! `ulimit`: what the system permits the process.

use std::fmt::Write;

use async_trait::async_trait;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

/// The word, the limit, what it is, and whether it may be set while the program runs.
const LIMITS: [(&str, Resource, &str, bool); 10] = [
    ("time", Resource::RLIMIT_CPU, "cpu time", false),
    ("file", Resource::RLIMIT_FSIZE, "file size", true),
    ("data", Resource::RLIMIT_DATA, "program data segment", false),
    ("stack", Resource::RLIMIT_STACK, "program stack size", false),
    ("core", Resource::RLIMIT_CORE, "core file size", true),
    ("memory", Resource::RLIMIT_RSS, "resident memory", false),
    ("locked", Resource::RLIMIT_MEMLOCK, "amount of memory locked into RAM", false),
    ("processes", Resource::RLIMIT_NPROC, "number of processes", true),
    ("descriptors", Resource::RLIMIT_NOFILE, "number of file descriptors", true),
    ("virtual", Resource::RLIMIT_AS, "virtual memory", false),
];

pub(super) struct Ulimit;

#[async_trait]
impl CliCommand for Ulimit {
    fn syntax(&self) -> &'static str {
        "ulimit [<resource>] [<limit>]"
    }

    fn synopsis(&self) -> &'static str {
        "Set or show process resource limits"
    }

    fn description(&self) -> &'static str {
        "Shows the limits of the process: data, file, memory, stack, time, locked, processes, virtual, core, descriptors;\n\
         file, core, processes and descriptors can be set."
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            1 => LIMITS.iter().map(|row| row.0.to_owned()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let find = |word: &str| {
            let found = LIMITS.iter().find(|row| row.0.eq_ignore_ascii_case(word));
            found.ok_or_else(|| CliError::failed("Unknown resource"))
        };
        let mut text = String::new();
        match call.arguments() {
            [] => LIMITS.iter().for_each(|row| push(&mut text, row)),
            [word] => push(&mut text, find(word)?),
            [word, limit] => {
                let (_, resource, what, may_be_set) = find(word)?;
                if !may_be_set {
                    return Err(CliError::failed("Resource not permitted to be set"));
                }
                let limit: u64 = limit.parse().map_err(|_| usage(self))?;
                setrlimit(*resource, limit, limit)
                    .map_err(|error| CliError::failed(format!("Could not set the {what}: {error}")))?;
            }
            _ => return Err(usage(self)),
        }
        Ok(text)
    }
}

fn push(text: &mut String, (word, resource, what, _): &(&str, Resource, &str, bool)) {
    let mut name = what.chars();
    let name: String = name.next().into_iter().flat_map(char::to_uppercase).chain(name).collect();
    let _ = match getrlimit(*resource) {
        Ok((_, RLIM_INFINITY)) => writeln!(text, "{name} ({word}) is effectively unlimited."),
        Ok((now, _)) => writeln!(text, "{name} ({word}) is limited to {now}."),
        Err(error) => writeln!(text, "Could not retrieve resource limits for {what}: {error}"),
    };
}
