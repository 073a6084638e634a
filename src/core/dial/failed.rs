//! The extension `failed`: what the dialplan does about a call that nobody answered.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_engine::PortHandle;
use obelus_media::Codec;

use crate::Core;
use crate::channel::{Channel, ChannelHandle, Origin, Position};
use crate::channel_tech::{Call, CallError, ChannelSetup, Leg, LegCommand, LegEvent, NewLeg};
use crate::dial::{NotAnswered, Originate, Then, write_functions};

/// The technology's name, as Asterisk has it.
const NAME: &str = "OutgoingSpoolFailed";

/// A leg to nobody: there is only a dialplan.
struct Nobody(String);

#[async_trait]
impl Leg for Nobody {
    fn name(&self) -> &str {
        &self.0
    }

    async fn call(&mut self, _call: Call<'_>) -> Result<(), CallError> {
        Ok(())
    }

    async fn handle(&mut self, _command: LegCommand) -> Result<(), CallError> {
        Ok(())
    }

    async fn next_event(&mut self) -> Option<LegEvent> {
        std::future::pending().await
    }

    fn media(&self) -> Option<&PortHandle> {
        None
    }

    fn codec(&self) -> Option<Codec> {
        None
    }

    fn codecs(&self) -> Vec<Codec> {
        Vec::new()
    }
}

impl Core {
    /// Runs the extension `failed` of the context that the call was for, if there is one, on a channel of its own.
    ///
    /// The channel has the call's variables, and the reason in `REASON`, as AMI's `OriginateResponse` counts it.
    pub fn run_failed(self: &Arc<Self>, call: &Originate, error: &NotAnswered) -> Option<ChannelHandle> {
        let Then::Extension(wanted) = &call.then else { return None };
        if !self.extension_exists(&wanted.context, "failed") {
            return None;
        }
        let setup = ChannelSetup {
            context: wanted.context.clone(),
            exten: "failed".into(),
            caller: call.caller.clone(),
            account_code: call.account_code.clone(),
            ..ChannelSetup::default()
        };
        let name = format!("{NAME}-{:08x}", self.random.number() >> 32);
        let origin = Origin { variables: call.variables.clone(), ..Origin::default() };
        let mut channel = Channel::new(self, NAME, NewLeg { leg: Box::new(Nobody(name)), setup }, origin);
        channel.set_variable("REASON", reason(error));
        let position = Position::new(wanted.context.clone(), "failed", 1);
        Some(channel.spawn(Box::new(move |channel| {
            Box::pin(async move {
                write_functions(channel).await;
                channel.execute(position).await;
            })
        })))
    }
}

fn reason(error: &NotAnswered) -> &'static str {
    match error.word() {
        "RINGING" => "3",
        "BUSY" => "5",
        "CONGESTION" => "8",
        _ => "0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::Cause;
    use crate::channel_tech::Ended;
    use crate::events::{Delivery, Event, EventKind};
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn the_dialplan_learns_why_nobody_answered() {
        let pbx = TestPbx::new(|_, _| {});
        pbx.load("[out]\nexten => failed,1,Nothing(${REASON})\n");
        let mut listener = pbx.core.events.listen(EventKind::VarSet.bit(), None);
        let mut call = Originate::new("Test/1", Then::Extension(Position::new("out", "s", 1)));
        call.variables.set("A", "1");
        let busy = NotAnswered::Refused(Ended::with(Cause::USER_BUSY));
        let channel = pbx.core.run_failed(&call, &busy).unwrap();
        assert_eq!((channel.technology(), &*channel.facts().position.exten), (NAME, "failed"));
        channel.until_gone().await;
        // The variables that it begins with are told first.
        let _ = listener.try_next();
        let Some(Delivery::Event(record)) = listener.try_next() else { panic!("an event") };
        assert!(
            matches!(&record.event, Event::VarSet { name, value, .. } if &**name == "REASON" && &**value == "5")
        );
        call.then = Then::Extension(Position::new("elsewhere", "s", 1));
        assert!(pbx.core.run_failed(&call, &NotAnswered::NoAnswer).is_none());
        assert_eq!(reason(&NotAnswered::NoAnswer), "3");
    }
}
