//! `DISA(passcode|filename[,context[,cid[,mailbox[,options]]]])`: give a caller from outside the dial tone.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::caller_id::Party;
use obelus_core::channel::Channel;
use obelus_core::channel::{DigitRules, Interrupted, Position};
use obelus_core::help::OptionHelp;
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;
use std::time::Duration;

pub(crate) struct Disa;

static HELP: Help = Help {
    synopsis: "Direct Inward System Access.",
    arguments: &[
        Argument::required(
            "passcode|filename",
            "A number; no-password; or the path of a file with a line passcode[,context[,cid]] for each caller.",
        ),
        Argument::optional("context", "Where the extension is looked for; disa by default."),
        Argument::optional("cid", "The caller id of the new call."),
        Argument::optional("mailbox", "Must be empty: there is no voicemail yet."),
        Argument::options(OPTIONS),
    ],
    description: "Answers the call, plays the dial tone and reads the passcode up to #, then plays it again and reads an extension, at which the call goes on. A wrong passcode or an extension that does not exist gets the tone of congestion for ten seconds and is hung up; where the context has an extension i, that is for wrong extensions.",
    see_also: &["Authenticate"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('n', "Do not answer the call first."),
    OptionHelp::flag('p', "# ends the extension, even where one holds it."),
];

/// The passcode of those who need none.
const FREE: &str = "no-password";
/// As many digits as the longest extension.
const LONGEST: usize = 79;
/// How long the tone of congestion lasts.
const REORDER: Duration = Duration::from_secs(10);

fn check(arguments: &Arguments) -> Result<(), String> {
    match arguments.get(3) {
        Some(_) => Err("a mailbox cannot be watched, as there is no voicemail yet".to_owned()),
        None => Ok(()),
    }
}

/// What the caller may do.
struct Access {
    context: String,
    caller: Option<String>,
    account: String,
}

impl Access {
    /// Reads a passcode; says whether it is right.
    async fn log_in(&mut self, channel: &mut Channel, code: &str) -> Result<bool, AppError> {
        let rules = DigitRules {
            most: LONGEST,
            first: channel.timeouts.response,
            next: channel.timeouts.digit,
            terminators: "#",
        };
        let read = channel.ask_over_tone("dial", rules).await?;
        if read.terminator.is_none() {
            return Ok(false);
        }
        let good = match code.starts_with(|first: char| first.is_ascii_digit()) {
            true => read.digits == code,
            false => self.is_in_file(channel, code, &read.digits).await,
        };
        if !good {
            tracing::warn!(channel = %channel.name(), "DISA: wrong passcode");
        }
        self.account = read.digits;
        Ok(good)
    }

    /// Looks for the line of a passcode, whose other fields then count.
    async fn is_in_file(&mut self, channel: &mut Channel, file: &str, entered: &str) -> bool {
        let text = match channel.meanwhile(tokio::fs::read_to_string(file)).await {
            Ok(text) => text,
            Err(error) => {
                tracing::warn!(channel = %channel.name(), file, %error, "DISA: the passcodes cannot be read");
                return false;
            }
        };
        let is_number = |code: &str| code.starts_with(|first: char| first.is_ascii_digit());
        let mut lines = text.lines().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
        let line =
            lines.find(|fields| fields.first().is_some_and(|code| is_number(code) && *code == entered));
        let Some(line) = line else { return false };
        let field = |index: usize| line.get(index).filter(|field| !field.is_empty()).map(ToString::to_string);
        self.context = field(1).unwrap_or_else(|| self.context.clone());
        self.caller = field(2).or(self.caller.take());
        if field(3).is_some() {
            tracing::warn!(channel = %channel.name(), file, "DISA: there is no voicemail yet, the mailbox is not watched");
        }
        true
    }

    /// Plays the dial tone and reads an extension.
    async fn dial(&self, channel: &mut Channel, hash_ends: bool) -> Result<String, Interrupted> {
        let dialled = self.dial_over_tone(channel, hash_ends).await;
        channel.stop_tone();
        dialled
    }

    async fn dial_over_tone(&self, channel: &mut Channel, hash_ends: bool) -> Result<String, Interrupted> {
        let mut exten = String::new();
        let mut timeout = channel.timeouts.response;
        let mut sounds = channel.play_tone("dial").is_ok();
        while exten.len() < LONGEST {
            let Some(digit) = channel.wait_for_digit(Some(timeout)).await? else { break };
            timeout = channel.timeouts.digit;
            if digit == '#' && (hash_ends || !self.begins_with_hash(channel, &exten)) {
                break;
            }
            exten.push(digit);
            let stays = channel.plan().plan().is_ignored(&self.context, &exten);
            if sounds && !stays {
                channel.stop_tone();
            } else if stays && !sounds {
                let _ = channel.play_tone("dial");
            }
            sounds = stays;
            if !channel.could_match_more(&self.context, &exten) {
                break;
            }
        }
        Ok(exten)
    }

    /// A # ends a number, but may begin one.
    fn begins_with_hash(&self, channel: &Channel, exten: &str) -> bool {
        exten.is_empty()
            && (channel.could_match_more(&self.context, "#")
                || channel.extension_exists(&Position::new(self.context.as_str(), "#", 1)))
    }

    /// Where the call goes on: at the extension, or at `i`.
    fn place(&self, channel: &mut Channel, exten: String) -> Option<Position> {
        let at = |exten: &str| Position::new(self.context.as_str(), exten, 1);
        if channel.extension_exists(&at(&exten)) {
            return Some(at(&exten));
        }
        let nothing = exten.is_empty();
        channel.set_variable("INVALID_EXTEN", exten);
        Some(at("i")).filter(|place| !nothing && channel.extension_exists(place))
    }

    fn take_over(&self, channel: &mut Channel) {
        if let Some(caller) = &self.caller {
            let party = Party::parse(caller);
            channel.change_caller(|caller| *caller = party);
        }
        if !self.account.is_empty() {
            channel.facts().account_code = self.account.as_str().into();
        }
    }
}

/// Refuses the caller.
async fn reorder(channel: &mut Channel) -> Result<Flow, AppError> {
    let _ = channel.play_tone("congestion");
    let waited = channel.wait(REORDER).await;
    channel.stop_tone();
    waited?;
    Err(AppError::failed("the caller did not get through"))
}

#[async_trait]
impl App for Disa {
    fn name(&self) -> &'static str {
        "DISA"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        check(arguments)
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        vec![Mention::Context(arguments.get(1).unwrap_or("disa").into())]
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        check(arguments).map_err(AppError::Failed)?;
        if !arguments.option('n') {
            channel.answer_and_settle().await?;
        }
        let mut access = Access {
            context: arguments.get(1).unwrap_or("disa").to_owned(),
            caller: arguments.get(2).map(str::to_owned),
            account: String::new(),
        };
        if arguments.text(0) != FREE && !access.log_in(channel, arguments.text(0)).await? {
            return reorder(channel).await;
        }
        let exten = access.dial(channel, arguments.option('p')).await?;
        let Some(position) = access.place(channel, exten) else { return reorder(channel).await };
        access.take_over(channel);
        channel.go_to(position);
        Ok(Flow::Jump)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use obelus_core::app::Flow;
    use obelus_core::channel::Channel;
    use tokio::time::{Duration, Instant, sleep};

    use crate::testing::{complaint, pbx};

    const PLAN: &str = "[disa]\nexten => 12,1,NoOp()\nexten => 123,1,NoOp()\nexten => 9,1,NoOp()\n\
        [open]\nexten => _X,1,NoOp()\nexten => i,1,NoOp()\n";

    /// Runs it while digits are pressed; returns where the call goes on, and its account code.
    async fn check(arguments: &str, pressed: &str, expected: Option<(&str, &str)>) -> Channel {
        let pbx = pbx(PLAN);
        let (mut channel, far) = pbx.channel();
        let began = Instant::now();
        let pressing = async {
            for digit in pressed.chars() {
                sleep(Duration::from_millis(100)).await;
                far.presses(digit);
            }
        };
        let (ran, ()) = tokio::join!(channel.run_app("DISA", arguments), pressing);
        let seen = (ran == Ok(Flow::Jump))
            .then(|| (channel.position().to_string(), channel.facts().account_code.to_string()));
        let expected = expected.map(|(place, account)| (place.to_owned(), account.to_owned()));
        assert_eq!(seen, expected, "DISA({arguments}) {pressed}");
        assert!(seen.is_some() || began.elapsed().as_secs() >= 10);
        channel
    }

    #[tokio::test(start_paused = true)]
    async fn the_passcode_opens_the_dial_tone() {
        check("4711", "4711#123", Some(("123@disa:1", "4711"))).await;
        check("4711", "4711#12", Some(("12@disa:1", "4711"))).await;
        check("4711", "4711#12#", Some(("12@disa:1", "4711"))).await;
        check("4711,open", "4711#7", Some(("7@open:1", "4711"))).await;
        check("4711", "4712#123", None).await;
        check("4711", "", None).await;
        check("no-password", "9", Some(("9@disa:1", ""))).await;
        check("no-password", "", None).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_wrong_extension_goes_to_i_where_there_is_one() {
        check("no-password", "7", None).await;
        let channel = check("no-password,open", "*", Some(("i@open:1", ""))).await;
        assert_eq!(channel.variable("INVALID_EXTEN").as_deref(), Some("*"));
    }

    #[tokio::test(start_paused = true)]
    async fn the_new_call_may_have_another_caller_id() {
        let channel = check("1,open,\"\"Office\" <500>\"", "1#7", Some(("7@open:1", "1"))).await;
        assert_eq!(channel.facts().caller.number.text(), "500");
    }

    #[tokio::test]
    async fn a_file_has_a_line_for_each_passcode() {
        tokio::time::pause();
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        writeln!(file, "; callers\n11\n22,open,500\nword,open").expect("written");
        let name = file.path().display().to_string();
        check(&name, "11#9", Some(("9@disa:1", "11"))).await;
        let channel = check(&name, "22#7", Some(("7@open:1", "22"))).await;
        assert_eq!(channel.facts().caller.number.text(), "500");
        check(&name, "33#7", None).await;
        check("/no/such/file", "33#7", None).await;
    }

    #[tokio::test]
    async fn what_is_not_served_is_refused_at_load() {
        assert_eq!(
            complaint("DISA(1,,,600@default)"),
            "DISA: a mailbox cannot be watched, as there is no voicemail yet"
        );
    }
}
