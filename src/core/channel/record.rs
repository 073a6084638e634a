//! What a channel's far end says, in a file or for somebody who listens in.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use obelus_engine::{
    Direction, HookFrame, Hooked, RecordError, RecordOptions, Recorded, Recording, SoundHook, Tap, TapOptions,
};
use obelus_media::file::FileFormat;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::channel::{Channel, Either, Event, Interrupted};

/// Below this average magnitude of a frame there is silence, where dsp.conf says nothing.
pub const SILENCE_THRESHOLD: u32 = 256;

/// How much of the silence that ended a recording stays in it.
const KEPT_SILENCE: Duration = Duration::from_secs(1);

/// How the far end's voice is recorded.
#[derive(Clone, Debug)]
pub struct RecordRules<'a> {
    /// The file with its extension; see [`Channel::recording_path`].
    pub path: &'a Path,
    /// How it is written.
    pub format: FileFormat,
    /// Go on at the end of a file that is there.
    pub append: bool,
    /// So much silence ends it.
    pub silence: Option<Duration>,
    /// The silence that ended it stays in the file, all but its last second of which is cut off otherwise.
    pub keep_silence: bool,
    /// It ends after so long.
    pub most: Option<Duration>,
    /// Digits that end it.
    pub stop: &'a str,
    /// So much is cut off at the end after a digit, which would be heard.
    pub digit_cut: Duration,
}

/// How long the recording took that was made last, kept on the channel.
#[derive(Clone, Copy, Debug)]
pub struct LastRecording(pub Duration);

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordEnd {
    /// This digit was pressed.
    Digit(char),
    /// There was silence for long enough.
    Silence,
    /// The time was over.
    Timeout,
    /// The channel was hung up or taken elsewhere.
    Interrupted(Interrupted),
}

impl RecordRules<'_> {
    /// What is cut off at the end.
    fn cut(&self, end: RecordEnd) -> Duration {
        match (end, self.silence) {
            (RecordEnd::Digit(_), _) => self.digit_cut,
            (RecordEnd::Silence, Some(silence)) if !self.keep_silence => silence.saturating_sub(KEPT_SILENCE),
            _ => Duration::ZERO,
        }
    }
}

impl Channel {
    /// Listens in on what the far end says: linear samples at 8 kHz. `None` where the channel has no audio.
    pub fn tap(&self) -> Option<Tap> {
        self.media()?.tap(TapOptions::RECEIVED).ok()
    }

    /// Where a recording of this name lies, with the extension of its format: among the sounds, unless the name says
    /// where.
    pub fn recording_path(&self, name: &str, extension: &str) -> PathBuf {
        // What looks like an extension in the name belongs to the name.
        self.core().settings.load().directories.data.join("sounds").join(format!("{name}.{extension}"))
    }

    /// Records what the far end says until something ends it, and waits until the file is closed.
    pub async fn record(&mut self, rules: RecordRules<'_>) -> Result<(RecordEnd, Recorded), RecordError> {
        let options = RecordOptions::received(rules.path.to_owned(), rules.format, rules.append);
        let port = self.media().cloned().ok_or(RecordError::Stopped)?;
        let recording: Recording = self.meanwhile(port.record(options)).await?;
        let quiet = Arc::new(Notify::new());
        let limit = rules.silence.filter(|silence| !silence.is_zero());
        let _watch = limit.map(|limit| watch_silence(&port, limit, Arc::clone(&quiet))).transpose()?;
        let end = self.until_recorded(&rules, &quiet).await;
        let recorded = self.meanwhile(recording.stop(rules.cut(end))).await;
        Ok((end, recorded))
    }

    async fn until_recorded(&mut self, rules: &RecordRules<'_>, quiet: &Notify) -> RecordEnd {
        let deadline = rules.most.map(|most| Instant::now() + most);
        loop {
            match self.next_event_or(deadline, quiet.notified()).await {
                Ok(Either::Side(())) => return RecordEnd::Silence,
                Ok(Either::Event(Event::Digit { digit, .. })) if rules.stop.contains(digit) => {
                    return RecordEnd::Digit(digit);
                }
                Ok(Either::Event(Event::Deadline)) => return RecordEnd::Timeout,
                Ok(Either::Event(_)) => {}
                Err(interrupted) => return RecordEnd::Interrupted(interrupted),
            }
        }
    }
}

fn watch_silence(
    port: &obelus_engine::PortHandle,
    limit: Duration,
    quiet: Arc<Notify>,
) -> Result<Hooked, obelus_engine::PortError> {
    let ways = Direction { send: false, receive: true };
    port.hook(ways, Box::new(SilenceLimit { limit, lasted: Duration::ZERO, quiet }))
}

/// Waits for silence of some length.
#[derive(Debug)]
struct SilenceLimit {
    limit: Duration,
    lasted: Duration,
    quiet: Arc<Notify>,
}

impl SoundHook for SilenceLimit {
    fn take(&mut self, frame: &mut HookFrame<'_>) -> bool {
        if obelus_media::loudness(frame.samples) >= SILENCE_THRESHOLD {
            self.lasted = Duration::ZERO;
            return false;
        }
        let before = self.lasted;
        self.lasted += frame.duration();
        if before <= self.limit && self.lasted > self.limit {
            self.quiet.notify_one();
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use obelus_engine::Way;
    use obelus_engine::testing::FakePort;

    use super::*;
    use crate::testing::TestPbx;

    const SECOND: Duration = Duration::from_secs(1);

    fn rules(path: &Path) -> RecordRules<'_> {
        RecordRules {
            path,
            format: FileFormat::from_extension("sln").expect("a format"),
            append: false,
            silence: Some(SECOND * 3),
            keep_silence: false,
            most: Some(SECOND * 60),
            stop: "#",
            digit_cut: Duration::from_millis(250),
        }
    }

    /// What ends a recording of a second of voice after which `happens`; how much of it is left.
    async fn check(happens: impl FnOnce(&FakePort), expected: RecordEnd, left: Duration) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/voice.sln");
        let pbx = TestPbx::new(|_, _| {});
        let (mut channel, far) = pbx.channel();
        let port = far.port();
        let recording = async { channel.record(rules(&path)).await.unwrap() };
        let speaks = async {
            // The files are opened by a thread that knows no virtual time.
            while port
                .seen()
                .iter()
                .filter(|seen| matches!(seen, obelus_engine::testing::Seen::Hook(_)))
                .nth(1)
                .is_none()
            {
                tokio::task::yield_now().await;
            }
            (0..50).for_each(|_| port.carry(Way::Received, 8000, &mut [1000; 160]));
            happens(&port);
        };
        let ((end, recorded), ()) = tokio::join!(recording, speaks);
        assert_eq!((end, recorded.duration), (expected, left));
        let size = std::fs::metadata(&path).unwrap().len();
        assert_eq!(size, left.as_millis() as u64 * 16);
    }

    #[tokio::test(start_paused = true)]
    async fn a_digit_ends_it_and_is_not_heard_in_it() {
        let press = |port: &FakePort| port.press('#', Duration::from_millis(100));
        check(press, RecordEnd::Digit('#'), SECOND - Duration::from_millis(250)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_it_and_is_cut_off_but_for_its_first_second() {
        let falls_silent =
            |port: &FakePort| (0..151).for_each(|_| port.carry(Way::Received, 8000, &mut [0; 160]));
        check(falls_silent, RecordEnd::Silence, SECOND * 2 + Duration::from_millis(20)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_ends_it() {
        check(|_| {}, RecordEnd::Timeout, SECOND).await;
    }
}
