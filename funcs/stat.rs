//! `STAT(flag,path)`: what the disk knows of a file.

use std::os::unix::fs::MetadataExt;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

pub(crate) struct FileStatus;

static HELP: Help = Help {
    synopsis: "Does a check on the specified file.",
    arguments: &[
        Argument::required(
            "flag",
            "d: is it a folder; e: is there such a file; f: is it a plain file; m: its mode in octal; s: its size in bytes; A, C, M: when it was read, its entry changed, and it was written, in seconds since 1970.",
        ),
        Argument::rest("filename", true, ""),
    ],
    description: "Gives 0 where there is no such file.",
    see_also: &["FILE"],
};

#[async_trait]
impl DialplanFunction for FileStatus {
    fn name(&self) -> &'static str {
        "STAT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${STAT(d,/)}${STAT(f,/)}${STAT(e,/nowhere)}", "100")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (flag, path) = (arguments.required(0, "flag")?, arguments.required(1, "filename")?);
        let Ok(known) = channel.meanwhile(tokio::fs::metadata(path)).await else { return Ok("0".to_owned()) };
        match flag.chars().next() {
            Some('d') => Ok(u8::from(known.is_dir()).to_string()),
            Some('e') => Ok("1".to_owned()),
            Some('f') => Ok(u8::from(known.is_file()).to_string()),
            Some('m') => Ok(format!("{:o}", known.mode())),
            Some('s') => Ok(known.len().to_string()),
            Some('A') => Ok(known.atime().to_string()),
            Some('C') => Ok(known.ctime().to_string()),
            Some('M') => Ok(known.mtime().to_string()),
            _ => Err(FunctionError::arguments(format!("`{flag}` is none of d, e, f, m, s, A, C and M"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn a_file_is_looked_at() {
        let mut bench = Bench::new();
        let text = "Set(FILE(${ASTSPOOLDIR}/a)=12345)\nSet(p=${ASTSPOOLDIR}/a)\n\
                    ${STAT(s,${p})}${STAT(e,${p})}${STAT(f,${p})}${STAT(d,${p})} ${STAT(m,${p}):0:3} \
                    $[${STAT(M,${p})} > 1000000000]$[${STAT(A,${p})} > 1000000000]$[${STAT(C,${p})} > 1000000000]";
        assert_eq!(bench.run(text).await, "5110 100 111");
        refuses("STAT(x,/)", "`x` is none of d, e, f, m, s, A, C and M").await;
        refuses("STAT(e)", "the argument `filename` is missing").await;
    }
}
