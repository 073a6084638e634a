//! From the sections of extensions.conf to a [`Script`].

use std::sync::Arc;

use obelus_conf::{Document, Entry, Location, Problem, Problems, Reader, Section, is_true, suggest};

use crate::script::{ContextBlock, Exten, General, Global, Item, Script, Start, SwitchKind, Text};

/// The directives of a context, for suggestions.
const DIRECTIVES: [&str; 8] =
    ["exten", "same", "include", "ignorepat", "switch", "lswitch", "eswitch", "autohints"];

impl Script {
    /// Reads the sections of extensions.conf; every line that cannot be read is a problem.
    pub fn parse(document: &Document, problems: &mut Problems) -> Self {
        let mut script = Self { general: general(document, problems), ..Self::default() };
        for section in document.concrete() {
            match &*section.name {
                name if name.eq_ignore_ascii_case("general") => {}
                name if name.eq_ignore_ascii_case("globals") => script.globals.extend(globals(section)),
                _ => script.contexts.push(context(section, problems)),
            }
        }
        script
    }
}

fn general(document: &Document, problems: &mut Problems) -> General {
    let mut sections = document.sections_named("general").cloned();
    let Some(mut section) = sections.next() else { return General::default() };
    // Several [general] sections are one.
    section.entries.extend(sections.flat_map(|section| section.entries));
    let mut reader = Reader::new(&section, problems);
    let default = General::default();
    let general = General {
        is_static: reader.boolean("static").unwrap_or(default.is_static),
        write_protect: reader.boolean("writeprotect").unwrap_or(default.write_protect),
        auto_fallthrough: reader.boolean("autofallthrough").unwrap_or(default.auto_fallthrough),
        pattern_match_new: reader.boolean("extenpatternmatchnew").unwrap_or(default.pattern_match_new),
        clear_globals: reader.boolean("clearglobalvars").unwrap_or(default.clear_globals),
        users_context: reader.text("userscontext").unwrap_or(&default.users_context).to_owned(),
        override_switch: reader.text("overrideswitch").filter(|name| !name.is_empty()).map(str::to_owned),
    };
    // Jumps to n+101 are gone since Asterisk 1.6, but many files still say that they do not want them.
    reader.unserved("priorityjumping", &["no"]);
    let _usable = reader.finish();
    if let Some(entry) = section.entry("overrideswitch").filter(|entry| !entry.value.is_empty()) {
        let message = format!(
            "there is no switch `{}`, which `overrideswitch` asks before all extensions",
            entry.value
        );
        problems.error(entry.location.clone(), message);
    }
    general
}

fn globals(section: &Section) -> impl Iterator<Item = Global> {
    section.entries.iter().map(|entry| Global {
        name: entry.key.to_string(),
        value: entry.value.to_string(),
        location: entry.location.clone(),
    })
}

fn context(section: &Section, problems: &mut Problems) -> ContextBlock {
    let mut lines = Lines { context: &section.name, last_name: None, problems };
    let items = section.entries.iter().filter_map(|entry| lines.item(entry)).collect();
    ContextBlock { name: Arc::clone(&section.name), items, location: section.location.clone() }
}

/// Reads the text behind one `exten =>`.
pub(crate) fn exten_line(text: &str, at: &Location, problems: &mut Problems) -> Option<Exten> {
    let (name, rest) = split_name(text);
    let mut lines = Lines { context: "", last_name: None, problems };
    lines.named(name, rest, at)
}

/// Reads the lines of one context in order.
struct Lines<'a> {
    context: &'a str,
    /// The name of the last `exten`, which `same` repeats.
    last_name: Option<String>,
    problems: &'a mut Problems,
}

