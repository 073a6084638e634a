//! `Port` owns a media port, `PortHandle` commands it; neither ever waits for the media thread.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_queue::ArrayQueue;
use obelus_media::Codec;
use obelus_rtp::dtmf::Digit;
use tokio::sync::mpsc;

use crate::command::{Command, Join, Pressed};
use crate::error::PortError;
use crate::event::{PortEvent, PortEvents};
use crate::play::{PlayId, PlayOptions, Seek, Source};
use crate::record::RecordThread;
use crate::settings::RtpSettings;
use crate::stats::PortStats;
use crate::thread::Crew;
use crate::trace::Trace;

/// Commands that wait for the media thread; it takes them every tick.
const COMMAND_ROOM: usize = 64;

/// A media port; dropping it closes it.
#[derive(Debug)]
pub struct Port {
    handle: PortHandle,
}

/// A way to command a media port; clones are cheap, and none keeps the port open.
#[derive(Debug, Clone)]
pub struct PortHandle {
    pub(crate) shared: Arc<Shared>,
}

/// Who carries a port's commands out.
#[derive(Debug, Clone)]
pub(crate) enum Backend {
    Threads(Arc<Crew>),
    #[cfg(feature = "testing")]
    Fake(Arc<crate::testing::Bell>),
}

/// What the handles of a port and its thread have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) commands: ArrayQueue<Command>,
    /// The port is among those that its thread will look at.
    pub(crate) rung: AtomicBool,
    pub(crate) closing: AtomicBool,
    pub(crate) closed: AtomicBool,
    /// The thread on which the port lives, and where there.
    pub(crate) home: AtomicUsize,
    pub(crate) slot: AtomicUsize,
    pub(crate) facts: Facts,
    pub(crate) events_lost: AtomicU64,
    backend: Backend,
    local: Option<SocketAddr>,
    next_play: AtomicU64,
    events: Mutex<Option<PortEvents>>,
    stats: Mutex<PortStats>,
}

/// What the thread tells the handles without being asked.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// One more than the place of the send codec in [`Codec::ALL`], 0 for none.
    codec: AtomicU8,
    /// The port can send digits itself.
    pub(crate) sends_digits: AtomicBool,
    /// Digits that come in are handed on by the engine.
    pub(crate) relays_digits: AtomicBool,
    /// Hooks look at what passes this port.
    pub(crate) watched: AtomicBool,
    /// Voice has come in.
    pub(crate) heard: AtomicBool,
    /// Whose port sends our packets on as they are: the address of what it shares, 0 for nobody.
    relays_to: AtomicUsize,
}

impl Facts {
    pub(crate) fn set_codec(&self, codec: Option<Codec>) {
        let place = codec.and_then(|codec| Codec::ALL.iter().position(|&known| known == codec));
        self.codec.store(place.map_or(0, |place| place as u8 + 1), Ordering::Relaxed);
    }

    pub(crate) fn set_relays_to(&self, sink: Option<&Arc<Shared>>) {
        self.relays_to.store(sink.map_or(0, |sink| Arc::as_ptr(sink).addr()), Ordering::Relaxed);
    }

    fn codec(&self) -> Option<Codec> {
        Codec::ALL.get(usize::from(self.codec.load(Ordering::Relaxed)).checked_sub(1)?).copied()
    }
}

impl Shared {
    /// Which packets are told to the log.
    pub(crate) fn trace(&self) -> Option<&Trace> {
        match &self.backend {
            Backend::Threads(crew) => Some(&crew.trace),
            #[cfg(feature = "testing")]
            Backend::Fake(_) => None,
        }
    }

    /// The thread that writes recordings; `None` if there is none to be had.
    pub(crate) fn recorder(&self) -> Option<Arc<RecordThread>> {
        match &self.backend {
            Backend::Threads(crew) => crew.recorder(),
            #[cfg(feature = "testing")]
            Backend::Fake(bell) => bell.recorder(),
        }
    }

    /// A port on thread `home`, and where its thread sends events.
    pub(crate) fn new(
        backend: Backend,
        home: usize,
        local: Option<SocketAddr>,
    ) -> (Arc<Self>, mpsc::Sender<PortEvent>) {
        let (sender, events) = PortEvents::pair();
        let shared = Self {
            commands: ArrayQueue::new(COMMAND_ROOM),
            rung: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            home: AtomicUsize::new(home),
            slot: AtomicUsize::new(usize::MAX),
            facts: Facts::default(),
            events_lost: AtomicU64::new(0),
            backend,
            local,
            next_play: AtomicU64::new(1),
            events: Mutex::new(Some(events)),
            stats: Mutex::new(PortStats::default()),
        };
        (Arc::new(shared), sender)
    }

