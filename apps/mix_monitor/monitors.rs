//! The recordings of a channel, kept on it; each ends with it, or when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use obelus_core::Core;
use obelus_core::channel::{Channel, ChannelCommand, ChannelHandle, Work as OnChannel};
use obelus_core::engine::{Recording, Way};
use obelus_core::media_event::MediaEvent;
use obelus_core::program::TIME_LIMIT;
use obelus_core::{test_event, verbose};
use tokio::sync::oneshot;

use super::request::Request;

/// The recordings of one channel.
#[derive(Default)]
pub(super) struct Monitors(Vec<Monitor>);

/// One recording; a task of its own waits for the end and runs the command.
struct Monitor {
    id: Arc<str>,
    request: Arc<Request>,
    recording: Arc<Recording>,
    /// Dropped when the recording is to end, which its task waits for.
    stop: oneshot::Sender<()>,
}

/// Gives every recording a number of its own.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Begins a recording on the channel; returns its id.
pub(super) async fn start(
    channel: &mut Channel,
    request: Request,
    command: &str,
) -> Result<Arc<str>, String> {
    let handle = channel.handle().clone();
    let options = request.options(move || handle.facts().bridge.is_some())?;
    let port = channel.media().cloned().ok_or("the channel has no audio")?;
    let recording = channel.meanwhile(port.record(options)).await.map_err(|error| error.to_string())?;
    let recording = Arc::new(recording);
    // A variable that the caller can choose must not become a part of the command by accident.
    let command = channel.evaluate(&command.replace("^{", "${")).await;
    let id: Arc<str> = format!("{:#x}", NEXT.fetch_add(1, Ordering::Relaxed)).into();
    let request = Arc::new(request);
    let (stop, stopped) = oneshot::channel();
    let work = Work {
        core: channel.core().clone(),
        channel: channel.handle().clone(),
        request: request.clone(),
        recording: recording.clone(),
        command,
    };
    tokio::spawn(work.run(stopped));
    let monitors = channel.datastore.get_or_insert_with(Monitors::default);
    monitors.0.push(Monitor { id: id.clone(), request, recording, stop });
    channel.tell_of_media(MediaEvent::MixMonitorStart);
    Ok(id)
}

/// Ends the recording with this id, or the one that began last, and waits until its files are closed; `false` if
/// there is none.
pub(super) async fn stop(channel: &mut Channel, id: Option<&str>) -> bool {
    let Some(monitors) = channel.datastore.get_mut::<Monitors>() else { return false };
    let found = monitors.0.iter().rposition(|monitor| id.is_none_or(|id| *monitor.id == *id));
    let Some(index) = found else { return false };
    let Monitor { request, stop, recording, .. } = monitors.0.remove(index);
    drop(stop);
    recording.end();
    let closed = channel.meanwhile(recording.closed()).await;
    tracing::debug!(?closed, "a recording was stopped");
    if request.beep_at_stop
        && let Err(interrupted) = channel.play("beep", "").await
    {
        tracing::debug!(%interrupted, "no beep");
    }
    channel.tell_of_media(MediaEvent::MixMonitorStop);
    true
}

/// Leaves voices out of a recording, or of all, or lets them be heard again; `false` if there is none.
pub(super) fn mute(channel: &Channel, id: Option<&str>, ways: &[Way], on: bool) -> bool {
    let Some(monitors) = channel.datastore.get::<Monitors>() else { return id.is_none() };
    let meant = || monitors.0.iter().filter(|monitor| id.is_none_or(|id| *monitor.id == *id));
    meant().for_each(|monitor| ways.iter().for_each(|way| monitor.recording.mute(*way, on)));
    let count = meant().count();
    test_event!(
        channel.core(),
        "AUDIOHOOK_GROUP_MUTE_TOGGLE",
        [("Channel", channel.name()), ("Source", "MixMonitor"), ("Count", count)]
    );
    id.is_none() || count > 0
}

/// The name of the file of a recording.
pub(super) fn file_of(channel: &Channel, id: &str) -> Option<String> {
    let monitors = channel.datastore.get::<Monitors>()?;
    let monitor = monitors.0.iter().find(|monitor| *monitor.id == *id)?;
    Some(monitor.request.mixed.as_ref().map(|path| path.display().to_string()).unwrap_or_default())
}

/// All recordings of a channel as lines: id and files.
pub(super) fn lines(channel: &Channel) -> Vec<String> {
    let Some(monitors) = channel.datastore.get::<Monitors>() else { return Vec::new() };
    let shown = |path: &Option<std::path::PathBuf>| {
        path.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    };
    let line = |monitor: &Monitor| {
        let Request { mixed, received, sent, .. } = &*monitor.request;
        format!("{}\t{}\t{}\t{}", monitor.id, shown(mixed), shown(received), shown(sent))
    };
    monitors.0.iter().map(line).collect()
}

/// What the task of a recording needs.
struct Work {
    core: Arc<Core>,
    channel: ChannelHandle,
    request: Arc<Request>,
    recording: Arc<Recording>,
    command: String,
}

impl Work {
    async fn run(self, mut stopped: oneshot::Receiver<()>) {
        let name = self.channel.name();
        verbose!(self.core, 2, "Begin MixMonitor Recording {name}");
        loop {
            // Both branches only wait, and may be given up.
            tokio::select! {
                _ = &mut stopped => break,
                () = beep_due(self.request.beep_every) => self.beep(),
            }
        }
        self.recording.end();
        let recorded = self.recording.closed().await;
        verbose!(self.core, 2, "End MixMonitor Recording {name}");
        test_event!(
            self.core,
            "MIXMONITOR_END",
            [("File", self.request.mixed.as_deref().unwrap_or(std::path::Path::new("")).display())]
        );
        if let Some(reason) = &recorded.failed {
            tracing::warn!(channel = %name, reason, "a recording is not whole");
        }
        if !self.command.is_empty() {
            verbose!(self.core, 2, "Executing [{}]", self.command);
            if let Err(error) = self.core.run_shell(&self.command, TIME_LIMIT).await {
                tracing::warn!(channel = %name, command = self.command, %error, "the command after a recording");
            }
        }
        if self.request.delete {
            for path in self.request.paths() {
                if let Err(error) = tokio::fs::remove_file(&path).await {
                    tracing::warn!(path = %path.display(), %error, "a recording is not deleted");
                }
            }
        }
    }

    fn beep(&self) {
        let play: OnChannel = Box::new(|channel| Box::pin(async move { channel.play_over("beep").await }));
        if self.channel.send(ChannelCommand::Run(play)).is_err() {
            tracing::debug!(channel = %self.channel.name(), "no beep: the channel is busy");
        }
    }
}

async fn beep_due(every: Option<Duration>) {
    match every {
        Some(every) => tokio::time::sleep(every).await,
        None => std::future::pending().await,
    }
}
