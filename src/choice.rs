//! `modules.conf`: which modules are loaded.

use std::collections::{BTreeMap, BTreeSet};

use obelus_core::conf::{Document, Entry, Location, Problem, Problems, suggest};
use obelus_core::files::ConfigFolder;
use obelus_core::module_names::{OTHERS, PARTS, PROVIDERS};
use obelus_core::registry::Registry;

const FILE: &str = "modules.conf";

/// Modules of Asterisk's names that have a life of their own here.
const OWN: [&str; 4] = ["chan_pjsip", "pbx_config", "pbx_spool", "res_musiconhold"];

const WORDS: [&str; 7] =
    ["autoload", "load", "noload", "preload", "preload-require", "require", "load-require"];

/// What modules.conf asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// `autoload`: everything that is not left out.
    all: bool,
    named: BTreeMap<&'static str, Asked>,
    left_out: BTreeSet<&'static str>,
}

/// Where a module is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    place: Location,
    required: bool,
}

impl Default for Choice {
    fn default() -> Choice {
        Choice { all: true, named: BTreeMap::new(), left_out: BTreeSet::new() }
    }
}

impl Choice {
    /// Reads modules.conf; without the file everything is loaded.
    pub fn load(folder: &ConfigFolder, problems: &mut Problems) -> Choice {
        let document = folder.load_if_there(FILE, problems);
        if document.concrete().next().is_none() {
            return Choice::default();
        }
        Choice::read(&document, problems)
    }

    fn read(document: &Document, problems: &mut Problems) -> Choice {
        let mut choice = Choice { all: false, ..Choice::default() };
        for section in document.concrete() {
            match &*section.name {
                "modules" => section.entries.iter().for_each(|entry| choice.take(entry, problems)),
                "global" | "general" if section.entries.is_empty() => {}
                other => {
                    let problem = Problem::error(
                        section.location.clone(),
                        format!("section [{other}] is unknown; there is [modules]"),
                    );
                    problems.push(problem.suggesting(suggest(other, ["modules"])));
                }
            }
        }
        choice
    }

    fn take(&mut self, entry: &Entry, problems: &mut Problems) {
        let word = entry.key.to_ascii_lowercase();
        if word == "autoload" {
            self.all = obelus_core::conf::is_true(&entry.value);
            return;
        }
        if !WORDS.contains(&word.as_str()) {
            let problem = Problem::error(entry.location.clone(), format!("unknown option `{}`", entry.key));
            problems.push(problem.suggesting(suggest(&word, WORDS)));
            return;
        }
        let name = bare(&entry.value);
        match known(name) {
            Some(Known::Name(name)) if word == "noload" => drop(self.left_out.insert(name)),
            Some(Known::Name(name)) => {
                let asked = Asked { place: entry.location.clone(), required: word.ends_with("require") };
                self.named.insert(name, asked);
            }
            Some(Known::Part(does)) if word == "noload" => problems.push(Problem::warning(
                entry.location.clone(),
                format!("{name} ({does}) is a part of the program and cannot be left out"),
            )),
            Some(Known::Part(_)) => {}
            None => {
                let problem = Problem::error(entry.location.clone(), format!("unknown module `{name}`"));
                problems.push(problem.suggesting(suggest(name, names())));
            }
        }
    }

    /// Whether the module of this name is to be loaded.
    pub fn wants(&self, module: &str) -> bool {
        !self.left_out.contains(module) && (self.all || self.named.contains_key(module))
    }