    /// Makes the port's thread look at it.
    pub(crate) fn ring(self: &Arc<Self>) {
        if self.rung.swap(true, Ordering::AcqRel) {
            return;
        }
        match &self.backend {
            Backend::Threads(crew) => crew.ring(self),
            #[cfg(feature = "testing")]
            Backend::Fake(bell) => bell.ring(),
        }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn backend(&self) -> &Backend {
        &self.backend
    }

    fn close(self: &Arc<Self>) {
        self.closing.store(true, Ordering::Release);
        self.ring();
    }

    /// Shows new numbers; while somebody reads them they stay as they were, since a media thread does not wait.
    pub(crate) fn publish(&self, stats: PortStats) {
        if let Ok(mut shown) = self.stats.try_lock() {
            *shown = stats;
        }
    }

    /// Shows the last numbers. Readers copy and let go, so the wait is short, and it is the last.
    pub(crate) fn publish_final(&self, stats: PortStats) {
        *self.stats.lock().unwrap_or_else(PoisonError::into_inner) = stats;
        self.closed.store(true, Ordering::Release);
    }
}

impl Port {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { handle: PortHandle { shared } }
    }

    /// A handle to command it with.
    #[must_use]
    pub fn handle(&self) -> &PortHandle {
        &self.handle
    }

    /// Where an RTP port listens; `None` for others.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.handle.local_addr()
    }
}

impl std::ops::Deref for Port {
    type Target = PortHandle;

    fn deref(&self) -> &PortHandle {
        &self.handle
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.handle.shared.close();
    }
}

impl PartialEq for PortHandle {
    /// Whether both command the same port.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Eq for PortHandle {}

impl PortHandle {
    /// Where an RTP port listens; `None` for others.
    #[must_use]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.shared.local
    }

    /// The events of the port; `None` if somebody has taken them already.
    #[must_use]
    pub fn take_events(&self) -> Option<PortEvents> {
        self.shared.events.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether the port is closed, or will be before any further command.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.closing.load(Ordering::Acquire) || self.shared.closed.load(Ordering::Acquire)
    }

    /// The codec that the port sends; `None` before one is agreed, or where any codec is taken.
    #[must_use]
    pub fn codec(&self) -> Option<Codec> {
        self.shared.facts.codec()
    }

    /// Whether the port can send digits itself, as events or in band; if not, signalling must.
    #[must_use]
    pub fn sends_digits(&self) -> bool {
        self.shared.facts.sends_digits.load(Ordering::Relaxed)
    }

    /// Whether digits that come in as events are handed on to whom the port is connected to.
    #[must_use]
    pub fn relays_digits(&self) -> bool {
        self.shared.facts.relays_digits.load(Ordering::Relaxed)
    }

    /// Whether packets that come in here leave at `other` as they are, with a new header only.
    #[must_use]
    pub fn relays_to(&self, other: &PortHandle) -> bool {
        self.shared.facts.relays_to.load(Ordering::Relaxed) == Arc::as_ptr(&other.shared).addr()
    }

    /// Whether voice has come in since the port was opened.
    #[must_use]
    pub fn has_heard(&self) -> bool {
        self.shared.facts.heard.load(Ordering::Relaxed)
    }

