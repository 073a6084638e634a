//! What the stories are made of: the PBX, phones, and real peers.

mod agent;
pub mod audio;
pub mod baresip;
pub mod call;
pub mod etc;
pub mod pbx;
mod phone;
pub mod program;
mod raw;
pub mod sipp;
pub mod sound;

pub use audio::Audio;
pub use call::Call;
pub use etc::Etc;
pub use pbx::House;
pub use phone::Phone;
pub use program::Program;
pub use raw::Raw;

use std::time::Duration;

/// Whatever a story waits for comes within this time, or the story has failed.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Waits for something; the story fails with `what` when it does not come.
pub async fn within<T>(what: impl std::fmt::Display, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: not within {PATIENCE:?}"),
    }
}
