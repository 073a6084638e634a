//! `Sipp`: sipp as a real peer, with the scenarios in `tests/sipp/`.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::etc::own_address;
use super::within;

/// How sipp speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Udp,
    Tcp,
}

pub struct Sipp {
    child: Child,
    scenario: &'static str,
    folder: TempDir,
}

impl Sipp {
    /// Calls an extension so many times, so many a second.
    pub fn calls(
        scenario: &'static str,
        over: Over,
        server: SocketAddr,
        exten: &str,
        calls: u32,
        rate: u32,
    ) -> Sipp {
        let (calls, rate) = (calls.to_string(), rate.to_string());
        Sipp::run(
            scenario,
            over,
            &[&server.to_string(), "-s", exten, "-m", &calls, "-r", &rate, "-l", &calls],
            own_address(),
        )
    }

    /// Is called so many times at this address; returns when it listens.
    pub async fn is_called(scenario: &'static str, over: Over, address: SocketAddr, calls: u32) -> Sipp {
        let sipp = Sipp::run(scenario, over, &["-m", &calls.to_string()], address);
        // Trying to bind would take the port away from sipp in the wrong moment.
        let table = match over {
            Over::Udp => "/proc/net/udp",
            Over::Tcp => "/proc/net/tcp",
        };
        let IpAddr::V4(ip) = address.ip() else { panic!("{address} is not of IPv4") };
        let bound = format!(" {:08X}:{:04X} ", u32::from_ne_bytes(ip.octets()), address.port());
        let is_bound = || std::fs::read_to_string(table).unwrap().contains(&bound);
        within("sipp listens", async {
            while !is_bound() {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        })
        .await;
        sipp
    }

    fn run(scenario: &'static str, over: Over, arguments: &[&str], address: SocketAddr) -> Sipp {
        let folder = tempfile::tempdir().unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sipp").join(scenario);
        let transport = if over == Over::Udp { "u1" } else { "t1" };
        let (ip, port) = (address.ip().to_string(), address.port().to_string());
        let errors = folder.path().join("errors");
        let child = Command::new("sipp")
            .arg("-sf")
            .arg(file)
            .args(arguments)
            .args(["-t", transport, "-i", &ip, "-p", &port, "-nostdin", "-timeout", "30", "-timeout_error"])
            .args(["-trace_err", "-error_file"])
            .arg(&errors)
            .current_dir(folder.path())
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("sipp: {error}; it is in the package sip-tester"));
        Sipp { child, scenario, folder }
    }

    fn errors(folder: &Path) -> String {
        let file: PathBuf = folder.join("errors");
        std::fs::read_to_string(file).unwrap_or_default()
    }

    /// Waits until all its calls are over, without one that failed.
    pub async fn succeeds(self) {
        let Sipp { child, scenario, folder } = self;
        let output = within(format_args!("sipp {scenario}"), child.wait_with_output()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "sipp {scenario}: {} {said} {}",
            output.status,
            Sipp::errors(folder.path())
        );
    }
}
