//! Call records in SQLite: our own table, with the calls that are up, and the tables of `cdr_sqlite3_custom.conf`.

mod custom;
mod own;
mod row;

pub use custom::SqliteCustom;
pub use own::SqliteOwn;
