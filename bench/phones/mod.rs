//! Telephones in a process of their own: they call through the PBX, answer, and talk in both directions.
//!
//! The process tells on its standard output, a line each, when all talk, when all packets were timed, and when it
//! has counted them; last come its numbers.

mod audio;
mod signalling;

use crate::error::BenchError;
use crate::options::PhonesOptions;
use audio::Audio;
use serde::{Deserialize, Serialize};
use signalling::Exchange;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// What the telephones saw.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Heard {
    /// Calls that were not set up.
    pub(crate) failed: usize,
    /// Calls that ended before they were hung up.
    pub(crate) cut: usize,
    /// Packets sent while packets were counted.
    pub(crate) sent: u64,
    /// Of those, packets that arrived.
    pub(crate) received: u64,
    /// Half of the timed packets were not longer on their way, in µs.
    pub(crate) median: u64,
    /// 99 of 100 were not.
    pub(crate) percentile_99: u64,
}

impl Heard {
    /// The share of packets that did not arrive, in percent.
    pub(crate) fn loss(&self) -> f64 {
        100.0 * (1.0 - self.received as f64 / self.sent.max(1) as f64)
    }

    /// What has to stand beside a figure; empty when all is well.
    pub(crate) fn remark(&self) -> String {
        let told = [(self.failed, "calls FAILED"), (self.cut, "calls ENDED early")];
        let told = told.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        told.collect::<Vec<_>>().join(", ")
    }
}

/// What the process tells its parent.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Told {
    /// So many calls talk.
    Talking(usize),
    /// The packets that are timed have arrived.
    Timed,
    /// The packets that are counted have been sent, in so many seconds.
    Counted(f64),
    /// All calls are over.
    Over(Heard),
}

/// The process, as its parent sees it.
pub(crate) struct Phones {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Phones {
    /// Starts the calls; packets are timed for some seconds, then counted for some.
    pub(crate) fn start(
        pbx: SocketAddr,
        here: SocketAddr,
        calls: usize,
        timed: u32,
        counted: u32,
    ) -> Result<Self, BenchError> {
        let program = std::env::current_exe().map_err(BenchError::system("this program"))?;
        let numbers = [
            ("--calls", calls.to_string()),
            ("--timed", timed.to_string()),
            ("--counted", counted.to_string()),
        ];
        let mut child = Command::new(program)
            .args(["all", "phones", "--pbx", &pbx.to_string(), "--here", &here.to_string()])
            .args(numbers.iter().flat_map(|(name, number)| [*name, number]))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BenchError::system("the telephones"))?;
        let output = child.stdout.take().map(BufReader::new);
        let missing = || BenchError::Output { program: "the telephones", text: String::new() };
        Ok(Self { child, output: output.ok_or_else(missing)? })
    }

    /// Waits until all calls talk; returns how many there are.
    pub(crate) fn wait_until_talking(&mut self) -> Result<usize, BenchError> {
        self.hear(|told| if let Told::Talking(up) = told { Some(up) } else { None })
    }

    /// Waits until the packets that are timed have arrived; from now on they are only counted.
    pub(crate) fn wait_until_timed(&mut self) -> Result<(), BenchError> {
        self.hear(|told| matches!(told, Told::Timed).then_some(()))
    }

    /// Waits until the packets are counted; returns for how many seconds that was.
    pub(crate) fn wait_until_counted(&mut self) -> Result<f64, BenchError> {
        self.hear(|told| if let Told::Counted(seconds) = told { Some(seconds) } else { None })
    }

    /// Waits for the end of all calls.
    pub(crate) fn report(&mut self) -> Result<Heard, BenchError> {
        let heard = self.hear(|told| if let Told::Over(heard) = told { Some(heard) } else { None });
        let _ = self.child.wait();
        heard
    }

    /// What the next line tells, which has to be of that kind.
    fn hear<T>(&mut self, kind: impl FnOnce(Told) -> Option<T>) -> Result<T, BenchError> {
        let mut text = String::new();
        self.output.read_line(&mut text).map_err(BenchError::system("the telephones"))?;
        let told = serde_json::from_str(&text).ok().and_then(kind);
        told.ok_or(BenchError::Output { program: "the telephones", text })
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process itself.
pub(crate) fn run(options: &PhonesOptions) -> Result<(), BenchError> {
    let audio = Audio::open()?;
    let mut exchange = Exchange::open(options, audio.addresses())?;
    let ports = exchange.establish(options.calls)?;
    let up = exchange.up();
    let failed = options.calls - up;
    let serving = exchange.serve();
    let (timed, counted) = (seconds(options.timed), seconds(options.counted));
    let mut heard = audio.talk(&ports, timed, counted, up)?;
    heard.failed = failed;
    heard.cut = serving.hang_up()?;
    tell(Told::Over(heard));
    Ok(())
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

/// A parent that is gone needs no answer.
fn tell(told: Told) {
    let text = serde_json::to_string(&told).unwrap_or_default();
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}