    /// Whether hooks look at what passes this port: recordings, taps, changes of the volume.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.shared.facts.watched.load(Ordering::Relaxed)
    }

    /// The numbers of the port.
    #[must_use]
    pub fn stats(&self) -> PortStats {
        let mut stats = self.shared.stats.lock().unwrap_or_else(PoisonError::into_inner).clone();
        stats.events_lost = self.shared.events_lost.load(Ordering::Relaxed);
        stats
    }

    /// Says what signalling agreed; it replaces what was said before.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`], like all commands.
    pub fn configure(&self, settings: RtpSettings) -> Result<(), PortError> {
        self.shared.facts.set_codec(settings.send.map(|send| send.codec));
        self.command(Command::Configure(Box::new(settings)))
    }

    /// Joins two ports both ways; either leaves the port that it was connected to.
    ///
    /// # Errors
    /// [`PortError::Foreign`] for ports of two engines; then, and with any other error, nothing is joined.
    pub fn connect(&self, other: &PortHandle) -> Result<(), PortError> {
        let same_engine = match (&self.shared.backend, &other.shared.backend) {
            (Backend::Threads(mine), Backend::Threads(other)) => Arc::ptr_eq(mine, other),
            #[cfg(feature = "testing")]
            (mine, other) => matches!((mine, other), (Backend::Fake(_), Backend::Fake(_))),
        };
        if !same_engine {
            return Err(PortError::Foreign);
        }
        let join = Arc::new(Join::new());
        let half = |of: &Self| Command::Connect { join: Arc::clone(&join), other: Arc::clone(&of.shared) };
        let done = other.command(half(self)).and_then(|()| self.command(half(other)));
        if done.is_err() {
            join.cancel();
        }
        done
    }

    /// Leaves the port that this one is connected to.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn disconnect(&self) -> Result<(), PortError> {
        self.command(Command::Disconnect)
    }

    /// Plays something to whom listens at this port; what it is connected to is not heard meanwhile.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`]. A play that cannot go on ends with
    /// [`FinishReason::Failed`](crate::FinishReason::Failed).
    pub fn play(&self, source: Source, options: PlayOptions) -> Result<PlayId, PortError> {
        let play = PlayId(self.shared.next_play.fetch_add(1, Ordering::Relaxed));
        self.command(Command::Play { play, source, options })?;
        Ok(play)
    }

    /// Stops one play, whether it plays or waits its turn.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn stop_play(&self, play: PlayId) -> Result<(), PortError> {
        self.command(Command::StopPlay(Some(play)))
    }

    /// Stops all plays.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn stop_playing(&self) -> Result<(), PortError> {
        self.command(Command::StopPlay(None))
    }

    /// Holds what plays at its position.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn pause(&self) -> Result<(), PortError> {
        self.command(Command::Pause(true))
    }

    /// Goes on with what was paused.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn resume(&self) -> Result<(), PortError> {
        self.command(Command::Pause(false))
    }

    /// Goes to another position of what plays; tones have none.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn seek(&self, seek: Seek) -> Result<(), PortError> {
        self.command(Command::Seek(seek))
    }

    /// Sends back what comes in, instead of to whom the port is connected.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn loop_back(&self, on: bool) -> Result<(), PortError> {
        self.command(Command::LoopBack(on))
    }

    /// Presses a key for the other side; keys wait for each other.
    ///
    /// # Errors
    /// [`PortError::Digit`] if there is no such key.
    pub fn send_digit(&self, digit: char, duration: Duration) -> Result<(), PortError> {
        self.press(digit, Pressed::For(duration))
    }

    /// Presses a key until [`end_digit`](Self::end_digit).
    ///
    /// # Errors
    /// [`PortError::Digit`] if there is no such key.
    pub fn begin_digit(&self, digit: char) -> Result<(), PortError> {
        self.press(digit, Pressed::UntilReleased)
    }

    /// Releases the key that was pressed last.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn end_digit(&self) -> Result<(), PortError> {
        self.command(Command::Release)
    }

    fn press(&self, digit: char, pressed: Pressed) -> Result<(), PortError> {
        let digit = Digit::from_char(digit).ok_or(PortError::Digit(digit))?;
        self.command(Command::Press(digit, pressed))
    }

    /// Sends silence while there is nothing else to send.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn send_silence(&self, on: bool) -> Result<(), PortError> {
        self.command(Command::SendSilence(on))
    }

    /// Whether digits that come in are told as events; they are, unless this says otherwise.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn report_digits(&self, on: bool) -> Result<(), PortError> {
        self.command(Command::ReportDigits(on))
    }

    /// Whether digits that come in go on to whom the port is connected to; they do, unless this says otherwise.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn pass_digits(&self, on: bool) -> Result<(), PortError> {
        self.command(Command::PassDigits(on))
    }

    /// Whether RTCP reports are told as events; they are not, unless this says so.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn report_rtcp(&self, on: bool) -> Result<(), PortError> {
        self.command(Command::ReportRtcp(on))
    }

    /// Says that the other side holds the call, so that its silence is judged by another limit.
    ///
    /// # Errors
    /// [`PortError::Closed`] and [`PortError::Full`].
    pub fn hold(&self, on: bool) -> Result<(), PortError> {
        self.command(Command::Hold(on))
    }

    /// Closes the port, whoever owns it; what was commanded before is done first.
    pub fn close(&self) {
        self.shared.close();
    }

    /// Makes the media thread fail while it handles this port.
    #[cfg(test)]
    pub(crate) fn fail(&self) -> Result<(), PortError> {
        self.command(Command::Fail)
    }

    /// Waits until everything that was commanded before is done.
    #[cfg(test)]
    pub(crate) fn flush(&self) {
        let (sender, receiver) = std::sync::mpsc::channel();
        self.command(Command::Answer(sender)).unwrap();
        receiver.recv().unwrap();
    }

    pub(crate) fn command(&self, command: Command) -> Result<(), PortError> {
        if self.is_closed() {
            return Err(PortError::Closed);
        }
        let taken = self.shared.commands.push(command);
        self.shared.ring();
        taken.map_err(|_| PortError::Full)
    }
}
