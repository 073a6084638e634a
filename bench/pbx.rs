//! The Obelus that is measured: its configuration, its start, its end.

use crate::error::BenchError;
use crate::process::{cpu_time, resident};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// As long as a start may take; a plan of 100,000 extensions is read within.
const START: Duration = Duration::from_secs(60);

/// As long as an orderly end may take.
const STOP: Duration = Duration::from_secs(10);

/// What a configuration says beside what every one says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration {
    /// Endpoints, aors and auths.
    pub(crate) pjsip: String,
    /// The dialplan.
    pub(crate) extensions: String,
}

/// A running PBX; dropping it ends it.
pub(crate) struct Pbx {
    child: Child,
    folder: TempDir,
    program: PathBuf,
    sip: SocketAddr,
}

impl Pbx {
    /// Starts the program with a configuration in a folder of its own, and waits until it serves.
    pub(crate) fn start(program: &Path, configuration: &Configuration) -> Result<Self, BenchError> {
        Self::start_with(program, configuration, &[])
    }

    /// The same, with more files of these names.
    pub(crate) fn start_with(
        program: &Path,
        configuration: &Configuration,
        more: &[(&str, String)],
    ) -> Result<Self, BenchError> {
        let folder = TempDir::new().map_err(BenchError::system("a temporary folder"))?;
        let sip = free_port()?;
        write_files(folder.path(), sip, configuration)?;
        for (name, text) in more {
            let path = folder.path().join(name);
            std::fs::write(&path, text).map_err(BenchError::file(&path))?;
        }
        let output = folder.path().join("output");
        let file = File::create(&output).map_err(BenchError::file(&output))?;
        let errors = file.try_clone().map_err(BenchError::file(&output))?;
        let child = Command::new(program)
            .arg("-C")
            .arg(folder.path().join("obelus.conf"))
            .args(["-q", "-n"])
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(errors)
            .spawn()
            .map_err(|error| BenchError::Program {
                program: program.display().to_string(),
                error,
                remedy: "build it with `cargo build --release`",
            })?;
        let mut pbx = Self { child, folder, program: program.to_owned(), sip };
        pbx.wait_until_booted()?;
        Ok(pbx)
    }

    /// Where it takes SIP over UDP.
    pub(crate) fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// The CPU time that it used since its start.
    pub(crate) fn cpu_time(&self) -> Result<Duration, BenchError> {
        cpu_time(self.child.id())
    }

    /// The memory that it occupies, in bytes.
    pub(crate) fn resident(&self) -> Result<u64, BenchError> {
        resident(self.child.id())
    }

    /// The output of a console command.
    pub(crate) fn console(&self, command: &str) -> Result<String, BenchError> {
        let output = Command::new(&self.program)
            .arg("-C")
            .arg(self.folder.path().join("obelus.conf"))
            .args(["-n", "-r", "-x", command])
            .output()
            .map_err(BenchError::system("a console command"))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait_until_booted(&mut self) -> Result<(), BenchError> {
        let until = Instant::now() + START;
        while Instant::now() < until {
            if self.child.try_wait().map_err(BenchError::system("the PBX"))?.is_some() {
                return Err(self.failure("ended at its start"));
            }
            if self.console("core show uptime")?.contains("uptime") && self.answers_options()? {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(self.failure("does not serve"))
    }

    /// Does anything answer at the SIP port?
    fn answers_options(&self) -> Result<bool, BenchError> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(BenchError::system("a socket"))?;
        let wait = Some(Duration::from_millis(500));
        socket.set_read_timeout(wait).map_err(BenchError::system("a socket"))?;
        let here = socket.local_addr().map_err(BenchError::system("a socket"))?;
        let options = format!(
            "OPTIONS sip:{0} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKstart{1};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:sipp@{here}>;tag=1\r\nTo: <sip:{0}>\r\nCall-ID: start@{here}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
            self.sip,
            here.port()
        );
        socket.send_to(options.as_bytes(), self.sip).map_err(BenchError::system("SIP"))?;
        Ok(socket.recv(&mut [0; 2048]).is_ok())
    }

    /// An error with the last lines that the PBX printed.
    pub(crate) fn failure(&self, what: &'static str) -> BenchError {
        let text = std::fs::read_to_string(self.folder.path().join("output")).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        BenchError::Pbx {
            what,
            output: lines.get(lines.len().saturating_sub(10)..).unwrap_or_default().join("\n"),
        }
    }

    fn stop(&mut self) {
        let _ = self.console("core stop now");
        let until = Instant::now() + STOP;
        while Instant::now() < until {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Pbx {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A UDP port of the loopback that nobody has at the moment.
pub(crate) fn free_port() -> Result<SocketAddr, BenchError> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(BenchError::system("a free port"))?;
    socket.local_addr().map_err(BenchError::system("a free port"))
}

fn write_files(folder: &Path, sip: SocketAddr, configuration: &Configuration) -> Result<(), BenchError> {
    let Configuration { pjsip, extensions } = configuration;
    let files = [
        (
            "obelus.conf",
            "[directories]\nastetcdir => .\nastdatadir => .\nastvarlibdir => lib\nastspooldir => spool\n\
             astrundir => run\nastlogdir => log\n"
                .to_owned(),
        ),
        ("modules.conf", "[modules]\nautoload = yes\n".to_owned()),
        ("rtp.conf", "[general]\nrtpstart = 12000\nrtpend = 31999\n".to_owned()),
        ("logger.conf", "[logfiles]\nmessages.log = error,warning\n".to_owned()),
        ("pjsip.conf", format!("[udp]\ntype = transport\nprotocol = udp\nbind = {sip}\n\n{pjsip}")),
        ("extensions.conf", extensions.clone()),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(BenchError::file(&path))?;
    }
    Ok(())
}
