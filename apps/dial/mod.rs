//! `Dial(Technology/Resource[&…][,timeout[,options]])`: ring others, talk to the first who answers.

mod options;
mod privacy;
mod ring;
mod talk;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::bridge::CallLimit;
use obelus_core::channel::Channel;
use obelus_core::dial::Status;
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::mention::Mention;

use options::{Digits, Timeouts};
use privacy::Screening;
use ring::Rung;

pub(crate) struct Dial;

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::value(
        'A',
        "called[:calling]",
        "Play a prompt to the called party, and one to the caller, before they talk.",
    ),
    OptionHelp::flag(
        'a',
        "Answer the caller as soon as the called party answers, before anything else is done.",
    ),
    OptionHelp::value(
        'b',
        "[[context^]exten^]priority[(arg1[^...])]",
        "Gosub on each new channel before it is called.",
    ),
    OptionHelp::value(
        'B',
        "[[context^]exten^]priority[(arg1[^...])]",
        "Gosub on the caller before the others are called.",
    ),
    OptionHelp::flag('C', "The call's record begins anew: it starts now."),
    OptionHelp::flag('c', "When Dial cancels a call, tell it that it was answered elsewhere."),
    OptionHelp::value(
        'D',
        "called[:calling[:progress]]",
        "Send digits after the answer, and to the called party when it sends audio.",
    ),
    OptionHelp::flag(
        'd',
        "The caller may dial a one-digit extension while it waits, in EXITCONTEXT or the current context.",
    ),
    OptionHelp::flag('e', "Run the h extension on the called channel after the call."),
    OptionHelp::maybe(
        'F',
        "[[context^]exten^]priority",
        "When the caller hangs up, the called party goes on there, or at the next priority.",
    ),
    OptionHelp::maybe('f', "callerid", "Show this caller id, or the dialled extension, to the called party."),
    OptionHelp::value(
        'G',
        "[[context^]exten^]priority",
        "After the answer the caller goes on there and the called party one priority later.",
    ),
    OptionHelp::flag('g', "Go on with the next priority when the called party hangs up."),
    OptionHelp::flag('H', "The caller may hang up with the code disconnect of features.conf, *."),
    OptionHelp::flag('h', "The called party may hang up with the code disconnect of features.conf, *."),
    OptionHelp::flag('I', "Ignore changes of the connected party during this call attempt."),
    OptionHelp::flag('i', "Ignore requests to call somewhere else instead."),
    OptionHelp::value(
        'L',
        "x[:y[:z]]",
        "Limit the call to x ms; warn when y ms are left; repeat every z ms.",
    ),
    OptionHelp::maybe(
        'm',
        "class",
        "The caller hears music on hold instead of ringing, of this class or its own, until the answer.",
    ),
    OptionHelp::maybe(
        'n',
        "delete",
        "With p or P: the caller's name is not kept once the call is accepted; with 1 also not after any other call.",
    ),
    OptionHelp::flag('N', "With p or P: callers with a caller id are not asked for their name."),
    OptionHelp::maybe(
        'o',
        "callerid",
        "The called channel keeps the caller's caller id, or this one, as its own.",
    ),
    OptionHelp::flag(
        'p',
        "Screening: the caller says his name, and the called party takes the call (1) or sends him away: to voice mail (2), torture (3), for good (4).",
    ),
    OptionHelp::maybe(
        'P',
        "x",
        "Privacy: as p, and what the called party decides is kept in the database under x, or the extension, for the next calls of this caller; 5 sends him to voice mail only now.",
    ),
    OptionHelp::value('Q', "cause", "What the others are told when one has answered; NONE for nothing."),
    OptionHelp::maybe(
        'r',
        "tone",
        "The caller hears ringing, or this tone, and nothing of the called party until the answer.",
    ),
    OptionHelp::flag('R', "The caller hears ringing at once, and early audio when there is some."),
    OptionHelp::value('S', "x", "Hang up x seconds after the answer."),
    OptionHelp::value('s', "tag", "Set the tag of the outgoing caller id."),
    OptionHelp::flag(
        'T',
        "The caller may transfer the called party with the codes blindxfer (#) and atxfer of features.conf.",
    ),
    OptionHelp::flag(
        't',
        "The called party may transfer the caller with the codes blindxfer (#) and atxfer of features.conf.",
    ),
    OptionHelp::value(
        'U',
        "context[^arg1[^...]]",
        "Gosub on the called channel before they talk; GOSUB_RESULT decides.",
    ),
    OptionHelp::value('u', "presentation", "Set the presentation of the outgoing caller id."),
    OptionHelp::flag('z', "When a call is forwarded, the timeout no longer counts."),
];

