//! The walls of ARCHITECTURE.md: what no compiler checks is read from the manifests and the tree.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test program: what fails must fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Crates without sockets, clock and randomness, with what of ours each may know.
const PURE: [(&str, &[&str]); 6] = [
    ("src/conf", &[]),
    ("src/dialplan", &["obelus-conf"]),
    ("src/sip", &[]),
    ("src/sdp", &["obelus-media", "obelus-rtp"]),
    ("src/rtp", &[]),
    ("src/media", &[]),
];

/// The other rooms, with what of ours each may know. `channels/*` is any driver.
const ROOMS: [(&str, &[&str]); 10] = [
    ("src/engine", &["obelus-rtp", "obelus-media"]),
    ("src/core", &["obelus-conf", "obelus-dialplan", "obelus-engine", "obelus-media"]),
    ("src/storage", &["obelus-core"]),
    ("src/interfaces", &["obelus-core"]),
    ("src/interfaces/ami", &["obelus-core", "obelus-http", "obelus-interfaces"]),
    ("src/interfaces/http", &["obelus-core"]),
    ("src/scenario", &["obelus-core"]),
    ("channels/*", &["obelus-core", "obelus-sip", "obelus-sdp", "obelus-rtp"]),
    ("apps", &["obelus-core"]),
    ("funcs", &["obelus-core"]),
];

/// What would bring a socket, a clock, a file or chance into a pure crate.
const IMPURE: [&str; 11] =
    ["tokio", "socket2", "mio", "libc", "rustix", "nix", "getrandom", "rand", "fastrand", "uuid", "tracing"];

/// Calls into the world by crates that are values otherwise.
const IMPURE_CALLS: [&str; 4] = ["Zoned::now", "Timestamp::now", "TimeZone::get(", "TimeZone::system("];

/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "manager"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of the workspace's members.
fn members() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let list = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    list.split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The names in one table of a manifest.
fn dependencies(folder: &str, table: &str) -> BTreeSet<String> {
    let manifest = read(format!("{folder}/Cargo.toml"));
    let lines = manifest.lines().skip_while(|line| *line != format!("[{table}]")).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let name = |line: &str| {
        let name: String = line
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
            .collect();
        (!name.is_empty()).then_some(name)
    };
    lines.filter_map(name).collect()
}

/// Every `.rs` file of the project, with its path from the root.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["src", "channels", "apps", "funcs", "bench", "tests"] {
        collect(&root().join(folder), &mut found);
    }
    let mut found: Vec<_> = found.iter().map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect();
    found.sort();
    assert!(found.len() > 300, "only {} files: the search is broken", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Is it a file of tests?
fn is_test(path: &Path) -> bool {
    let test_names = ["tests", "stories", "testing", "properties"];
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        let name = name.strip_suffix(".rs").unwrap_or(&name);
        test_names.contains(&name) || name.ends_with("_stories") || name.ends_with("_tests")
    })
}

fn is_example(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "examples")
}

