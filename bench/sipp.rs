//! sipp, the load generator of signalling: one that calls, one that answers.

use crate::error::BenchError;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// How a run of sipp ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Calls or registrations that went as they should.
    pub(crate) successful: u32,
    /// Those that did not.
    pub(crate) failed: u32,
    /// Messages that were sent again.
    pub(crate) repeated: u32,
}

impl Outcome {
    /// What has to stand beside a figure of this run; empty when all is well.
    pub(crate) fn remark(&self) -> String {
        let Self { successful, failed, repeated } = self;
        match (failed, repeated) {
            (0, 0) => String::new(),
            (0, repeated) => format!("{repeated} messages sent again"),
            (failed, _) => {
                format!("{failed} of {} FAILED, {repeated} messages sent again", successful + failed)
            }
        }
    }
}

/// What the side that begins does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    /// Where the PBX is.
    pub(crate) pbx: SocketAddr,
    /// What is dialled.
    pub(crate) number: &'a str,
    /// How many begin each second.
    pub(crate) rate: u32,
    /// How many in all.
    pub(crate) total: u32,
    /// A scenario's text and its table of users, instead of a call.
    pub(crate) scenario: Option<(&'a str, &'a str)>,
    /// How long a call is held, in milliseconds.
    pub(crate) hold: u32,
}

impl Load<'_> {
    /// Runs it to its end.
    pub(crate) fn run(&self) -> Result<Outcome, BenchError> {
        let folder = TempDir::new().map_err(BenchError::system("a temporary folder"))?;
        self.run_in(folder.path(), &[])
    }

    /// Runs it to its end, and gives the milliseconds from INVITE to 200 of each call.
    pub(crate) fn run_timed(&self) -> Result<(Outcome, Vec<f64>), BenchError> {
        let folder = TempDir::new().map_err(BenchError::system("a temporary folder"))?;
        let outcome = self.run_in(folder.path(), &["-trace_rtt", "-rtt_freq", "1"])?;
        let system = BenchError::system("the times that sipp has written");
        let mut times = Vec::new();
        for file in std::fs::read_dir(folder.path()).map_err(system)?.flatten() {
            let path = file.path();
            if path.to_string_lossy().ends_with("_rtt.csv") {
                let text = std::fs::read_to_string(&path).map_err(BenchError::file(&path))?;
                times.extend(text.lines().filter_map(|line| line.split(';').nth(1)?.parse::<f64>().ok()));
            }
        }
        Ok((outcome, times))
    }

    fn run_in(&self, folder: &Path, more: &[&str]) -> Result<Outcome, BenchError> {
        let statistics = folder.join("statistics.csv");
        let mut command = sipp();
        command.current_dir(folder);
        match self.scenario {
            None => command.args(["-sn", "uac"]),
            Some((scenario, users)) => {
                let (scenario_file, users_file) = (folder.join("load.xml"), folder.join("users.csv"));
                write(&scenario_file, scenario)?;
                write(&users_file, users)?;
                command.arg("-sf").arg(scenario_file).arg("-inf").arg(users_file)
            }
        };
        let [rate, total, hold] = [self.rate, self.total, self.hold].map(|number| number.to_string());
        command
            .args(["-s", self.number, "-r", &rate, "-m", &total, "-l", &total, "-d", &hold])
            .args(["-timeout", "300s", "-timeout_error", "-trace_stat", "-fd", "1", "-stf"])
            .arg(&statistics)
            .args(more)
            .arg(self.pbx.to_string());
        let mut child = spawn(&mut command)?;
        child.wait().map_err(BenchError::system("sipp"))?;
        let text = std::fs::read_to_string(&statistics).map_err(BenchError::file(&statistics))?;
        read(&text).ok_or(BenchError::Output { program: "sipp", text })
    }
}

/// A sipp that answers calls until it is dropped.
pub(crate) struct Answering(Child);

impl Answering {
    /// Begins to answer at this address.
    pub(crate) fn start(at: SocketAddr) -> Result<Self, BenchError> {
        let port = at.port().to_string();
        spawn(sipp().args(["-sn", "uas", "-p", &port])).map(Self)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sipp() -> Command {
    let mut command = Command::new("sipp");
    command.args(["-i", "127.0.0.1", "-nostdin"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn spawn(command: &mut Command) -> Result<Child, BenchError> {
    let remedy = "install the package sip-tester";
    command.spawn().map_err(|error| BenchError::Program { program: "sipp".into(), error, remedy })
}

fn write(path: &Path, text: &str) -> Result<(), BenchError> {
    std::fs::write(path, text).map_err(BenchError::file(path))
}

/// The sums of the last line; `(C)` marks columns that count from the start.
fn read(statistics: &str) -> Option<Outcome> {
    let mut lines = statistics.lines();
    let names: Vec<_> = lines.next()?.split(';').collect();
    let values: Vec<_> = lines.next_back()?.split(';').collect();
    let column = |name: &str| {
        let at = names.iter().position(|known| *known == name)?;
        values.get(at)?.parse::<u32>().ok()
    };
    Some(Outcome {
        successful: column("SuccessfulCall(C)")?,
        failed: column("FailedCall(C)")?,
        repeated: column("Retransmissions(C)")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(statistics: &str, expected: Option<&str>) {
        assert_eq!(read(statistics).map(|outcome| outcome.remark()).as_deref(), expected);
    }

    #[test]
    fn failures_are_told() {
        let names = "StartTime;SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);Retransmissions(C);\n";
        check(&format!("{names}a;1;1;0;0;\nb;9;10;0;0;\n"), Some(""));
        check(&format!("{names}b;9;10;0;4;\n"), Some("4 messages sent again"));
        check(&format!("{names}b;9;10;2;4;\n"), Some("2 of 12 FAILED, 4 messages sent again"));
        check(names, None);
        check("", None);
    }
}
