//! Where finished records go.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_conf::Problems;

use super::CallRecord;

/// A file or table that call records are written to.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Asterisk's name of it: `cdr_csv`, `cdr_custom` ….
    fn name(&self) -> &'static str;

    /// One line for `cdr show status`.
    fn description(&self) -> &'static str;

    /// Reads its configuration, and takes it over where `use_it` says so and there is no error in it.
    fn load(&self, use_it: bool, problems: &mut Problems);

    /// Whether its configuration asks for it.
    fn is_active(&self) -> bool;

    /// Writes records; the error says what the operator must know.
    async fn write(&self, records: &[Arc<CallRecord>]) -> Result<(), String>;

    /// Whether [`Backend::keep_open`] notes anything.
    fn keeps_open(&self) -> bool {
        false
    }

    /// Notes the records of calls that are up, so that a start after a crash can close them.
    async fn keep_open(&self, _records: Vec<CallRecord>) {}

    /// Takes the records that were noted before the last crash.
    async fn take_left_over(&self) -> Vec<CallRecord> {
        Vec::new()
    }
}