static HELP: Help = Help {
    synopsis: "Attempt to connect to another device or endpoint and bridge the call.",
    arguments: &[
        Argument::required(
            "Technology/Resource[&Technology2/Resource2[&...]]",
            "The devices to ring, all at once.",
        ),
        Argument::optional(
            "timeout[^early]",
            "Seconds until the answer, and until the first ringing or audio; none by default.",
        ),
        Argument::options(OPTIONS),
    ],
    description: "Rings one or several channels. The first to answer is bridged with the caller, the others are hung up. \
        Without an answer the dialplan goes on. When the call is over, the caller is hung up unless g is given.\n\n\
        Sets DIALSTATUS (CHANUNAVAIL, CONGESTION, NOANSWER, BUSY, ANSWER, CANCEL, DONTCALL, TORTURE, INVALIDARGS), DIALEDTIME, ANSWEREDTIME, \
        RINGTIME, PROGRESSTIME (each also with _MS), DIALEDPEERNAME, DIALEDPEERNUMBER and FORWARDERNAME.",
    see_also: &["Gosub", "HANGUPCAUSE", "Hangup"],
};

#[async_trait]
impl App for Dial {
    fn name(&self) -> &'static str {
        "Dial"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        Timeouts::parse(arguments.text(1))?;
        CallLimit::parse(arguments)?;
        arguments.option_value('D').map(Digits::parse).transpose()?;
        options::losers_cause(arguments)?;
        let wrong = arguments
            .text(0)
            .split('&')
            .find(|destination| !destination.trim().is_empty() && !destination.contains('/'));
        wrong.map_or(Ok(()), |wrong| Err(format!("`{wrong}` is no destination; write Technology/resource")))
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        options::mentions(arguments)
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        for name in VARIABLES {
            channel.set_variable(name, "");
        }
        if let Err(reason) = self.check(arguments) {
            channel.set_variable("DIALSTATUS", Status::InvalidArgs.word());
            return Err(AppError::Failed(reason));
        }
        if arguments.option('C') {
            let (id, now) = (channel.handle().unique_id().clone(), channel.core().clock.now());
            channel.core().cdr.with(|book| book.reset(&id, now, false));
        }
        if let Some(target) = arguments.option_value('B') {
            channel.subroutine(&target.replace('^', ",")).await?;
        }
        let screening = privacy::prepare(channel, arguments).await?;
        if let Screening::Refused(status) = screening {
            channel.set_variable("DIALSTATUS", status);
            return Ok(Flow::Continue);
        }
        let asked_by = channel.name().clone();
        match ring::ring(channel, arguments).await? {
            Rung::Nobody(status) => {
                channel.set_variable("DIALSTATUS", status.word());
                Ok(Flow::Continue)
            }
            Rung::Left(flow) => {
                channel.set_variable("DIALSTATUS", Status::Cancel.word());
                Ok(flow)
            }
            Rung::Answered(mut winner) => {
                if *channel.name() != asked_by && !arguments.option('I') {
                    talk::tell_of_other_caller(channel, &winner);
                }
                let Screening::Ask(caller) = screening else {
                    return talk::talk(channel, arguments, *winner).await;
                };
                if let Some(status) = caller.decide(channel, arguments, &winner).await? {
                    winner.decided(status);
                    channel.set_variable("DIALSTATUS", status);
                    return Ok(Flow::Continue);
                }
                let flow = talk::talk(channel, arguments, *winner).await;
                caller.after_call(arguments);
                flow
            }
        }
    }
}

/// What `Dial` sets; cleared at its beginning.
const VARIABLES: [&str; 12] = [
    "DIALSTATUS",
    "DIALEDPEERNUMBER",
    "DIALEDPEERNAME",
    "ANSWEREDTIME",
    "ANSWEREDTIME_MS",
    "DIALEDTIME",
    "DIALEDTIME_MS",
    "RINGTIME",
    "RINGTIME_MS",
    "PROGRESSTIME",
    "PROGRESSTIME_MS",
    "FORWARDERNAME",
];

/// Sets `NAME` in seconds and `NAME_MS` in milliseconds.
fn set_times(channel: &mut Channel, name: &str, duration: std::time::Duration) {
    channel.set_variable(name, duration.as_secs().to_string());
    channel.set_variable(&format!("{name}_MS"), duration.as_millis().to_string());
}
