//! The `obelus` program: arguments, signals, exit code.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use obelus::daemon::{Daemon, Overrides};
use obelus::rehearsal::Rehearsal;
use obelus::run::Look;
use obelus::{check, process, run, socket};
use obelus_core::conf::Problems;
use obelus_interfaces::console::client::{self, ClientOptions};

/// A PBX that runs Asterisk's configuration.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true)]
struct Arguments {
    /// The daemon's settings: obelus.conf or asterisk.conf.
    #[arg(short = 'C', value_name = "FILE", global = true)]
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
    /// Stay in the foreground, without a console unless -c asks for it.
    #[arg(short = 'f')]
    foreground: bool,
    /// Go to the background, as the program does by itself when its name is asterisk.
    #[arg(short = 'F', conflicts_with_all = ["foreground", "console"])]
    background: bool,
    /// A console in the foreground, as there is by itself when the name is not asterisk.
    #[arg(short = 'c')]
    console: bool,
    /// A crash leaves its core behind.
    #[arg(short = 'g')]
    dump_core: bool,
    /// No log on the console of the foreground, which -f alone does without anyway.
    #[arg(short = 'm', requires = "foreground", conflicts_with = "console")]
    mute: bool,
    /// Run as this user.
    #[arg(short = 'U', value_name = "USER")]
    user: Option<String>,
    /// Run as this group.
    #[arg(short = 'G', value_name = "GROUP")]
    group: Option<String>,
    /// Let `#exec` in configuration files run programs.
    #[arg(short = 'X')]
    exec_includes: bool,
    /// The most calls at a time.
    #[arg(short = 'M', value_name = "CALLS")]
    max_calls: Option<u64>,
    /// Accepted for Asterisk's scripts: media threads have real-time priority wherever the system permits it.
    #[arg(short = 'p', hide = true)]
    real_time: bool,
    /// Accepted for Asterisk's scripts: a recording is in its place when it is complete, not before.
    #[arg(short = 't', hide = true)]
    temporary: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Read the whole configuration, start nothing, and print every problem as `file:line: …`.
    Check,
    /// Try the dialplan without a call.
    #[command(subcommand)]
    Dialplan(Rehearsal),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut problems = Problems::new();
    let daemon = match Daemon::load(&arguments.overrides(), &mut problems) {
        Ok(daemon) => daemon,
        Err(error) => return fail(&error),
    };
    if arguments.remote || arguments.execute.is_some() {
        return attach(&arguments, &daemon);
    }
    let served = match &arguments.command {
        Some(Command::Check) => in_runtime(report(&daemon, problems)),
        Some(Command::Dialplan(rehearsal)) => rehearsal.run(&daemon),
        None if arguments.goes_to_background() => process::go_to_background().map(|()| ExitCode::SUCCESS),
        None => serve(&arguments, &daemon, problems),
    };
    served.unwrap_or_else(|error| fail(&error))
}

impl Arguments {
    fn overrides(&self) -> Overrides {
        let some = |level: u8| (level > 0).then_some(level);
        let flag = |flag: bool| flag.then_some(true);
        Overrides {
            file: self.config.clone(),
            verbose: some(self.verbose),
            debug: some(self.debug),
            max_calls: self.max_calls,
            exec_includes: flag(self.exec_includes),
            dump_core: flag(self.dump_core),
            run_user: self.user.clone(),
            run_group: self.group.clone(),
        }
    }

    fn goes_to_background(&self) -> bool {
        self.background || (is_named_asterisk() && !self.foreground && !self.console)
    }
}

/// Scripts and services that start `asterisk` expect what that program does by itself.
fn is_named_asterisk() -> bool {
    let name = std::env::args_os().next().map(PathBuf::from);
    name.is_some_and(|path| path.file_name().is_some_and(|name| name == "asterisk"))
}

fn in_runtime(work: impl Future<Output = ExitCode>) -> std::io::Result<ExitCode> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work))
}

fn serve(arguments: &Arguments, daemon: &Daemon, problems: Problems) -> std::io::Result<ExitCode> {
    process::allow_files(daemon.max_files)?;
    if daemon.dump_core {
        process::dump_core()?;
    }
    process::become_user(&daemon.identity)?;
    let look = Look {
        plain: arguments.plain,
        quiet: arguments.quiet,
        console: arguments.console || !arguments.foreground,
    };
    in_runtime(run::foreground(daemon, problems, look))
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
    let options = ClientOptions { verbose: arguments.verbose, plain, history, no_shell: daemon.no_shell };
    match client::interact(&socket, &options) {
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
