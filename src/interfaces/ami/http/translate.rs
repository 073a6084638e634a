//! Answers and events as XML and as rows of a table.
//!
//! The text is blocks of `Name: value` lines. A line without a colon begins what is no such line, up to the end of
//! the block; it is the value of `Opaque-data`.

use std::collections::HashMap;
use std::fmt::Write;

/// A line of a block.
struct Line<'a> {
    name: &'a str,
    /// The how manieth of this name it is, from 1.
    count: usize,
    value: String,
}

impl Line<'_> {
    /// What stands behind a name that comes again.
    fn suffix(&self) -> String {
        if self.count == 1 { String::new() } else { format!("-{}", self.count) }
    }
}

fn blocks(text: &str) -> Vec<Vec<Line<'_>>> {
    let mut blocks: Vec<Vec<Line<'_>>> = vec![Vec::new()];
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut is_opaque = false;
    for line in text.lines().map(str::trim_end) {
        let Some(block) = blocks.last_mut() else { break };
        if line.is_empty() {
            is_opaque = false;
            counts.clear();
            if !block.is_empty() {
                blocks.push(Vec::new());
            }
            continue;
        }
        if is_opaque && let Some(last) = block.last_mut() {
            last.value.push('\n');
            last.value.push_str(line);
            continue;
        }
        let (name, value) = match line.split_once(':') {
            Some((name, value)) => (name.trim_end(), value.trim_start()),
            None => {
                is_opaque = true;
                ("Opaque-data", line)
            }
        };
        let count = counts.entry(name).or_default();
        *count += 1;
        block.push(Line { name, count: *count, value: value.to_owned() });
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// One element for each block, its lines as attributes.
pub(super) fn xml(text: &str, id: &str, kind: &str) -> String {
    let mut xml = String::new();
    let id = escaped(id, is_plain);
    for block in blocks(text) {
        let _ = write!(xml, "<response type='object' id='{id}'><{}", attribute(kind));
        for line in block {
            let value = escaped(&line.value, is_plain);
            let _ = write!(xml, " {}{}='{value}'", attribute(line.name), line.suffix());
        }
        xml.push_str(" /></response>\n");
    }
    xml
}

/// A row for each line, a rule behind each block.
pub(super) fn html(text: &str) -> String {
    let mut html = String::new();
    for block in blocks(text) {
        for line in block {
            let (name, suffix) = (escaped(line.name, is_plain), line.suffix());
            let value = escaped(&line.value, is_plain).replace('\n', "<br>\n");
            let _ = writeln!(html, "<tr><td>{name}{suffix}</td><td>{value}</td></tr>");
        }
        html.push_str("<tr><td colspan=\"2\"><hr></td></tr>\r\n");
    }
    html
}

/// In small letters; what cannot stand in an attribute's name is `_`.
fn attribute(name: &str) -> String {
    let digit = if name.starts_with(|first: char| first.is_ascii_digit()) { "_" } else { "" };
    let letters: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
        .collect();
    format!("{digit}{letters}")
}

/// XML 1.0 has no other letters below the blank.
fn is_plain(letter: char) -> bool {
    letter >= ' ' || matches!(letter, '\t' | '\n' | '\r')
}

fn escaped(text: &str, is_allowed: fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| is_allowed(*letter)) {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '&' => escaped.push_str("&amp;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_elements() {
        let check = |text: &str, expected: &str| assert_eq!(xml(text, "x", "generic"), expected, "{text}");
        check(
            "Response: Success\r\nMessage: a <b> 'c'\r\n\r\nEvent: E\r\nChan Variable: 1\r\nA: 1\r\nA: 2\r\n\r\n",
            "<response type='object' id='x'><generic response='Success' message='a &lt;b&gt; &apos;c&apos;' /></response>\n\
             <response type='object' id='x'><generic event='E' chan_variable='1' a='1' a-2='2' /></response>\n",
        );
        check(
            "Response: Success\r\nOutput: x\r\nno colon here\nbut: here\r\n\r\n",
            "<response type='object' id='x'><generic response='Success' output='x' opaque_data='no colon here\n\
             but: here' /></response>\n",
        );
        check(
            "Category-000000: a\r\n",
            "<response type='object' id='x'><generic category_000000='a' /></response>\n",
        );
        check("1st: \u{1}é\r\n", "<response type='object' id='x'><generic _1st='é' /></response>\n");
        check("", "");
    }

    #[test]
    fn blocks_become_rows() {
        assert_eq!(
            html("A: <1>\r\nfree\r\ntext\r\n\r\n"),
            "<tr><td>A</td><td>&lt;1&gt;</td></tr>\n<tr><td>Opaque-data</td><td>free<br>\ntext</td></tr>\n\
             <tr><td colspan=\"2\"><hr></td></tr>\r\n"
        );
    }
}
