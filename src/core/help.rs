//! Help as data: what `core show application`, the manual and the checker read.

use std::fmt::Write;

/// What an application is called with and does.
#[derive(Debug)]
pub struct Help {
    /// One sentence.
    pub synopsis: &'static str,
    /// The arguments in order; see [`Argument`].
    pub arguments: &'static [Argument],
    /// Paragraphs of plain text.
    pub description: &'static str,
    /// Names of related applications and functions.
    pub see_also: &'static [&'static str],
}

/// One positional argument.
#[derive(Debug)]
pub struct Argument {
    /// Its name in the syntax line.
    pub name: &'static str,
    /// Whether the call is wrong without it.
    pub required: bool,
    /// What it is; may be empty where the name says it.
    pub text: &'static str,
    /// How the argument is read.
    pub kind: ArgumentKind,
}

/// How an argument is read.
#[derive(Debug, Clone, Copy)]
pub enum ArgumentKind {
    /// Text up to the next comma.
    Text,
    /// Everything that is left, commas included.
    Rest,
    /// This argument may be repeated to the end.
    Repeated,
    /// Option letters, each perhaps with `(values)`.
    Options(&'static [OptionHelp]),
}

/// One option letter.
#[derive(Debug)]
pub struct OptionHelp {
    /// The letter, case matters.
    pub letter: char,
    /// The syntax of what stands in the parentheses, `""` where none may.
    pub value: &'static str,
    /// Whether the parentheses may be left away.
    pub value_optional: bool,
    /// What it does.
    pub text: &'static str,
}

impl Argument {
    /// An argument that must be there.
    pub const fn required(name: &'static str, text: &'static str) -> Argument {
        Argument { name, required: true, text, kind: ArgumentKind::Text }
    }

    /// An argument that may be left away.
    pub const fn optional(name: &'static str, text: &'static str) -> Argument {
        Argument { name, required: false, text, kind: ArgumentKind::Text }
    }

    /// The rest of the line as one argument.
    pub const fn rest(name: &'static str, required: bool, text: &'static str) -> Argument {
        Argument { name, required, text, kind: ArgumentKind::Rest }
    }

    /// An argument repeated to the end of the line.
    pub const fn repeated(name: &'static str, required: bool, text: &'static str) -> Argument {
        Argument { name, required, text, kind: ArgumentKind::Repeated }
    }

    /// The argument that holds the option letters.
    pub const fn options(options: &'static [OptionHelp]) -> Argument {
        Argument { name: "options", required: false, text: "", kind: ArgumentKind::Options(options) }
    }
}

impl OptionHelp {
    /// A letter without a value.
    pub const fn flag(letter: char, text: &'static str) -> OptionHelp {
        OptionHelp { letter, value: "", value_optional: true, text }
    }

    /// A letter that needs `(value)`.
    pub const fn value(letter: char, value: &'static str, text: &'static str) -> OptionHelp {
        OptionHelp { letter, value, value_optional: false, text }
    }

    /// A letter that may have `(value)`.
    pub const fn maybe(letter: char, value: &'static str, text: &'static str) -> OptionHelp {
        OptionHelp { letter, value, value_optional: true, text }
    }
}

impl Help {
    /// The syntax line: `Dial(Technology/Resource[,timeout[,options]])`.
    pub fn syntax(&self, name: &str) -> String {
        let mut line = format!("{name}(");
        let mut open = 0;
        for (index, argument) in self.arguments.iter().enumerate() {
            // What may be empty, but has something that must be there behind it, cannot be left away.
            let is_needed = self.arguments.iter().skip(index).any(|later| later.required);
            if !is_needed {
                line.push('[');
                open += 1;
            }
            if index > 0 {
                line.push(',');
            }
            line.push_str(argument.name);
            if matches!(argument.kind, ArgumentKind::Repeated) {
                let _ = write!(line, "[,{}[,...]]", argument.name);
            }
        }
        line.push_str(&"]".repeat(open));
        line.push(')');
        line
    }

    /// The option letters, if one of the arguments holds any.
    pub fn options(&self) -> &'static [OptionHelp] {
        self.arguments
            .iter()
            .find_map(|argument| match argument.kind {
                ArgumentKind::Options(options) => Some(options),
                _ => None,
            })
            .unwrap_or(&[])
    }