    /// Takes out of the registry what belongs to modules that are not wanted.
    pub fn apply(&self, registry: &mut Registry) {
        let all = PROVIDERS.iter().copied().chain(OWN.iter().map(|name| (*name, &[] as &[&'static str])));
        for (module, provides) in all.filter(|(module, _)| !self.wants(module)) {
            registry.leave_out(module, provides);
        }
    }

    /// Names the modules that are asked for and not here.
    pub fn check(&self, registry: &Registry, problems: &mut Problems) {
        for (module, asked) in &self.named {
            if self.left_out.contains(module) || is_here(module, registry) {
                continue;
            }
            let place = asked.place.clone();
            problems.push(match asked.required {
                true => Problem::error(place, format!("{module} is required, but it is not served yet")),
                false => Problem::warning(place, format!("{module} is not served yet")),
            });
        }
    }
}

fn is_here(module: &str, registry: &Registry) -> bool {
    let provides =
        PROVIDERS.iter().find(|(name, _)| *name == module).map_or(&[] as &[&str], |(_, names)| names);
    let is_there = |name: &&str| registry.app(name).is_some() || registry.function(name).is_some();
    registry.module(module).is_some() || provides.iter().any(is_there)
}

enum Known {
    /// A part of the program, and what it does.
    Part(&'static str),
    /// Another module of Asterisk, which may be here or not.
    Name(&'static str),
}

fn known(name: &str) -> Option<Known> {
    let part = PARTS.iter().find(|(part, _)| *part == name).map(|(_, does)| Known::Part(does));
    part.or_else(|| names().find(|known| *known == name).map(Known::Name))
}

fn names() -> impl Iterator<Item = &'static str> {
    let providers = PROVIDERS.iter().map(|(module, _)| *module);
    let parts = PARTS.iter().map(|(part, _)| *part);
    providers.chain(OWN).chain(parts).chain(OTHERS.iter().copied())
}

fn bare(value: &str) -> &str {
    let value = value.trim();
    value.strip_suffix(".so").unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;

    use super::*;

    fn load(text: &str) -> (Choice, Vec<String>) {
        let mut problems = Problems::new();
        let choice = Choice::load(&ConfigFolder::of(MemoryFiles::new().file(FILE, text)), &mut problems);
        (choice, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn everything_but_what_is_left_out() {
        let (choice, problems) =
            load("[modules]\nautoload = yes\nnoload => app_dial.so\nnoload = chan_skinny.so\n");
        assert_eq!(problems, Vec::<String>::new());
        assert!(!choice.wants("app_dial") && choice.wants("app_echo"));
    }

    #[test]
    fn nothing_but_what_is_named() {
        let (choice, problems) = load("[modules]\nautoload = no\nload = app_dial\nrequire = chan_pjsip.so\n");
        assert_eq!(problems, Vec::<String>::new());
        assert!(choice.wants("app_dial") && choice.wants("chan_pjsip") && !choice.wants("app_echo"));
    }

    #[test]
    fn without_a_file_everything_is_loaded() {
        let mut problems = Problems::new();
        let choice = Choice::load(&ConfigFolder::of(MemoryFiles::new()), &mut problems);
        assert!(problems.is_empty() && choice.wants("app_dial"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (_, problems) = load(
            "[modules]\nautolod = yes\nload = app_dail.so\nload = chan_dahdi.so\nnoload = codec_ulaw.so\n[moduls]\n",
        );
        let expected = [
            "modules.conf:2: unknown option `autolod`; did you mean `autoload`?",
            "modules.conf:3: unknown module `app_dail`; did you mean `app_dial`?",
            "modules.conf:5: codec_ulaw (G.711 mu-law) is a part of the program and cannot be left out",
            "modules.conf:6: section [moduls] is unknown; there is [modules]; did you mean `modules`?",
        ];
        assert_eq!(problems, expected);
    }

    #[test]
    fn what_is_asked_for_and_not_here_is_named() {
        let (choice, _) =
            load("[modules]\nload = chan_dahdi.so\nrequire = res_odbc.so\nload = app_echo.so\n");
        let mut registry = Registry::default();
        obelus_apps::register(&mut registry);
        let mut problems = Problems::new();
        choice.check(&registry, &mut problems);
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let expected = [
            "modules.conf:2: chan_dahdi is not served yet",
            "modules.conf:3: res_odbc is required, but it is not served yet",
        ];
        assert_eq!(problems, expected);
    }
}
