//! Applications for the stories: just enough of each to see what the driver does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::bridge::{Bridge, Features};
use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, Either, Event};
use obelus_core::channel_tech::{LegCommand, LegEvent};
use obelus_core::dial::{Caller, Dialing, Progress};
use obelus_core::help::{Argument, Help};
use obelus_core::registry::Registry;

/// What channels have told.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().unwrap().push(text.into());
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(super) fn has(&self, text: &str) -> bool {
        self.all().iter().any(|heard| heard == text)
    }
}

pub(super) fn register(registry: &mut Registry, heard: &Heard) {
    registry.add_app(Do { name: "Answer", heard: heard.clone() });
    registry.add_app(Do { name: "Ring", heard: heard.clone() });
    registry.add_app(Do { name: "Progress", heard: heard.clone() });
    registry.add_app(Do { name: "Refuse", heard: heard.clone() });
    registry.add_app(Do { name: "Listen", heard: heard.clone() });
    registry.add_app(Do { name: "Press", heard: heard.clone() });
    registry.add_app(Do { name: "Show", heard: heard.clone() });
    registry.add_app(Do { name: "Move", heard: heard.clone() });
    registry.add_app(Do { name: "Transfer", heard: heard.clone() });
    registry.add_app(Do { name: "Reach", heard: heard.clone() });
    registry.add_app(Do { name: "Call", heard: heard.clone() });
}

static HELP: Help = Help {
    synopsis: "Does one thing for a test.",
    arguments: &[Argument::optional("what", "What exactly.")],
    description: "For tests only.",
    see_also: &[],
};

struct Do {
    name: &'static str,
    heard: Heard,
}

#[async_trait]
impl App for Do {
    fn name(&self) -> &'static str {
        self.name
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let what = arguments.text(0);
        match self.name {
            "Answer" => channel.answer().await?,
            "Ring" => channel.show(LegCommand::Ringing).await,
            "Progress" => channel.show(LegCommand::Progress).await,
            "Refuse" => {
                channel.hang_up(Cause::parse(what).unwrap());
                return Ok(Flow::Hangup);
            }
            "Press" => {
                for digit in what.chars() {
                    channel.send_digit(digit, Some(Duration::from_millis(120))).await;
                }
            }
            "Show" => self.heard.note(channel.leg_property(&what.replace('^', ",")).unwrap_or_default()),
            "Move" => channel.show(LegCommand::Transfer(what.to_owned())).await,
            "Transfer" => {
                let outcome = channel.transfer(what).await?;
                self.heard.note(format!("{outcome:?}"));
            }
            "Reach" => channel.connected_to(Party::parse(what)).await,
            "Call" => return self.call(channel, what).await,
            _ => return self.listen(channel).await,
        }
        Ok(Flow::Continue)
    }
}

impl Do {
    /// Notes what happens until the caller hangs up.
    async fn listen(&self, channel: &mut Channel) -> Result<Flow, AppError> {
        loop {
            match channel.next_event(None).await? {
                Event::Digit { digit, duration } => {
                    self.heard.note(format!("digit {digit} {}", duration.as_millis()));
                }
                Event::Leg(event) => self.note(&event),
                _ => {}
            }
        }
    }

    fn note(&self, event: &LegEvent) {
        match event {
            LegEvent::Hold(true) => self.heard.note("hold"),
            LegEvent::Hold(false) => self.heard.note("resume"),
            LegEvent::Text(text) => self.heard.note(format!("text {}", text.body)),
            LegEvent::MediaChanged => self.heard.note("media changed"),
            LegEvent::Connected(party) => self.heard.note(format!("connected {party}")),
            _ => {}
        }
    }

    /// Calls somebody, and joins the two who talk.
    async fn call(&self, channel: &mut Channel, destination: &str) -> Result<Flow, AppError> {
        let mut dialing = Dialing::new(channel.core(), Caller::of(channel));
        if let Err(error) = dialing.place(destination).await {
            self.heard.note(format!("not called: {} {error}", error.cause.number()));
            channel.hang_up(error.cause);
            return Ok(Flow::Hangup);
        }
        loop {
            let (index, progress) = match channel.next_event_or(None, dialing.next()).await {
                Ok(Either::Side(progress)) => progress,
                Ok(Either::Event(_)) => continue,
                Err(interrupted) => {
                    dialing.cancel(Cause::NORMAL_CLEARING, "CANCEL");
                    return Err(interrupted.into());
                }
            };
            match progress {
                Progress::Ringing => channel.show(LegCommand::Ringing).await,
                Progress::Progress => channel.show(LegCommand::Progress).await,
                Progress::Answered => {
                    let winner = dialing.take(index, Cause::ANSWERED_ELSEWHERE).unwrap();
                    return self.talk(channel, winner).await;
                }
                Progress::Ended(ended) => {
                    self.heard.note(format!("ended {} {}", ended.cause.number(), ended.technical));
                    channel.hang_up(ended.cause);
                    return Ok(Flow::Hangup);
                }
                Progress::Connected(party) => self.heard.note(format!("connected {party}")),
                Progress::Forward { address, redirecting } => {
                    self.heard.note(format!("forward {address} {}", redirecting.reason));
                    channel.hang_up(Cause::NORMAL_CLEARING);
                    return Ok(Flow::Hangup);
                }
                Progress::Redirecting(way) => {
                    self.heard.note(format!("redirected from {} to {}", way.from, way.to));
                }
                Progress::Proceeding => {}
            }
        }
    }

    async fn talk(
        &self,
        channel: &mut Channel,
        winner: obelus_core::dial::Outgoing,
    ) -> Result<Flow, AppError> {
        let codec = winner.port.as_ref().and_then(obelus_core::engine::PortHandle::codec);
        channel.answer_with(codec).await?;
        let bridge = Bridge::new(channel.core(), "Call");
        let (own, other) = (bridge.seat(), bridge.seat());
        winner
            .release(move |callee| {
                Box::pin(async move {
                    let _ = callee.join(other, Features::default()).await;
                })
            })
            .map_err(|error| AppError::Failed(error.to_string()))?;
        channel.join(own, Features::default()).await?;
        Ok(Flow::Hangup)
    }
}
