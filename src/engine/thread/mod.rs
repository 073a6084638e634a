//! A media thread: wakes, drains what is ready, makes what is due, does what it was told, and sleeps.

mod commands;
mod crew;
mod digits;
mod due;
mod hooks;
mod leg;
mod link;
mod player;
mod receive;
mod send;
mod slab;
mod sweep;
mod wheel;

pub(crate) use crew::{Crew, Member, Message};
pub(crate) use leg::{Kind, Leg, Now};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use obelus_media::Scratch;
use obelus_media::tone::Tone;
use obelus_rtp::WallClock;

use crate::config::EngineConfig;
use crate::port::Shared;
use crate::sys::{self, Epoll, Ready, Sleeper};
use crew::add;
use slab::Slab;
use wheel::{Entry, Wheel};

/// The token of the bell; legs have lower ones.
const BELL: u64 = u64::MAX;
/// Datagrams taken between two looks at everything else.
const BATCH: usize = 256;
/// The longest datagram; longer ones are cut, and then are no RTP.
const DATAGRAM: usize = 16 * 1024;
/// Every leg is looked at this often for what is due seldom.
const SWEEP: Duration = Duration::from_millis(100);
/// The time over which the number of datagrams decides between ticks and events.
const WEIGHING: Duration = Duration::from_millis(100);
/// The usual time between two packets of a leg.
const FRAME: Duration = Duration::from_millis(20);
/// Share of a core above which a thread gives its real-time priority up, and for how many seconds it may.
const BUDGET: f64 = 0.9;
const BUDGET_SECONDS: u32 = 3;

/// What all threads of an engine know.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) crew: Arc<Crew>,
    pub(crate) config: EngineConfig,
    /// The start of the engine; times in ms are counted from here.
    pub(crate) epoch: Instant,
    pub(crate) wall: WallClock,
    /// Names this host in RTCP.
    pub(crate) cname: String,
    /// The tones of the keys, by event code.
    pub(crate) keys: Vec<Arc<Tone>>,
}

impl Common {
    pub(crate) fn now(&self) -> Now {
        self.at(Instant::now())
    }

    pub(crate) fn at(&self, at: Instant) -> Now {
        let ms = at.saturating_duration_since(self.epoch).as_millis() as u32;
        Now { at, ms, traced: self.crew.trace.is_on() }
    }
}

/// A media thread and the legs that live on it.
pub(crate) struct World {
    common: Arc<Common>,
    me: usize,
    legs: Slab,
    wheel: Wheel,
    epoll: Epoll,
    next_sweep: Instant,
    /// The leg at which the sweep goes on.
    swept: u32,
    /// Legs that are being looked at, for when that fails.
    handling: u32,
}

/// Memory that every packet passes through.
pub(crate) struct Buffers {
    /// The datagram that came.
    packet: Vec<u8>,
    /// The frame that was made or converted.
    frame: Vec<u8>,
    converted: Vec<u8>,
    /// The datagram that goes.
    out: Vec<u8>,
    samples: Vec<i16>,
    scratch: Scratch,
    due: Vec<Entry>,
}

impl Buffers {
    fn new() -> Self {
        Self {
            packet: vec![0; DATAGRAM],
            frame: Vec::with_capacity(DATAGRAM),
            converted: Vec::with_capacity(DATAGRAM),
            out: vec![0; DATAGRAM],
            samples: Vec::new(),
            scratch: Scratch::default(),
            due: Vec::new(),
        }
    }
}

impl World {
    pub(crate) fn new(common: Arc<Common>, me: usize) -> std::io::Result<Self> {
        let epoll = Epoll::new()?;
        if let Some(member) = common.crew.members.get(me) {
            epoll.add(&member.bell, BELL)?;
        }
        let next_sweep = Instant::now() + SWEEP;
        let (legs, wheel) = (Slab::default(), Wheel::new(0));
        Ok(Self { common, me, legs, wheel, epoll, next_sweep, swept: 0, handling: slab::NOBODY })
    }

    fn member(&self) -> Option<&Member> {
        self.common.crew.members.get(self.me)
    }

    /// Lives until the engine stops.
    pub(crate) fn run(mut self) {
        let mut buffers = Buffers::new();
        let mut ready = Ready::new(BATCH);
        let mut pace = Pace::new(&self.common.config);
        let mut budget = Budget::new(self.common.config.real_time_priority, self.me);
        if let Some(member) = self.member() {
            member.numbers.real_time.store(budget.real_time, Ordering::Relaxed);
        }
        while !self.member().is_none_or(|member| member.stopping.load(Ordering::Acquire)) {
            self.wait(&mut pace, &mut ready, &mut buffers);
            let now = self.common.now();
            self.take_in(now, &mut buffers);
            self.make_due(now, &mut buffers);
            self.sweep(now, &mut buffers, pace.is_ticking);
            self.count(&pace, &mut budget, now);
        }
        self.close_all(&mut buffers);
    }

