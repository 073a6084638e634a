//! `obelus dialplan why` and `obelus dialplan test`: trying the dialplan without a call.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Subcommand;
use jiff::{Unit, Zoned};
use obelus_core::Core;
use obelus_core::conf::Problems;
use obelus_core::files::ConfigFolder;
use obelus_core::interpreter::{LoadedPlan, PbxConfig};
use obelus_core::registry::Registry;
use obelus_scenario::{Coverage, Outcome, Question, Scenario, ScenarioFile, Stage, why};

use crate::choice::Choice;
use crate::daemon::Daemon;
use crate::modules;

/// Modules whose configuration calls need, and that touch nothing outside the program.
const STARTS: &[&str] = &["features"];

/// What can be done with the dialplan without making a call.
#[derive(Debug, Subcommand)]
pub enum Rehearsal {
    /// Say which extension a number leads to and why not to the others, then the steps as far as they can be known.
    Why {
        /// The caller's number; "" for a caller without one.
        caller: String,
        /// The context in which the call begins.
        context: String,
        /// The number that is dialled.
        number: String,
        /// When: 2026-03-02T10:00[Europe/Berlin]; now by default.
        #[arg(long, value_name = "TIME")]
        at: Option<Zoned>,
        /// List every extension, however far it is from the number.
        #[arg(long)]
        all: bool,
    },
    /// Play the calls of scenario files in virtual time and compare what happens with what they expect.
    Test {
        /// The files; docs/dialplan-test.md says what is in them.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Print which lines of the dialplan ran.
        #[arg(long)]
        coverage: bool,
        /// Print everything that happened in each scenario.
        #[arg(long)]
        log: bool,
    },
}

/// How many scenarios were played, and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub played: usize,
    /// Those in which something went otherwise than expected.
    pub failed: usize,
}

impl Rehearsal {
    /// Does it, and says whether all was as it should be.
    ///
    /// # Errors
    /// When nothing can be printed, or the system gives no threads.
    pub fn run(&self, daemon: &Daemon) -> std::io::Result<ExitCode> {
        let mut out = std::io::stdout().lock();
        let good = match self {
            Rehearsal::Why { caller, context, number, at, all } => {
                let at = at.clone().unwrap_or_else(this_minute);
                let plan = stage(daemon, &daemon.folder())?.0;
                let (text, found) = why(plan.plan(), &Question { caller, context, number, at, all: *all });
                out.write_all(text.as_bytes())?;
                found
            }
            Rehearsal::Test { files, coverage, log } => {
                let tally = test(daemon, files, Shown { coverage: *coverage, log: *log }, &mut out)?;
                tally.failed == 0
            }
        };
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Now, without seconds, which no timing looks at.
fn this_minute() -> Zoned {
    let now = Zoned::now();
    now.round(Unit::Minute).unwrap_or(now)
}

/// What is printed beside the failures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// Which lines ran.
    pub coverage: bool,
    /// Everything that happened.
    pub log: bool,
}

/// Plays the scenarios of all files; a file that cannot be read counts as one that failed.
///
/// # Errors
/// When `out` takes no more, or the system gives no threads.
pub fn test(daemon: &Daemon, files: &[PathBuf], shown: Shown, out: &mut dyn Write) -> std::io::Result<Tally> {
    let mut tally = Tally::default();
    let mut stages: BTreeMap<PathBuf, Stage> = BTreeMap::new();
    for path in files {
        let file = match read(path) {
            Ok(file) => file,
            Err(message) => {
                writeln!(out, "{message}")?;
                tally.played += 1;
                tally.failed += 1;
                continue;
            }
        };
        let folder = match &file.configuration {
            Some(folder) => ConfigFolder::new(folder, daemon.exec_includes),
            None => daemon.folder(),
        };
        if !stages.contains_key(folder.path()) {
            let (stage, problems) = stage(daemon, &folder)?;
            for problem in problems.iter() {
                writeln!(out, "{problem}")?;
            }
            stages.insert(folder.path().to_owned(), stage);
        }
        let Some(stage) = stages.get(folder.path()) else { continue };
        for outcome in play(stage, &file.scenarios)? {
            tally.played += 1;
            tally.failed += usize::from(!outcome.passed());
            print(path, &outcome, shown, out)?;
        }
    }
    for stage in stages.values().filter(|_| shown.coverage) {
        write!(out, "{}", Coverage::of(stage.plan()))?;
    }
    writeln!(out, "{} scenarios, {} failed", tally.played, tally.failed)?;
    Ok(tally)
}

fn read(path: &Path) -> Result<ScenarioFile, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    ScenarioFile::parse(path, &text).map_err(|error| error.to_string())
}

fn print(path: &Path, outcome: &Outcome, shown: Shown, out: &mut dyn Write) -> std::io::Result<()> {
    if shown.log {
        writeln!(out, "{}:{}: {}", path.display(), outcome.line, outcome.name)?;
        outcome.log().iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    for failure in &outcome.failures {
        writeln!(out, "{}:{}: {}: {failure}", path.display(), failure.line, outcome.name)?;
    }
    Ok(())
}

/// All scenarios at once, as many as there are processors; the outcomes are in order.
fn play(stage: &Stage, scenarios: &[Scenario]) -> std::io::Result<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<BTreeMap<usize, std::io::Result<Outcome>>> = Mutex::default();
    let work = || {
        while let Some((index, scenario)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            scenarios.get(index).map(|scenario| (index, scenario))
        } {
            let outcome = stage.play(scenario);
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(index, outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism()?.get().min(scenarios.len()) {
            std::thread::Builder::new().name("scenarios".to_owned()).spawn_scoped(scope, work)?;
        }
        std::io::Result::Ok(())
    })?;
    outcomes.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// A stage for the dialplan of a folder, and what is wrong with it.
fn stage(daemon: &Daemon, folder: &ConfigFolder) -> std::io::Result<(Stage, Problems)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _guard = runtime.enter();
    let mut problems = Problems::new();
    let choice = Choice::load(folder, &mut problems);
    let scenery_folder = folder.clone();
    let scenery = move |core: &Arc<Core>, registry: &mut Registry| {
        modules::features(core, &scenery_folder, &choice, registry);
    };
    let core = obelus_core::testing::dry_core(daemon.settings.clone());
    let mut registry = Registry::default();
    scenery(&core, &mut registry);
    core.install(registry.finish().map_err(std::io::Error::other)?);
    let plan: LoadedPlan = PbxConfig::read(&core, folder, &mut problems);
    core.uninstall();
    problems.sort();
    Ok((Stage::new(daemon.settings.clone(), Box::new(scenery), STARTS, plan), problems))
}
