//! `PrivacyManager([maxretries[,minlength[,options[,context]]]])`: ask callers without a number for one.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::caller_id::Party;
use obelus_core::channel::Channel;
use obelus_core::channel::{DigitRules, Position};
use obelus_core::help::{Argument, Help};
use obelus_core::mention::Mention;
use obelus_core::verbose;
use std::time::Duration;

pub(crate) struct PrivacyManager;

static HELP: Help = Help {
    synopsis: "Require phone number to be entered, if no CallerID sent.",
    arguments: &[
        Argument::optional("maxretries", "How often the caller is asked; 3 by default."),
        Argument::optional("minlength", "How many digits a number has at least; 10 by default."),
        Argument::optional("options", "Reserved; must be empty."),
        Argument::optional("context", "The number must be an extension of this context."),
    ],
    description: "Does nothing where the caller shows a number. Else answers the call and asks for one, which becomes the caller's, with the name Privacy Manager.\n\n\
        PRIVACYMGRSTATUS becomes SUCCESS or FAILED.",
    see_also: &["Zapateller"],
};

/// As Asterisk reads a number here.
const RULES: DigitRules<'static> = DigitRules {
    most: 29,
    first: Duration::from_secs(5),
    next: Duration::from_millis(3200),
    terminators: "#",
};

fn numbers(arguments: &Arguments) -> Result<(u32, usize), String> {
    if let Some(options) = arguments.get(2) {
        return Err(format!("there are no options, but `{options}` is given"));
    }
    let attempts = arguments.number(0)?.filter(|attempts| *attempts > 0).unwrap_or(3);
    let least = arguments.number(1)?.filter(|least| *least > 0).unwrap_or(10);
    Ok((attempts, usize::try_from(least).unwrap_or(usize::MAX)))
}

fn is_known(channel: &Channel, context: Option<&str>, number: &str) -> bool {
    context.is_none_or(|context| channel.extension_exists(&Position::new(context, number, 1)))
}

#[async_trait]
impl App for PrivacyManager {
    fn name(&self) -> &'static str {
        "PrivacyManager"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        numbers(arguments).map(|_| ())
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        arguments.get(3).map(|context| Mention::Context(context.into())).into_iter().collect()
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (attempts, least) = numbers(arguments).map_err(AppError::Failed)?;
        let knows_caller = !channel.facts().caller.number.text().is_empty();
        if knows_caller {
            verbose!(channel.core(), 3, "PrivacyManager: the caller shows a number");
            return Ok(Flow::Continue);
        }
        channel.answer_and_settle().await?;
        channel.wait(Duration::from_secs(1)).await?;
        channel.play("privacy-unident", "").await?;
        for _ in 0..attempts {
            channel.play("privacy-prompt", "").await?;
            let number = channel.read_digits(String::new(), RULES).await?.digits;
            if number.len() >= least && is_known(channel, arguments.get(3), &number) {
                channel.play("privacy-thankyou", "").await?;
                channel.change_caller(|caller| *caller = Party::new("Privacy Manager", &number));
                channel.set_variable("PRIVACYMGRSTATUS", "SUCCESS");
                return Ok(Flow::Continue);
            }
            channel.play("privacy-incorrect", "").await?;
        }
        channel.set_variable("PRIVACYMGRSTATUS", "FAILED");
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::caller_id::Party;
    use tokio::time::{Duration, sleep};

    use crate::testing::{complaint, pbx};

    async fn check(arguments: &str, pressed: &str, expected: (&str, &str)) {
        let pbx = pbx("[known]\nexten => 0301,1,NoOp()\n");
        let (mut channel, far) = pbx.channel();
        channel.facts().caller = Party::default();
        let pressing = async {
            sleep(Duration::from_millis(1100)).await;
            pressed.chars().for_each(|digit| far.presses(digit));
        };
        let (ran, ()) = tokio::join!(channel.run_app("PrivacyManager", arguments), pressing);
        ran.expect("it ran");
        let status = channel.variable("PRIVACYMGRSTATUS").unwrap_or_default();
        let number = channel.facts().caller.number.text().to_owned();
        assert_eq!((&*status, number.as_str()), expected, "PrivacyManager({arguments}) {pressed}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_enough_number_becomes_the_callers() {
        check("", "0301234567#", ("SUCCESS", "0301234567")).await;
        check("3,4", "12#0301#", ("SUCCESS", "0301")).await;
        check("3,4", "1#2#3#0301#", ("FAILED", "")).await;
        check("1,4,,known", "0302#", ("FAILED", "")).await;
        check("2,4,,known", "0302#0301#", ("SUCCESS", "0301")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_known_caller_is_not_asked() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        channel.run_app("PrivacyManager", "").await.expect("it ran");
        assert!(far.told().is_empty() && channel.variable("PRIVACYMGRSTATUS").is_none());
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(complaint("PrivacyManager(many)"), "PrivacyManager: `many` is no number");
        assert_eq!(
            complaint("PrivacyManager(,,x)"),
            "PrivacyManager: there are no options, but `x` is given"
        );
    }
}
