//! `WaitForCondition(replacementchar,expression[,timeout[,interval]])`: wait until an expression is true.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::app::{is_true, seconds};
use obelus_core::channel::Channel;
use obelus_core::channel::Interrupted;
use obelus_core::help::{Argument, Help};
use tokio::time::{Duration, Instant};

pub(crate) struct WaitForCondition;

static HELP: Help = Help {
    synopsis: "Wait (sleep) until the given condition is true.",
    arguments: &[
        Argument::required(
            "replacementchar",
            "Stands for $ in the expression, so that it is not evaluated too early.",
        ),
        Argument::rest(
            "expression[,timeout[,interval]]",
            true,
            "Such as #[\"#{X}\"=\"1\"]; then seconds to wait at most, without end by default, and seconds between two looks, 0.05 by default.",
        ),
    ],
    description: "Looks at the expression again and again until it is true.\n\n\
        WAITFORCONDITIONSTATUS becomes TRUE, TIMEOUT, HANGUP or FAILURE for wrong arguments.",
    see_also: &["Wait", "WaitUntil"],
};

/// The arguments, understood.
struct Condition {
    expression: String,
    timeout: Option<Duration>,
    interval: Duration,
}

impl Condition {
    fn parse(text: &str) -> Result<Condition, String> {
        let (replacement, rest) = text.split_once(',').unwrap_or((text, ""));
        let mut signs = replacement.chars();
        let (Some(dollar), None) = (signs.next(), signs.next()) else {
            return Err(format!("the replacement is one character, not `{replacement}`"));
        };
        if "$[]{}".contains(dollar) {
            return Err(format!("`{dollar}` cannot stand for $"));
        }
        if !rest.starts_with(&format!("{dollar}[")) {
            return Err(format!("the expression does not begin with `{dollar}[`"));
        }
        let end = end_of_brackets(rest).ok_or("the expression has no `]` at its end")?;
        let (expression, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let mut times = rest.strip_prefix(',').unwrap_or(rest).split(',');
        let timeout = seconds(times.next().unwrap_or(""))?;
        let interval = seconds(times.next().unwrap_or(""))?.unwrap_or(Duration::from_millis(50));
        if interval < Duration::from_millis(1) {
            return Err("an interval is a millisecond at least".to_owned());
        }
        Ok(Condition { expression: expression.replace(dollar, "$"), timeout, interval })
    }

    /// Says whether it came true.
    async fn wait(&self, channel: &mut Channel) -> Result<bool, Interrupted> {
        let deadline = self.timeout.map(|timeout| Instant::now() + timeout);
        loop {
            if is_true(&channel.evaluate(&self.expression).await) {
                return Ok(true);
            }
            if deadline.is_some_and(|at| at <= Instant::now()) {
                return Ok(false);
            }
            channel.wait(self.interval).await?;
        }
    }
}

/// Where the brackets that the text begins with are closed.
fn end_of_brackets(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    let end = text.bytes().position(|byte| {
        depth += i32::from(byte == b'[') - i32::from(byte == b']');
        byte == b']' && depth == 0
    });
    end.map(|at| at + 1)
}

#[async_trait]
impl App for WaitForCondition {
    fn name(&self) -> &'static str {
        "WaitForCondition"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        Condition::parse(arguments.whole()).map(|_| ())
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.set_variable("WAITFORCONDITIONSTATUS", "FAILURE");
        let condition = match Condition::parse(arguments.whole()) {
            Ok(condition) => condition,
            Err(reason) => {
                tracing::warn!(channel = %channel.name(), reason, "WaitForCondition");
                return Ok(Flow::Continue);
            }
        };
        let waited = condition.wait(channel).await;
        channel.set_variable(
            "WAITFORCONDITIONSTATUS",
            match waited {
                Ok(true) => "TRUE",
                Ok(false) => "TIMEOUT",
                Err(_) => "HANGUP",
            },
        );
        waited?;
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use tokio::time::{Duration, Instant, sleep};

    use crate::testing::{complaint, pbx};

    #[tokio::test(start_paused = true)]
    async fn the_expression_is_looked_at_again_and_again() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let began = Instant::now();
        let setting = async {
            sleep(Duration::from_millis(1900)).await;
            pbx.core.set_global("DONE", "a,b");
        };
        let waiting = channel.run_app("WaitForCondition", "#,#[\"#{DONE}\" = \"a,b\"],40,0.5");
        let (ran, ()) = tokio::join!(waiting, setting);
        ran.expect("it ran");
        assert_eq!(channel.variable("WAITFORCONDITIONSTATUS").as_deref(), Some("TRUE"));
        assert_eq!(began.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_and_the_caller_end_it() {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let began = Instant::now();
        channel.run_app("WaitForCondition", "^,^[^{X} = 1],1.5").await.expect("it ran");
        assert_eq!(channel.variable("WAITFORCONDITIONSTATUS").as_deref(), Some("TIMEOUT"));
        assert_eq!(began.elapsed(), Duration::from_millis(1500));
        far.hangs_up(Cause::NORMAL_CLEARING);
        assert!(channel.run_app("WaitForCondition", "^,^[^{X} = 1]").await.is_err());
        assert_eq!(channel.variable("WAITFORCONDITIONSTATUS").as_deref(), Some("HANGUP"));
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        for (arguments, expected) in [
            ("#,1=1", "the expression does not begin with `#[`"),
            ("##,#[1]", "the replacement is one character, not `##`"),
            ("#,#[1", "the expression has no `]` at its end"),
            ("#,#[1],soon", "`soon` is no number of seconds"),
            ("#,#[1],,0.0001", "an interval is a millisecond at least"),
            ("},}[1]", "`}` cannot stand for $"),
        ] {
            assert_eq!(
                complaint(&format!("WaitForCondition({arguments})")),
                format!("WaitForCondition: {expected}")
            );
        }
    }
}
