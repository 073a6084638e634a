//! `StopMixMonitor([id])`: end a recording of both sides of the call.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

use super::monitors;

pub(crate) struct StopMixMonitor;

static HELP: Help = Help {
    synopsis: "Stop recording a call through MixMonitor, and free the recording's file handle.",
    arguments: &[Argument::optional(
        "MixMonitorID",
        "Which recording; the one that began last if left away. Option i of MixMonitor gives the id.",
    )],
    description: "Waits until the files are closed.",
    see_also: &["MixMonitor"],
};

#[async_trait]
impl App for StopMixMonitor {
    fn name(&self) -> &'static str {
        "StopMixMonitor"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if !monitors::stop(channel, arguments.get(0).filter(|id| !id.is_empty())).await {
            tracing::debug!(channel = %channel.name(), "StopMixMonitor: there is no such recording");
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::engine::Way;
    use obelus_core::events::{Delivery, Event, EventKind};

    use crate::testing::pbx;

    /// The milliseconds of sound in a file.
    fn length(path: &std::path::Path) -> u64 {
        std::fs::metadata(path).unwrap().len() / 16
    }

    #[tokio::test]
    async fn two_recordings_end_each_on_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let pbx = pbx("");
        let mut listener = pbx.core.events.listen(EventKind::Media.bit(), None);
        let (mut channel, far) = pbx.channel();
        let (one, two) = (folder.path().join("one.sln"), folder.path().join("two.sln"));
        let done = folder.path().join("done");
        let first = format!("{},i(ID),cp ^{{MIXMONITOR_FILENAME}} {}", one.display(), done.display());
        channel.run_app("MixMonitor", &first).await.unwrap();
        assert_eq!(channel.variable("MIXMONITOR_FILENAME").as_deref(), one.to_str());
        let id = channel.variable("ID").unwrap();
        let said = format!("${{MIXMONITOR({id},filename)}}");
        assert_eq!(channel.evaluate(&said).await, one.display().to_string());
        channel
            .run_app("MixMonitor", &format!("{},r({}.in.sln)d", two.display(), two.display()))
            .await
            .unwrap();
        let port = far.port();
        port.settle().await;
        (0..5).for_each(|_| port.carry(Way::Received, 8000, &mut [100; 160]));
        channel.run_app("StopMixMonitor", &id).await.unwrap();
        assert_eq!(length(&one), 100);
        (0..5).for_each(|_| port.carry(Way::Received, 8000, &mut [100; 160]));
        channel.run_app("StopMixMonitor", "").await.unwrap();
        for wanted in [true, false] {
            // The command and the deletion come after the files are closed.
            let path = if wanted { &done } else { &two };
            while path.exists() != wanted {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
        assert_eq!(length(&one), 100);
        let mut told = Vec::new();
        while let Some(Delivery::Event(record)) = listener.try_next() {
            if let Event::Media { what, .. } = &record.event {
                told.push(format!("{what:?}"));
            }
        }
        assert_eq!(told, ["MixMonitorStart", "MixMonitorStart", "MixMonitorStop", "MixMonitorStop"]);
    }

    #[tokio::test]
    async fn a_recording_ends_with_its_channel() {
        let folder = tempfile::tempdir().unwrap();
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        let (file, done) = (folder.path().join("x.wav"), folder.path().join("done"));
        let arguments = format!("{},,cp {} {}", file.display(), file.display(), done.display());
        channel.run_app("MixMonitor", &arguments).await.unwrap();
        let port = far.port();
        port.settle().await;
        port.carry(Way::Sent, 8000, &mut [100; 160]);
        drop(channel);
        while std::fs::metadata(&done).map_or(0, |facts| facts.len()) < 364 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(std::fs::read(&done).unwrap()[40..46], [64, 1, 0, 0, 100, 0]);
    }
}
