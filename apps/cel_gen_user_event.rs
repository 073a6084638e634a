//! `CELGenUserEvent(event-name[,extra])`: a step of your own in the log of channel events.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::cel;
use obelus_core::channel::Channel;
use obelus_core::events::{Event, EventKind};
use obelus_core::help::{Argument, Help};

pub(crate) struct CelGenUserEvent;

static HELP: Help = Help {
    synopsis: "Log a step of your own beside the steps of the call.",
    arguments: &[
        Argument::required("event-name", "What the step is called."),
        Argument::optional("extra", "A text that is logged with it."),
    ],
    description: "Logs a step of this channel that goes by the given name, if cel.conf names USER_DEFINED.",
    see_also: &[],
};

impl InstantApp for CelGenUserEvent {
    fn name(&self) -> &'static str {
        "CELGenUserEvent"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.publish_with(EventKind::UserStep, |channel| Event::UserStep {
            channel,
            name: arguments.text(0).into(),
            extra: cel::object(&[("extra", arguments.text(1))]).into(),
        });
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::events::{Delivery, Event, EventKind};

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn the_step_has_its_name_and_text() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let mut listener = pbx.core.events.listen(EventKind::UserStep.bit(), None);
        channel.run_app("CELGenUserEvent", r#"Door,open \"now\""#).await.expect("it ran");
        let Some(Delivery::Event(record)) = listener.try_next() else { panic!("a step") };
        let Event::UserStep { name, extra, .. } = &record.event else { panic!("{record:?}") };
        assert_eq!((&**name, &**extra), ("Door", r#"{"extra":"open \"now\""}"#));
    }
}
