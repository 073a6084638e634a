//! `FILE(path[,offset[,length[,options[,format]]]])`: what a file holds.

use std::io::Write;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError, Privilege};
use obelus_core::help::{Argument, Help, OptionHelp};
use part::Part;

use crate::lines::{Ending, on_disk, read};
use crate::number::scan_integer;

mod part;

pub(crate) struct FileContent;

static HELP: Help = Help {
    synopsis: "Read or write text file.",
    arguments: &[
        Argument::required("filename", ""),
        Argument::optional("offset", "How many bytes or lines come before; from the end if negative."),
        Argument::optional("length", "How many; if negative, all but so many at the end."),
        Argument::options(&[
            OptionHelp::flag('l', "Offset and length count lines; the first line is 0."),
            OptionHelp::flag('a', "Write behind what is there."),
            OptionHelp::flag('d', "Write a line without the end of a line."),
        ]),
        Argument::optional(
            "format",
            "How lines end: u for Unix, d for DOS, m for Macintosh; found out if left away, else u.",
        ),
    ],
    description: "Reading gives the part that is asked for, at most 64 KiB. Writing puts the value in the place of that part; without offset and length in the place of all. In lines, the end of a line is read and written with them. Bytes that are no UTF-8 are read as a replacement character.",
    see_also: &["FILE_COUNT_LINE", "FILE_FORMAT", "STAT"],
};

#[async_trait]
impl DialplanFunction for FileContent {
    fn name(&self) -> &'static str {
        "FILE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "Set(FILE(${ASTSPOOLDIR}/note)=Hello world)\n${FILE(${ASTSPOOLDIR}/note)}|${FILE(${ASTSPOOLDIR}/note,-5,3)}",
                "Hello world|wor",
            ),
            (
                "Set(FILE(${ASTSPOOLDIR}/list,,,al)=one)\nSet(FILE(${ASTSPOOLDIR}/list,,,al)=two)\nSet(FILE(${ASTSPOOLDIR}/list,0,1,l)=ONE)\n${FILE(${ASTSPOOLDIR}/list,0,1,l)}${FILE(${ASTSPOOLDIR}/list,-1,,l)}",
                "ONE\ntwo\n",
            ),
        ]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let request = Request::parse(arguments)?;
        let text = read(channel, &request.path).await?;
        let part = request.part(&text).ok_or_else(|| {
            FunctionError::failed(format!("the part that is asked for is not in {}", request.path))
        })?;
        let bytes = text.get(part).unwrap_or_default();
        Ok(String::from_utf8_lossy(bytes.get(..MOST).unwrap_or(bytes)).into_owned())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let request = Request::parse(arguments)?;
        let (path, value) = (request.path.clone(), value.as_bytes().to_vec());
        let written = on_disk(channel, move || request.write(value)).await;
        written.map_err(|error| FunctionError::failed(format!("{path}: {error}")))
    }
}

/// The most that is read, as long as a value may become.
const MOST: usize = 64 * 1024;

/// What the arguments ask for.
struct Request {
    path: String,
    part: Part,
    lines: bool,
    appends: bool,
    bare: bool,
    ending: Option<Ending>,
}

