//! `Background(file[&file2…][,options[,language[,context]]])`: play prompts and listen for an extension.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, Interrupted, PlayEnd, Position};
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::mention::Mention;

pub(crate) struct BackGround;

static HELP: Help = Help {
    synopsis: "Play an audio file while waiting for digits of an extension to go to.",
    arguments: &[
        Argument::required("filename[&filename2[&...]]", "Prompts without their extension."),
        Argument::options(OPTIONS),
        Argument::optional("langoverride", "The language of the prompts."),
        Argument::optional("context", "Where the extension is looked for."),
    ],
    description: "Plays one file after the other. A digit stops it: more digits are collected, and the call goes on at the extension that they make.",
    see_also: &["Playback", "WaitExten"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('s', "Do nothing unless the call is answered."),
    OptionHelp::flag('n', "Do not answer the call first."),
    OptionHelp::flag('m', "Only a digit that is an extension by itself stops the playing."),
    OptionHelp::flag('p', "Digits do not stop the playing."),
];

const DIGITS: &str = "0123456789*#ABCD";

/// Speaks another language for a while; returns the channel's own.
fn language(channel: &Channel, other: &str) -> Option<Arc<str>> {
    (!other.is_empty()).then(|| std::mem::replace(&mut channel.facts().language, other.into()))
}

/// Plays the prompts; returns the digit that stopped them.
async fn play(channel: &mut Channel, arguments: &Arguments) -> Result<Option<char>, Interrupted> {
    let stop = stop_digits(channel, arguments);
    for prompt in arguments.text(0).split('&').filter(|prompt| !prompt.is_empty()) {
        if let PlayEnd::Digit(digit) = channel.play(prompt, &stop).await? {
            return Ok(Some(digit));
        }
    }
    Ok(None)
}

fn stop_digits(channel: &Channel, arguments: &Arguments) -> String {
    if arguments.option('p') {
        return String::new();
    }
    let context = arguments.get(3).map_or_else(|| channel.position().context, Into::into);
    let is_extension =
        |digit: &char| channel.extension_exists(&Position::new(context.clone(), digit.to_string(), 1));
    DIGITS.chars().filter(|digit| !arguments.option('m') || is_extension(digit)).collect()
}

#[async_trait]
impl App for BackGround {
    fn name(&self) -> &'static str {
        "BackGround"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        arguments.get(3).map(|context| Mention::Context(context.into())).into_iter().collect()
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if !channel.is_up() {
            if arguments.option('s') {
                return Ok(Flow::Continue);
            }
            if !arguments.option('n') {
                channel.answer_and_settle().await?;
            }
        }
        let own = language(channel, arguments.text(2));
        let end = play(channel, arguments).await;
        if let Some(own) = own {
            channel.facts().language = own;
        }
        let Some(digit) = end? else { return Ok(Flow::Continue) };
        if let Some(context) = arguments.get(3) {
            channel.facts().position.context = context.into();
        }
        Ok(Flow::Dialled(digit.to_string()))
    }
}
