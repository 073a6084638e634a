//! `core show applications` and `core show application`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::app::App;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

pub(super) struct ShowApplications;

#[async_trait]
impl CliCommand for ShowApplications {
    fn syntax(&self) -> &'static str {
        "core show applications [like|describing] <text>"
    }

    fn synopsis(&self) -> &'static str {
        "Shows registered dialplan applications"
    }

    fn description(&self) -> &'static str {
        "Lists the applications; with `like` those whose names contain the text, with `describing` those whose\n\
         descriptions contain all the words."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let registry = call.core.registry();
        let search = match call.arguments() {
            [] => None,
            [word, text] if word.eq_ignore_ascii_case("like") => Some(Search::Like(text)),
            [word, texts @ ..] if word.eq_ignore_ascii_case("describing") && !texts.is_empty() => {
                Some(Search::Describing(texts))
            }
            _ => return Err(usage(self)),
        };
        let fits = |app: &&Arc<dyn App>| search.is_none_or(|search| search.finds(app.as_ref()));
        let found: Vec<&Arc<dyn App>> = registry.apps().filter(fits).collect();
        let (title, end) =
            if search.is_some() { ("Matching", "Matching") } else { ("Registered", "Registered") };
        let mut text = format!("    -= {title} Asterisk Applications =-\n");
        for app in &found {
            let _ = writeln!(text, "  {:>20}: {}", app.name(), app.help().synopsis);
        }
        let _ = writeln!(text, "    -= {} Applications {end} =-", found.len());
        Ok(text)
    }
}

#[derive(Clone, Copy)]
enum Search<'a> {
    Like(&'a str),
    Describing(&'a [&'a str]),
}

impl Search<'_> {
    fn finds(self, app: &dyn App) -> bool {
        let contains = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
        match self {
            Search::Like(part) => contains(app.name(), part),
            Search::Describing(parts) => parts.iter().all(|part| contains(app.help().description, part)),
        }
    }
}

pub(super) struct ShowApplication;

#[async_trait]
impl CliCommand for ShowApplication {
    fn syntax(&self) -> &'static str {
        "core show application <application> [<application>...]"
    }

    fn synopsis(&self) -> &'static str {
        "Describe a specific dialplan application"
    }

    fn complete(&self, core: &Core, _words: &[&str]) -> Vec<String> {
        core.registry().apps().map(|app| app.name().to_owned()).collect()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if call.arguments().is_empty() {
            return Err(usage(self));
        }
        let registry = call.core.registry();
        let found = call.arguments().iter().filter_map(|name| registry.app(name));
        let pages: String = found.map(|app| app.help().page("Application", app.name(), "")).collect();
        match pages.is_empty() {
            true => Err(CliError::failed("Your application(s) is (are) not registered")),
            false => Ok(pages),
        }
    }
}
