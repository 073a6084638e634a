//! The part of `Dial` after the answer: announcements, subroutines, the bridge, and what follows it.

use obelus_core::app::{AppError, Arguments, Flow};
use obelus_core::bridge::{Bridge, Departure, features_of_both};
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, Either, Interrupted, Position};
use obelus_core::channel_tech::LegCommand;
use obelus_core::dial::{Outgoing, Status};
use obelus_core::verbose;
use tokio::time::Instant;

use super::options::Digits;
use super::ring::told_of;
use super::set_times;

pub(super) async fn talk(
    channel: &mut Channel,
    arguments: &Arguments,
    mut winner: Outgoing,
) -> Result<Flow, AppError> {
    let answered = Instant::now();
    introduce(channel, &winner);
    if arguments.option('a') {
        channel.answer().await?;
    }
    if let Some(target) = arguments.option_value('G') {
        return both_go(channel, winner, target).await;
    }
    announce(channel, arguments, &winner).await?;
    if let Some(target) = arguments.option_value('U') {
        match screen(channel, &winner, target).await? {
            Screened::Talk => {}
            Screened::End(flow, result) => {
                winner.decided(result);
                dismiss(channel, winner).await?;
                return Ok(flow);
            }
        }
    }
    winner.decided(Status::Answer.word());
    send_digits(channel, arguments, &winner).await?;
    meet(channel, arguments, &winner).await?;
    let called = winner.called;
    let callee = winner.handle.clone();
    let departure = bridge(channel, arguments, winner).await;
    set_times(channel, "ANSWEREDTIME", answered.elapsed());
    set_times(channel, "DIALEDTIME", called.elapsed());
    if let Some(hung_up) = callee.facts().hung_up.clone() {
        channel.remember_cause(callee.name(), hung_up);
    }
    departure?;
    Ok(if arguments.option('g') { Flow::Continue } else { Flow::Hangup })
}

fn introduce(channel: &mut Channel, winner: &Outgoing) {
    channel.set_variable("DIALSTATUS", Status::Answer.word());
    channel.set_variable("DIALEDPEERNAME", winner.handle.name().clone());
    channel.set_variable("DIALEDPEERNUMBER", winner.dial_string.clone());
}

/// A transfer while it rang has put another far end in the caller's place.
pub(super) fn tell_of_other_caller(channel: &Channel, winner: &Outgoing) {
    let caller = channel.facts().caller.clone();
    let _ = winner.handle.show(LegCommand::Connected(caller));
}

/// The caller is answered in the callee's codec and learns who it talks to.
async fn meet(channel: &mut Channel, arguments: &Arguments, winner: &Outgoing) -> Result<(), Interrupted> {
    let codec = winner.handle.run(|callee| Box::pin(async { callee.codec() })).await.ok().flatten();
    // Before the answer, which then says it; nothing more need be sent.
    if let Some(party) = told_of(winner).filter(|_| !arguments.option('I')) {
        channel.connected_to(party).await;
    }
    channel.answer_with(codec).await
}

/// `G`: the caller goes on at the target, the called party one priority later.
async fn both_go(channel: &mut Channel, mut winner: Outgoing, target: &str) -> Result<Flow, AppError> {
    let position = channel.resolve(&target.replace('^', ",")).map_err(AppError::Failed)?;
    let callee = position.next();
    channel.answer().await?;
    winner.decided(Status::Answer.word());
    let _ = winner.release(move |channel| Box::pin(channel.execute(callee)));
    channel.go_to(position);
    Ok(Flow::Jump)
}

/// `A`: prompts to both sides at once.
async fn announce(channel: &mut Channel, arguments: &Arguments, winner: &Outgoing) -> Result<(), AppError> {
    let Some(prompts) = arguments.option_value('A') else { return Ok(()) };
    let (called, calling) = prompts.split_once(':').unwrap_or((prompts, ""));
    if !calling.is_empty() {
        channel.answer().await?;
        channel.play_over(calling).await;
    }
    let called = called.to_owned();
    let playing = winner.handle.run(move |callee| {
        Box::pin(async move {
            if !called.is_empty() {
                let _ = callee.play(&called, "").await;
            }
        })
    });
    wait_for(channel, playing).await?;
    channel.stop_playing();
    Ok(())
}

enum Screened {
    Talk,
    /// The call is over; with what the subroutine said.
    End(Flow, String),
}

