//! `FILE_FORMAT(path)`: how the lines of a file end.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::lines::{Ending, read};

pub(crate) struct FileFormat;

static HELP: Help = Help {
    synopsis: "Return the newline format of a text file.",
    arguments: &[Argument::rest("filename", true, "")],
    description: "Gives u for Unix, d for DOS, m for Macintosh, and x where that cannot be told.",
    see_also: &["FILE", "FILE_COUNT_LINE"],
};

#[async_trait]
impl DialplanFunction for FileFormat {
    fn name(&self) -> &'static str {
        "FILE_FORMAT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(FILE(${ASTSPOOLDIR}/list,,,al,d)=one)\n${FILE_FORMAT(${ASTSPOOLDIR}/list)}${FILE_FORMAT(/nowhere)}",
            "dx",
        )]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let text = read(channel, arguments).await.unwrap_or_default();
        Ok(Ending::of(&text).map_or('x', Ending::letter).to_string())
    }
}
