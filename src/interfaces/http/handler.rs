//! The contract of what is served.

use async_trait::async_trait;

use crate::{Answer, Request};

/// Something that is served below one name.
#[async_trait]
pub trait Handler: Send + Sync {
    /// One line for `http show status`.
    fn description(&self) -> &'static str;

    /// Whether what lies below the name is its as well: `/ari/channels` for `ari`.
    fn has_subtree(&self) -> bool {
        false
    }

    /// Answers a request. Dropping the future is how the server ends when the PBX does.
    async fn serve(&self, request: Request) -> Answer;
}
