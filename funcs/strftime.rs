//! `STRFTIME([epoch][,[timezone][,format]])`: a time as text.

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::calendar::{show, zone};
use crate::number::scan_float;

pub(crate) struct Strftime;

static HELP: Help = Help {
    synopsis: "Returns the current date/time in the specified format.",
    arguments: &[
        Argument::optional("epoch", "Seconds since 1970, perhaps with a fraction; now if left away."),
        Argument::optional("timezone", "Such as Europe/Berlin; the machine's if left away."),
        Argument::rest(
            "format",
            false,
            "As for strftime(3), and %q, %1q to %6q for fractions of a second; %c if left away.",
        ),
    ],
    description: "Names of days and months are English.",
    see_also: &["STRPTIME", "IFTIME"],
};

#[async_trait]
impl DialplanFunction for Strftime {
    fn name(&self) -> &'static str {
        "STRFTIME"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${STRFTIME(1141219835,America/Chicago,%Y-%m-%d %H:%M:%S)}", "2006-03-01 07:30:35"),
            ("${STRFTIME(0.25,UTC,%S.%3q)}", "00.250"),
        ]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let time = match scan_float(arguments.text(0)) {
            Some(seconds) => timestamp(seconds)?,
            None => channel.core().clock.now(),
        };
        let zone = zone(&channel.core().clock, arguments.text(1))?;
        show(&time.to_zoned(zone), arguments.get(2).unwrap_or("%c"))
    }
}

fn timestamp(seconds: f64) -> Result<Timestamp, FunctionError> {
    // Whole microseconds, so that 0.1 is not a nanosecond short.
    let time = Timestamp::from_microsecond((seconds * 1e6).round() as i64);
    time.map_err(|_| FunctionError::arguments(format!("{seconds} seconds since 1970 are out of range")))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn the_time_is_now_if_none_is_given() {
        check("${STRFTIME(,UTC,%F %T %Z)}", "2026-03-02 12:00:00 UTC").await;
        check("${STRFTIME(${EPOCH},UTC)}", "Mon Mar  2 12:00:00 2026").await;
        check("${STRFTIME(1.5,UTC,%s.%1q, \"%A\")}", "1.5, \"Thursday\"").await;
    }

    #[tokio::test]
    async fn an_unknown_zone_is_refused() {
        refuses("STRFTIME(0,Mars/Olympus,%c)", "`Mars/Olympus` is no time zone").await;
    }
}
