//! What a program asks: lines of `Header: value`, as they came.

use obelus_dialplan::split_arguments;

/// How many variables one header may name.
const MOST_VARIABLES: usize = 64;

/// A message. Names are compared without case; a header may stand several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message(Vec<String>);

impl Message {
    /// A message of these lines, without their ends.
    pub fn new(lines: Vec<String>) -> Message {
        Message(lines)
    }

    /// A message of names and values, as HTTP brings them.
    pub fn of<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Message {
        Message(headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect())
    }

    /// The lines in their order.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The values of a header, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(move |line| value_of(line, name))
    }

    /// The first value of a header, empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find_map(|line| value_of(line, name)).unwrap_or("")
    }

    /// The first value of a header that is not empty.
    pub fn first_filled(&self, name: &str) -> &str {
        self.0.iter().filter_map(|line| value_of(line, name)).find(|value| !value.is_empty()).unwrap_or("")
    }

    /// `Variable: a=1,b=2`, however often it stands there; the last pair comes first, as Asterisk sets them.
    pub fn variables(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for header in self.all("Variable") {
            for pair in split_arguments(header, MOST_VARIABLES).iter() {
                if let Some((name, value)) = pair.split_once('=').filter(|(name, _)| !name.is_empty()) {
                    found.push((name.to_owned(), value.to_owned()));
                }
            }
        }
        found.reverse();
        found
    }
}

/// The value behind `name:` without the blanks before it.
fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let start = line.get(..name.len())?;
    let value = line.get(name.len()..)?.strip_prefix(':')?;
    start.eq_ignore_ascii_case(name).then(|| value.trim_start_matches(|letter: char| letter <= ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(lines: &[&str]) -> Message {
        Message::new(lines.iter().map(|line| (*line).to_owned()).collect())
    }

    #[test]
    fn names_have_no_case_and_values_no_blanks_before() {
        let message = message(&["action:Ping", "ActionID:   a b ", "Empty:", "Empty: x", "Action : no"]);
        assert_eq!((message.get("Action"), message.get("actionid")), ("Ping", "a b "));
        assert_eq!((message.get("Empty"), message.first_filled("Empty"), message.get("é")), ("", "x", ""));
    }

    #[test]
    fn variables_come_in_asterisks_order() {
        let message = message(&["Variable: a=1,b=\"2,3\"", "variable: c=4=5", "Variable: none"]);
        let pairs = message.variables();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(pairs, [("c", "4=5"), ("b", "2,3"), ("a", "1")]);
    }
}
