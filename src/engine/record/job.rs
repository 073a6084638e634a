//! One recording at work: takes what lies in the ring and lays it into the files.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use obelus_media::InStep;
use tokio::sync::watch;

use super::file::OpenFile;
use super::{Control, RecordOptions, Recorded, Voices};
use crate::hook::Way;
use crate::tap::Tap;

/// A recording as its thread has it.
#[derive(Debug)]
pub(crate) struct Job {
    tap: Tap,
    files: Vec<OpenFile>,
    options: RecordOptions,
    control: Arc<Control>,
    done: watch::Sender<Option<Recorded>>,
    rate: u32,
    opened: Instant,
    line: InStep,
    /// When the line of time begins: with the first frame.
    started: Option<Instant>,
    pairs: Vec<[i16; 2]>,
}

impl Job {
    pub(super) fn new(
        tap: Tap,
        files: Vec<OpenFile>,
        options: RecordOptions,
        control: Arc<Control>,
        done: watch::Sender<Option<Recorded>>,
    ) -> Self {
        let rate = options.rate();
        Self {
            tap,
            files,
            control,
            done,
            rate,
            opened: Instant::now(),
            line: InStep::new(rate),
            started: None,
            pairs: Vec::new(),
            options,
        }
    }

    /// Makes this the last turn.
    pub(super) fn end(&mut self) {
        self.control.stopping.store(true, Ordering::Release);
    }

    /// Writes what has come; `false` once the recording is over.
    pub(super) fn work(&mut self, now: Instant) -> bool {
        // Asked first: what comes until the handle says stop is still recorded.
        let over = self.control.stopping.load(Ordering::Acquire) || self.tap.is_closed();
        let wanted = self.is_wanted(now);
        while let Some(mut frame) = self.tap.try_recv() {
            if wanted {
                self.prepare(frame.way, &mut frame.samples);
                self.write_alone(frame.way, &frame.samples);
                let begin = frame.at.checked_sub(self.length(frame.samples.len())).unwrap_or(frame.at);
                let start = *self.started.get_or_insert(begin);
                self.line.put(
                    frame.way == Way::Sent,
                    frame.at.saturating_duration_since(start),
                    &frame.samples,
                );
            }
            self.tap.recycle(frame);
        }
        if let Some(start) = self.started {
            self.line.take(now.saturating_duration_since(start), &mut self.pairs);
        }
        if over || !wanted {
            self.line.take_rest(&mut self.pairs);
        }
        if !wanted {
            (self.line, self.started) = (InStep::new(self.rate), None);
        }
        self.write_together();
        if over {
            self.finish();
        }
        !over
    }

    fn is_wanted(&self, now: Instant) -> bool {
        let begun = now.saturating_duration_since(self.opened) >= self.options.after;
        begun && self.options.only_while.as_ref().is_none_or(|may| may())
    }

    fn length(&self, samples: usize) -> Duration {
        Duration::from_micros(samples as u64 * 1_000_000 / u64::from(self.rate.max(1)))
    }

    /// Mutes, or makes louder or softer.
    fn prepare(&self, way: Way, samples: &mut [i16]) {
        let ([muted, _], [volume, _]) = match way {
            Way::Received => (self.control.muted.each_ref(), self.options.volume),
            Way::Sent => {
                let [received, sent] = self.control.muted.each_ref();
                let [first, second] = self.options.volume;
                ([sent, received], [second, first])
            }
        };
        if muted.load(Ordering::Relaxed) {
            samples.fill(0);
        } else {
            obelus_media::adjust_volume(samples, volume);
        }
    }

    /// Writes a frame where frames follow each other as they come.
    fn write_alone(&mut self, way: Way, samples: &[i16]) {
        let alone = if way == Way::Received { Voices::Received } else { Voices::Sent };
        if !self.options.in_step {
            let files = self.files.iter_mut().filter(|file| file.voices == alone);
            files.for_each(|file| file.write(samples.iter().copied()));
        }
    }

    /// Writes what is in step.
    fn write_together(&mut self) {
        let pairs = std::mem::take(&mut self.pairs);
        if !pairs.is_empty() {
            for file in &mut self.files {
                match file.voices {
                    Voices::Received | Voices::Sent if !self.options.in_step => {}
                    Voices::Received => file.write(pairs.iter().map(|[received, _]| *received)),
                    Voices::Sent => file.write(pairs.iter().map(|[_, sent]| *sent)),
                    Voices::Mixed => file.write(pairs.iter().map(|[one, other]| one.saturating_add(*other))),
                    Voices::Interleaved => file.write(pairs.iter().flatten().copied()),
                }
            }
        }
        self.pairs = pairs;
        self.pairs.clear();
    }

    fn finish(&mut self) {
        let cut = Duration::from_millis(self.control.cut.load(Ordering::Relaxed));
        self.files.iter_mut().for_each(|file| file.finish(cut));
        let recorded = Recorded {
            duration: self.files.first().map(OpenFile::duration).unwrap_or_default(),
            lost: self.tap.lost(),
            failed: self.files.iter().find_map(OpenFile::failure),
        };
        if recorded.lost > 0 {
            tracing::warn!(frames = recorded.lost, "the disk was too slow for a recording");
        }
        self.files.clear();
        // Nobody may wait for it.
        let _ = self.done.send(Some(recorded));
    }
}
