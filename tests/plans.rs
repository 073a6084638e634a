//! Whole dialplans as people write them: an office, a call centre, one that a program wrote. They load without a
//! complaint, and their calls go as their scenarios say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test program: what fails must fail loudly")]

use std::path::{Path, PathBuf};

use obelus::check::check;
use obelus::daemon::{Daemon, Overrides};
use obelus::rehearsal::{Shown, test};
use obelus_core::conf::Problems;

fn folder(plan: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(plan)
}

fn daemon(plan: &str) -> (Daemon, Problems) {
    let mut problems = Problems::new();
    let overrides = Overrides { file: Some(folder(plan).join("obelus.conf")), ..Overrides::default() };
    (Daemon::load(&overrides, &mut problems).unwrap(), problems)
}

#[track_caller]
fn has_no_complaint(plan: &str) {
    let (daemon, problems) = daemon(plan);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let problems = runtime.block_on(check(&daemon, problems));
    assert!(problems.is_empty(), "{problems}");
}

/// Plays the files and returns how many scenarios there were.
#[track_caller]
fn goes_as_it_should(plan: &str, files: &[&str]) -> usize {
    let (daemon, _) = daemon(plan);
    let files: Vec<PathBuf> = files.iter().map(|file| folder(plan).join(file)).collect();
    let mut out = Vec::new();
    let tally = test(&daemon, &files, Shown::default(), &mut out).unwrap();
    assert_eq!(tally.failed, 0, "{}", String::from_utf8_lossy(&out));
    tally.played
}

#[test]
fn an_office() {
    has_no_complaint("office");
    assert!(goes_as_it_should("office", &["calls.toml"]) >= 30);
}

#[test]
fn a_call_centre() {
    has_no_complaint("call-centre");
    assert!(goes_as_it_should("call-centre", &["calls.toml"]) >= 30);
}

#[test]
fn a_dialplan_of_three_thousand_lines_that_a_program_wrote() {
    let lines = std::fs::read_to_string(folder("generated").join("extensions.conf")).unwrap().lines().count();
    assert!(lines >= 3000, "{lines} lines");
    has_no_complaint("generated");
    assert!(goes_as_it_should("generated", &["calls.toml", "calls-generated.toml"]) >= 240);
}

#[test]
fn a_scenario_that_fails_says_where_and_what() {
    let (daemon, _) = daemon("office");
    let scenarios = tempfile::tempdir().unwrap();
    let file = scenarios.path().join("wrong.toml");
    let text = "[[scenario]]\nname = \"wrong\"\ncalls = \"1003@internal\"\nexpect = [\n  { plays = \"welcome\" },\n  { ends = 17 },\n]\n";
    std::fs::write(&file, text).unwrap();
    let mut out = Vec::new();
    let tally =
        test(&daemon, std::slice::from_ref(&file), Shown { coverage: true, log: false }, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!((tally.played, tally.failed), (1, 1));
    assert!(out.contains(&format!("{}:5: wrong: expected: plays welcome", file.display())), "{out}");
    assert!(out.contains("wrong.toml:6: wrong: expected: ends with cause 17"), "{out}");
    assert!(out.contains("lines ran"), "{out}");
}

#[test]
fn nothing_leaves_the_stage() {
    let plan = tempfile::tempdir().unwrap();
    let touched = plan.path().join("touched");
    let lines = format!(
        "[a]\nexten => 1,1,System(touch {0})\n same => n,Set(said=${{SHELL(touch {0})}})\n same => n,Set(FILE({0})=x)\n",
        touched.display()
    );
    std::fs::write(plan.path().join("extensions.conf"), lines).unwrap();
    let file = plan.path().join("calls.toml");
    let text = "configuration = \".\"\n[[scenario]]\nname = \"x\"\ncalls = \"1@a\"\noutside = { \"SHELL(*)\" = \"hello\" }\n\
                leaves = { SYSTEMSTATUS = \"SUCCESS\", said = \"hello\" }\n";
    std::fs::write(&file, text).unwrap();
    let (daemon, _) = daemon("office");
    let mut out = Vec::new();
    let tally = test(&daemon, &[file], Shown::default(), &mut out).unwrap();
    assert_eq!((tally.played, tally.failed), (1, 0), "{}", String::from_utf8_lossy(&out));
    assert!(!touched.exists());
}
