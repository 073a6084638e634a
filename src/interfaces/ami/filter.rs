//! `eventfilter`: which events a program gets, in both of Asterisk's syntaxes.

use regex::{Regex, RegexBuilder};

/// The filters of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters {
    include: Vec<Filter>,
    exclude: Vec<Filter>,
}

#[derive(Clone, Debug)]
struct Filter {
    name: Option<String>,
    /// With its colon.
    header: Option<String>,
    pattern: Pattern,
}

#[derive(Clone, Debug)]
enum Pattern {
    Any,
    Regex(Regex),
    Exact(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
}

/// Why a filter cannot be used, worded for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The regular expression.
    Expression(String),
    /// The rest.
    Format(String),
}

impl Filters {
    /// Adds one. `criteria` is what stands in the parentheses behind `eventfilter`, `None` without parentheses.
    pub(crate) fn add(&mut self, criteria: Option<&str>, pattern: &str) -> Result<(), Wrong> {
        let (bang, pattern) = match pattern.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let (excludes, filter) = match criteria {
            None if pattern.is_empty() => return Err(Wrong::Format("there is no pattern".into())),
            None => {
                let pattern = Pattern::Regex(expression(pattern)?);
                (bang, Filter { name: None, header: None, pattern })
            }
            Some(criteria) => advanced(criteria, pattern, bang)?,
        };
        let list = if excludes { &mut self.exclude } else { &mut self.include };
        list.push(filter);
        Ok(())
    }

    /// Whether an event passes: what is included, or everything where nothing is, without what is excluded.
    pub(crate) fn pass(&self, name: &str, text: &str) -> bool {
        let any = |filters: &[Filter]| filters.iter().any(|filter| filter.matches(name, text));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// As POSIX has it: a dot is any character, line ends too.
fn expression(pattern: &str) -> Result<Regex, Wrong> {
    let built = RegexBuilder::new(pattern).dot_matches_new_line(true).build();
    built.map_err(|error| Wrong::Expression(error.to_string()))
}

/// `action(…),name(…),header(…),method(…)` in any order.
fn advanced(criteria: &str, text: &str, bang: bool) -> Result<(bool, Filter), Wrong> {
    let wrong = |reason: String| Err(Wrong::Format(reason));
    let (mut excludes, mut name, mut header, mut method) = (bang, None, None, None);
    let mut rest = criteria.trim();
    while !rest.is_empty() {
        let Some((word, value)) = rest.split_once('(') else {
            return wrong(format!("`{rest}` is no word with a value in parentheses"));
        };
        let Some((value, behind)) = value.split_once(')') else {
            return wrong(format!("the parenthesis of `{word}` is not closed"));
        };
        rest = behind.trim_start_matches([' ', ',']);
        let value = value.trim();
        match (word.trim(), value) {
            (word, "") => return wrong(format!("`{word}` has no value")),
            ("action", "include") => excludes = false,
            ("action", "exclude") => excludes = true,
            ("action", other) => {
                return wrong(format!("the action `{other}` is neither include nor exclude"));
            }
            ("name", value) => name = Some(value.to_owned()),
            ("header", value) => header = Some(format!("{}:", value.trim_end_matches(':'))),
            ("method", value) => method = Some(value),
            (word, _) => {
                return wrong(format!("`{word}` is none of action, name, header and method"));
            }
        }
    }
    let pattern = pattern(method.unwrap_or("none"), text)?;
    if name.is_none() && header.is_none() && matches!(pattern, Pattern::Any) {
        return wrong("it needs a name, a header or a pattern".into());
    }
    Ok((excludes, Filter { name, header, pattern }))
}

fn pattern(method: &str, text: &str) -> Result<Pattern, Wrong> {
    let wrong = |reason: String| Err(Wrong::Format(reason));
    let owned = text.to_owned();
    match (method, text) {
        ("none", "") => Ok(Pattern::Any),
        ("none", _) => wrong("a pattern needs a method".into()),
        ("regex" | "exact" | "starts_with" | "ends_with" | "contains", "") => {
            wrong(format!("the method `{method}` needs a pattern"))
        }
        ("regex", text) => expression(text).map(Pattern::Regex),
        ("exact", _) => Ok(Pattern::Exact(owned)),
        ("starts_with", _) => Ok(Pattern::StartsWith(owned)),
        ("ends_with", _) => Ok(Pattern::EndsWith(owned)),
        ("contains", _) => Ok(Pattern::Contains(owned)),
        (method, _) => wrong(format!("there is no method `{method}`")),
    }
}

impl Filter {
    fn matches(&self, name: &str, text: &str) -> bool {
        if self.name.as_deref().is_some_and(|wanted| wanted != name) {
            return false;
        }
        let Some(header) = &self.header else { return self.pattern.matches(text) };
        let values = text.lines().filter_map(|line| line.strip_prefix(header.as_str())).map(str::trim_start);
        values.filter(|value| !value.is_empty()).any(|value| self.pattern.matches(value))
    }
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Regex(expression) => expression.is_match(text),
            Pattern::Exact(wanted) => text == wanted,
            Pattern::StartsWith(wanted) => text.starts_with(wanted.as_str()),
            Pattern::EndsWith(wanted) => text.ends_with(wanted.as_str()),
            Pattern::Contains(wanted) => text.contains(wanted.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANGUP: &str = "Event: Hangup\r\nPrivilege: call,all\r\nChannel: PJSIP/1-0\r\nContext: \r\n\r\n";
    const USER: &str = "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Alarm\r\n\r\n";

    /// Whether the hang-up and the user's event pass.
    fn check(filters: &[(Option<&str>, &str)], expected: (bool, bool)) {
        let mut all = Filters::default();
        for (criteria, pattern) in filters {
            all.add(*criteria, pattern).unwrap();
        }
        assert_eq!((all.pass("Hangup", HANGUP), all.pass("UserEvent", USER)), expected, "{filters:?}");
    }

    #[test]
    fn expressions_include_and_exclude() {
        check(&[], (true, true));
        check(&[(None, "Event: Hangup")], (true, false));
        check(&[(None, "!Channel: PJSIP/")], (false, true));
        check(&[(None, "Event: "), (None, "!Event: UserEvent.*Alarm")], (true, false));
    }

    #[test]
    fn criteria_look_at_names_and_headers() {
        check(&[(Some("name(Hangup)"), "")], (true, false));
        check(&[(Some("action(exclude),name(Hangup)"), "")], (false, true));
        check(&[(Some("header(Channel),method(starts_with)"), "PJSIP/")], (true, false));
        check(&[(Some("header(Context)"), "")], (false, false));
        check(&[(Some("name(UserEvent) header(UserEvent:) method(exact)"), "Alarm")], (false, true));
        check(&[(Some("method(contains)"), "!Alarm")], (true, false));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let check = |criteria: Option<&str>, pattern: &str| {
            assert!(Filters::default().add(criteria, pattern).is_err(), "{criteria:?} {pattern}");
        };
        check(None, "");
        check(None, "!");
        check(None, "(");
        check(Some(""), "");
        check(Some("name(Hangup"), "");
        check(Some("name()"), "");
        check(Some("colour(red)"), "");
        check(Some("name(Hangup)"), "x");
        check(Some("name(Hangup),method(regex)"), "");
        check(Some("name(Hangup),method(guess)"), "x");
        check(Some("action(maybe),name(Hangup)"), "");
    }
}
