//! `Originate(tech/data,app|exten,arg1[,arg2[,arg3[,timeout[,options]]]])`: make a call of its own.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::caller_id::{Party, Shown};
use obelus_core::channel::{Channel, Position, Variables};
use obelus_core::dial::{self, Then};
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::media::Codec;
use obelus_core::mention::Mention;

pub(crate) struct Originate;

static HELP: Help = Help {
    synopsis: "Originate a call.",
    arguments: &[
        Argument::required("tech_data", "Who is rung: Technology/resource."),
        Argument::required("type", "app or exten: what the channel does when it is answered."),
        Argument::required("arg1", "The application's name, or the context."),
        Argument::optional("arg2", "The application's arguments, or the extension; s by default."),
        Argument::optional("arg3", "The priority or label, of an extension; 1 by default."),
        Argument::optional("timeout", "Seconds until the answer; 30 by default."),
        Argument::options(OPTIONS),
    ],
    description: "Rings somebody and waits for the answer; then the new channel goes its own way and the dialplan goes on.\n\n\
        ORIGINATE_STATUS becomes SUCCESS, BUSY, CONGESTION, RINGING when nobody answered, or FAILED.",
    see_also: &["Dial"],
};

static OPTIONS: &[OptionHelp] = &[
    OptionHelp::flag('a', "Do not wait for the answer; the status is SUCCESS when the call could be begun."),
    OptionHelp::value(
        'b',
        "[[context^]exten^]priority[(arg1[^...])]",
        "Gosub on the new channel before it is called.",
    ),
    OptionHelp::value(
        'B',
        "[[context^]exten^]priority[(arg1[^...])]",
        "Gosub on this channel before the other is called.",
    ),
    OptionHelp::value('C', "codec[,codec2[,...]]", "The codecs of the new channel; its own by default."),
    OptionHelp::maybe('c', "number", "The caller's number that is shown; this channel's if left away."),
    OptionHelp::maybe('n', "name", "The caller's name that is shown; this channel's if left away."),
    OptionHelp::value('v', "name=value[^name=value[^...]]", "Variables of the new channel."),
];

/// What the checker can see without a channel.
fn check(arguments: &Arguments) -> Result<(), String> {
    let destination = arguments.text(0);
    if !matches!(destination.split_once('/'), Some((technology, rest)) if !technology.is_empty() && !rest.is_empty())
    {
        return Err(format!("`{destination}` is no destination; write Technology/resource"));
    }
    if !["app", "exten"].iter().any(|kind| kind.eq_ignore_ascii_case(arguments.text(1))) {
        return Err(format!("the type is `{}`; there are app and exten", arguments.text(1)));
    }
    arguments.seconds(5)?;
    codecs(arguments).map(|_| ())
}

fn codecs(arguments: &Arguments) -> Result<Vec<Codec>, String> {
    let names = arguments.option_value('C').unwrap_or("").split(',').map(str::trim);
    let read = |name| Codec::from_name(name).map_err(|error| format!("option `C`: {error}"));
    names.filter(|name| !name.is_empty()).map(read).collect()
}

fn then(channel: &Channel, arguments: &Arguments) -> Result<Then, String> {
    if arguments.text(1).eq_ignore_ascii_case("app") {
        return Ok(Then::Application { name: arguments.text(2).into(), data: arguments.text(3).into() });
    }
    let (context, exten) = (arguments.text(2), arguments.get(3).unwrap_or("s"));
    let priority = match arguments.get(4) {
        Some(place) => channel.resolve(&format!("{context},{exten},{place}"))?.priority,
        None => 1,
    };
    Ok(Then::Extension(Position::new(context, exten, priority)))
}

/// `c` and `n`; what is not asked for is not shown.
fn caller(channel: &Channel, arguments: &Arguments) -> Party {
    let own = channel.facts().caller.clone();
    let shown = |letter: char, own: Shown| match arguments.option_value(letter) {
        Some(given) if !given.is_empty() => Shown::allowed(given),
        _ if arguments.option(letter) => own,
        _ => Shown::default(),
    };
    Party { name: shown('n', own.name), number: shown('c', own.number), tag: None }
}

