//! `manager reload`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::ami::Ami;

pub(super) struct ManagerReload(pub(super) Arc<Ami>);

#[async_trait]
impl CliCommand for ManagerReload {
    fn syntax(&self) -> &'static str {
        "manager reload"
    }

    fn synopsis(&self) -> &'static str {
        "Reload manager configurations"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let done = self.0.control.reload(Some("manager")).await;
        done.map(|()| String::new()).map_err(|error| CliError::failed(error.to_string()))
    }
}
