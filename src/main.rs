//! The `obelus` program: arguments, signals, exit code.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use obelus::daemon::{Daemon, Overrides};
use obelus::run::Look;
use obelus::{check, run, socket};
use obelus_core::conf::Problems;
use obelus_interfaces::console::client::{self, ClientOptions};

/// A PBX that runs Asterisk's configuration.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true)]
struct Arguments {
    /// The daemon's settings: obelus.conf or asterisk.conf.
    #[arg(short = 'C', value_name = "FILE")]
    config: Option<PathBuf>,
    /// Attach a console to the PBX that runs.
    #[arg(short = 'r')]
    remote: bool,
    /// Run one console command in the PBX that runs, and exit with its status.
    #[arg(short = 'x', value_name = "COMMAND")]
    execute: Option<String>,
    /// More on the console; may be repeated.
    #[arg(short = 'v', action = ArgAction::Count)]
    verbose: u8,
    /// More debugging in the log; may be repeated.
    #[arg(short = 'd', action = ArgAction::Count)]
    debug: u8,
    /// No colours.
    #[arg(short = 'n')]
    plain: bool,
    /// Print nothing at the start.
    #[arg(short = 'q')]
    quiet: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Read the whole configuration, start nothing, and print every problem as `file:line: …`.
    Check,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let some = |level: u8| (level > 0).then_some(level);
    let overrides = Overrides {
        file: arguments.config.clone(),
        verbose: some(arguments.verbose),
        debug: some(arguments.debug),
    };
    let mut problems = Problems::new();
    let daemon = match Daemon::load(&overrides, &mut problems) {
        Ok(daemon) => daemon,
        Err(error) => return fail(&error),
    };
    if arguments.remote || arguments.execute.is_some() {
        return attach(&arguments, &daemon);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match arguments.command {
        Some(Command::Check) => runtime.block_on(report(&daemon, problems)),
        None => runtime.block_on(run::foreground(
            &daemon,
            problems,
            Look { plain: arguments.plain, quiet: arguments.quiet },
        )),
    }
}

fn attach(arguments: &Arguments, daemon: &Daemon) -> ExitCode {
    let socket = socket(&daemon.settings);
    if let Some(line) = &arguments.execute {
        return match client::run_once(&socket, line, &mut std::io::stdout()) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => fail(&error),
        };
    }
    let history = std::env::home_dir().map(|home| client::history_file(&home));
    let plain = arguments.plain || daemon.plain || !std::io::stdout().is_terminal();
    match client::interact(&socket, &ClientOptions { verbose: arguments.verbose, plain, history }) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

async fn report(daemon: &Daemon, problems: Problems) -> ExitCode {
    let problems = check::check(daemon, problems).await;
    let mut out = std::io::stdout().lock();
    for problem in problems.iter() {
        let _ = writeln!(out, "{problem}");
    }
    if problems.errors() + problems.warnings() > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "obelus: {error}");
    ExitCode::FAILURE
}
