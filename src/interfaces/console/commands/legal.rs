//! `core show license` and `core show warranty`.

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

/// One of the two texts.
pub(super) struct Legal {
    pub(super) syntax: &'static str,
    pub(super) synopsis: &'static str,
    pub(super) text: &'static str,
}

/// What may be done with the program.
pub(super) const LICENSE: &str = "\
Obelus may be used under the MIT license or the Apache License, Version 2.0, as you choose.\n\
The texts come with it, as LICENSE-MIT and LICENSE-APACHE.\n";

/// What is promised.
pub(super) const WARRANTY: &str = "\
Obelus comes as it is, without warranties or conditions of any kind, express or implied, to the extent that the law\n\
permits; see 'core show license'.\n";

#[async_trait]
impl CliCommand for Legal {
    fn syntax(&self) -> &'static str {
        self.syntax
    }

    fn synopsis(&self) -> &'static str {
        self.synopsis
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        Ok(self.text.to_owned())
    }
}
