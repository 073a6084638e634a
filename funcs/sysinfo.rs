//! `SYSINFO(parameter)`: what the machine is doing.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_float;

pub(crate) struct SystemInformation;

static HELP: Help = Help {
    synopsis: "Returns information from a given parameter.",
    arguments: &[Argument::required(
        "parameter",
        "loadavg, numcalls, uptime in hours, totalram, freeram, bufferram, totalswap and freeswap in KiB, or numprocs.",
    )],
    description: "loadavg is the load of the last minute; numcalls counts the calls that have come in.",
    see_also: &["VERSION"],
};

#[async_trait]
impl DialplanFunction for SystemInformation {
    fn name(&self) -> &'static str {
        "SYSINFO"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SYSINFO(numcalls)}", "1")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        match arguments.trim().to_ascii_lowercase().as_str() {
            "loadavg" => first_number(&proc("loadavg")?).map(|load| format!("{load:.6}")),
            "numcalls" => {
                let channels = channel.core().channels.all();
                Ok(channels.iter().filter(|channel| !channel.facts().outgoing).count().to_string())
            }
            "uptime" => {
                first_number(&proc("uptime")?).map(|seconds| format!("{:.0}", (seconds / 3600.0).floor()))
            }
            "totalram" => memory("MemTotal"),
            "freeram" => memory("MemFree"),
            "bufferram" => memory("Buffers"),
            "totalswap" => memory("SwapTotal"),
            "freeswap" => memory("SwapFree"),
            // `0.05 0.08 0.12 1/345 6789`: running and all.
            "numprocs" => {
                let load = proc("loadavg")?;
                let all = load.split_whitespace().nth(3).and_then(|counts| counts.split('/').nth(1));
                all.map(str::to_owned).ok_or_else(unreadable)
            }
            other => Err(FunctionError::arguments(format!("`{other}` is no parameter of SYSINFO"))),
        }
    }
}

/// A file of the kernel's, which is made when it is read, so that no disk is waited for.
fn proc(name: &str) -> Result<String, FunctionError> {
    std::fs::read_to_string(format!("/proc/{name}"))
        .map_err(|error| FunctionError::failed(format!("/proc/{name}: {error}")))
}

fn first_number(text: &str) -> Result<f64, FunctionError> {
    scan_float(text).ok_or_else(unreadable)
}

/// A line of `/proc/meminfo`, in KiB.
fn memory(name: &str) -> Result<String, FunctionError> {
    let text = proc("meminfo")?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = value.and_then(|value| value.split_whitespace().next());
    number.map(str::to_owned).ok_or_else(unreadable)
}

fn unreadable() -> FunctionError {
    FunctionError::failed("this kernel does not tell")
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn every_parameter_is_a_number() {
        let mut bench = Bench::new();
        for name in [
            "loadavg",
            "numcalls",
            "uptime",
            "totalram",
            "freeram",
            "bufferram",
            "totalswap",
            "freeswap",
            "NumProcs",
        ] {
            let value = bench.read(&format!("SYSINFO({name})")).await.unwrap();
            assert!(value.parse::<f64>().is_ok(), "{name}: {value}");
        }
        assert!(bench.read("SYSINFO(totalram)").await.unwrap().parse::<u64>().unwrap() > 1024);
        refuses("SYSINFO(mood)", "`mood` is no parameter of SYSINFO").await;
    }
}
