//! `FILE_COUNT_LINE(path[,format])`: how many lines a file has.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::lines::{Ending, read};

pub(crate) struct FileCountLine;

static HELP: Help = Help {
    synopsis: "Obtains the number of lines of a text file.",
    arguments: &[
        Argument::required("filename", ""),
        Argument::optional("format", "u for Unix, d for DOS, m for Macintosh; found out if left away."),
    ],
    description: "Counts ends of lines; -1 where there is no such file.",
    see_also: &["FILE", "FILE_FORMAT"],
};

#[async_trait]
impl DialplanFunction for FileCountLine {
    fn name(&self) -> &'static str {
        "FILE_COUNT_LINE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "Set(FILE(${ASTSPOOLDIR}/list,,,al)=one)\nSet(FILE(${ASTSPOOLDIR}/list,,,al)=two)\n${FILE_COUNT_LINE(${ASTSPOOLDIR}/list)}",
                "2",
            ),
            ("${FILE_COUNT_LINE(/nowhere)}", "-1"),
        ]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let path = arguments.required(0, "filename")?;
        let Ok(text) = read(channel, path).await else { return Ok("-1".to_owned()) };
        let Some(ending) = Ending::parse(arguments.text(1)).or_else(|| Ending::of(&text)) else {
            return Ok("0".to_owned());
        };
        let count = text.windows(ending.bytes().len()).filter(|window| *window == ending.bytes()).count();
        Ok(count.to_string())
    }
}
