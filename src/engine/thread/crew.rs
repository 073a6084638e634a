//! What a media thread shares with the others and with the handles: its inbox, its bell, its numbers.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossbeam_queue::ArrayQueue;

use super::leg::Leg;
use super::link::Cluster;
use crate::port::Shared;
use crate::record::{self, RecordThread};
use crate::stats::ThreadStats;
use crate::sys::Bell;
use crate::trace::Trace;

/// All media threads of an engine, as seen from outside.
#[derive(Debug)]
pub(crate) struct Crew {
    pub(crate) members: Vec<Member>,
    pub(crate) trace: Trace,
    recorder: OnceLock<Arc<RecordThread>>,
    reports: Reports,
    most_ports: usize,
    fill_first: usize,
    ports: AtomicUsize,
}

/// Says whether somebody wants to hear of RTCP reports.
#[derive(Default)]
struct Reports(OnceLock<Box<dyn Fn() -> bool + Send + Sync>>);

impl std::fmt::Debug for Reports {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Reports").field(&self.0.get().is_some()).finish()
    }
}

/// One media thread, as seen from outside.
#[derive(Debug)]
pub(crate) struct Member {
    /// Ports that come to live here.
    pub(crate) inbox: ArrayQueue<Message>,
    /// Ports that have commands.
    pub(crate) rung: ArrayQueue<Arc<Shared>>,
    pub(crate) bell: Bell,
    /// The thread waits for the bell.
    pub(crate) asleep: AtomicBool,
    pub(crate) stopping: AtomicBool,
    pub(crate) numbers: Numbers,
}

/// What comes to live on a thread.
#[derive(Debug)]
pub(crate) enum Message {
    Open(Box<Leg>),
    /// The two halves of a pipe.
    OpenPair(Box<Leg>, Box<Leg>),
    /// Legs from another thread.
    Move(Box<Cluster>),
}

/// Counters that only the thread writes.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) ports: AtomicUsize,
    pub(crate) ticks: AtomicU64,
    pub(crate) late: AtomicU64,
    pub(crate) latest_us: AtomicU64,
    pub(crate) received: AtomicU64,
    pub(crate) sent: AtomicU64,
    pub(crate) faults: AtomicU64,
    pub(crate) real_time: AtomicBool,
}

/// Adds to a counter that nobody else writes.
pub(crate) fn add(counter: &AtomicU64, count: u64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(count), Ordering::Relaxed);
}

impl Numbers {
    pub(crate) fn read(&self) -> ThreadStats {
        ThreadStats {
            ports: self.ports.load(Ordering::Relaxed),
            ticks: self.ticks.load(Ordering::Relaxed),
            late: self.late.load(Ordering::Relaxed),
            latest: Duration::from_micros(self.latest_us.load(Ordering::Relaxed)),
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            faults: self.faults.load(Ordering::Relaxed),
            real_time: self.real_time.load(Ordering::Relaxed),
        }
    }
}

impl Crew {
    /// `count` threads that have not started yet, for at most `most_ports` ports together; each takes `fill_first`
    /// before the next one is used.
    pub(crate) fn new(count: usize, most_ports: usize, fill_first: usize) -> std::io::Result<Self> {
        let members = (0..count).map(|_| Member::new(most_ports)).collect::<Result<_, _>>()?;
        Ok(Self {
            members,
            trace: Trace::default(),
            recorder: OnceLock::new(),
            reports: Reports::default(),
            most_ports,
            fill_first,
            ports: AtomicUsize::new(0),
        })
    }

    /// Makes the home of a port look at it.
    pub(crate) fn ring(&self, shared: &Arc<Shared>) {
        let Some(member) = self.members.get(shared.home.load(Ordering::Acquire)) else { return };
        // A port is rung once until it is looked at, and there is room for all ports.
        if member.rung.push(Arc::clone(shared)).is_err() {
            shared.rung.store(false, Ordering::Release);
        }
        member.wake();
    }

    /// The thread for a new port: the first that has room, or the one with the fewest ports.
    pub(crate) fn home_of_next(&self) -> usize {
        let ports = |member: &Member| member.numbers.ports.load(Ordering::Relaxed) + member.inbox.len();
        if let Some(index) = self.members.iter().position(|member| ports(member) < self.fill_first) {
            return index;
        }
        let least = self.members.iter().enumerate().min_by_key(|(_, member)| ports(member));
        least.map_or(0, |(index, _)| index)
    }

    /// Takes room for so many ports; `false` if there is not as much.
    pub(crate) fn take_room(&self, count: usize) -> bool {
        let fits = |ports: usize| Some(ports + count).filter(|&ports| ports <= self.most_ports);
        self.ports.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    /// Gives the room of one port back.
    pub(crate) fn give_room(&self) {
        self.ports.fetch_sub(1, Ordering::Relaxed);
    }

    /// Asks this from now on; the first who is given stays.
    pub(crate) fn report_while(&self, wanted: Box<dyn Fn() -> bool + Send + Sync>) {
        let _ = self.reports.0.set(wanted);
    }

    /// Whether somebody wants to hear of RTCP reports of all ports.
    pub(crate) fn wants_reports(&self) -> bool {
        self.reports.0.get().is_some_and(|wanted| wanted())
    }

    /// The thread that writes recordings, which starts with the first one; `None` if the system gives none.
    pub(crate) fn recorder(&self) -> Option<Arc<RecordThread>> {
        record::thread_in(&self.recorder)
    }

    /// Ends all recordings, after their ports.
    pub(crate) fn stop_recording(&self) {
        if let Some(recorder) = self.recorder.get() {
            recorder.stop();
        }
    }

    pub(crate) fn most_ports(&self) -> usize {
        self.most_ports
    }

    pub(crate) fn stop(&self) {
        for member in &self.members {
            member.stopping.store(true, Ordering::Release);
            member.bell.ring();
        }
    }
}

impl Member {
    fn new(most_ports: usize) -> std::io::Result<Self> {
        Ok(Self {
            // A port is in one inbox at a time, so all of them fit.
            inbox: ArrayQueue::new(most_ports.max(1)),
            rung: ArrayQueue::new(most_ports.max(1)),
            bell: Bell::new()?,
            asleep: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            numbers: Numbers::default(),
        })
    }

    /// Sends something to the thread; gives it back if it has stopped.
    pub(crate) fn send(&self, message: Message) -> Result<(), Message> {
        if self.stopping.load(Ordering::Acquire) {
            return Err(message);
        }
        let sent = self.inbox.push(message);
        self.wake();
        sent
    }

    /// Wakes the thread if it waits; one that ticks comes by itself.
    fn wake(&self) {
        // Pairs with the fence of the thread, which says that it sleeps and then looks once more.
        std::sync::atomic::fence(Ordering::SeqCst);
        if self.asleep.load(Ordering::Relaxed) {
            self.bell.ring();
        }
    }
}
