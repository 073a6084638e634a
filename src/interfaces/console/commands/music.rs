//! `moh show classes`, `moh show files`, `moh reload` and `moh unregister class`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::music::{Class, Mode};

use crate::control::Control;
use crate::usage::usage;

pub(super) struct ShowClasses;

#[async_trait]
impl CliCommand for ShowClasses {
    fn syntax(&self) -> &'static str {
        "moh show classes"
    }

    fn synopsis(&self) -> &'static str {
        "List MusicOnHold classes"
    }

    fn description(&self) -> &'static str {
        "Lists the classes of musiconhold.conf."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let mut text = String::new();
        for class in call.core.music.load().classes() {
            push_class(&mut text, class);
        }
        Ok(text)
    }
}

fn push_class(text: &mut String, class: &Class) {
    let folder = match &class.mode {
        Mode::Files(folder) => folder.display().to_string(),
        Mode::Playlist => "nodir".to_owned(),
    };
    let _ = writeln!(text, "Class: {}\n\tMode: {}\n\tDirectory: {folder}", class.name, class.mode_word());
    if let Some(announcement) = &class.announcement {
        let _ = writeln!(text, "\tAnnouncement: {announcement}");
    }
}

pub(super) struct ShowFiles;

#[async_trait]
impl CliCommand for ShowFiles {
    fn syntax(&self) -> &'static str {
        "moh show files"
    }

    fn synopsis(&self) -> &'static str {
        "List MusicOnHold file-based classes"
    }

    fn description(&self) -> &'static str {
        "Lists the classes that have files, and their files."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let mut text = String::new();
        for class in call.core.music.load().classes().iter().filter(|class| !class.files.is_empty()) {
            let _ = writeln!(text, "Class: {}", class.name);
            for file in &class.files {
                let _ = writeln!(text, "\tFile: {file}");
            }
        }
        Ok(text)
    }
}

pub(super) struct Reload(pub(super) Arc<dyn Control>);

#[async_trait]
impl CliCommand for Reload {
    fn syntax(&self) -> &'static str {
        "moh reload"
    }

    fn synopsis(&self) -> &'static str {
        "Reload MusicOnHold"
    }

    fn description(&self) -> &'static str {
        "Reads musiconhold.conf and its folders again; whoever listens keeps the class that it has."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        let reloaded = self.0.reload(Some("res_musiconhold")).await;
        reloaded.map(|()| String::new()).map_err(|error| CliError::failed(error.to_string()))
    }
}

pub(super) struct Unregister;

#[async_trait]
impl CliCommand for Unregister {
    fn syntax(&self) -> &'static str {
        "moh unregister class <class>"
    }

    fn synopsis(&self) -> &'static str {
        "Unregister realtime MOH class"
    }

    fn description(&self) -> &'static str {
        "Forgets a class until `moh reload` reads it again; whoever listens to it goes on."
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words.len() {
            3 => core.music.load().classes().iter().map(|class| class.name.to_string()).collect(),
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let before = call.core.music.rcu(|music| music.without(name));
        match before.class(name) {
            Some(_) => Ok(String::new()),
            None => Err(CliError::failed(format!("No such moh class '{name}'"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::music::Order;

    use super::*;

    #[test]
    fn a_class_is_shown_as_asterisk_shows_it() {
        let mut text = String::new();
        push_class(
            &mut text,
            &Class {
                name: "ads".into(),
                mode: Mode::Files("/data/moh".into()),
                order: Order::Random,
                loops_last: false,
                announcement: Some("queue-thankyou".to_owned()),
                digit: None,
                answered_only: false,
                files: Vec::new(),
            },
        );
        let expected = "Class: ads\n\tMode: files\n\tDirectory: /data/moh\n\tAnnouncement: queue-thankyou\n";
        assert_eq!(text, expected);
    }
}
