//! `cli_permissions.conf`, typed.

use nix::unistd::{Group, User};
use obelus_core::conf::{Document, Entry, Problem, Problems, Reader, Section};
use obelus_core::files::ConfigFolder;
use regex::{Regex, RegexBuilder};

use super::Peer;

/// The file.
const FILE: &str = "cli_permissions.conf";

/// What the file says.
#[derive(Clone, Debug)]
pub(in crate::console) struct Configured {
    /// `default_perm`: for those of whom nothing is said.
    default: bool,
    /// Users and groups, in their order.
    pub(super) of: Vec<Who>,
}

/// What one user or group may do.
#[derive(Clone, Debug)]
pub(super) struct Who {
    /// The name, without `@`.
    pub(super) name: String,
    /// The system's number.
    pub(super) id: u32,
    pub(super) is_group: bool,
    /// The last that fits counts.
    pub(super) rules: Vec<Rule>,
}

/// `permit` or `deny`.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) permit: bool,
    /// `all`, the beginning of commands, or an expression.
    pub(super) command: String,
    expression: Option<Regex>,
}

impl Default for Configured {
    fn default() -> Configured {
        Configured { default: true, of: Vec::new() }
    }
}

impl Configured {
    /// Reads the file; whom the system does not know is left out and reported.
    pub(in crate::console) fn load(folder: &ConfigFolder, problems: &mut Problems) -> Configured {
        let document = folder.load_if_there(FILE, problems);
        Configured::read(&document, &Names::of_system(), problems)
    }

    fn read(document: &Document, names: &Names, problems: &mut Problems) -> Configured {
        let mut configured = Configured::default();
        for section in document.concrete() {
            match &*section.name {
                "general" => {
                    let mut reader = Reader::new(section, problems);
                    let choices = [("permit", true), ("deny", false)];
                    configured.default = reader.choice("default_perm", &choices).unwrap_or(true);
                    let _ = reader.finish();
                }
                name => match names.find(name) {
                    Some((id, is_group)) => {
                        let name = name.trim_start_matches('@').to_owned();
                        configured.of.push(Who { name, id, is_group, rules: rules(section, problems) });
                    }
                    None => {
                        let (kind, name) = match name.strip_prefix('@') {
                            Some(group) => ("group", group),
                            None => ("user", name),
                        };
                        let message = format!("the system has no {kind} `{name}`");
                        problems.push(Problem::warning(section.location.clone(), message));
                    }
                },
            }
        }
        configured
    }

    /// Whether somebody may run a line: what is said of a user counts more than what is said of his group.
    pub(super) fn permit(&self, peer: Peer, line: &str) -> bool {
        let last = |is_group: bool, id: Option<u32>| {
            let own = self.of.iter().filter(|who| who.is_group == is_group && Some(who.id) == id);
            own.flat_map(|who| &who.rules).rfind(|rule| rule.fits(line)).map(|rule| rule.permit)
        };
        last(false, peer.user).or_else(|| last(true, peer.group)).unwrap_or(self.default)
    }
}

impl Rule {
    fn new(permit: bool, command: &str) -> Rule {
        let expression = RegexBuilder::new(command).case_insensitive(true).build().ok();
        Rule { permit, command: command.to_owned(), expression }
    }

    fn fits(&self, line: &str) -> bool {
        let begins =
            || line.get(..self.command.len()).is_some_and(|start| start.eq_ignore_ascii_case(&self.command));
        self.command.eq_ignore_ascii_case("all")
            || begins()
            || self.expression.as_ref().is_some_and(|expression| expression.is_match(line))
    }
}

fn rules(section: &Section, problems: &mut Problems) -> Vec<Rule> {
    let mut rules = Vec::new();
    for Entry { key, value, location, .. } in &section.entries {
        match key.to_ascii_lowercase().as_str() {
            "permit" => rules.push(Rule::new(true, value)),
            "deny" => rules.push(Rule::new(false, value)),
            _ => {
                let message =
                    format!("unknown option `{key}` in [{}]; there are permit and deny", section.name);
                problems.error(location.clone(), message);
            }
        }
    }
    rules
}

