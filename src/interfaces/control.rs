//! What the console, AMI and others ask of the program itself: to stop and to read its configuration again.

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::Core;
use obelus_core::events::{Event, EventKind};
use obelus_core::module::Module;
use obelus_core::verbose;

/// How the PBX ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Hang up all calls, then end.
    Now,
    /// Take no new calls, and end when the last one is over.
    Gracefully,
    /// End when there happens to be no call.
    WhenConvenient,
}

/// Why a reload did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReloadError {
    /// There is no such module.
    #[error("No such module '{0}'")]
    Unknown(String),
    /// Another reload is under way.
    #[error("A module reload request is already in progress; please be patient")]
    Busy,
    /// A module keeps its old configuration, for this reason.
    #[error("{reason}\nThe module '{module}' reported a reload failure")]
    Failed {
        /// The module.
        module: String,
        /// What is wrong, perhaps in several lines.
        reason: String,
    },
    /// Several modules keep their old configurations.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<ReloadError>),
}

/// The program, as its interfaces see it.
#[async_trait]
pub trait Control: Send + Sync {
    /// Asks the PBX to end; returns at once.
    fn stop(&self, how: Stop);

    /// Waits until the PBX ends or the wish to end was taken back. Cancel safe.
    async fn stop_settled(&self);

    /// Asks the PBX to end and to begin again; returns at once.
    fn restart(&self, how: Stop);

    /// Takes the wish to end back; says whether there was one that could still be taken back.
    fn abort_stop(&self) -> bool;

    /// Reads the configuration of one module, or of all, again.
    async fn reload(&self, module: Option<&str>) -> Result<(), ReloadError>;

    /// When the configuration was last read again.
    fn last_reload(&self) -> Option<Timestamp>;
}

/// Reloads one module, or all in their order; what fails keeps its old configuration and does not stop the others.
pub async fn reload_modules(core: &Core, name: Option<&str>) -> Result<(), ReloadError> {
    let registry = core.registry();
    let Some(name) = name else {
        let mut failures = Vec::new();
        for module in registry.modules() {
            failures.extend(reload_one(core, module.as_ref()).await.err());
        }
        return match failures.len() {
            0 => Ok(()),
            _ => Err(ReloadError::Several(failures)),
        };
    };
    let module = registry.module(name).ok_or_else(|| ReloadError::Unknown(name.to_owned()))?;
    reload_one(core, module.as_ref()).await
}

async fn reload_one(core: &Core, module: &dyn Module) -> Result<(), ReloadError> {
    verbose!(core, 3, "Reloading module '{}' ({})", module.name(), module.description());
    let result = module.reload().await;
    let event = || Event::Reload { module: module.name().into(), good: result.is_ok() };
    core.events.publish(EventKind::Reload, || core.clock.now(), event);
    result
        .map_err(|error| ReloadError::Failed { module: module.name().to_owned(), reason: error.to_string() })
}