impl Lines<'_> {
    fn item(&mut self, entry: &Entry) -> Option<Item> {
        let text = || Text { text: entry.value.to_string(), location: entry.location.clone() };
        let key = entry.key.to_ascii_lowercase();
        match key.as_str() {
            "exten" => self.exten(entry).map(Item::Exten),
            "same" => self.same(entry).map(Item::Exten),
            "include" => Some(Item::Include(text())),
            "ignorepat" => Some(Item::IgnorePattern(text())),
            "switch" => Some(Item::Switch(SwitchKind::Load, text())),
            "lswitch" => Some(Item::Switch(SwitchKind::Literal, text())),
            "eswitch" => Some(Item::Switch(SwitchKind::Evaluated, text())),
            "autohints" => Some(Item::AutoHints(is_true(&entry.value), entry.location.clone())),
            _ => {
                let message = format!("unknown directive `{}` in [{}]", entry.key, self.context);
                let nearest = suggest(&key, DIRECTIVES);
                self.problems.push(Problem::error(entry.location.clone(), message).suggesting(nearest));
                None
            }
        }
    }

    fn exten(&mut self, entry: &Entry) -> Option<Exten> {
        let (name, rest) = split_name(&entry.value);
        // A line that ends in its name is no extension that `same` could continue.
        self.last_name = (name.len() < entry.value.len()).then(|| name.to_owned());
        self.named(name, rest, &entry.location)
    }

    fn named(&mut self, name: &str, rest: &str, at: &Location) -> Option<Exten> {
        if name.trim().is_empty() {
            self.problems.error(at.clone(), "the extension has no name");
            self.last_name = None;
            return None;
        }
        if name.matches('[').count() > name.matches(']').count() {
            self.problems.error(at.clone(), format!("a `[` of the extension `{name}` is not closed"));
            return None;
        }
        self.priority(false, name, rest, at)
    }

    fn same(&mut self, entry: &Entry) -> Option<Exten> {
        let Some(name) = self.last_name.clone() else {
            let message = format!("no `exten` stands before this `same` in [{}]", self.context);
            self.problems.error(entry.location.clone(), message);
            return None;
        };
        self.priority(true, &name, &entry.value, &entry.location)
    }

    /// Reads what follows the name: `priority[+n][(label)],application[(arguments)]`.
    fn priority(&mut self, is_same: bool, name: &str, text: &str, at: &Location) -> Option<Exten> {
        let (priority, step) = text.split_once(',').unwrap_or((text, ""));
        let (start, plus, label) = match priority_parts(priority.trim()) {
            Ok((parts, complaint)) => {
                if let Some(complaint) = complaint {
                    self.problems.warning(at.clone(), complaint);
                }
                parts
            }
            Err(message) => {
                self.problems.error(at.clone(), message);
                return None;
            }
        };
        let (application, arguments) = self.step(&start, step, at);
        let name = name.to_owned();
        Some(Exten {
            is_same,
            name,
            priority: start,
            plus,
            label,
            application,
            arguments,
            location: at.clone(),
        })
    }

    fn step(&mut self, start: &Start, text: &str, at: &Location) -> (String, String) {
        let (application, arguments, is_closed) = application_parts(text, *start == Start::Hint);
        if !is_closed {
            let message = format!("`{}` has no closing parenthesis", text.trim());
            self.problems.warning(at.clone(), message);
        }
        (application.to_owned(), arguments.to_owned())
    }
}

/// Splits at the first comma outside brackets; a backslash hides the character after it.
fn split_name(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b'\\' => {
                bytes.next();
            }
            b',' if depth == 0 => {
                return (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    (text, "")
}

type PriorityParts = (Start, i32, Option<String>);

/// Reads `5`, `n`, `n+2`, `s(label)`, `n+2(label)`, with a complaint about what is not looked at.
fn priority_parts(text: &str) -> Result<(PriorityParts, Option<String>), String> {
    let mut complaint = None;
    let (start, label) = match text.split_once('(') {
        None => (text, None),
        Some((start, label)) => {
            let (label, after) =
                label.split_once(')').ok_or_else(|| format!("the label of `{text}` has no closing `)`"))?;
            if !after.trim().is_empty() {
                complaint = Some(format!("`{}` after the label of `{text}` is ignored", after.trim()));
            }
            (start.trim(), Some(label.to_owned()).filter(|label| !label.is_empty()))
        }
    };
    let (start, plus) = match start.split_once('+') {
        None => (start, 0),
        Some((start, plus)) => {
            let plus =
                plus.trim().parse().map_err(|_| format!("`{plus}` in priority `{text}` is no number"))?;
            (start.trim(), plus)
        }
    };
    let start = match start {
        "" => return Err("the extension has no priority".into()),
        "n" | "next" => Start::Next,
        "s" | "same" => Start::Same,
        "hint" => Start::Hint,
        _ => numbered(start, &mut complaint)?,
    };
    Ok(((start, plus, label), complaint))
}

/// A number, of which Asterisk reads as many digits as there are, or a label.
fn numbered(text: &str, complaint: &mut Option<String>) -> Result<Start, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits).unwrap_or((text, ""));
    if number.is_empty() && !text.starts_with('-') {
        return Ok(Start::Label(text.to_owned()));
    }
    match number.parse() {
        Ok(number @ 1..=0x7fff_ffff) => {
            if !rest.is_empty() {
                *complaint = Some(format!("priority `{text}` is read as {number}"));
            }
            Ok(Start::Number(number))
        }
        _ => Err(format!("`{text}` is no priority; they are `n`, `s`, `hint` and numbers from 1")),
    }
}

/// Takes `Dial(SIP/a,30)` or the older `Dial,SIP/a,30` apart; says whether the parenthesis is closed.
fn application_parts(text: &str, is_hint: bool) -> (&str, &str, bool) {
    let text = text.trim();
    let Some((application, arguments)) = text.split_once('(') else {
        return match text.split_once(',') {
            Some((application, arguments)) if !is_hint => (application.trim(), arguments, true),
            _ => (text, "", true),
        };
    };
    // `hint,DAHDI/g0/${GLOBAL(x)}` has a parenthesis that opens no arguments.
    if application.contains("${") || application.contains("$[") {
        return (text, "", true);
    }
    if let Some((application, arguments)) = text.split_once(',').filter(|(name, _)| !name.contains('('))
        && !is_hint
    {
        return (application.trim(), arguments, true);
    }
    match arguments.rfind(')').and_then(|end| arguments.get(..end)) {
        Some(inside) => (application.trim(), inside, true),
        None => (application.trim(), arguments, false),
    }
}

#[cfg(test)]
mod tests;
