//! The PBX in the foreground: what it prints, its console, its signals.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use obelus_core::conf::Problems;
use obelus_interfaces::console::client::{self, ClientOptions, Left};
use obelus_interfaces::control::{Control, Stop};
use obelus_interfaces::version::VERSION;
use tokio::signal::unix::{SignalKind, signal};

use crate::Pbx;
use crate::control::ProgramControl;
use crate::daemon::Daemon;
use crate::phones;

/// How the foreground looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// No colours.
    pub plain: bool,
    /// Nothing is printed at the start.
    pub quiet: bool,
    /// There is a console.
    pub console: bool,
}

/// Starts the PBX, serves its console and signals, and ends it.
pub async fn foreground(daemon: &Daemon, problems: Problems, look: Look) -> ExitCode {
    let phones = match phones::make_if_missing(&daemon.folder()) {
        Ok(phones) => phones,
        Err(error) => {
            say(&format!("obelus: the phones' accounts cannot be written: {error}"));
            None
        }
    };
    let pbx = match Pbx::start(daemon, problems).await {
        Ok(pbx) => pbx,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "obelus: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(phones) = phones {
        say(&phones::announcement(&phones, pbx.sip_address()));
    }
    if !look.quiet && !daemon.quiet {
        greet(&pbx, daemon);
    }
    let plain = look.plain || daemon.plain || !std::io::stdout().is_terminal();
    let console = if look.console { console(&pbx, daemon, plain) } else { Ok(()) };
    let ended = match console {
        Ok(()) => serve(pbx.control().as_ref()).await,
        Err(error) => {
            tracing::error!(%error, "the console in the foreground");
            ExitCode::FAILURE
        }
    };
    let restarts = pbx.control().restarts();
    pbx.stop().await;
    if restarts {
        let error = crate::process::begin_again();
        let _ = writeln!(std::io::stderr(), "obelus: it cannot begin again: {error}");
        return ExitCode::FAILURE;
    }
    ended
}

fn greet(pbx: &Pbx, daemon: &Daemon) {
    pbx.take_complaints().iter().for_each(|complaint| say(complaint.trim_end()));
    say(&format!("Obelus {VERSION}, settings from {}", daemon.file.display()));
    for place in pbx.listens_on() {
        say(&format!("  listens on {place}"));
    }
}

fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Connects the terminal; leaving the console ends the PBX.
fn console(pbx: &Pbx, daemon: &Daemon, plain: bool) -> std::io::Result<()> {
    let stream = pbx.foreground()?;
    let history = std::env::home_dir().map(|home| client::history_file(&home));
    let options = ClientOptions { verbose: daemon.settings.verbose, plain, history, no_shell: false };
    let console = tokio::task::spawn_blocking(move || client::foreground(stream, &options));
    let control = pbx.control().clone();
    // A blocking read of the terminal cannot be cancelled: the thread ends with the process.
    tokio::spawn(async move {
        if let Ok(Ok(Left::Quit | Left::Interrupted)) = console.await {
            control.stop(Stop::Now);
        }
    });
    Ok(())
}

async fn serve(control: &ProgramControl) -> ExitCode {
    match signals(control) {
        Ok(signals) => tokio::select! {
            () = control.until_stop() => {}
            () = signals => {}
        },
        Err(error) => {
            tracing::error!(%error, "signals are not served");
            control.until_stop().await;
        }
    }
    ExitCode::SUCCESS
}

/// SIGTERM and SIGINT end the PBX, SIGHUP reloads it; runs until one of the first two comes.
fn signals(control: &impl Control) -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = hang_up.recv() => reload(control).await,
            }
        }
    })
}

async fn reload(control: &impl Control) {
    if let Err(error) = control.reload(None).await {
        tracing::error!(%error, "reload");
    }
}
