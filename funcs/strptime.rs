//! `STRPTIME(datetime,timezone,format)`: a time in words as seconds.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::calendar;

pub(crate) struct Strptime;

static HELP: Help = Help {
    synopsis: "Returns the epoch of the arbitrary date/time string structured as described by the format.",
    arguments: &[
        Argument::required("datetime", "The text."),
        Argument::optional("timezone", "Such as Europe/Berlin; the machine's if left away."),
        Argument::rest("format", true, "As for strptime(3)."),
    ],
    description: "Gives seconds since 1970. What the format leaves open is the beginning: a day without a time is its midnight.",
    see_also: &["STRFTIME"],
};

#[async_trait]
impl DialplanFunction for Strptime {
    fn name(&self) -> &'static str {
        "STRPTIME"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${STRPTIME(2006-03-01 07:30:35,America/Chicago,%Y-%m-%d %H:%M:%S)}", "1141219835")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let format = arguments.required(2, "format")?;
        let text = arguments.text(0);
        let zone = calendar::zone(&channel.core().clock, arguments.text(1))?;
        let time = calendar::read(text, format, &zone)
            .ok_or_else(|| FunctionError::arguments(format!("`{text}` is no time as `{format}`")))?;
        Ok(time.as_second().to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn what_is_shown_can_be_read() {
        check("${STRFTIME(${STRPTIME(1 Mar 2026,UTC,%d %b %Y)},UTC,%F %T)}", "2026-03-01 00:00:00").await;
        refuses("STRPTIME(now,UTC,%Y)", "`now` is no time as `%Y`").await;
        refuses("STRPTIME(now,UTC)", "the argument `format` is missing").await;
    }
}
