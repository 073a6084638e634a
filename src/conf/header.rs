//! The section header: `[name]`, `[name](!)`, `[name](base,base)`, `[name](+)`, `[name](+key=value)`.

use regex::Regex;

use crate::Section;

/// A header, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) name: &'a str,
    pub(crate) is_template: bool,
    /// The text after `+`, where the header continues an earlier section.
    pub(crate) continues: Option<&'a str>,
    pub(crate) bases: Vec<&'a str>,
    /// Text that stands where nothing may stand, and is not looked at.
    pub(crate) ignored: &'a str,
}

/// Why a line that begins with `[` is no header.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("the section header has no closing `]`")]
    NoBracket,
    #[error("the section header has no closing `)`")]
    NoParenthesis,
}

impl<'a> Header<'a> {
    /// Takes a trimmed line apart that begins with `[`.
    pub(crate) fn parse(line: &'a str) -> Result<Self, HeaderError> {
        let inner = line.strip_prefix('[').unwrap_or(line);
        let (name, rest) = inner.split_once(']').ok_or(HeaderError::NoBracket)?;
        let mut header =
            Self { name, is_template: false, continues: None, bases: Vec::new(), ignored: rest.trim() };
        if let Some(options) = rest.strip_prefix('(') {
            let (options, ignored) = options.split_once(')').ok_or(HeaderError::NoParenthesis)?;
            header.ignored = ignored.trim();
            options.split(',').map(str::trim).for_each(|option| header.option(option));
        }
        Ok(header)
    }

    fn option(&mut self, option: &'a str) {
        if option == "!" {
            self.is_template = true;
        } else if let Some(filter) = option.strip_prefix('+') {
            self.continues = Some(filter);
        } else if !option.is_empty() {
            self.bases.push(option);
        }
    }
}

/// Which of several sections of one name `(+…)` continues: regular expressions on keys and values.
pub(crate) struct Filter {
    /// `TEMPLATES=include` or `TEMPLATES=restrict` was among the conditions.
    templates: Templates,
    conditions: Vec<(Regex, Regex)>,
}

#[derive(PartialEq, Eq)]
enum Templates {
    Exclude,
    Include,
    Restrict,
}

impl Filter {
    /// Reads `key=value&key=value`; the empty text stands for any section that is no template.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut filter = Self { templates: Templates::Exclude, conditions: Vec::new() };
        for condition in text.split('&').map(str::trim).filter(|condition| !condition.is_empty()) {
            let (key, value) = condition
                .split_once('=')
                .map(|(key, value)| (key.trim(), value.trim()))
                .ok_or_else(|| format!("`{condition}` has no `=`"))?;
            filter.add(key, value)?;
        }
        Ok(filter)
    }

    fn add(&mut self, key: &str, value: &str) -> Result<(), String> {
        if key == "TEMPLATES" {
            self.templates = match value {
                _ if value.eq_ignore_ascii_case("include") => Templates::Include,
                _ if value.eq_ignore_ascii_case("restrict") => Templates::Restrict,
                _ => return Err(format!("`{value}` is neither `include` nor `restrict`")),
            };
            return Ok(());
        }
        let compile = |text: &str| Regex::new(text).map_err(|_| format!("`{text}` is no regular expression"));
        self.conditions.push((compile(key)?, compile(value)?));
        Ok(())
    }

    pub(crate) fn accepts(&self, section: &Section) -> bool {
        let template = match self.templates {
            Templates::Exclude => !section.is_template,
            Templates::Include => true,
            Templates::Restrict => section.is_template,
        };
        template
            && self.conditions.iter().all(|(key, value)| {
                section.entries.iter().any(|entry| key.is_match(&entry.key) && value.is_match(&entry.value))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header<'a>(name: &'a str, bases: &[&'a str]) -> Header<'a> {
        Header { name, is_template: false, continues: None, bases: bases.to_vec(), ignored: "" }
    }

    fn check(input: &str, expected: &Result<Header<'_>, HeaderError>) {
        assert_eq!(&Header::parse(input), expected, "{input}");
    }

    #[test]
    fn headers_come_apart() {
        check("[alice]", &Ok(header("alice", &[])));
        check("[alice](phone,nat)", &Ok(header("alice", &["phone", "nat"])));
        check("[phone](!)", &Ok(Header { is_template: true, ..header("phone", &[]) }));
        check("[phone](!, base )", &Ok(Header { is_template: true, ..header("phone", &["base"]) }));
        check("[alice](+)", &Ok(Header { continues: Some(""), ..header("alice", &[]) }));
        check("[alice](+type=aor)", &Ok(Header { continues: Some("type=aor"), ..header("alice", &[]) }));
        check("[user@host.example]", &Ok(header("user@host.example", &[])));
        check("[alice] (phone)", &Ok(Header { ignored: "(phone)", ..header("alice", &[]) }));
    }

    #[test]
    fn broken_headers_say_what_is_missing() {
        check("[alice", &Err(HeaderError::NoBracket));
        check("[alice](phone", &Err(HeaderError::NoParenthesis));
    }
}
