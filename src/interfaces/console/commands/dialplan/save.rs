//! `dialplan save`.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

/// The file's usual name.
const FILE: &str = "extensions.conf";

pub(super) struct Save;

#[async_trait]
impl CliCommand for Save {
    fn syntax(&self) -> &'static str {
        "dialplan save [<path>]"
    }

    fn synopsis(&self) -> &'static str {
        "Save current dialplan into a file"
    }

    fn description(&self) -> &'static str {
        "Writes the dialplan with all that was changed on the console to extensions.conf, in the configuration\n\
         directory or in the folder that is named, or to the file that is named. Comments and the files that were\n\
         included are not kept. extensions.conf must say `static = yes` and `writeprotect = no`."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let path = match call.arguments() {
            [] => call.core.settings.load().directories.etc.join(FILE),
            [path] if path.contains(".conf") => PathBuf::from(path),
            [folder] => Path::new(folder).join(FILE),
            _ => return Err(usage(self)),
        };
        let script = call.core.dialplan.load().script().clone();
        if !script.general.is_static || script.general.write_protect {
            return Err(CliError::failed(format!("I can't save dialplan now, see '{FILE}' example file.")));
        }
        let shown = path.display().to_string();
        replace(&path, script.to_string())
            .await
            .map_err(|error| CliError::failed(format!("Failed to create file '{shown}': {error}")))?;
        Ok(format!("Dialplan successfully saved into '{shown}'\n"))
    }
}

/// Writes a new file beside the old one and puts it into its place, so that there is always a whole one.
async fn replace(path: &Path, text: String) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    tokio::fs::write(&beside, text).await?;
    tokio::fs::rename(&beside, path).await
}
