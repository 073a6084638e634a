//! An engine without sockets and threads, for tests of whole calls in virtual time.
//!
//! Its ports take the same commands as real ones and remember them; plays end after the real duration of what is
//! played, on tokio's clock, which may be paused; digits are pressed by the test. Sound itself is not carried.
//! It lives in the tokio runtime in which [`engine`] is called.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use obelus_media::{Codec, silence_byte};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use crate::command::{Command, Pressed};
use crate::engine::Engine;
use crate::event::{FinishReason, PortEvent};
use crate::hook::{HookFrame, NewHook, Way};
use crate::play::{PlayId, PlayOptions, Seek, Sound, Source};
use crate::port::{Backend, Port, PortHandle, Shared};
use crate::queue::{QueueEnd, QueueInner, QueueOptions};
use crate::record::{self, RecordThread};
use crate::settings::{DigitMode, Direction, RtpSettings};
use crate::sounds::{Sounds, SoundsConfig};

/// Pipes that a digit passes at most.
const HOPS: usize = 32;

/// An engine whose ports are [`FakePort`]s.
#[must_use]
pub fn engine() -> Engine {
    Engine::fake(Fake { next: Arc::new(AtomicU16::new(10_000)), recorder: Arc::default() })
}

/// Sounds of silence that exist in memory only, each under its name and with its duration.
///
/// # Panics
/// If the system gives no thread to read files.
#[must_use]
pub fn sounds(names: &[(&str, Duration)]) -> Sounds {
    silent_sounds(names, None)
}

/// The same, and every other name as silence of the length `others`, if there is one.
///
/// # Panics
/// If the system gives no thread to read files.
#[must_use]
pub fn silent_sounds(names: &[(&str, Duration)], others: Option<Duration>) -> Sounds {
    let sounds =
        Sounds::new(SoundsConfig { folders: Vec::new(), imagined: others, ..SoundsConfig::default() });
    let sounds = sounds.expect("a thread to read files");
    for (name, duration) in names {
        for codec in [Codec::Ulaw, Codec::Alaw, Codec::Slin] {
            let silence = silence_byte(codec).unwrap_or_default();
            let payload = vec![silence; codec.bytes_in(*duration).unwrap_or_default()];
            sounds.put(name, Sound::new(codec, payload).expect("a codec of constant size"));
        }
    }
    sounds
}

/// A command that a port has taken.
#[derive(Debug, Clone)]
pub enum Seen {
    /// [`PortHandle::configure`].
    Configure(Box<RtpSettings>),
    /// [`PortHandle::connect`], seen by both.
    Connect(PortHandle),
    /// [`PortHandle::disconnect`].
    Disconnect,
    /// [`PortHandle::play`].
    Play(PlayId, Source, PlayOptions),
    /// [`PortHandle::stop_play`], or of all plays.
    StopPlay(Option<PlayId>),
    /// [`PortHandle::pause`] and [`PortHandle::resume`].
    Pause(bool),
    /// [`PortHandle::seek`].
    Seek(Seek),
    /// [`PortHandle::loop_back`].
    LoopBack(bool),
    /// [`PortHandle::send_digit`]; `None` for [`PortHandle::begin_digit`].
    Digit(char, Option<Duration>),
    /// [`PortHandle::end_digit`].
    EndDigit,
    /// [`PortHandle::send_silence`].
    SendSilence(bool),
    /// [`PortHandle::report_digits`].
    ReportDigits(bool),
    /// [`PortHandle::pass_digits`].
    PassDigits(bool),
    /// [`PortHandle::report_rtcp`].
    ReportRtcp(bool),
    /// [`PortHandle::hold`].
    Hold(bool),
    /// [`PortHandle::hook`], also for taps and recordings.
    Hook(Direction),
    /// A hook was dropped.
    Unhook,
}

/// What opens fake ports.
#[derive(Debug, Clone)]
pub(crate) struct Fake {
    next: Arc<AtomicU16>,
    recorder: Arc<OnceLock<Arc<RecordThread>>>,
}

/// What the handles of a fake port ring.
#[derive(Debug)]
pub(crate) struct Bell {
    notify: Notify,
    state: Arc<Mutex<State>>,
    recorder: Arc<OnceLock<Arc<RecordThread>>>,
}

impl Bell {
    pub(crate) fn recorder(&self) -> Option<Arc<RecordThread>> {
        record::thread_in(&self.recorder)
    }