    /// Waits for the next tick or for the next event, and takes the datagrams that have come.
    fn wait(&mut self, pace: &mut Pace, ready: &mut Ready, buffers: &mut Buffers) {
        pace.is_ticking = self.legs.len() >= self.common.config.event_driven_below && pace.is_busy;
        if pace.is_ticking {
            pace.sleep(self.member());
            let received = self.drain(ready, buffers, Some(Duration::ZERO));
            pace.weigh(received, Instant::now());
            return;
        }
        pace.restart();
        let timeout = self.time_to_next();
        let must_not_sleep = self.member().is_none_or(|member| {
            member.asleep.store(true, Ordering::Relaxed);
            // Pairs with the fence of those who wake us: either they see that we sleep, or we see what they sent.
            std::sync::atomic::fence(Ordering::SeqCst);
            !member.inbox.is_empty() || !member.rung.is_empty() || member.stopping.load(Ordering::Acquire)
        });
        let received =
            self.drain(ready, buffers, if must_not_sleep { Some(Duration::ZERO) } else { timeout });
        pace.weigh(received, Instant::now());
    }

    /// How long nothing is due; `None` if only a bell can change that.
    fn time_to_next(&self) -> Option<Duration> {
        if self.legs.len() == 0 {
            return None;
        }
        let frame = self.wheel.next_due().map(|tick| self.time_of(tick));
        let next = frame.map_or(self.next_sweep, |frame| frame.min(self.next_sweep));
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Takes the datagrams that have come; returns how many there were.
    fn drain(&mut self, ready: &mut Ready, buffers: &mut Buffers, mut timeout: Option<Duration>) -> u64 {
        // Each socket gets a turn or two; a flood does not keep the thread from everything else.
        let rounds = self.legs.len() * 4 / BATCH + 1;
        let mut total = 0;
        for _ in 0..rounds {
            if let Err(error) = self.epoll.wait(ready, timeout) {
                tracing::error!(%error, "media thread cannot wait for packets");
                std::thread::sleep(self.common.config.tick);
                return total;
            }
            if let Some(member) = self.member() {
                member.asleep.store(false, Ordering::Relaxed);
            }
            let now = self.common.now();
            let mut received = 0;
            for token in (0..ready.len()).filter_map(|index| ready.token(index)) {
                if token == BELL {
                    self.member().inspect(|member| member.bell.hush());
                } else {
                    received += 1;
                    self.guarded(buffers, |world, buffers| world.readable(token, now, buffers));
                }
            }
            if let Some(member) = self.member() {
                add(&member.numbers.received, received);
            }
            total += received;
            // One datagram was taken of each; sockets with more are ready again, in this tick or the next.
            if !ready.is_full() {
                break;
            }
            timeout = Some(Duration::ZERO);
        }
        total
    }

    /// Does something for a leg; if that fails by a fault of ours, the leg is closed and the others live on.
    fn guarded(&mut self, buffers: &mut Buffers, work: impl FnOnce(&mut Self, &mut Buffers)) {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(self, buffers)));
        if outcome.is_err() {
            self.bury(buffers);
        }
    }

    fn bury(&mut self, buffers: &mut Buffers) {
        let index = std::mem::replace(&mut self.handling, slab::NOBODY);
        if let Some(member) = self.member() {
            add(&member.numbers.faults, 1);
        }
        let address = self.legs.get(index).and_then(|leg| leg.socket.as_ref()?.local_addr().ok());
        tracing::error!(port = ?address, "a fault in the handling of a media port: the port is closed");
        // What was left half done is not used again.
        *buffers = Buffers::new();
        let now = self.common.now();
        let closed = catch_unwind(AssertUnwindSafe(|| self.close(index, now, buffers)));
        if closed.is_err()
            && let Some(leg) = self.legs.remove(index)
        {
            self.common.crew.give_room();
            leg.cold.shared.closed.store(true, Ordering::Release);
        }
    }

    fn count(&self, pace: &Pace, budget: &mut Budget, now: Now) {
        let Some(member) = self.member() else { return };
        let numbers = &member.numbers;
        numbers.ports.store(self.legs.len(), Ordering::Relaxed);
        numbers.ticks.store(pace.ticks, Ordering::Relaxed);
        numbers.late.store(pace.late, Ordering::Relaxed);
        numbers.latest_us.store(pace.latest.as_micros() as u64, Ordering::Relaxed);
        budget.check(now.at, &numbers.real_time);
    }

    /// The tick in which something that is due at `at` is handled.
    fn tick_of(&self, at: Instant) -> u64 {
        let tick = self.common.config.tick.as_micros().max(1);
        (at.saturating_duration_since(self.common.epoch).as_micros().div_ceil(tick)) as u64
    }

    fn time_of(&self, tick: u64) -> Instant {
        let micros = (self.common.config.tick.as_micros() as u64).saturating_mul(tick);
        self.common.epoch + Duration::from_micros(micros)
    }

    /// The leg of a port, if it lives here.
    fn find(&self, shared: &Arc<Shared>) -> Option<u32> {
        if shared.home.load(Ordering::Acquire) != self.me {
            return None;
        }
        let index = u32::try_from(shared.slot.load(Ordering::Acquire)).ok()?;
        self.legs.get(index).filter(|leg| Arc::ptr_eq(&leg.cold.shared, shared)).map(|_| index)
    }
}

