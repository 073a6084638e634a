//! Reading a file, with all that it includes and inherits.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::conf::{Document, Problems, Section};
use regex::Regex;

use super::existing;
use crate::ami::Ami;

const READ: Classes = Classes::SYSTEM.with(Classes::CONFIG);

/// Reads the file that the message names; the error has been answered if that cannot be.
fn load(ami: &Ami, call: &mut ActionCall<'_>) -> Option<Document> {
    let path = existing(ami, call.core, call.message.get("Filename"));
    let path = path.map_err(|refusal| call.reply.error(refusal.text())).ok()?;
    let mut problems = Problems::new();
    let document = ami.folder.load(&path.display().to_string(), &mut problems);
    if problems.errors() > 0 {
        call.reply.error("Config file has invalid format");
        return None;
    }
    Some(document)
}

/// Which sections are wanted: `name=value` expressions with commas between, and `TEMPLATES=include|restrict`.
struct Wanted {
    category: String,
    pairs: Vec<(Regex, Regex)>,
    templates: Option<bool>,
}

impl Wanted {
    fn read(category: &str, filter: &str) -> Option<Wanted> {
        let mut wanted = Wanted { category: category.to_owned(), pairs: Vec::new(), templates: Some(false) };
        for piece in filter.split(',').filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=')?;
            match (name, value) {
                ("TEMPLATES", "include") => wanted.templates = None,
                ("TEMPLATES", "restrict") => wanted.templates = Some(true),
                _ => wanted.pairs.push((Regex::new(name).ok()?, Regex::new(value).ok()?)),
            }
        }
        Some(wanted)
    }

    fn takes(&self, section: &Section) -> bool {
        let fits = |(name, value): &(Regex, Regex)| {
            section.entries.iter().any(|entry| name.is_match(&entry.key) && value.is_match(&entry.value))
        };
        (self.category.is_empty() || self.category == *section.name)
            && self.templates.is_none_or(|templates| templates == section.is_template)
            && self.pairs.iter().all(fits)
    }

    fn of(call: &mut ActionCall<'_>, filter: &str) -> Option<Wanted> {
        let wanted = Wanted::read(call.message.get("Category"), call.message.get(filter));
        if wanted.is_none() {
            call.reply.error("Filter was formatted incorrectly.  Check the syntax of the filter given.");
        }
        wanted
    }
}

pub(super) struct GetConfig(pub(super) Arc<Ami>);

static GET: ActionInfo = ActionInfo {
    name: "GetConfig",
    privilege: READ,
    synopsis: "Retrieve configuration.",
    arguments: &[
        ("Filename", "A file of the configuration's folder."),
        ("Category", "Only this section."),
        ("Filter", "Only sections with such lines: name=value expressions with commas between."),
    ],
};

#[async_trait]
impl Action for GetConfig {
    fn info(&self) -> &'static ActionInfo {
        &GET
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(document) = load(&self.0, &mut call) else { return };
        let Some(wanted) = Wanted::of(&mut call, "Filter") else { return };
        let mut block = call.reply.success();
        let mut count = 0;
        for section in document.sections.iter().filter(|section| wanted.takes(section)) {
            block.put(&format!("Category-{count:06}"), &section.name);
            if section.is_template {
                block.put(&format!("IsTemplate-{count:06}"), 1);
            }
            if !section.bases.is_empty() {
                block.put(&format!("Templates-{count:06}"), section.bases.join(","));
            }
            for (number, entry) in section.entries.iter().enumerate() {
                let line = format_args!("{}={}", entry.key, entry.value);
                block.put(&format!("Line-{count:06}-{number:06}"), line);
            }
            count += 1;
        }
        if count == 0 && !call.message.get("Category").is_empty() {
            block.lines().put_line("No categories found");
        }
    }
}

pub(super) struct GetConfigJson(pub(super) Arc<Ami>);

static GET_JSON: ActionInfo = ActionInfo {
    name: "GetConfigJSON",
    privilege: READ,
    synopsis: "Retrieve configuration (JSON format).",
    arguments: GET.arguments,
};

#[async_trait]
impl Action for GetConfigJson {
    fn info(&self) -> &'static ActionInfo {
        &GET_JSON
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(document) = load(&self.0, &mut call) else { return };
        let Some(wanted) = Wanted::of(&mut call, "Filter") else { return };
        let sections = document.sections.iter().filter(|section| wanted.takes(section));
        let shown: Vec<String> = sections.map(json).collect();
        call.reply.success().put("JSON", format_args!("{{{}}}", shown.join(",")));
    }
}

/// `"name":{"key":"value"}`, with quotes and backslashes escaped.
fn json(section: &Section) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut fields = Vec::new();
    if section.is_template {
        fields.push("\"istemplate\":1".to_owned());
    }
    if !section.bases.is_empty() {
        fields.push(format!("\"templates\":\"{}\"", escaped(&section.bases.join(","))));
    }
    let entries = section.entries.iter();
    fields.extend(entries.map(|entry| format!("\"{}\":\"{}\"", escaped(&entry.key), escaped(&entry.value))));
    format!("\"{}\":{{{}}}", escaped(&section.name), fields.join(","))
}

pub(super) struct ListCategories(pub(super) Arc<Ami>);

static LIST: ActionInfo = ActionInfo {
    name: "ListCategories",
    privilege: Classes::CONFIG,
    synopsis: "List categories in configuration file.",
    arguments: &[
        ("Filename", "A file of the configuration's folder."),
        ("Match", "Only sections with such lines, as GetConfig's Filter."),
    ],
};

#[async_trait]
impl Action for ListCategories {
    fn info(&self) -> &'static ActionInfo {
        &LIST
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(document) = load(&self.0, &mut call) else { return };
        let Some(wanted) = Wanted::of(&mut call, "Match") else { return };
        let mut block = call.reply.success();
        let mut count = 0;
        for section in document.sections.iter().filter(|section| wanted.takes(section)) {
            block.put(&format!("Category-{count:06}"), &section.name);
            count += 1;
        }
        if count == 0 {
            block.lines().put_line("Error: no categories found");
        }
    }
}
