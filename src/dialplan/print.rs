//! A [`Script`] as the text of extensions.conf again.

use std::fmt::{Display, Formatter, Result, Write};

use crate::script::{ContextBlock, Exten, General, Item, Script, Start, SwitchKind};

impl Display for Script {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "[general]")?;
        self.general.fmt(f)?;
        if !self.globals.is_empty() {
            writeln!(f, "\n[globals]")?;
        }
        for global in &self.globals {
            writeln!(f, "{} = {}", Key(&global.name), Escaped(&global.value))?;
        }
        self.contexts.iter().try_for_each(|context| write!(f, "\n{context}"))
    }
}

/// Only what differs from the default.
impl Display for General {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let default = Self::default();
        let flags = [
            ("static", self.is_static, default.is_static),
            ("writeprotect", self.write_protect, default.write_protect),
            ("autofallthrough", self.auto_fallthrough, default.auto_fallthrough),
            ("extenpatternmatchnew", self.pattern_match_new, default.pattern_match_new),
            ("clearglobalvars", self.clear_globals, default.clear_globals),
        ];
        for (name, value, _) in flags.into_iter().filter(|(_, value, default)| value != default) {
            writeln!(f, "{name} = {}", if value { "yes" } else { "no" })?;
        }
        if self.users_context != default.users_context {
            writeln!(f, "userscontext = {}", Escaped(&self.users_context))?;
        }
        match &self.override_switch {
            Some(switch) => writeln!(f, "overrideswitch = {}", Escaped(switch)),
            None => Ok(()),
        }
    }
}

impl Display for ContextBlock {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "[{}]", Escaped(&self.name))?;
        let mut last_name = None;
        for item in &self.items {
            match item {
                // The `exten` before this `same` may have been removed, or not been readable.
                Item::Exten(exten) if exten.is_same && last_name != Some(&exten.name) => {
                    writeln!(f, "{}", Exten { is_same: false, ..exten.clone() })?;
                }
                _ => writeln!(f, "{item}")?,
            }
            if let Item::Exten(exten) = item {
                last_name = Some(&exten.name);
            }
        }
        Ok(())
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Exten(exten) => exten.fmt(f),
            Self::Include(text) => write!(f, "include => {}", Escaped(&text.text)),
            Self::IgnorePattern(text) => write!(f, "ignorepat => {}", Escaped(&text.text)),
            Self::Switch(kind, text) => write!(f, "{kind} => {}", Escaped(&text.text)),
            Self::AutoHints(is_on, _) => write!(f, "autohints = {}", if *is_on { "yes" } else { "no" }),
        }
    }
}

impl Display for SwitchKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::Load => "switch",
            Self::Literal => "lswitch",
            Self::Evaluated => "eswitch",
        })
    }
}

impl Display for Exten {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.is_same {
            true => f.write_str("same => ")?,
            false => write!(f, "exten => {},", Escaped(&self.name))?,
        }
        self.priority.fmt(f)?;
        if self.plus != 0 {
            write!(f, "+{}", self.plus)?;
        }
        if let Some(label) = &self.label {
            write!(f, "({})", Escaped(label))?;
        }
        let has_plain_name = !self.application.contains("${") && !self.application.contains("$[");
        match (self.application.is_empty() && self.arguments.is_empty(), has_plain_name) {
            (true, _) => Ok(()),
            (false, true) if self.priority != Start::Hint || !self.arguments.is_empty() => {
                write!(f, ",{}({})", Escaped(&self.application), Escaped(&self.arguments))
            }
            (false, _) => write!(f, ",{}", Escaped(&self.application)),
        }
    }
}

impl Display for Start {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Next => f.write_str("n"),
            Self::Same => f.write_str("s"),
            Self::Hint => f.write_str("hint"),
            Self::Label(label) => Escaped(label).fmt(f),
        }
    }
}

/// Text in which no semicolon begins a comment.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for char in self.0.chars() {
            if char == ';' {
                f.write_char('\\')?;
            }
            f.write_char(char)?;
        }
        Ok(())
    }
}

/// A key, whose first character must not look like a section or a directive.
struct Key<'a>(&'a str);

impl Display for Key<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.0.starts_with(['[', '#', '\\', '=']) {
            f.write_char('\\')?;
        }
        Escaped(self.0).fmt(f)
    }
}