    pub(crate) fn ring(&self) {
        self.notify.notify_one();
    }
}

/// A port of the fake engine, as a test sees it.
#[derive(Debug, Clone)]
pub struct FakePort {
    shared: Arc<Shared>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    seen: Vec<Seen>,
    heard: Vec<char>,
    events: Option<mpsc::Sender<PortEvent>>,
    link: Option<Weak<Shared>>,
    /// The other half of a pipe.
    half: Option<Weak<Shared>>,
    is_rtp: bool,
    looped: bool,
    reports: bool,
    passes: bool,
    digits: DigitMode,
    held: Option<(char, Instant)>,
    plays: Vec<Play>,
    paused: bool,
    hooks: Vec<NewHook>,
}

#[derive(Debug)]
struct Play {
    id: PlayId,
    duration: Option<Duration>,
    /// Played so far, and since when it goes on from there.
    position: Duration,
    since: Option<Instant>,
}

impl Play {
    fn position(&self) -> Duration {
        let position = self.position + self.since.map_or(Duration::ZERO, |since| since.elapsed());
        self.duration.map_or(position, |duration| position.min(duration))
    }

    fn ends_at(&self) -> Option<Instant> {
        Some(self.since? + self.duration?.saturating_sub(self.position))
    }

    fn halt(&mut self) {
        self.position = self.position();
        self.since = None;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Fake {
    pub(crate) fn open(&self, bind: Option<IpAddr>) -> Port {
        let local = bind.map(|bind| SocketAddr::new(bind, self.next.fetch_add(2, Ordering::Relaxed)));
        let state = State {
            seen: Vec::new(),
            heard: Vec::new(),
            events: None,
            link: None,
            half: None,
            is_rtp: bind.is_some(),
            looped: false,
            reports: true,
            passes: true,
            digits: DigitMode::Signalled,
            held: None,
            plays: Vec::new(),
            paused: false,
            hooks: Vec::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let bell = Arc::new(Bell {
            notify: Notify::new(),
            state: Arc::clone(&state),
            recorder: Arc::clone(&self.recorder),
        });
        let (shared, events) = Shared::new(Backend::Fake(Arc::clone(&bell)), 0, local);
        lock(&state).events = Some(events);
        shared.facts.sends_digits.store(bind.is_none(), Ordering::Relaxed);
        shared.facts.heard.store(true, Ordering::Relaxed);
        tokio::spawn(live(FakePort { shared: Arc::clone(&shared), state }, bell));
        Port::new(shared)
    }

    pub(crate) fn open_pipe(&self) -> (Port, Port) {
        let (one, other) = (self.open(None), self.open(None));
        for (of, to) in [(&one, &other), (&other, &one)] {
            if let Some(port) = FakePort::of(of) {
                lock(&port.state).half = Some(Arc::downgrade(&to.handle().shared));
            }
        }
        (one, other)
    }

    pub(crate) fn open_queue(&self, options: QueueOptions) -> (Port, QueueEnd) {
        let port = self.open(None);
        port.handle().shared.facts.set_codec(Some(options.codec));
        let end = QueueEnd::new(Arc::new(QueueInner::new(options)), Arc::clone(&port.handle().shared));
        (port, end)
    }
}

/// Obeys commands and ends plays until the port is closed.
async fn live(port: FakePort, bell: Arc<Bell>) {
    loop {
        port.shared.rung.store(false, Ordering::Release);
        let closing = port.shared.closing.load(Ordering::Acquire);
        while let Some(command) = port.shared.commands.pop() {
            port.obey(command);
        }
        port.end_plays();
        port.tell_facts();
        if closing {
            return port.end();
        }
        let next = lock(&port.state).plays.first().and_then(Play::ends_at);
        let wait_for_play = async {
            match next {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        // Both branches only wait, and may be given up.
        tokio::select! {
            () = bell.notify.notified() => {}
            () = wait_for_play => {}
        }
    }
}

impl FakePort {
    /// The fake port behind a handle; `None` if the handle is one of a real engine.
    #[must_use]
    pub fn of(handle: &PortHandle) -> Option<Self> {
        Self::behind(&handle.shared)
    }

    fn behind(shared: &Arc<Shared>) -> Option<Self> {
        let Backend::Fake(bell) = shared.backend() else { return None };
        Some(Self { shared: Arc::clone(shared), state: Arc::clone(&bell.state) })
    }

    /// Waits until everything that was commanded so far is taken.
    pub async fn settle(&self) {
        while !self.shared.commands.is_empty() || self.shared.rung.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
    }

    /// No voice has come from the far end; from a fake one it has, unless this is said.
    pub fn is_silent(&self) {
        self.shared.facts.heard.store(false, Ordering::Relaxed);
    }

    /// The commands taken so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.state).seen.clone()
    }

    /// The digits that whoever listens at this port has heard, sent or handed on.
    #[must_use]
    pub fn heard_digits(&self) -> String {
        lock(&self.state).heard.iter().collect()
    }

    /// The port that it is connected to.
    #[must_use]
    pub fn connected_to(&self) -> Option<PortHandle> {
        let shared = lock(&self.state).link.as_ref()?.upgrade()?;
        Some(PortHandle { shared })
    }

    /// The settings that count now.
    #[must_use]
    pub fn settings(&self) -> Option<RtpSettings> {
        let state = lock(&self.state);
        state.seen.iter().rev().find_map(|seen| match seen {
            Seen::Configure(settings) => Some((**settings).clone()),
            _ => None,
        })
    }

    /// The play that sounds now, and its position.
    #[must_use]
    pub fn playing(&self) -> Option<(PlayId, Duration)> {
        lock(&self.state).plays.first().map(|play| (play.id, play.position()))
    }

    /// Presses a key at the other side: the channel is told, and whoever is connected hears it.
    pub fn press(&self, digit: char, duration: Duration) {
        self.come_in(digit, duration);
    }

    /// Tells the channel anything, as if it had happened.
    pub fn tell(&self, event: PortEvent) {
        lock(&self.state).tell(event);
    }

    /// Shows sound to the hooks of the port, which may change it, as if it went through.
    pub fn carry(&self, way: Way, rate: u32, samples: &mut [i16]) {
        let mut state = lock(&self.state);
        let mut hooks = std::mem::take(&mut state.hooks);
        let wanted = hooks.iter_mut().filter(|hook| match way {
            Way::Received => hook.ways.receive,
            Way::Sent => hook.ways.send,
        });
        for hook in wanted {
            let at = std::time::Instant::now();
            let mut frame = HookFrame { way, rate, samples, at, tell: None };
            hook.hook.take(&mut frame);
            frame.tell.into_iter().for_each(|event| state.tell(event));
        }
        state.hooks = hooks;
    }

    /// A digit that comes in here, on its way through pipes to where it leaves.
    fn come_in(&self, digit: char, duration: Duration) {
        let mut at = self.clone();
        for _ in 0..HOPS {
            let (passes, looped) = {
                let state = lock(&at.state);
                if state.reports {
                    state.tell(PortEvent::DigitBegin { digit });
                    state.tell(PortEvent::DigitEnd { digit, duration });
                }
                (state.passes, state.looped)
            };
            let out = if looped { Some(at.clone()) } else { at.linked() };
            let Some(out) = out.filter(|_| passes) else { return };
            match out.half() {
                Some(half) => at = half,
                None => return lock(&out.state).heard.push(digit),
            }
        }
    }

    fn linked(&self) -> Option<Self> {
        let shared = lock(&self.state).link.as_ref()?.upgrade()?;
        Self::behind(&shared)
    }

    fn half(&self) -> Option<Self> {
        let shared = lock(&self.state).half.as_ref()?.upgrade()?;
        Self::behind(&shared)
    }

    fn obey(&self, command: Command) {
        match command {
            Command::Configure(settings) => {
                let mut state = lock(&self.state);
                state.digits = settings.digits;
                state.seen.push(Seen::Configure(settings));
            }
            Command::Connect { join, other } => {
                self.part();
                let mut state = lock(&self.state);
                if !join.is_cancelled() {
                    state.link = Some(Arc::downgrade(&other));
                }
                state.seen.push(Seen::Connect(PortHandle { shared: other }));
            }
            Command::Disconnect => {
                self.part();
                lock(&self.state).seen.push(Seen::Disconnect);
            }
            Command::Play { play, source, options } => lock(&self.state).play(play, source, options),
            Command::StopPlay(play) => lock(&self.state).stop(play),
            Command::Pause(on) => lock(&self.state).pause(on),
            Command::Seek(seek) => lock(&self.state).seek(seek),
            Command::Press(digit, pressed) => self.send(digit.to_char(), pressed),
            Command::Release => self.release(),
            Command::Hook(hook) => {
                let mut state = lock(&self.state);
                state.seen.push(Seen::Hook(hook.ways));
                state.hooks.push(hook);
            }
            other => lock(&self.state).remember(&other),
        }
    }

    fn part(&self) {
        let peer = self.linked();
        lock(&self.state).link = None;
        if let Some(peer) = peer {
            let mut state = lock(&peer.state);
            if state.link.as_ref().is_some_and(|link| link.as_ptr() == Arc::as_ptr(&self.shared)) {
                state.link = None;
            }
        }
    }

    fn send(&self, digit: char, pressed: Pressed) {
        let duration = if let Pressed::For(duration) = pressed { Some(duration) } else { None };
        {
            let mut state = lock(&self.state);
            state.seen.push(Seen::Digit(digit, duration));
            match duration {
                Some(_) => state.heard.push(digit),
                None => state.held = Some((digit, Instant::now())),
            }
        }
        if let (Some(half), Some(duration)) = (self.half(), duration) {
            half.come_in(digit, duration);
        }
    }

    fn release(&self) {
        let held = {
            let mut state = lock(&self.state);
            state.seen.push(Seen::EndDigit);
            let held = state.held.take();
            state.heard.extend(held.map(|(digit, _)| digit));
            held
        };
        if let (Some(half), Some((digit, since))) = (self.half(), held) {
            half.come_in(digit, since.elapsed());
        }
    }

    fn end_plays(&self) {
        let mut state = lock(&self.state);
        while let Some(play) = state.plays.first()
            && play.ends_at().is_some_and(|at| at <= Instant::now())
        {
            state.finish_first(FinishReason::Ended);
        }
    }

    fn tell_facts(&self) {
        let (digits, is_rtp, passes) = {
            let state = lock(&self.state);
            (state.digits, state.is_rtp, state.passes)
        };
        let sends = !is_rtp || digits != DigitMode::Signalled;
        let receives = !is_rtp || matches!(digits, DigitMode::Events { .. });
        let relays = passes && receives && self.linked().is_some_and(|peer| peer.presses());
        self.shared.facts.sends_digits.store(sends, Ordering::Relaxed);
        self.shared.facts.relays_digits.store(relays, Ordering::Relaxed);
        let peer = self.linked();
        self.shared.facts.set_relays_to(peer.as_ref().map(|peer| &peer.shared));
    }

    fn presses(&self) -> bool {
        let state = lock(&self.state);
        !state.is_rtp || state.digits != DigitMode::Signalled
    }

    fn end(&self) {
        self.part();
        let mut state = lock(&self.state);
        state.stop_all(FinishReason::Stopped);
        state.hooks.clear();
        self.shared.closed.store(true, Ordering::Release);
        state.events = None;
    }
}

impl State {
    fn tell(&self, event: PortEvent) {
        if let Some(events) = &self.events {
            // A full ring loses events, as a real port's does.
            let _ = events.try_send(event);
        }
    }

    fn play(&mut self, id: PlayId, source: Source, options: PlayOptions) {
        let duration = source.duration().filter(|_| !options.repeat);
        let position = options.from;
        if !options.queue {
            self.stop_all(FinishReason::Replaced);
        }
        self.plays.push(Play { id, duration, position, since: None });
        self.seen.push(Seen::Play(id, source, options));
        self.go_on();
    }

    /// The first play goes on if it may.
    fn go_on(&mut self) {
        let paused = self.paused;
        if let Some(play) = self.plays.first_mut().filter(|play| play.since.is_none() && !paused) {
            play.since = Some(Instant::now());
        }
    }

    fn finish_first(&mut self, reason: FinishReason) {
        if self.plays.is_empty() {
            return;
        }
        let play = self.plays.remove(0);
        self.tell(PortEvent::Finished { play: play.id, reason, position: play.position() });
        self.paused = false;
        self.go_on();
    }

    fn stop_all(&mut self, reason: FinishReason) {
        while !self.plays.is_empty() {
            self.finish_first(reason);
        }
    }

    fn stop(&mut self, play: Option<PlayId>) {
        self.seen.push(Seen::StopPlay(play));
        match play.map(|play| self.plays.iter().position(|known| known.id == play)) {
            None => self.stop_all(FinishReason::Stopped),
            Some(Some(0)) => self.finish_first(FinishReason::Stopped),
            Some(Some(index)) => {
                let play = self.plays.remove(index);
                let (reason, position) = (FinishReason::Stopped, play.position());
                self.tell(PortEvent::Finished { play: play.id, reason, position });
            }
            Some(None) => {}
        }
    }

    fn pause(&mut self, on: bool) {
        self.seen.push(Seen::Pause(on));
        self.paused = on && !self.plays.is_empty();
        match self.plays.first_mut() {
            Some(play) if on => play.halt(),
            _ => self.go_on(),
        }
    }

    fn seek(&mut self, seek: Seek) {
        self.seen.push(Seen::Seek(seek));
        if let Some(play) = self.plays.first_mut() {
            let position = seek.from_position(play.position());
            play.position = play.duration.map_or(position, |duration| position.min(duration));
            play.since = play.since.map(|_| Instant::now());
        }
    }

    /// Commands that only set something.
    fn remember(&mut self, command: &Command) {
        let seen = match command {
            Command::LoopBack(on) => {
                self.looped = *on;
                Seen::LoopBack(*on)
            }
            Command::ReportDigits(on) => {
                self.reports = *on;
                Seen::ReportDigits(*on)
            }
            Command::PassDigits(on) => {
                self.passes = *on;
                Seen::PassDigits(*on)
            }
            Command::SendSilence(on) => Seen::SendSilence(*on),
            Command::ReportRtcp(on) => Seen::ReportRtcp(*on),
            Command::Hold(on) => Seen::Hold(*on),
            Command::Unhook => {
                self.hooks.retain(|hook| !hook.gone.load(Ordering::Acquire));
                Seen::Unhook
            }
            _ => return,
        };
        self.seen.push(seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn rtp(engine: &Engine) -> Port {
        engine.open_rtp(crate::RtpOptions::new(IpAddr::V4(Ipv4Addr::LOCALHOST))).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_play_takes_its_time_and_no_real_time() {
        let engine = engine();
        let port = rtp(&engine);
        let mut events = port.take_events().unwrap();
        let sounds = sounds(&[("hello", Duration::from_secs(30))]);
        let source = sounds.open("hello", "en", Codec::Ulaw).await.unwrap();
        let begin = Instant::now();
        let play = port.play(source, PlayOptions::default()).unwrap();
        let expected =
            PortEvent::Finished { play, reason: FinishReason::Ended, position: Duration::from_secs(30) };
        assert_eq!(events.recv().await, Some(expected));
        assert_eq!(begin.elapsed(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_play_waits() {
        let engine = engine();
        let port = rtp(&engine);
        let mut events = port.take_events().unwrap();
        port.play(Source::Silence(Some(Duration::from_secs(10))), PlayOptions::default()).unwrap();
        tokio::time::sleep(Duration::from_secs(4)).await;
        port.pause().unwrap();
        tokio::time::sleep(Duration::from_secs(100)).await;
        port.resume().unwrap();
        let begin = Instant::now();
        assert!(events.recv().await.is_some());
        assert_eq!(begin.elapsed(), Duration::from_secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn digits_pass_to_whom_the_port_is_connected() {
        let engine = engine();
        let (alice, bob) = (rtp(&engine), rtp(&engine));
        let (one, other) = engine.open_pipe().unwrap();
        let mut events = other.take_events().unwrap();
        alice.connect(&one).unwrap();
        other.connect(&bob).unwrap();
        let phones = [&alice, &bob, &one, &other].map(|port| FakePort::of(port).unwrap());
        for phone in &phones {
            phone.settle().await;
        }
        phones[0].press('5', Duration::from_millis(80));
        assert_eq!(events.recv().await, Some(PortEvent::DigitBegin { digit: '5' }));
        assert_eq!(phones[1].heard_digits(), "5");
        assert_eq!(phones[0].connected_to().as_ref(), Some(one.handle()));
        alice.pass_digits(false).unwrap();
        phones[0].settle().await;
        phones[0].press('6', Duration::from_millis(80));
        assert_eq!(phones[1].heard_digits(), "5");
    }

    #[tokio::test(start_paused = true)]
    async fn commands_are_seen_in_their_order_and_closing_ends_the_events() {
        let engine = engine();
        let port = rtp(&engine);
        let mut events = port.take_events().unwrap();
        let fake = FakePort::of(&port).unwrap();
        port.loop_back(true).unwrap();
        port.send_digit('1', Duration::from_millis(100)).unwrap();
        fake.settle().await;
        assert!(matches!(fake.seen()[..], [Seen::LoopBack(true), Seen::Digit('1', Some(_))]));
        drop(port);
        assert_eq!(events.recv().await, None);
    }
}
