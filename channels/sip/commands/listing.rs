//! `pjsip list Xs`, `pjsip show Xs` and `pjsip show X <id>`, the same for every kind of object.

use std::fmt::Write;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::registry::Registry;
use regex::RegexBuilder;

use super::layout;
use crate::config::Config;
use crate::driver::Driver;

/// What a listing looks at.
pub(super) struct View<'a> {
    pub(super) driver: &'a Driver,
    pub(super) config: Arc<Config>,
    pub(super) now: SystemTime,
}

/// How a row is printed.
#[derive(Clone, Copy)]
pub(super) struct Depth {
    /// How far in it stands.
    pub(super) level: usize,
    /// Whether what belongs to the object follows it.
    pub(super) with_parts: bool,
}

impl Depth {
    /// That of what belongs to the object.
    pub(super) fn inner(self) -> Depth {
        Depth { level: self.level + 1, ..self }
    }
}

/// A kind of object that can be listed.
pub(super) trait Listing: Send + Sync + 'static {
    /// `pjsip list endpoints [like <pattern>]` and its synopsis.
    const LIST: (&'static str, &'static str);
    /// `pjsip show endpoints [like <pattern>]` and its synopsis.
    const SHOW_ALL: (&'static str, &'static str);
    /// `pjsip show endpoint <id>` and its synopsis.
    const SHOW: (&'static str, &'static str);

    /// The names, in order.
    fn names(view: &View<'_>) -> Vec<String>;

    /// The headers.
    fn header(out: &mut String, depth: Depth);

    /// One object; `false` where there is none of this name.
    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool;

    /// The options of one object; nothing where it has none.
    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)>;
}

/// The options of an object of the configuration.
pub(super) fn settings_of<T: crate::config::Shown>(object: Option<&Arc<T>>) -> Vec<(String, String)> {
    let settings = object.map(|object| object.settings()).unwrap_or_default();
    settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Adds the three commands of a kind.
pub(super) fn add<L: Listing>(driver: &Arc<Driver>, registry: &mut Registry) {
    registry.add_command(Many::<L> { driver: driver.clone(), with_parts: false, kind: PhantomData });
    registry.add_command(Many::<L> { driver: driver.clone(), with_parts: true, kind: PhantomData });
    registry.add_command(One::<L> { driver: driver.clone(), kind: PhantomData });
}

struct Many<L> {
    driver: Arc<Driver>,
    with_parts: bool,
    kind: PhantomData<L>,
}

struct One<L> {
    driver: Arc<Driver>,
    kind: PhantomData<L>,
}

impl<L: Listing> Many<L> {
    fn texts(&self) -> (&'static str, &'static str) {
        if self.with_parts { L::SHOW_ALL } else { L::LIST }
    }
}

#[async_trait]
impl<L: Listing> CliCommand for Many<L> {
    fn syntax(&self) -> &'static str {
        self.texts().0
    }

    fn synopsis(&self) -> &'static str {
        self.texts().1
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { vec!["like".to_owned()] } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let pattern = match call.arguments() {
            [] => "",
            ["like", pattern] => *pattern,
            _ => return Err(CliError::Usage(self.syntax().to_owned())),
        };
        let is_wanted = RegexBuilder::new(pattern).case_insensitive(true).build();
        let is_wanted =
            is_wanted.map_err(|_| CliError::failed(format!("'{pattern}' is not a regular expression")))?;
        let view = self.driver.view();
        let names: Vec<String> =
            L::names(&view).into_iter().filter(|name| is_wanted.is_match(name)).collect();
        if names.is_empty() {
            return Ok("No objects found.\n\n".to_owned());
        }
        let depth = Depth { level: 0, with_parts: self.with_parts };
        let mut out = beginning::<L>(depth);
        let count = names.iter().filter(|name| L::row(&view, &mut out, name, depth)).count();
        let _ = writeln!(out, "\nObjects found: {count}\n");
        Ok(out)
    }
}

#[async_trait]
impl<L: Listing> CliCommand for One<L> {
    fn syntax(&self) -> &'static str {
        L::SHOW.0
    }

    fn synopsis(&self) -> &'static str {
        L::SHOW.1
    }

    fn complete(&self, _core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { L::names(&self.driver.view()) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let Some(name) = call.argument(0) else { return Err(CliError::failed("No object specified.")) };
        let view = self.driver.view();
        let depth = Depth { level: 0, with_parts: true };
        let mut out = beginning::<L>(depth);
        if !L::row(&view, &mut out, name, depth) {
            return Ok(format!("Unable to find object {name}.\n\n"));
        }
        let settings = L::settings(&view, name);
        if !settings.is_empty() {
            out.push('\n');
            layout::parameters(&mut out, &settings);
        }
        out.push('\n');
        Ok(out)
    }
}

fn beginning<L: Listing>(depth: Depth) -> String {
    let mut out = String::from("\n");
    L::header(&mut out, depth);
    layout::rule(&mut out);
    out
}

impl Driver {
    /// The state of this moment, for a listing.
    pub(super) fn view(&self) -> View<'_> {
        View { driver: self, config: self.config_arc(), now: self.core.clock.now().into() }
    }
}
