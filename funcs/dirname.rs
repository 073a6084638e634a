//! `DIRNAME(path)`: a path without its last part.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Dirname;

static HELP: Help = Help {
    synopsis: "Return the directory of a file.",
    arguments: &[Argument::rest("filename", true, "The path.")],
    description: "As the program dirname does; no file is looked at.",
    see_also: &["BASENAME"],
};

#[async_trait]
impl DialplanFunction for Dirname {
    fn name(&self) -> &'static str {
        "DIRNAME"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${DIRNAME(/etc/asterisk/extensions.conf)}", "/etc/asterisk")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let path = arguments.trim_end_matches('/');
        Ok(match path.rsplit_once('/').map(|(folder, _)| folder.trim_end_matches('/')) {
            None if arguments.starts_with('/') => "/",
            None => ".",
            Some("") => "/",
            Some(folder) => folder,
        }
        .to_owned())
    }
}
