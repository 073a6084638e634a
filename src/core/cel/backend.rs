//! Where logged steps go.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_conf::Problems;

use super::CelEvent;

/// A file, table or listener that the steps of calls are written to.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Asterisk's name of it, for `cel show status`.
    fn name(&self) -> &'static str;

    /// Reads its configuration, and takes it over where `use_it` says so and there is no error in it.
    fn load(&self, use_it: bool, problems: &mut Problems);

    /// Whether its configuration asks for it.
    fn is_active(&self) -> bool;

    /// Writes steps, times in `date_format` where the back end has no form of its own; empty stands for seconds.
    /// The error says what the operator must know.
    async fn write(&self, events: &[Arc<CelEvent>], date_format: &str) -> Result<(), String>;
}
