//! `Authenticate(password[,options[,maxdigits[,prompt]]])`: go on only with the right password.

use std::path::Path;

use async_trait::async_trait;
use md5::{Digest, Md5};
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::{Channel, DigitRules};
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct Authenticate;

static HELP: Help = Help {
    synopsis: "Authenticate a user.",
    arguments: &[
        Argument::required(
            "password",
            "The password; or /path of a file with a password on each line; with option d a /family of the key store whose keys are the passwords.",
        ),
        Argument::options(OPTIONS),
        Argument::optional("maxdigits", "Reading ends with so many digits; by default with #."),
        Argument::optional("prompt[&prompt2[&...]]", "What is played instead of agent-pass."),
    ],
    description: "Answers the call and asks for the password, three times at most. With the right one auth-thankyou is played and the dialplan goes on; else vm-goodbye is played and the call is hung up, unless there is an extension e.",
    see_also: &["DISA", "Read"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('a', "Set the account code of the channel to the password."),
    OptionHelp::flag('d', "The path is a family of the key store, not a file."),
    OptionHelp::flag(
        'm',
        "The lines of the file are account:md5-of-password; the channel gets the account of the line that fits.",
    ),
    OptionHelp::flag('r', "With d: remove the key that was entered, so that it works once."),
];

/// As many digits as the longest password.
const MOST: usize = 254;
const ATTEMPTS: u32 = 3;

fn most(arguments: &Arguments) -> Result<usize, String> {
    let most = arguments.number(2)?.and_then(|number| usize::try_from(number).ok());
    Ok(most.filter(|most| (1..=MOST).contains(most)).unwrap_or(MOST))
}

/// Asks once; returns what was entered.
async fn ask(channel: &mut Channel, prompt: &str, most: usize) -> Result<String, AppError> {
    let rules =
        DigitRules { most, first: channel.timeouts.response, next: channel.timeouts.digit, terminators: "#" };
    Ok(channel.ask(prompt, rules).await?.digits)
}

/// The account that the password opens, which may have no name; `None` for a wrong password.
async fn account(channel: &mut Channel, arguments: &Arguments, entered: &str) -> Option<String> {
    let password = arguments.text(0);
    let own = || if arguments.option('a') { entered.to_owned() } else { String::new() };
    if !password.starts_with('/') {
        return (entered == password).then(own);
    }
    if arguments.option('d') {
        return is_key(channel, password, entered, arguments.option('r')).await.then(own);
    }
    let text = match channel.meanwhile(tokio::fs::read_to_string(Path::new(password))).await {
        Ok(text) => text,
        Err(error) => {
            tracing::warn!(channel = %channel.name(), file = password, %error, "Authenticate: the passwords cannot be read");
            return None;
        }
    };
    match arguments.option('m') {
        true => account_of_hash(&text, entered),
        false => text.lines().any(|line| !line.is_empty() && line == entered).then(own),
    }
}

async fn is_key(channel: &mut Channel, family: &str, entered: &str, remove: bool) -> bool {
    let (core, family) = (channel.core().clone(), family.trim_matches('/'));
    if entered.is_empty() {
        return false;
    }
    let known = match remove {
        true => channel.meanwhile(core.database.delete(family, entered)).await,
        false => channel.meanwhile(core.database.get(family, entered)).await.map(|value| value.is_some()),
    };
    known.unwrap_or_else(|error| {
        tracing::warn!(channel = %channel.name(), family, %error, "Authenticate: the key store does not answer");
        false
    })
}

/// Finds the line `account:hash` whose hash is that of the password.
fn account_of_hash(lines: &str, entered: &str) -> Option<String> {
    let hash: String = Md5::digest(entered).iter().map(|byte| format!("{byte:02x}")).collect();
    let found = lines.lines().filter_map(|line| line.split_once(':')).find(|(_, known)| known.trim() == hash);
    found.map(|(account, _)| account.to_owned())
}

#[async_trait]
impl App for Authenticate {
    fn name(&self) -> &'static str {
        "Authenticate"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        let is_path = arguments.text(0).starts_with('/');
        if !is_path && (arguments.option('d') || arguments.option('m')) {
            return Err("options `d` and `m` need a password that begins with /".to_owned());
        }
        if arguments.option('r') && !arguments.option('d') {
            return Err("option `r` needs option `d`".to_owned());
        }
        most(arguments).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        self.check(arguments).map_err(AppError::Failed)?;
        let most = most(arguments).map_err(AppError::Failed)?;
        channel.answer_and_settle().await?;
        let mut prompt = arguments.get(3).unwrap_or("agent-pass");
        for _ in 0..ATTEMPTS {
            let entered = ask(channel, prompt, most).await?;
            if let Some(account) = account(channel, arguments, &entered).await {
                if !account.is_empty() {
                    channel.facts().account_code = account.into();
                }
                channel.play("auth-thankyou", "").await?;
                return Ok(Flow::Continue);
            }
            prompt = "auth-incorrect";
        }
        channel.play("vm-goodbye", "").await?;
        Err(AppError::failed(format!("no right password in {ATTEMPTS} attempts")))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use obelus_core::app::{AppError, Flow};

    use crate::testing::{complaint, pbx};

    /// Enters digits and returns the account code if they open the door.
    async fn check(arguments: &str, pressed: &str, expected: Option<&str>) {
        let pbx = pbx("");
        pbx.core.database.put("pins", "12", "any").await.expect("stored");
        let (mut channel, far) = pbx.channel();
        pressed.chars().for_each(|digit| far.presses(digit));
        let ran = channel.run_app("Authenticate", arguments).await;
        let account = ran.is_ok().then(|| channel.facts().account_code.to_string());
        assert_eq!(account.as_deref(), expected, "Authenticate({arguments}) {pressed}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_password_opens_within_three_attempts() {
        check("1234", "1234#", Some("")).await;
        check("1234,a", "1#12#1234#", Some("1234")).await;
        check("1234", "1#2#3#1234#", None).await;
        check("1234", "", None).await;
        check("1234,,4", "43211234", Some("")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_may_be_the_password_once() {
        check("/pins,d", "13#12#", Some("")).await;
        check("/pins,da", "12#", Some("12")).await;
        check("/pins,d", "#13##", None).await;
        let pbx = pbx("");
        pbx.core.database.put("pins", "12", "any").await.expect("stored");
        let (mut channel, far) = pbx.channel();
        "12#12#12#12#".chars().for_each(|digit| far.presses(digit));
        assert_eq!(channel.run_app("Authenticate", "/pins,dr").await, Ok(Flow::Continue));
        let again = channel.run_app("Authenticate", "/pins,dr").await;
        assert_eq!(again, Err(AppError::failed("no right password in 3 attempts")));
    }

    #[tokio::test]
    async fn a_file_has_many_passwords() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        writeln!(file, "55\n\n66").expect("written");
        let plain = file.path().display().to_string();
        check(&format!("{plain},a,2"), "66", Some("66")).await;
        check(&format!("{plain},,2"), "778899", None).await;
        check(&format!("{plain},,2"), "###", None).await;
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        // The hash of 12.
        writeln!(file, "nonsense\nsales:c20ad4d76fe97759aa27a0c99bff6710").expect("written");
        check(&format!("{},m,2", file.path().display()), "1312", Some("sales")).await;
        check("/no/such/file,,1", "123", None).await;
    }

    #[tokio::test]
    async fn options_that_do_not_fit_are_found_at_load() {
        assert_eq!(
            complaint("Authenticate(12,d)"),
            "Authenticate: options `d` and `m` need a password that begins with /"
        );
        assert_eq!(complaint("Authenticate(/a,r)"), "Authenticate: option `r` needs option `d`");
        assert_eq!(complaint("Authenticate(12,,many)"), "Authenticate: `many` is no number");
    }
}