/// The absolute clock of the ticks.
struct Pace {
    tick: Duration,
    sleeper: Sleeper,
    next: Option<Instant>,
    is_ticking: bool,
    ticks: u64,
    late: u64,
    latest: Duration,
    /// So many legs are few, whose packets wake the thread.
    few: u32,
    /// As many datagrams come as half of so many legs send: to be woken by each would cost more than the ticks.
    is_busy: bool,
    received: u64,
    weighed: Instant,
}

impl Pace {
    fn new(config: &EngineConfig) -> Self {
        let few = u32::try_from(config.event_driven_below).unwrap_or(u32::MAX);
        Self {
            tick: config.tick,
            sleeper: Sleeper::new(),
            next: None,
            is_ticking: false,
            ticks: 0,
            late: 0,
            latest: Duration::ZERO,
            few,
            is_busy: few == 0,
            received: 0,
            weighed: Instant::now(),
        }
    }

    /// Notes datagrams that have come by `at`; now and then judges by their number whether ticks are worth while.
    /// Legs that are silent, on hold or send nothing yet need none.
    fn weigh(&mut self, received: u64, at: Instant) {
        self.received += received;
        let passed = at.saturating_duration_since(self.weighed);
        if passed >= WEIGHING {
            self.is_busy = FRAME * 2 * u32::try_from(self.received).unwrap_or(u32::MAX) >= passed * self.few;
            (self.received, self.weighed) = (0, at);
        }
    }

    /// The ticks begin anew when there are enough legs again.
    fn restart(&mut self) {
        self.next = None;
    }

    fn sleep(&mut self, member: Option<&Member>) {
        let next = self.next.unwrap_or_else(Instant::now);
        if !member.is_some_and(|member| member.stopping.load(Ordering::Relaxed)) {
            self.sleeper.sleep_until(next);
        }
        let late = Instant::now().saturating_duration_since(next);
        self.ticks += 1;
        if late > self.tick {
            self.late += 1;
            self.latest = self.latest.max(late);
        }
        // Ticks that were slept through are left out, not made up for.
        let missed = late.as_micros() / self.tick.as_micros().max(1);
        self.next = Some(next + self.tick * u32::try_from(missed + 1).unwrap_or(u32::MAX));
    }
}

/// Watches that a real-time thread leaves time for the rest of the system.
struct Budget {
    real_time: bool,
    since: Instant,
    used: Duration,
    over: u32,
}

impl Budget {
    /// Prepares the calling thread and asks for the priority, if one is wanted.
    fn new(priority: Option<i32>, me: usize) -> Self {
        sys::wake_exactly();
        let real_time = priority.is_some_and(|priority| match sys::run_in_real_time(priority) {
            Ok(()) => true,
            Err(error) => {
                if me == 0 {
                    tracing::warn!(%error, "media threads run at normal priority: real-time priority is not permitted");
                }
                false
            }
        });
        Self { real_time, since: Instant::now(), used: sys::thread_cpu_time(), over: 0 }
    }

    fn check(&mut self, now: Instant, shown: &AtomicBool) {
        let wall = now.saturating_duration_since(self.since);
        if !self.real_time || wall < Duration::from_secs(1) {
            return;
        }
        let used = sys::thread_cpu_time();
        let share = used.saturating_sub(self.used).as_secs_f64() / wall.as_secs_f64();
        (self.since, self.used) = (now, used);
        self.over = if share > BUDGET { self.over + 1 } else { 0 };
        if self.over >= BUDGET_SECONDS && sys::run_normally().is_ok() {
            tracing::error!(share, "a media thread is overloaded and gives its real-time priority up");
            self.real_time = false;
            shown.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(few: usize, received: u64, expected: bool) {
        let mut pace = Pace::new(&EngineConfig { event_driven_below: few, ..EngineConfig::default() });
        let begin = pace.weighed;
        pace.weigh(received, begin + WEIGHING / 2);
        assert_eq!(pace.is_busy, few == 0, "it is too early to judge");
        pace.weigh(0, begin + WEIGHING);
        assert_eq!(pace.is_busy, expected, "{received} packets, {few} legs are few");
    }

    #[test]
    fn ticks_are_for_legs_that_talk() {
        check(10, 0, false);
        check(10, 24, false);
        check(10, 25, true);
        check(10, 4000, true);
        check(0, 0, true);
    }
}
