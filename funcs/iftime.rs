//! `IFTIME(timespec?[true][:false])`: one of two texts, by the time.

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::channel::Channel;
use obelus_core::dialplan::Timing;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct IfTime;

static HELP: Help = Help {
    synopsis: "Temporal Conditional.",
    arguments: &[Argument::rest(
        "timespec?[true][:false]",
        true,
        "The time is times,weekdays,mdays,months[,timezone] as for GotoIfTime.",
    )],
    description: "Gives the text behind the question mark while the time holds, else the one behind the colon.",
    see_also: &["IF", "GotoIfTime"],
};

#[async_trait]
impl DialplanFunction for IfTime {
    fn name(&self) -> &'static str {
        "IFTIME"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${IFTIME(9:00-17:00,mon-fri,*,*,UTC?open:closed)}", "open"),
            ("${IFTIME(*,sat-sun,*,*?open:closed)}", "closed"),
        ]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (time, texts) = unquoted(arguments)
            .split_once('?')
            .filter(|(time, _)| !time.is_empty())
            .ok_or_else(|| FunctionError::arguments("write IFTIME(time?true:false)"))?;
        let (timing, complaints) = Timing::parse(time, &|name| TimeZone::get(name).ok());
        if let Some(complaint) = complaints.first() {
            return Err(FunctionError::arguments(complaint.clone()));
        }
        let (yes, no) = texts.split_once(':').unwrap_or((texts, ""));
        let text = if timing.includes(&channel.core().clock.zoned()) { yes } else { no };
        Ok(unquoted(text).to_owned())
    }
}

/// The inside of a text in double quotes.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn the_time_decides() {
        check("${IFTIME(*,*,2,mar?\"yes\":no)}|${IFTIME(11:00-11:59,*,*,*,UTC?yes)}|", "yes||").await;
        refuses("IFTIME(*,*,*,*)", "write IFTIME(time?true:false)").await;
        refuses("IFTIME(*,someday,*,*?a:b)", "`someday` is no day of the week").await;
    }
}