    /// The section of the manual, in Markdown; `notes` stand behind the description.
    pub fn section(&self, name: &str, syntax: &str, notes: &str) -> String {
        let mut text = format!("\n## {name}\n\n`{syntax}`\n\n{}\n", plain(self.synopsis));
        let _ = writeln!(text, "\n{}", plain(self.description));
        if !notes.is_empty() {
            let _ = writeln!(text, "\n{notes}");
        }
        let explained = |argument: &&Argument| !argument.text.is_empty();
        if self.arguments.iter().any(|argument| explained(&argument)) {
            text.push_str("\n| argument | what it is |\n|---|---|\n");
        }
        for argument in self.arguments.iter().filter(explained) {
            let _ = writeln!(text, "| `{}` | {} |", cell(argument.name), cell(&plain(argument.text)));
        }
        if !self.options().is_empty() {
            text.push_str("\n| option | what it does |\n|---|---|\n");
        }
        for option in self.options() {
            let syntax = format!("{}{}", option.letter, option.parentheses());
            let _ = writeln!(text, "| `{}` | {} |", cell(&syntax), cell(&plain(option.text)));
        }
        if !self.see_also.is_empty() {
            let _ = writeln!(text, "\nSee also: {}.", self.see_also.join(", "));
        }
        text
    }

    /// The page that `core show application` prints, in Asterisk's layout.
    pub fn page(&self, kind: &str, name: &str, extra: &str) -> String {
        let mut page = format!("\n  -= Info about {kind} '{name}' =- \n\n[Synopsis]\n{}\n\n", self.synopsis);
        let _ = write!(page, "[Description]\n{}\n\n[Syntax]\n{}\n", self.description, self.syntax(name));
        page.push_str("\n[Arguments]\n");
        if self.arguments.is_empty() {
            page.push_str("Not available\n");
        }
        for argument in self.arguments {
            let _ = writeln!(page, "{}\n    {}", argument.name, argument.text);
            if let ArgumentKind::Options(options) = argument.kind {
                options.iter().for_each(|option| option.print(&mut page));
            }
        }
        page.push_str(extra);
        page.push_str("\n[See Also]\n");
        match self.see_also {
            [] => page.push_str("Not available\n"),
            names => {
                let _ = writeln!(page, "{}", names.join(", "));
            }
        }
        page
    }
}

impl OptionHelp {
    fn print(&self, page: &mut String) {
        let _ = writeln!(page, "    {}{}: {}", self.letter, self.parentheses(), self.text);
    }

    fn parentheses(&self) -> String {
        match (self.value, self.value_optional) {
            ("", _) => String::new(),
            (value, true) => format!("[({value})]"),
            (value, false) => format!("({value})"),
        }
    }
}

/// A text in which nothing is a sign of Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '\\' | '*' | '_' | '`' | '<' | '[' | '#') {
            plain.push('\\');
        }
        plain.push(char);
    }
    plain
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP_OF_NOTHING: Help = Help { synopsis: "", arguments: &[], description: "", see_also: &[] };

    #[test]
    fn the_syntax_line_nests_what_is_optional() {
        static HELP: Help = Help {
            synopsis: "Test.",
            arguments: &[
                Argument::required("resource", ""),
                Argument::optional("timeout", ""),
                Argument::options(&[OptionHelp::flag('t', "Transfer.")]),
            ],
            description: "",
            see_also: &[],
        };
        assert_eq!(HELP.syntax("Dial"), "Dial(resource[,timeout[,options]])");
        assert_eq!(HELP.options().len(), 1);
        static LATE: Help = Help {
            arguments: &[Argument::optional("pause", ""), Argument::required("dialargs", "")],
            ..HELP_OF_NOTHING
        };
        assert_eq!(LATE.syntax("RetryDial"), "RetryDial(pause,dialargs)");
        let section = HELP.section("Dial", &HELP.syntax("Dial"), "");
        assert!(
            section.starts_with("\n## Dial\n\n`Dial(resource[,timeout[,options]])`\n\nTest.\n"),
            "{section}"
        );
        assert!(
            section.ends_with("\n| option | what it does |\n|---|---|\n| `t` | Transfer. |\n"),
            "{section}"
        );
    }
}
