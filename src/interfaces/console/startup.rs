//! `cli.conf`: commands that run when the PBX starts.

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::conf::{Document, Problems};
use obelus_core::files::ConfigFolder;

/// The file.
const FILE: &str = "cli.conf";

/// When a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// `pre-init` and `pre-module`: before the modules start.
    BeforeModules,
    /// `yes` and `fully-booted`: when everything has started.
    Started,
}

/// The commands of `[startup_commands]`, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Startup(Vec<(String, When)>);

impl Startup {
    /// Reads the file.
    pub fn load(folder: &ConfigFolder, problems: &mut Problems) -> Startup {
        let document = folder.load_if_there(FILE, problems);
        Startup::read(&document, problems)
    }

    fn read(document: &Document, problems: &mut Problems) -> Startup {
        let mut commands = Vec::new();
        for section in document.concrete() {
            if &*section.name != "startup_commands" {
                let message = format!("unknown section [{}]; there is [startup_commands]", section.name);
                problems.error(section.location.clone(), message);
                continue;
            }
            for entry in &section.entries {
                let when = match entry.value.to_ascii_lowercase().as_str() {
                    "pre-init" | "pre-module" => When::BeforeModules,
                    "fully-booted" => When::Started,
                    value if obelus_core::conf::is_true(value) => When::Started,
                    value if obelus_core::conf::is_false(value) => continue,
                    value => {
                        let message =
                            format!("`{value}` is none of pre-init, pre-module, fully-booted, yes and no");
                        problems.error(entry.location.clone(), message);
                        continue;
                    }
                };
                commands.push((entry.key.to_string(), when));
            }
        }
        Startup(commands)
    }

    /// Runs the commands of a moment; what they print goes to the log, and one that fails harms no other.
    pub async fn run(&self, core: &Arc<Core>, when: When) {
        for (line, _) in self.0.iter().filter(|command| command.1 == when) {
            let registry = core.registry();
            match registry.commands().run(core, line, None).await {
                Ok(text) => tracing::info!("cli.conf: {line}: {}", text.trim_end()),
                Err(error) => tracing::warn!("cli.conf: {line}: {error}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::{MemoryFiles, load};

    use super::*;

    #[test]
    fn commands_are_read_with_their_moments() {
        let text = "[startup_commands]\ncore set debug 3 sip = pre-init\ncore set verbose 3 = yes\n\
            core show version = no\nmoh reload = fully-booted\ndialplan reload = later\n[other]\n";
        let mut problems = Problems::new();
        let document = load(&MemoryFiles::new().file(FILE, text), FILE, &mut problems);
        let Startup(commands) = Startup::read(&document, &mut problems);
        let expected = [
            ("core set debug 3 sip".to_owned(), When::BeforeModules),
            ("core set verbose 3".to_owned(), When::Started),
            ("moh reload".to_owned(), When::Started),
        ];
        assert_eq!(commands, expected);
        assert_eq!(problems.errors(), 2, "{problems}");
    }
}
