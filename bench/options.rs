//! What the command line asks for.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Measures a running Obelus and prints one table.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// What is measured.
    #[arg(value_enum, default_value_t = What::All)]
    pub(crate) what: What,
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) part: Option<Part>,
}

/// The measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// All of them.
    All,
    /// Calls set up and ended.
    Setup,
    /// Calls set up while programs listen.
    Listeners,
    /// Bridged calls that talk.
    Media,
    /// Registrations.
    Register,
    /// Priorities and searches of the dialplan.
    Dialplan,
    /// Memory without and with calls.
    Memory,
}

/// How it is measured.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// The program to be measured.
    #[arg(long, value_name = "FILE", default_value = "target/release/obelus")]
    pub(crate) program: PathBuf,
    /// Writes the figures there too, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// The numbers of bridged calls.
    #[arg(long, value_name = "CALLS", value_delimiter = ',', default_values_t = [50, 100, 200, 400])]
    pub(crate) calls: Vec<usize>,
    /// Measures a fifth as long: to see that it works, not for figures.
    #[arg(long)]
    pub(crate) short: bool,
}

impl Options {
    /// As many seconds, or fewer in a short run.
    pub(crate) fn seconds(&self, usual: u32) -> u32 {
        if self.short { usual.div_ceil(5) } else { usual }
    }
}

/// Processes that the program starts of itself.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Part {
    /// Telephones that call through the PBX and talk.
    #[command(hide = true)]
    Phones(PhonesOptions),
}

/// What the telephones do.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct PhonesOptions {
    /// Where the PBX is.
    #[arg(long)]
    pub(crate) pbx: SocketAddr,
    /// Where the telephones are, as the PBX knows.
    #[arg(long)]
    pub(crate) here: SocketAddr,
    /// How many calls.
    #[arg(long)]
    pub(crate) calls: usize,
    /// How long packets are timed, in seconds.
    #[arg(long)]
    pub(crate) timed: u32,
    /// How long they are only counted, in seconds.
    #[arg(long)]
    pub(crate) counted: u32,
}
