//! AGI programs as processes: started with the PBX's directories, told of a hang-up by a signal, ended when out of time.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;

use command_fds::CommandFdExt;
use command_fds::FdMapping;
use obelus_core::Core;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::audio;
use super::session::Peer;
use crate::version;

/// A program that runs.
pub(super) struct Process(Child);

/// Starts a program; its first argument is its own name as it was called, as Asterisk has it.
///
/// `audio` is what it finds at descriptor 3.
pub(super) fn start(
    core: &Core,
    program: &Path,
    request: &str,
    arguments: &[&str],
    audio: Option<OwnedFd>,
) -> std::io::Result<(Process, ChildStdout, ChildStdin)> {
    let mut command = Command::new(program);
    command.arg0(request).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    // A group of its own, so that it can be ended with its children, and a key at the console does not reach it.
    command.process_group(0);
    core.environment.prepare(&mut command);
    let settings = core.settings.load();
    let directories = &settings.directories;
    for (name, directory) in [
        ("AST_CONFIG_DIR", &directories.etc),
        ("AST_MODULE_DIR", &directories.modules),
        ("AST_SPOOL_DIR", &directories.spool),
        ("AST_VAR_DIR", &directories.var_lib),
        ("AST_DATA_DIR", &directories.data),
        ("AST_LOG_DIR", &directories.log),
        ("AST_AGI_DIR", &directories.agi),
        ("AST_KEY_DIR", &directories.keys),
        ("AST_RUN_DIR", &directories.run),
    ] {
        command.env(name, directory);
    }
    command.env("AST_SYSTEMNAME", &*settings.system_name);
    command.env("AST_VERSION", version::full());
    command.env("AST_CONFIG_FILE", directories.etc.join("asterisk.conf"));
    command.env("AST_MONITOR_DIR", directories.spool.join("monitor"));
    if let Some(audio) = audio {
        let mapping = FdMapping { parent_fd: audio, child_fd: audio::DESCRIPTOR };
        command.fd_mappings(vec![mapping]).map_err(std::io::Error::other)?;
    }
    let mut child = command.spawn()?;
    match (child.stdout.take(), child.stdin.take()) {
        (Some(output), Some(input)) => Ok((Process(child), output, input)),
        _ => Err(std::io::Error::other("the program has no pipes")),
    }
}

impl Process {
    /// Waits for its end; whether it ended well.
    pub(super) async fn ended_well(&mut self) -> bool {
        self.0.wait().await.is_ok_and(|status| status.success())
    }

    /// Ends it with everything that it has started.
    pub(super) fn kill(&self) {
        if let Some(pid) = self.pid() {
            // It may have ended in this moment.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    fn pid(&self) -> Option<Pid> {
        self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}

impl Peer for Process {
    fn word(&self) -> Option<&'static str> {
        None
    }

    fn signal(&mut self) {
        if let Some(pid) = self.pid() {
            let _ = kill_process(pid, Signal::HUP);
        }
    }
}

/// A FastAGI server, which is told by a word.
pub(super) struct Remote;

impl Peer for Remote {
    fn word(&self) -> Option<&'static str> {
        Some("HANGUP")
    }

    fn signal(&mut self) {}
}