/// Where names are looked up.
pub(super) struct Names {
    user: fn(&str) -> Option<u32>,
    group: fn(&str) -> Option<u32>,
}

impl Names {
    /// The system's users and groups.
    pub(super) fn of_system() -> Names {
        Names {
            user: |name| User::from_name(name).ok().flatten().map(|user| user.uid.as_raw()),
            group: |name| Group::from_name(name).ok().flatten().map(|group| group.gid.as_raw()),
        }
    }

    /// The number of a user, or of a group behind `@`, and whether it is one.
    fn find(&self, name: &str) -> Option<(u32, bool)> {
        match name.strip_prefix('@') {
            Some(group) => (self.group)(group).map(|id| (id, true)),
            None => (self.user)(name).map(|id| (id, false)),
        }
    }

    /// The number of a user.
    pub(super) fn user(&self, name: &str) -> Option<u32> {
        (self.user)(name)
    }

    /// The number of a group.
    pub(super) fn group(&self, name: &str) -> Option<u32> {
        (self.group)(name)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::{MemoryFiles, load};

    use super::*;

    fn read(text: &str) -> (Configured, Vec<String>) {
        let names = Names {
            user: |name| ["", "eliel", "tommy"].iter().position(|known| *known == name).map(|id| id as u32),
            group: |name| (name == "adm").then_some(4),
        };
        let mut problems = Problems::new();
        let document = load(&MemoryFiles::new().file(FILE, text), FILE, &mut problems);
        let configured = Configured::read(&document, &names, &mut problems);
        (configured, problems.iter().map(ToString::to_string).collect())
    }

    const FILE_TEXT: &str = "[general]\ndefault_perm = deny\n[support](!)\ndeny = all\npermit = pjsip show\n\
        [@adm]\npermit = core\n\
        [eliel]\ndeny = all\npermit = pjsip show endpoint\ndeny = pjsip show endpoints\n\
        permit = channel originate PJSIP/[0-9]* extension .*\n[tommy](support)\npermit = core set debug\n";

    #[test]
    fn the_last_rule_that_fits_counts() {
        let (configured, problems) = read(FILE_TEXT);
        assert_eq!(problems, Vec::<String>::new());
        let check = |user: Option<u32>, group: Option<u32>, line: &str, expected: bool| {
            assert_eq!(configured.permit(Peer { user, group }, line), expected, "{user:?} {group:?} {line}");
        };
        check(Some(1), None, "pjsip show endpoint 1", true);
        check(Some(1), None, "pjsip show endpoints", false);
        check(Some(1), None, "channel originate PJSIP/12 extension 1", true);
        check(Some(1), None, "channel originate PJSIP/12 application Echo", false);
        check(Some(1), Some(4), "core show version", false);
        check(Some(2), None, "PJSIP Show aors", true);
        check(Some(2), None, "core set debug 3", true);
        check(Some(9), Some(4), "core show version", true);
        check(Some(9), Some(4), "pjsip show aors", false);
        check(None, None, "core show version", false);
        assert!(Configured::default().permit(Peer { user: Some(9), group: None }, "core stop now"));
    }

    #[test]
    fn whom_nobody_knows_is_named() {
        let (configured, problems) = read("[bob]\npermit = all\n[@none]\n[tommy]\nallow = all\n");
        assert_eq!(configured.of.len(), 1);
        let expected = [
            "cli_permissions.conf:1: the system has no user `bob`",
            "cli_permissions.conf:3: the system has no group `none`",
            "cli_permissions.conf:5: unknown option `allow` in [tommy]; there are permit and deny",
        ];
        assert_eq!(problems, expected);
    }
}
