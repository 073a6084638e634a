//! `BASENAME(path)`: the last part of a path.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Basename;

static HELP: Help = Help {
    synopsis: "Return the name of a file.",
    arguments: &[Argument::rest("filename", true, "The path.")],
    description: "As the program basename does; no file is looked at.",
    see_also: &["DIRNAME"],
};

#[async_trait]
impl DialplanFunction for Basename {
    fn name(&self) -> &'static str {
        "BASENAME"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${BASENAME(/etc/asterisk/extensions.conf)}", "extensions.conf"),
            ("${BASENAME(/var/spool/)}", "spool"),
        ]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let path = arguments.trim_end_matches('/');
        Ok(match (arguments, path) {
            ("", _) => ".",
            (_, "") => "/",
            (_, path) => path.rsplit('/').next().unwrap_or(path),
        }
        .to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn corners_are_those_of_the_program() {
        check("${BASENAME(/)} ${BASENAME()} ${BASENAME(a)} ${BASENAME(a//)}", "/ . a a").await;
        check("${DIRNAME(/)} ${DIRNAME()} ${DIRNAME(a)} ${DIRNAME(/a)} ${DIRNAME(a//b/)}", "/ . . / a").await;
    }
}
