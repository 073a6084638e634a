//! The layout of `pjsip show …`: titles that end at one column, values that begin at the next, dots that show
//! how wide a value may be. The widths are Asterisk's.

use std::fmt::Write;

/// The width of a line.
const WIDTH: usize = 90;
/// Where the last wide column ends.
const TAB: usize = 62;
/// The room for a title on the outermost level.
const TITLE: usize = 8;

/// The column at which titles of a level end.
pub(super) fn indent(level: usize) -> usize {
    level * 2 + 1 + TITLE
}

/// Room for a value that ends before the last columns, with so much of it taken already.
pub(super) fn to_tab(level: usize, taken: usize) -> usize {
    TAB.saturating_sub(indent(level) + taken)
}

/// Room for a value that ends at the end of the line.
pub(super) fn to_end(level: usize, taken: usize) -> usize {
    WIDTH.saturating_sub(indent(level) + taken)
}

/// Dots of a header.
pub(super) fn dots(width: usize) -> String {
    ".".repeat(width)
}

/// A text cut or filled to a width, in letters.
pub(super) fn fit(text: &str, width: usize) -> String {
    let cut: String = text.chars().take(width).collect();
    format!("{cut:<width$}")
}

/// A line that begins with its title: `   Channel:  …`.
pub(super) fn line(out: &mut String, level: usize, title: &str, rest: &str) {
    let width = indent(level);
    let _ = writeln!(out, "{title:>width$}:  {rest}");
}

/// The same with one blank behind the colon, as some lines of Asterisk have it.
pub(super) fn near_line(out: &mut String, level: usize, title: &str, rest: &str) {
    let width = indent(level);
    let _ = writeln!(out, "{title:>width$}: {rest}");
}

/// The line below the headers.
pub(super) fn rule(out: &mut String) {
    out.push_str(&"=".repeat(WIDTH));
    out.push_str("\n\n");
}

/// The table of an object's options.
pub(super) fn parameters<N: AsRef<str>>(out: &mut String, settings: &[(N, String)]) {
    let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0);
    let name_width =
        widest(&mut settings.iter().map(|(name, _)| name.as_ref().len())).max("ParameterName".len());
    let value_width =
        widest(&mut settings.iter().map(|(_, value)| value.chars().count())).max("ParameterValue".len());
    let _ = writeln!(out, " {:<name_width$} : ParameterValue", "ParameterName");
    let _ = writeln!(out, " {}", "=".repeat(name_width + value_width + 3));
    for (name, value) in settings {
        let _ = writeln!(out, " {:<name_width$} : {value}", name.as_ref());
    }
}