impl Request {
    fn parse(arguments: &str) -> Result<Request, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 5);
        let number = |index| scan_integer(arguments.text(index)).map(|(number, _)| number);
        let options = arguments.text(3);
        if let Some(unknown) = options.chars().find(|option| !"lad".contains(*option)) {
            return Err(FunctionError::arguments(format!(
                "unknown option `{unknown}`; the options are `lad`"
            )));
        }
        Ok(Request {
            path: arguments.required(0, "filename")?.to_owned(),
            part: Part { offset: number(1).unwrap_or(0), length: number(2) },
            lines: options.contains('l'),
            appends: options.contains('a'),
            bare: options.contains('d'),
            ending: Ending::parse(arguments.text(4)),
        })
    }

    /// The bytes that are asked for; `None` if the part begins behind the end or ends before it begins.
    fn part(&self, text: &[u8]) -> Option<std::ops::Range<usize>> {
        if !self.lines {
            return self.part.of(text.len());
        }
        let starts = self.ending(text).starts(text);
        let lines = self.part.of(starts.len() - 1)?;
        Some(*starts.get(lines.start)?..*starts.get(lines.end)?)
    }

    fn ending(&self, text: &[u8]) -> Ending {
        self.ending.or_else(|| Ending::of(text)).unwrap_or(Ending::Unix)
    }

    fn write(&self, mut value: Vec<u8>) -> std::io::Result<()> {
        let is_all = self.part == Part { offset: 0, length: None };
        let text = match is_all || self.appends {
            // Only how its lines end is of interest.
            true if self.lines && self.ending.is_none() => std::fs::read(&self.path).unwrap_or_default(),
            true => Vec::new(),
            false => std::fs::read(&self.path)?,
        };
        if self.lines && !self.bare {
            value.extend(self.ending(&text).bytes());
        }
        if self.appends {
            return std::fs::OpenOptions::new().append(true).create(true).open(&self.path)?.write_all(&value);
        }
        if is_all {
            return std::fs::write(&self.path, value);
        }
        let outside = || std::io::Error::other("the part that is to be replaced is not in it");
        let part = self.part(&text).ok_or_else(outside)?;
        let mut changed = text;
        changed.splice(part, value);
        std::fs::write(&self.path, changed)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    /// Writes `before`, does the assignment, and returns what is in the file then.
    async fn after(before: &str, arguments: &str, value: &str) -> String {
        let mut bench = Bench::new();
        let path = bench.pbx.core.settings.load().directories.spool.join("f");
        std::fs::write(&path, before).unwrap();
        let name = format!("FILE({}{arguments})", path.display());
        bench.channel.assign(&name, value).await.unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    async fn read(text: &str, arguments: &str) -> Option<String> {
        let mut bench = Bench::new();
        let path = bench.pbx.core.settings.load().directories.spool.join("f");
        std::fs::write(&path, text).unwrap();
        bench.read(&format!("FILE({}{arguments})", path.display())).await.ok()
    }

    #[tokio::test]
    async fn parts_are_read() {
        for (arguments, expected) in [
            ("", Some("0123456789")),
            (",3", Some("3456789")),
            (",3,4", Some("3456")),
            (",-4", Some("6789")),
            (",-4,2", Some("67")),
            (",2,-3", Some("23456")),
            (",8,9", Some("89")),
            (",10", Some("")),
            (",11", None),
            (",8,-3", None),
            (",-11", None),
            (",,,x", None),
        ] {
            assert_eq!(read("0123456789", arguments).await.as_deref(), expected, "{arguments}");
        }
    }

    #[tokio::test]
    async fn lines_are_read() {
        for (arguments, expected) in [
            (",0,1,l", Some("a\n")),
            (",1,2,l", Some("b\nc\n")),
            (",1,,l", Some("b\nc\nd")),
            (",-1,,l", Some("d")),
            (",-2,1,l", Some("c\n")),
            (",1,-1,l", Some("b\nc\n")),
            (",0,1,l,d", Some("a\nb\nc\nd")),
            (",5,,l", None),
        ] {
            assert_eq!(read("a\nb\nc\nd", arguments).await.as_deref(), expected, "{arguments}");
        }
        assert_eq!(read("a\r\nb\r\n", ",1,1,l").await.as_deref(), Some("b\r\n"));
        assert_eq!(read("a\u{e4}", ",2").await.as_deref(), Some("\u{fffd}"));
    }

    #[tokio::test]
    async fn parts_are_replaced() {
        for (arguments, expected) in [
            ("", "bar"),
            (",,,a", "0123bar"),
            (",0,1", "bar123"),
            (",2", "01bar"),
            (",2,0", "01bar23"),
            (",-1,1", "012bar"),
            (",1,-1", "0bar3"),
        ] {
            assert_eq!(after("0123", arguments, "bar").await, expected, "{arguments}");
        }
    }

    #[tokio::test]
    async fn lines_are_replaced() {
        for (arguments, value, expected) in [
            (",0,1,l", "x", "x\nb\n"),
            (",-1,,l", "x", "a\nx\n"),
            (",,,al", "x", "a\nb\nx\n"),
            (",,,l", "x", "x\n"),
            (",1,0,l", "x", "a\nx\nb\n"),
            (",0,1,ld", "", "b\n"),
            (",,,al,d", "x", "a\nb\nx\r\n"),
        ] {
            assert_eq!(after("a\nb\n", arguments, value).await, expected, "{arguments}");
        }
        assert_eq!(after("a\r\n", ",,,al", "x").await, "a\r\nx\r\n");
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_an_error() {
        let mut bench = Bench::new();
        assert!(bench.channel.assign("FILE(/nowhere/f)", "x").await.is_err());
        assert!(bench.channel.assign("FILE(/dev/null,5,1)", "x").await.is_err());
        assert!(bench.read("FILE(/nowhere)").await.is_err());
    }
}
