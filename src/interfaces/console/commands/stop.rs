//! `core stop …`, `core restart …` and `core abort shutdown`.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::control::{Control, Stop};
use crate::usage::usage;

/// One of the three ways to end.
pub(super) struct CoreStop {
    pub(super) how: Stop,
    pub(super) control: Arc<dyn Control>,
}

#[async_trait]
impl CliCommand for CoreStop {
    fn syntax(&self) -> &'static str {
        match self.how {
            Stop::Now => "core stop now",
            Stop::Gracefully => "core stop gracefully",
            Stop::WhenConvenient => "core stop when convenient",
        }
    }

    fn synopsis(&self) -> &'static str {
        match self.how {
            Stop::Now => "Shut down Obelus immediately",
            Stop::Gracefully => "Gracefully shut down Obelus",
            Stop::WhenConvenient => "Shut down Obelus at empty call volume",
        }
    }

    fn description(&self) -> &'static str {
        match self.how {
            Stop::Now => "Hangs up all calls and ends.",
            Stop::Gracefully => {
                "Takes no new calls, and ends when the last one is over, which the command waits for."
            }
            Stop::WhenConvenient => "Ends as soon as there is no call; new calls are taken until then.",
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        self.control.stop(self.how);
        if self.how == Stop::Gracefully {
            // Who asks from a script goes on when it is done.
            self.control.stop_settled().await;
        }
        Ok(match self.how {
            Stop::Now | Stop::Gracefully => String::new(),
            Stop::WhenConvenient => "Waiting for inactivity to perform halt\n".to_owned(),
        })
    }
}

/// One of the three ways to end and to begin again.
pub(super) struct CoreRestart {
    pub(super) how: Stop,
    pub(super) control: Arc<dyn Control>,
}

#[async_trait]
impl CliCommand for CoreRestart {
    fn syntax(&self) -> &'static str {
        match self.how {
            Stop::Now => "core restart now",
            Stop::Gracefully => "core restart gracefully",
            Stop::WhenConvenient => "core restart when convenient",
        }
    }

    fn synopsis(&self) -> &'static str {
        match self.how {
            Stop::Now => "Restart Obelus immediately",
            Stop::Gracefully => "Restart Obelus gracefully",
            Stop::WhenConvenient => "Restart Obelus at empty call volume",
        }
    }

    fn description(&self) -> &'static str {
        match self.how {
            Stop::Now => "Hangs up all calls, ends, and begins again in the same process.",
            Stop::Gracefully => "Takes no new calls, and begins again when the last one is over.",
            Stop::WhenConvenient => {
                "Begins again as soon as there is no call; new calls are taken until then."
            }
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(usage(self));
        }
        self.control.restart(self.how);
        Ok(match self.how {
            Stop::Now | Stop::Gracefully => String::new(),
            Stop::WhenConvenient => "Waiting for inactivity to perform restart\n".to_owned(),
        })
    }
}

pub(super) struct AbortShutdown(pub(super) Arc<dyn Control>);

#[async_trait]
impl CliCommand for AbortShutdown {
    fn syntax(&self) -> &'static str {
        "core abort shutdown"
    }

    fn synopsis(&self) -> &'static str {
        "Cancel a running shutdown"
    }

    fn description(&self) -> &'static str {
        "Takes `core stop gracefully` or `core stop when convenient` back, and new calls again."
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        match self.0.abort_stop() {
            true => Ok(String::new()),
            false => Err(CliError::failed("There is no shutdown that could be cancelled.")),
        }
    }
}