fn variables(arguments: &Arguments) -> Variables {
    let mut variables = Variables::default();
    let assignments = arguments.option_value('v').unwrap_or("").split('^').filter(|text| !text.is_empty());
    for (name, value) in assignments.map(|text| text.split_once('=').unwrap_or((text, ""))) {
        variables.set(name.trim(), value);
    }
    variables
}

fn request(channel: &Channel, arguments: &Arguments) -> Result<dial::Originate, String> {
    check(arguments)?;
    let mut originate = dial::Originate::new(arguments.text(0), then(channel, arguments)?);
    originate.timeout = arguments.seconds(5)?.unwrap_or(originate.timeout);
    originate.caller = caller(channel, arguments);
    originate.variables = variables(arguments);
    originate.codecs = codecs(arguments)?;
    originate.predial = arguments.option_value('b').map(|target| target.replace('^', ","));
    Ok(originate)
}

#[async_trait]
impl App for Originate {
    fn name(&self) -> &'static str {
        "Originate"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn check(&self, arguments: &Arguments) -> Result<(), String> {
        check(arguments)
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let mut mentions = vec![Mention::Device(arguments.text(0).trim().into())];
        let (place, more) = (arguments.text(2), arguments.text(3));
        mentions.push(match arguments.text(1).eq_ignore_ascii_case("app") {
            true => Mention::Application(format!("{place}({more})").into()),
            false => {
                let exten = if more.is_empty() { "s" } else { more };
                Mention::Target(format!("{place},{exten},{}", arguments.get(4).unwrap_or("1")).into())
            }
        });
        for letter in ['b', 'B'] {
            let target = arguments.option_value(letter).map(|target| target.replace('^', ","));
            mentions.extend(target.map(|target| Mention::Subroutine(target.into())));
        }
        let assignments = arguments.option_value('v').unwrap_or("").split('^');
        let names = assignments.filter_map(|text| text.split_once('=').map(|(name, _)| name.trim()));
        mentions.extend(names.map(|name| Mention::Written(name.into())));
        mentions
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.set_variable("ORIGINATE_STATUS", "FAILED");
        let originate = request(channel, arguments).map_err(AppError::Failed)?;
        if let Some(target) = arguments.option_value('B') {
            channel.subroutine(&target.replace('^', ",")).await?;
        }
        let core = channel.core().clone();
        let result = match arguments.option('a') {
            true => core.originate_soon(originate).await,
            false => channel.meanwhile(core.originate(originate)).await.map(|_| ()),
        };
        if let Err(error) = &result {
            tracing::info!(channel = %channel.name(), destination = arguments.text(0), %error, "Originate");
        }
        channel.set_variable("ORIGINATE_STATUS", result.err().map_or("SUCCESS", |error| error.word()));
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::cause::Cause;
    use obelus_core::testing::Far;
    use tokio::time::Instant;

    use crate::testing::{complaint, pbx};

    const PLAN: &str = "[away]\nexten => 5,1,Set(SEEN=${CALLERID(num)})\n same => n(ring),Wait(60)\n\
        [predial]\nexten => s,1,Set(__GIVEN=${ARG1})\n same => n,Return()\n";

    /// Originates while somebody does something with the call; returns the status.
    async fn check(
        arguments: &str,
        does: impl AsyncFnOnce(Far) -> Option<Far>,
        expected: &str,
    ) -> Option<Far> {
        let pbx = pbx(&PLAN.replace("${CALLERID(num)}", "x"));
        let (mut channel, _far) = pbx.channel();
        let other = async { does(pbx.rung().await).await };
        let (ran, far) = tokio::join!(channel.run_app("Originate", arguments), other);
        ran.expect("it ran");
        assert_eq!(channel.variable("ORIGINATE_STATUS").as_deref(), Some(expected), "{arguments}");
        tokio::time::sleep(Duration::from_millis(10)).await;
        far
    }

    async fn answers(far: Far) -> Option<Far> {
        far.answers();
        Some(far)
    }

    #[tokio::test(start_paused = true)]
    async fn who_answers_goes_to_the_extension() {
        for (place, position) in [("away,5,ring", "5@away:2"), ("away,5", "5@away:2"), ("away,,", "")] {
            let pbx = pbx(&PLAN.replace("${CALLERID(num)}", "x"));
            let (mut channel, _far) = pbx.channel();
            let arguments = format!("Test/1002,exten,{place}");
            let (ran, far) = tokio::join!(channel.run_app("Originate", &arguments), async {
                answers(pbx.rung().await).await
            });
            ran.expect("it ran");
            tokio::time::sleep(Duration::from_millis(10)).await;
            let other = pbx.core.channels.find(&far.expect("rung").name);
            let seen = other.map(|other| other.facts().position.to_string()).unwrap_or_default();
            assert_eq!(seen, position, "{place}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_caller_that_is_shown_is_asked_for() {
        for (options, name, number) in
            [("", "", ""), ("c", "", "1001"), ("cn", "Alice", "1001"), ("c(55)n(Door)", "Door", "55")]
        {
            let far = check(&format!("Test/1002,app,Wait,60,,,{options}"), answers, "SUCCESS").await;
            let caller = far.expect("rung").caller;
            assert_eq!((caller.name.text(), caller.number.text()), (name, number), "{options}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_status_tells_what_came_of_it() {
        for (cause, status) in
            [(17, "BUSY"), (34, "CONGESTION"), (21, "CONGESTION"), (19, "RINGING"), (1, "FAILED")]
        {
            let refuses = async |far: Far| {
                far.hangs_up(Cause::new(cause));
                None
            };
            check("Test/1002,exten,away,5", refuses, status).await;
        }
        let began = Instant::now();
        check("Test/1002,exten,away,5,,7", async |far: Far| Some(far), "RINGING").await;
        assert_eq!(began.elapsed().as_secs(), 7);
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        channel.run_app("Originate", "Nothing/1,exten,away,5").await.expect("it ran");
        assert_eq!(channel.variable("ORIGINATE_STATUS").as_deref(), Some("FAILED"));
    }

    #[tokio::test(start_paused = true)]
    async fn the_dialplan_need_not_wait_for_the_answer() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let began = Instant::now();
        channel.run_app("Originate", "Test/1002,app,Wait,5,,,a").await.expect("it ran");
        assert_eq!(
            (channel.variable("ORIGINATE_STATUS").as_deref(), began.elapsed()),
            (Some("SUCCESS"), Duration::ZERO)
        );
        let mut far = pbx.rung().await;
        far.answers();
        assert_eq!(far.is_over().await, Some(Cause::NORMAL_CLEARING));
    }

    #[tokio::test(start_paused = true)]
    async fn the_new_channel_has_its_variables_and_its_subroutine() {
        let pbx = pbx(PLAN.replace("${CALLERID(num)}", "x").as_str());
        let (mut channel, _far) = pbx.channel();
        let arguments = "Test/1002,app,Wait,60,,,v(A=1^B=2=3^C)b(predial^s^1(hello))C(alaw,ulaw)";
        let (ran, far) =
            tokio::join!(channel.run_app("Originate", arguments), async { answers(pbx.rung().await).await });
        ran.expect("it ran");
        let other = pbx.core.channels.find(&far.expect("rung").name).expect("it lives");
        let read = other.run(|channel| {
            Box::pin(async {
                ["A", "B", "C", "GIVEN"].map(|name| channel.variable(name).unwrap_or_default())
            })
        });
        let values = read.await.expect("it answers");
        assert_eq!(values.map(|value| value.to_string()), ["1", "2=3", "", "hello"]);
    }

    #[tokio::test]
    async fn mistakes_are_found_at_load() {
        assert_eq!(
            complaint("Originate(1002,app,Echo)"),
            "Originate: `1002` is no destination; write Technology/resource"
        );
        assert_eq!(
            complaint("Originate(Test/1,apps,Echo)"),
            "Originate: the type is `apps`; there are app and exten"
        );
        let codec = complaint("Originate(Test/1,app,Echo,,,,C(foo))");
        assert!(codec.starts_with("Originate: option `C`: "), "{codec}");
    }
}
