//! The key store's table and statements: `astdb(key, value)` as Asterisk has it, keys `/family/key`.

use rusqlite::{Connection, OptionalExtension, Result, params};

pub(crate) fn prepare(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS astdb (key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key))",
    )
}

pub(crate) fn get(connection: &Connection, path: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM astdb WHERE key = ?")?;
    statement.query_row([path], |row| row.get(0)).optional()
}

pub(crate) fn put(connection: &Connection, path: &str, value: &str) -> Result<()> {
    let mut statement =
        connection.prepare_cached("INSERT OR REPLACE INTO astdb (key, value) VALUES (?, ?)")?;
    statement.execute([path, value]).map(|_| ())
}

pub(crate) fn delete(connection: &Connection, path: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached("DELETE FROM astdb WHERE key = ?")?;
    statement.execute([path]).map(|count| count > 0)
}

/// The keys of a tree lie between `/prefix/` and `/prefix0`, as `0` is the character after `/`.
fn bounds(prefix: &str) -> (String, String) {
    match prefix.trim_matches('/') {
        "" => ("/".to_owned(), "0".to_owned()),
        prefix => (format!("/{prefix}/"), format!("/{prefix}0")),
    }
}

pub(crate) fn delete_tree(connection: &Connection, prefix: &str) -> Result<usize> {
    let (from, to) = bounds(prefix);
    let exact = format!("/{}", prefix.trim_matches('/'));
    connection.execute("DELETE FROM astdb WHERE (key >= ? AND key < ?) OR key = ?", params![from, to, exact])
}

pub(crate) fn entries(connection: &Connection, prefix: &str) -> Result<Vec<(String, String)>> {
    let (from, to) = bounds(prefix);
    let exact = format!("/{}", prefix.trim_matches('/'));
    let mut statement = connection.prepare_cached(
        "SELECT key, value FROM astdb WHERE (key >= ? AND key < ?) OR key = ? ORDER BY key",
    )?;
    let rows = statement.query_map(params![from, to, exact], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
