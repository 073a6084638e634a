//! Tables with columns of the operator's own, as `cdr_sqlite3_custom.conf` and `cel_sqlite3_custom.conf` describe them.
//!
//! Each section is a database file of the log folder, and has one table.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use obelus_core::cdr::{Pattern, Source};
use obelus_core::conf::{Document, Problem, Problems, Reader, Section};
use rusqlite::Connection;

use crate::file::File;

/// What a kind of rows is called and how its patterns are compiled.
pub(crate) struct Kind {
    /// The table's name where none is given.
    pub(crate) table: &'static str,
    /// Compiles one value.
    pub(crate) compile: fn(&str) -> Result<Pattern, String>,
}

/// One table.
#[derive(Debug)]
pub(crate) struct Table {
    /// The database file, in the log folder unless it is absolute.
    file_name: PathBuf,
    columns: Arc<Columns>,
    values: Vec<Pattern>,
    busy: Duration,
    file: File,
}

#[derive(Debug)]
struct Columns {
    table: String,
    names: Vec<String>,
}

/// The tables of a document; what is wrong is left out and reported.
pub(crate) fn read(document: &Document, kind: &Kind, problems: &mut Problems) -> Vec<Table> {
    document.concrete().filter_map(|section| read_table(section, kind, problems)).collect()
}

fn read_table(section: &Section, kind: &Kind, problems: &mut Problems) -> Option<Table> {
    let Some(file_name) = file_name(&section.name) else {
        let reason = format!("[{}] is neither a file's name nor an absolute path", section.name);
        problems.push(Problem::error(section.location.clone(), reason));
        return None;
    };
    let mut reader = Reader::new(section, problems);
    let table = reader.text("table").unwrap_or(kind.table).to_owned();
    let names: Vec<String> =
        reader.text("columns").unwrap_or("").split(',').map(|name| name.trim().to_owned()).collect();
    let entry = reader.entry("values");
    let busy = reader.integer("busy_timeout", 0..=600_000_u32).unwrap_or(1000);
    reader.unserved("fields", &[]);
    let mut values = Vec::new();
    match entry {
        None => reader.missing("values"),
        Some(entry) => match patterns(&entry.value, kind) {
            Ok(patterns) if patterns.len() == names.len() => values = patterns,
            Ok(patterns) => {
                reader.reject(entry, &format!("{} values for {} columns", patterns.len(), names.len()));
            }
            Err(reason) => reader.reject(entry, &reason),
        },
    }
    let good = reader.finish() && !values.is_empty();
    let (columns, busy) = (Arc::new(Columns { table, names }), Duration::from_millis(busy.into()));
    good.then(|| Table { file_name, columns, values, busy, file: File::default() })
}

/// The file that a section stands for; `None` for a name that would leave the folder unseen.
fn file_name(section: &str) -> Option<PathBuf> {
    let is_name = !section.is_empty() && !section.starts_with('.') && !section.contains('/');
    let name = (is_name || section.starts_with('/')).then_some(section)?;
    Some(if name.ends_with(".db") { name.into() } else { format!("{name}.db").into() })
}

/// Values between single quotes, with commas between them.
fn patterns(text: &str, kind: &Kind) -> Result<Vec<Pattern>, String> {
    let mut patterns = Vec::new();
    let mut rest = text.trim();
    loop {
        let inner = rest.strip_prefix('\'').ok_or("each value stands between single quotes")?;
        let (value, behind) = inner.split_once('\'').ok_or("a value has no quote at its end")?;
        patterns.push((kind.compile)(value)?);
        rest = match behind.trim_start() {
            "" => return Ok(patterns),
            behind => behind.strip_prefix(',').ok_or("values are separated by commas")?.trim_start(),
        };
    }
}

impl Table {
    /// The row of one source.
    pub(crate) fn row(&self, source: &dyn Source) -> Vec<String> {
        self.values.iter().map(|pattern| pattern.fill(source)).collect()
    }

    /// Writes rows, all or none of them; the error says which file is concerned.
    pub(crate) async fn insert(&self, folder: &Path, rows: Vec<Vec<String>>) -> Result<(), String> {
        let (path, columns) = (folder.join(&self.file_name), self.columns.clone());
        self.file.with(&path, self.busy, move |connection| columns.insert(connection, &rows)).await
    }
}

impl Columns {
    fn insert(&self, connection: &mut Connection, rows: &[Vec<String>]) -> rusqlite::Result<()> {
        let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        let table = quoted(&self.table);
        let columns = self.names.iter().map(quoted).collect::<Vec<_>>().join(", ");
        let marks = vec!["?"; self.names.len()].join(", ");
        let change = connection.transaction()?;
        change.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {table} (AcctId INTEGER PRIMARY KEY, {columns})"
        ))?;
        {
            let mut statement =
                change.prepare_cached(&format!("INSERT INTO {table} ({columns}) VALUES ({marks})"))?;
            for row in rows {
                statement.execute(rusqlite::params_from_iter(row))?;
            }
        }
        change.commit()
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::{MemoryFiles, load};

    use super::*;

    const KIND: Kind = Kind { table: "cdr", compile: Pattern::of_record };

    fn check(text: &str, tables: usize, problem: &str) {
        let mut problems = Problems::new();
        let document = load(&MemoryFiles::new().file("a", text), "a", &mut problems);
        assert_eq!(read(&document, &KIND, &mut problems).len(), tables, "{text}");
        let found = problems.to_string();
        assert_eq!(found.is_empty(), problem.is_empty(), "{found}");
        assert!(found.contains(problem), "{found}");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        check("[master]\ncolumns => a\nvalues => '1'\n[/tmp/x]\ncolumns=a\nvalues='2'\n", 2, "");
        check("[master]\ncolumns => a,b\nvalues => '1'\n", 0, "1 values for 2 columns");
        check("[master]\ncolumns => a\nvalues => ${CDR(src)}\n", 0, "single quotes");
        check("[master]\ncolumns => a\nvalues => '${SHELL(x)}'\n", 0, "SHELL(x)");
        check("[../other]\ncolumns=a\nvalues='1'\n", 0, "[../other]");
    }

    #[test]
    fn a_section_names_its_file() {
        let check = |section: &str, expected: Option<&str>| {
            assert_eq!(file_name(section), expected.map(PathBuf::from), "{section}");
        };
        check("master", Some("master.db"));
        check("calls.db", Some("calls.db"));
        check("/var/db/calls", Some("/var/db/calls.db"));
        check("a/b", None);
        check(".hidden", None);
    }
}