/// `U`: a subroutine on the called channel decides with `GOSUB_RESULT`.
async fn screen(channel: &mut Channel, winner: &Outgoing, target: &str) -> Result<Screened, AppError> {
    let mut parts = target.split('^');
    let context = parts.next().unwrap_or("").to_owned();
    let arguments: Vec<&str> = parts.collect();
    let target = format!("{context},s,1({})", arguments.join(","));
    let running = winner.handle.run(move |callee| {
        Box::pin(async move {
            let _ = callee.subroutine(&target).await;
            let said = |name| callee.variable(name).map(|text| text.to_string());
            (said("GOSUB_RESULT").unwrap_or_default(), said("GOSUB_RETVAL"))
        })
    });
    let (result, returned) = wait_for(channel, running).await?.unwrap_or_default();
    if let Some(returned) = returned {
        channel.set_variable("GOSUB_RETVAL", returned);
    }
    let (word, target) = result.split_once(':').unwrap_or((&result, ""));
    let flow = match word.to_ascii_uppercase().as_str() {
        "ABORT" if target.is_empty() => Flow::Hangup,
        "CONTINUE" if target.is_empty() => Flow::Continue,
        "BUSY" | "CONGESTION" | "CHANUNAVAIL" if target.is_empty() => {
            channel.set_variable("DIALSTATUS", result.clone());
            Flow::Continue
        }
        "GOTO" => {
            let target = target.replace('^', ",");
            let position = channel.resolve(&target).map_err(AppError::Failed)?;
            channel.go_to(position);
            return Ok(Screened::End(Flow::Jump, format!("{word}:{target}")));
        }
        _ => return Ok(Screened::Talk),
    };
    Ok(Screened::End(flow, result))
}

/// The called party goes, and its call is over before the caller goes on.
async fn dismiss(channel: &mut Channel, winner: Outgoing) -> Result<(), Interrupted> {
    let callee = winner.handle.clone();
    drop(winner);
    let going = async {
        callee.until_gone().await;
        Ok(())
    };
    wait_for(channel, going).await?;
    Ok(())
}

/// `D`: digits to the called party, then to the caller.
async fn send_digits(
    channel: &mut Channel,
    arguments: &Arguments,
    winner: &Outgoing,
) -> Result<(), AppError> {
    let Some(digits) = arguments.option_value('D') else { return Ok(()) };
    let digits = Digits::parse(digits).map_err(AppError::Failed)?;
    let called = digits.called;
    let sending = winner.handle.run(move |callee| Box::pin(async move { callee.send_digits(&called).await }));
    wait_for(channel, sending).await?;
    if !digits.calling.is_empty() {
        channel.answer().await?;
        channel.send_digits(&digits.calling).await?;
    }
    Ok(())
}

/// Waits for something on the called channel's task while the caller's own events are served.
pub(super) async fn wait_for<T>(
    channel: &mut Channel,
    work: impl Future<Output = Result<T, obelus_core::channel::Unreachable>>,
) -> Result<Option<T>, Interrupted> {
    let mut work = std::pin::pin!(work);
    loop {
        if let Either::Side(done) = channel.next_event_or(None, work.as_mut()).await? {
            return Ok(done.ok());
        }
    }
}

async fn bridge(
    channel: &mut Channel,
    arguments: &Arguments,
    winner: Outgoing,
) -> Result<Departure, AppError> {
    let (own, theirs) = features_of_both(channel, arguments).map_err(AppError::Failed)?;
    let bridge = Bridge::new(channel.core(), "Dial");
    let (seat, their_seat) = (bridge.seat(), bridge.seat());
    let after = After::read(channel, arguments)?;
    name_each_other(channel, &winner);
    let caller = channel.handle().clone();
    // Nobody can pick it up any more, and it runs no dialplan.
    winner.handle.facts().position.exten = "".into();
    let joined = winner.release(move |callee| {
        Box::pin(async move {
            let departure = callee.join(their_seat, theirs).await;
            let caller_hung_up = caller.facts().hung_up.is_some();
            after.follow(callee, departure, caller_hung_up).await;
        })
    });
    if joined.is_err() {
        verbose!(channel.core(), 3, "the called party is gone before the bridge was made");
    }
    Ok(channel.join(seat, own).await?)
}

fn name_each_other(channel: &mut Channel, winner: &Outgoing) {
    channel.set_variable("BRIDGEPEER", winner.handle.name().clone());
    let own = channel.name().clone();
    let set = obelus_core::channel::ChannelCommand::Run(Box::new(move |callee| {
        Box::pin(async move { callee.set_variable("BRIDGEPEER", own) })
    }));
    let _ = winner.handle.send(set);
}

/// What the called party does when the bridge is over: `F` and `e`.
enum After {
    HangUp,
    GoOn(Position),
    RunH { context: std::sync::Arc<str> },
}

impl After {
    fn read(channel: &Channel, arguments: &Arguments) -> Result<After, AppError> {
        if let Some(target) = arguments.option_value('F') {
            return channel.resolve(&target.replace('^', ",")).map(After::GoOn).map_err(AppError::Failed);
        }
        if arguments.option('F') {
            return Ok(After::GoOn(channel.position().next()));
        }
        Ok(if arguments.option('e') {
            After::RunH { context: channel.position().context }
        } else {
            After::HangUp
        })
    }

    async fn follow(
        self,
        callee: &mut Channel,
        departure: Result<Departure, Interrupted>,
        caller_hung_up: bool,
    ) {
        match self {
            After::GoOn(position) if departure == Ok(Departure::Dissolved) && caller_hung_up => {
                callee.execute(position).await
            }
            After::RunH { context } if departure != Err(Interrupted::Taken) => {
                callee.go_to(Position::new(context, "h", 1));
                callee.run_h_at_end();
            }
            After::HangUp | After::GoOn(_) | After::RunH { .. } => {}
        }
        if departure != Err(Interrupted::Taken) {
            callee.hang_up(Cause::NORMAL_CLEARING);
        }
    }
}
