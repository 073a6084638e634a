//! `Playback(file[&file2…][,options])`: play prompts to their end.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::channel::PlayEnd;
use obelus_core::help::{Argument, Help};

pub(crate) struct Playback;

static HELP: Help = Help {
    synopsis: "Play a file.",
    arguments: &[
        Argument::required("filename[&filename2[&...]]", "Prompts without their extension."),
        Argument::repeated(
            "options",
            false,
            "skip: do nothing unless the call is answered; noanswer: do not answer it first.",
        ),
    ],
    description: "Answers the call unless told otherwise and plays one file after the other; digits do not interrupt. PLAYBACKSTATUS becomes SUCCESS or FAILED.",
    see_also: &["Background", "WaitExten"],
};

const OPTIONS: [&str; 3] = ["skip", "noanswer", ""];

#[async_trait]
impl App for Playback {
    fn name(&self) -> &'static str {
        "Playback"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let unknown = arguments
            .from(1)
            .map(str::trim)
            .find(|option| !OPTIONS.iter().any(|known| known.eq_ignore_ascii_case(option)));
        unknown
            .map_or(Ok(()), |unknown| Err(format!("unknown option `{unknown}`; there are skip and noanswer")))
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let has = |option: &str| arguments.from(1).any(|given| given.trim().eq_ignore_ascii_case(option));
        channel.set_variable("PLAYBACKSTATUS", "");
        if !channel.is_up() {
            if has("skip") {
                return Ok(Flow::Continue);
            }
            if !has("noanswer") {
                channel.answer_and_settle().await?;
            }
        }
        let mut status = "SUCCESS";
        for prompt in arguments.text(0).split('&').filter(|prompt| !prompt.is_empty()) {
            if channel.play(prompt, "").await? == PlayEnd::Missing {
                status = "FAILED";
            }
        }
        channel.set_variable("PLAYBACKSTATUS", status);
        Ok(Flow::Continue)
    }
}
