//! `UserEvent(eventname[,key:value…])`: send the dialplan's own event to whoever listens.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::events::{Event, EventKind};
use obelus_core::help::{Argument, Help};

pub(crate) struct UserEvent;

static HELP: Help = Help {
    synopsis: "Send an event of your own to those who listen to events.",
    arguments: &[
        Argument::required("eventname", "The event's name."),
        Argument::repeated("body", false, "A header, as key: value; what has no colon is left out."),
    ],
    description: "Sends the event UserEvent with this name and these headers, and with the channel's own.",
    see_also: &[],
};

/// Keys and values; of two with one key the later value counts, in the place of the first.
fn headers(arguments: &Arguments) -> Vec<(Box<str>, Box<str>)> {
    let mut headers: Vec<(Box<str>, Box<str>)> = Vec::new();
    for (key, value) in arguments.from(1).filter_map(|header| header.split_once(':')) {
        let value: Box<str> = value.trim().into();
        match headers.iter_mut().find(|known| *known.0 == *key) {
            Some(known) => known.1 = value,
            None => headers.push((key.into(), value)),
        }
    }
    headers
}

impl InstantApp for UserEvent {
    fn name(&self) -> &'static str {
        "UserEvent"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.publish_with(EventKind::UserEvent, |channel| Event::UserEvent {
            channel: Some(channel),
            name: arguments.text(0).into(),
            headers: headers(arguments).into(),
        });
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::events::{Delivery, Event, EventKind};

    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn the_event_has_the_headers_in_their_order() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let mut listener = pbx.core.events.listen(EventKind::UserEvent.bit(), None);
        let arguments = "Door,Who: Alice,nothing,Url:http://x/y,Who:Bob,Empty:";
        channel.run_app("UserEvent", arguments).await.expect("it ran");
        let Some(Delivery::Event(record)) = listener.try_next() else { panic!("an event") };
        let Event::UserEvent { channel: Some(who), name, headers } = &record.event else {
            panic!("a UserEvent")
        };
        assert_eq!((&who.name, &**name), (channel.name(), "Door"));
        let headers: Vec<_> = headers.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(headers, ["Who=Bob", "Url=http://x/y", "Empty="]);
    }
}
