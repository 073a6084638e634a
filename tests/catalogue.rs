//! The catalogue as a whole: every application, function and command, the sample configuration and its prompts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test program: what fails must fail loudly")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use expect_test::expect_file;
use obelus::Pbx;
use obelus::check::check;
use obelus::daemon::{Daemon, Overrides};
use obelus_core::cli::CliError;
use obelus_core::conf::Problems;
use obelus_core::help::Help;
use obelus_core::registry::Registry;
use obelus_interfaces::console::manual;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn daemon(file: PathBuf) -> Daemon {
    Daemon::load(&Overrides { file: Some(file), ..Overrides::default() }, &mut Problems::new()).unwrap()
}

/// Everything that the program registers.
async fn registry() -> Arc<Registry> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("obelus.conf");
    std::fs::write(
        &file,
        "[directories]\nastvarlibdir => .\nastspooldir => .\nastrundir => .\nastlogdir => .\n",
    )
    .unwrap();
    let pbx = Pbx::start(&daemon(file), Problems::new()).await.unwrap();
    let registry = pbx.core().registry();
    pbx.stop().await;
    registry
}

/// Name, kind and help of every application and function.
fn helps(registry: &Registry) -> Vec<(&'static str, &'static Help)> {
    let apps = registry.apps().map(|app| (app.name(), app.help()));
    let functions = registry.functions().map(|function| (function.name(), function.help()));
    apps.chain(functions).collect()
}

fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[tokio::test]
async fn every_help_is_made_of_sentences() {
    let registry = registry().await;
    let mut found = Vec::new();
    for (name, help) in helps(&registry) {
        let is_sentence = |text: &str| {
            text.ends_with(['.', ')']) && text.chars().next().is_some_and(|first| !first.is_lowercase())
        };
        if !help.synopsis.ends_with('.') || help.synopsis.contains('\n') || !is_sentence(help.synopsis) {
            found.push(format!("{name}: synopsis `{}`", help.synopsis));
        }
        if !help.description.is_empty() && !help.description.trim_end().ends_with(['.', ':', '`', ')']) {
            found.push(format!("{name}: description ends with `{}`", last_line(help.description)));
        }
        for option in help.options() {
            if !option.text.ends_with('.') {
                found.push(format!("{name}: option {} says `{}`", option.letter, option.text));
            }
        }
    }
    none("helps", &found);
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}

#[tokio::test]
async fn no_option_letter_or_argument_stands_twice() {
    let registry = registry().await;
    let mut found = Vec::new();
    for (name, help) in helps(&registry) {
        let mut letters = BTreeSet::new();
        found.extend(
            help.options()
                .iter()
                .filter(|o| !letters.insert(o.letter))
                .map(|o| format!("{name}: option {}", o.letter)),
        );
        let mut names = BTreeSet::new();
        found.extend(
            help.arguments
                .iter()
                .filter(|a| !names.insert(a.name))
                .map(|a| format!("{name}: argument {}", a.name)),
        );
    }
    none("arguments", &found);
}

#[tokio::test]
async fn every_function_has_examples() {
    let registry = registry().await;
    let found: Vec<_> = registry
        .functions()
        .filter(|function| function.readable() && function.examples().is_empty())
        .map(|function| function.name().to_owned())
        .collect();
    none("functions without an example", &found);
    assert!(registry.functions().count() > 50);
}

#[tokio::test]
async fn who_is_named_as_related_exists() {
    let registry = registry().await;
    let known = |name: &str| registry.app(name).is_some() || registry.function(name).is_some();
    let found: Vec<_> = helps(&registry)
        .iter()
        .flat_map(|(name, help)| help.see_also.iter().map(move |other| (name, *other)))
        .filter(|(_, other)| !known(other))
        .map(|(name, other)| format!("{name} -> {other}"))
        .collect();
    none("related, and not there", &found);
}

/// `UPDATE_EXPECT=1` writes the page anew.
#[tokio::test]
async fn every_command_is_in_the_manual() {
    let registry = registry().await;
    let page = format!(
        "# Console commands\n\nMade from the commands themselves, in the order of `core show help`; \
         [console.md](console.md) says how the console is used.\n{}",
        manual::commands(registry.commands())
    );
    expect_file!["../docs/commands.md"].assert_eq(&page);
}

#[tokio::test]
async fn every_command_says_what_it_does() {
    let registry = registry().await;
    // In Asterisk's manner: no sentence, and no full stop.
    let is_right = |text: &str| !text.is_empty() && !text.ends_with('.') && !text.contains('\n');
    let commands = registry.commands().iter().filter(|command| !is_right(command.synopsis()));
    none("commands", &commands.map(|command| command.syntax().to_owned()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_sample_configuration_has_no_problem() {
    let mut problems = Problems::new();
    let overrides = Overrides { file: Some(root().join("etc/obelus.conf")), ..Overrides::default() };
    let daemon = Daemon::load(&overrides, &mut problems).unwrap();
    let problems = check(&daemon, problems).await;
    none("etc/", &problems.iter().map(ToString::to_string).collect::<Vec<_>>());
}

/// Applications of the sample dialplan whose first argument names prompts.
const PLAYING: [&str; 3] = ["Playback", "BackGround", "Read"];

#[test]
fn every_prompt_of_the_sample_dialplan_is_there() {
    let plan = std::fs::read_to_string(root().join("etc/extensions.conf")).unwrap();
    let mut prompts = BTreeSet::new();
    for app in PLAYING {
        for (start, _) in plan.match_indices(&format!("{app}(")) {
            let rest = &plan[start + app.len() + 1..];
            let first = rest.split([',', ')']).next().unwrap();
            prompts.extend(first.split('&').map(str::to_owned));
        }
    }
    assert!(prompts.len() >= 5, "only {prompts:?}: the search is broken");
    let sounds = root().join("sounds/en");
    let found: Vec<_> = prompts
        .into_iter()
        .filter(|prompt| {
            !["wav", "gsm", "ulaw", "alaw", "sln"]
                .iter()
                .any(|e| sounds.join(format!("{prompt}.{e}")).is_file())
        })
        .collect();
    none("prompts that are missing in sounds/en", &found);
}

#[test]
fn every_sample_file_is_in_the_manual() {
    let manual = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let files = std::fs::read_dir(root().join("etc")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    // A section of its own, or a link to the page that it has.
    let is_there =
        |name: &str| manual.contains(&format!("\n## {name}\n")) || manual.contains(&format!("[`{name}`]("));
    let found: Vec<_> = names.filter(|name| name != "phones.conf" && !is_there(name)).collect();
    none("files that docs/configuration.md does not name", &found);
}

/// The names are facts: what programs and scripts for Asterisk may ask.
#[tokio::test]
async fn every_action_and_command_of_asterisk_is_served_or_refused_with_a_reason() {
    let registry = registry().await;
    let manual = include_str!("../docs/manager.md");
    let actions = include_str!("golden/asterisk-actions.txt").lines();
    let unknown = |name: &&str| registry.action(name).is_none() && !manual.contains(&format!("`{name}`"));
    none("actions", &actions.filter(unknown).map(str::to_owned).collect::<Vec<_>>());
    let commands = include_str!("golden/asterisk-commands.txt").lines();
    let unknown = |line: &&str| match registry.commands().resolve(line) {
        Ok(_) => false,
        Err(CliError::Unknown { suggestion, .. }) => !suggestion.starts_with(": "),
        Err(_) => true,
    };
    none("commands", &commands.filter(unknown).map(str::to_owned).collect::<Vec<_>>());
}