/// The code of a file, without comments and without its tests.
fn code(path: &Path) -> String {
    let text = read(path);
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn nobody_knows_more_than_the_map_allows() {
    let mut found = Vec::new();
    let mut known = PURE.iter().chain(&ROOMS);
    for member in members() {
        // The bench drives the whole program from outside, as the tests do; tools stand above everything.
        let rule = known.clone().find(|(room, _)| match room.strip_suffix('*') {
            Some(start) => member.starts_with(start),
            None => *room == member,
        });
        let Some((_, allowed)) = rule else { continue };
        let ours =
            dependencies(&member, "dependencies").into_iter().filter(|name| name.starts_with("obelus"));
        found.extend(
            ours.filter(|name| !allowed.contains(&name.as_str())).map(|name| format!("{member} -> {name}")),
        );
    }
    none("who may not know whom", &found);
    // The rule must fit the tree: a room that is renamed must not slip out of it.
    assert!(known.all(|(room, _)| root().join(room.trim_end_matches("/*")).is_dir()));
}

#[test]
fn nobody_but_tools_knows_the_binary() {
    let above = |member: &String| {
        !PURE.iter().chain(&ROOMS).any(|(room, _)| room.trim_end_matches('*') == member)
            && !member.starts_with("channels/")
    };
    let found: Vec<_> = members()
        .into_iter()
        .filter(|member| !above(member) && dependencies(member, "dependencies").contains("obelus"))
        .collect();
    none("they know the binary", &found);
}

#[test]
fn pure_crates_have_no_world() {
    let mut found = Vec::new();
    for (folder, _) in PURE {
        let impure = dependencies(folder, "dependencies");
        found.extend(
            impure.iter().filter(|name| IMPURE.contains(&name.as_str())).map(|n| format!("{folder} -> {n}")),
        );
        let lints = read(format!("{folder}/clippy.toml"));
        for method in ["std::time::Instant::now", "std::time::SystemTime::now", "std::env::var", "std::fs::"]
        {
            if !lints.contains(method) {
                found.push(format!("{folder}/clippy.toml does not forbid {method}"));
            }
        }
    }
    for path in sources().iter().filter(|path| PURE.iter().any(|(folder, _)| path.starts_with(folder))) {
        let calls = IMPURE_CALLS.iter().filter(|call| code(path).contains(**call));
        found.extend(calls.map(|call| format!("{}: {call}", path.display())));
    }
    none("pure crates", &found);
}

#[test]
fn nothing_comes_from_git_or_from_outside() {
    let mut found = Vec::new();
    let git = read("Cargo.lock").lines().filter(|line| line.starts_with("source = \"git")).count();
    if git > 0 {
        found.push(format!("Cargo.lock: {git} packages come from git"));
    }
    for member in members().iter().map(String::as_str).chain([""]) {
        let manifest = Path::new(member).join("Cargo.toml");
        for line in read(&manifest).lines().filter(|line| !line.trim_start().starts_with('#')) {
            if line.contains("git = \"") {
                found.push(format!("{}: {line}", manifest.display()));
            }
            if let Some(path) = line.split_once("path = \"").and_then(|(_, rest)| rest.split('"').next())
                && leaves(&Path::new(member).join(path))
            {
                found.push(format!("{}: {line}", manifest.display()));
            }
        }
    }
    none("dependencies", &found);
}

/// Does a path, taken from the root, lead out of it?
fn leaves(path: &Path) -> bool {
    let mut depth = 0;
    path.components().any(|part| {
        depth += match part {
            Component::Normal(_) => 1,
            Component::ParentDir => -1,
            Component::CurDir => 0,
            Component::RootDir | Component::Prefix(_) => -1000,
        };
        depth < 0
    })
}

#[test]
fn every_crate_is_flat_and_keeps_the_lints() {
    let mut found = Vec::new();
    for member in members() {
        let manifest = read(format!("{member}/Cargo.toml"));
        if !manifest.contains("[lints]\nworkspace = true") {
            found.push(format!("{member} does not take the workspace's lints"));
        }
        if Path::new(&member).join("lib.rs").exists() && !manifest.contains("[lib]\npath = \"lib.rs\"") {
            found.push(format!("{member} is not flat"));
        }
        if root().join(&member).join("src").is_dir() {
            found.push(format!("{member} hides its code in src/"));
        }
    }
    none("manifests", &found);
}

#[test]
fn no_application_knows_another() {
    let lib = read("apps/lib.rs");
    let apps: BTreeSet<&str> =
        lib.lines().filter_map(|line| line.trim().strip_prefix("mod ")?.strip_suffix(';')).collect();
    assert!(apps.len() > 20, "only {} applications: the search is broken", apps.len());
    let mut found = Vec::new();
    for path in sources()
        .iter()
        .filter(|path| path.starts_with("apps") && !path.ends_with("lib.rs") && !is_test(path))
    {
        let own = path.components().nth(1).unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        for (start, _) in code(path).match_indices("crate::") {
            let rest = &code(path)[start + "crate::".len()..];
            let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if word != own && apps.contains(word.as_str()) {
                found.push(format!("{} uses {word}", path.display()));
            }
        }
    }
    none("what two applications share is core", &found);
}

#[test]
fn every_file_says_what_it_is() {
    let found: Vec<_> = sources()
        .iter()
        .filter(|path| !read(path).starts_with("//! "))
        .map(|path| path.display().to_string())
        .collect();
    none("no `//!` on the first line", &found);
}

#[test]
fn no_file_is_too_long() {
    let long = |path: &PathBuf| {
        let lines = read(path).lines().count();
        (lines > 800 && !is_test(path)).then(|| format!("{}: {lines} lines", path.display()))
    };
    none("more than 800 lines", &sources().iter().filter_map(long).collect::<Vec<_>>());
}

#[test]
fn no_name_says_nothing() {
    let empty = |path: &&PathBuf| {
        path.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            EMPTY_NAMES.contains(&name.strip_suffix(".rs").unwrap_or(&name))
        })
    };
    let found: Vec<_> = sources().iter().filter(empty).map(|path| path.display().to_string()).collect();
    none("names that say nothing", &found);
}

#[test]
fn only_the_engines_system_calls_are_unsafe() {
    let unsafe_words = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "(unsafe_code)"];
    let found: Vec<_> = sources()
        .iter()
        .filter(|path| *path != Path::new("src/engine/sys.rs") && *path != Path::new("tests/architecture.rs"))
        // What measures memory counts in an allocator of its own.
        .filter(|path| !is_example(path))
        .filter(|path| unsafe_words.iter().any(|word| code(path).contains(word)))
        .map(|path| path.display().to_string())
        .collect();
    none("unsafe code", &found);
    assert!(code(Path::new("src/engine/sys.rs")).contains("unsafe {"), "the search is broken");
}

#[test]
fn libraries_have_no_global_state_and_do_not_print() {
    let mut found = Vec::new();
    let libraries = sources().into_iter().filter(|path| {
        !is_test(path)
            && !path.starts_with("bench")
            && !path.components().any(|p| p.as_os_str() == "examples")
    });
    for path in libraries {
        let code = code(&path);
        for word in ["static mut ", "println!(", "process::exit("] {
            if code.contains(word) {
                found.push(format!("{}: {word}", path.display()));
            }
        }
    }
    none("global state, or output past the log", &found);
}

#[test]
fn the_map_names_every_room() {
    let map = read("ARCHITECTURE.md");
    let found: Vec<_> = members()
        .into_iter()
        .filter(|member| !map.contains(&format!("`{member}/`")) && !member.starts_with("channels/"))
        .collect();
    none("ARCHITECTURE.md does not name", &found);
}
