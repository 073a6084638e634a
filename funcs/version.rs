//! `VERSION([info])`: which PBX this is.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

/// Asterisk 22.0.0: its versions as numbers have two digits for each part.
const ASTERISK: &str = "220000";

pub(crate) struct Version;

static HELP: Help = Help {
    synopsis: "Return the Version info for this PBX.",
    arguments: &[Argument::optional("info", "ASTERISK_VERSION_NUM, BUILD_MACHINE or BUILD_OS.")],
    description: "Without an argument the version of Obelus. ASTERISK_VERSION_NUM is the Asterisk whose dialplan is served, in six digits, for dialplans that ask for it. Who built it, where and when is not recorded, so that builds can be reproduced.",
    see_also: &["SYSINFO"],
};

#[async_trait]
impl DialplanFunction for Version {
    fn name(&self) -> &'static str {
        "VERSION"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${VERSION(ASTERISK_VERSION_NUM)}", "220000")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        match arguments.trim().to_ascii_uppercase().as_str() {
            "" => Ok(env!("CARGO_PKG_VERSION").to_owned()),
            "ASTERISK_VERSION_NUM" => Ok(ASTERISK.to_owned()),
            "BUILD_MACHINE" => Ok(std::env::consts::ARCH.to_owned()),
            "BUILD_OS" => Ok(std::env::consts::OS.to_owned()),
            other => Err(FunctionError::arguments(format!("`{other}` is not recorded"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn what_is_not_recorded_is_refused() {
        check("${VERSION()}", env!("CARGO_PKG_VERSION")).await;
        refuses("VERSION(build_user)", "`BUILD_USER` is not recorded").await;
    }
}
