//! `Engine`: starts the media threads and opens ports on them.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use obelus_media::tone::Tone;
use obelus_rtp::WallClock;
use obelus_rtp::dtmf::Digit;

use crate::config::{EngineConfig, check_range};
use crate::error::EngineError;
use crate::port::{Backend, Port, PortHandle, Shared};
use crate::queue::{QueueEnd, QueueInner, QueueOptions};
use crate::sockets::{self, Sockets};
use crate::stats::ThreadStats;
use crate::sys;
use crate::thread::{Common, Crew, Kind, Leg, Member, Message, World};
use crate::trace::TracedPackets;

/// The media engine; clones are cheap. It stops when it is told to, or with its last clone.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    work: Work,
    /// First and last RTP port, in the upper and the lower half.
    range: AtomicU32,
}

/// Who does the work.
#[derive(Debug)]
enum Work {
    Threads {
        common: Arc<Common>,
        threads: Mutex<Vec<JoinHandle<()>>>,
    },
    #[cfg(feature = "testing")]
    Fake(crate::testing::Fake),
}

/// How an RTP port is opened.
#[derive(Debug, Clone, Copy)]
pub struct RtpOptions<'a> {
    /// The local address.
    pub bind: IpAddr,
    /// A port that this one will be connected to: both will live on one thread.
    pub near: Option<&'a PortHandle>,
    /// RTCP shares the RTP port (RFC 5761), and no second one is opened.
    pub rtcp_mux: bool,
    /// The byte for the type of service of IP (`tos_audio`), 0 for none.
    pub tos: u8,
    /// The priority for Linux' queues and VLAN tags (`cos_audio`), 0 for none.
    pub cos: u8,
}

impl<'a> RtpOptions<'a> {
    /// A port on this address, alone.
    #[must_use]
    pub fn new(bind: IpAddr) -> Self {
        Self { bind, near: None, rtcp_mux: false, tos: 0, cos: 0 }
    }

    /// The same on the thread of another port.
    #[must_use]
    pub fn near(self, near: Option<&'a PortHandle>) -> Self {
        Self { near, ..self }
    }
}

impl Engine {
    /// Starts the media threads.
    ///
    /// # Errors
    /// [`EngineError::Config`] for settings that make no sense, [`EngineError::System`] if a thread cannot be had.
    pub fn start(config: EngineConfig) -> Result<Self, EngineError> {
        config.check()?;
        let cores = sys::cores();
        let count = if config.threads == 0 { cores.len().max(1) } else { config.threads };
        let system = |what| move |source| EngineError::System { what, source };
        let crew = Arc::new(
            Crew::new(count, config.max_ports, config.fill_first).map_err(system("event descriptors"))?,
        );
        let range = AtomicU32::new(pack(config.rtp_start, config.rtp_end));
        let common = Arc::new(common(config, crew)?);
        let mut threads = Vec::new();
        for me in 0..count {
            let world = World::new(Arc::clone(&common), me).map_err(system("epoll"))?;
            let core = cores.get(me % cores.len().max(1)).copied().filter(|_| common.config.pin);
            let thread = std::thread::Builder::new().name(format!("obelus-media-{me}")).spawn(move || {
                if let Some(Err(error)) = core.map(sys::pin_to) {
                    tracing::warn!(%error, core, "a media thread is not kept on one core");
                }
                world.run();
            });
            threads.push(thread.map_err(system("a media thread"))?);
        }
        let work = Work::Threads { common, threads: Mutex::new(threads) };
        Ok(Self { inner: Arc::new(Inner { work, range }) })
    }

    #[cfg(feature = "testing")]
    pub(crate) fn fake(fake: crate::testing::Fake) -> Self {
        let range = AtomicU32::new(pack(10_000, 20_000));
        Self { inner: Arc::new(Inner { work: Work::Fake(fake), range }) }
    }

    /// Changes the range for ports that are opened from now on.
    ///
    /// # Errors
    /// [`EngineError::Config`] if no pair of ports fits in.
    pub fn set_port_range(&self, start: u16, end: u16) -> Result<(), EngineError> {
        check_range(start, end)?;
        self.inner.range.store(pack(start, end), Ordering::Relaxed);
        Ok(())
    }

    /// The first and the last port of the range.
    #[must_use]
    pub fn port_range(&self) -> (u16, u16) {
        unpack(self.inner.range.load(Ordering::Relaxed))
    }

    /// Opens an RTP port on an even number of the range, with RTCP on the next one.
    ///
    /// # Errors
    /// [`EngineError::NoPort`] if none is free, [`EngineError::Full`] and [`EngineError::Bind`].
    pub fn open_rtp(&self, options: RtpOptions<'_>) -> Result<Port, EngineError> {
        let common = match &self.inner.work {
            Work::Threads { common, .. } => common,
            #[cfg(feature = "testing")]
            Work::Fake(fake) => return Ok(fake.open(Some(options.bind))),
        };
        take_room(common, 1)?;
        let opened = self.open_sockets(common, options);
        if opened.is_err() {
            common.crew.give_room();
        }
        opened
    }

    fn open_sockets(&self, common: &Arc<Common>, options: RtpOptions<'_>) -> Result<Port, EngineError> {
        let (start, end) = self.port_range();
        let Sockets { media, control } = sockets::open_pair(options, start, end)?;
        let local = media.local_addr().ok();
        let home = options.near.map_or_else(|| common.crew.home_of_next(), |near| home_of(common, near));
        let ends = Shared::new(Backend::Threads(Arc::clone(&common.crew)), home, local);
        let shared = Arc::clone(&ends.0);
        let leg = Leg::rtp(ends, media, control, common.now());
        send(common, home, Message::Open(Box::new(leg)))?;
        Ok(Port::new(shared))
    }

    /// Opens a pipe: what goes into one of its ports comes out of the other.
    ///
    /// # Errors
    /// [`EngineError::Full`] and [`EngineError::Stopped`].
    pub fn open_pipe(&self) -> Result<(Port, Port), EngineError> {
        let common = match &self.inner.work {
            Work::Threads { common, .. } => common,
            #[cfg(feature = "testing")]
            Work::Fake(fake) => return Ok(fake.open_pipe()),
        };
        take_room(common, 2)?;
        let home = common.crew.home_of_next();
        let half = || {
            let ends = Shared::new(Backend::Threads(Arc::clone(&common.crew)), home, None);
            let shared = Arc::clone(&ends.0);
            // Both are told of each other when they are given their places.
            (shared, Leg::inner(ends, Kind::Pipe { other: u32::MAX }, common.now()))
        };
        let ((one, one_leg), (other, other_leg)) = (half(), half());
        send(common, home, Message::OpenPair(Box::new(one_leg), Box::new(other_leg)))?;
        Ok((Port::new(one), Port::new(other)))
    }

    /// Opens a port whose far end is a driver: frames go through bounded rings.
    ///
    /// # Errors
    /// [`EngineError::Full`] and [`EngineError::Stopped`].
    pub fn open_queue(&self, options: QueueOptions) -> Result<(Port, QueueEnd), EngineError> {
        let common = match &self.inner.work {
            Work::Threads { common, .. } => common,
            #[cfg(feature = "testing")]
            Work::Fake(fake) => return Ok(fake.open_queue(options)),
        };
        take_room(common, 1)?;
        let home = common.crew.home_of_next();
        let inner = Arc::new(QueueInner::new(options));
        let ends = Shared::new(Backend::Threads(Arc::clone(&common.crew)), home, None);
        let shared = Arc::clone(&ends.0);
        shared.facts.set_codec(Some(options.codec));
        let leg = Leg::inner(ends, Kind::Queue(Arc::clone(&inner)), common.now());
        send(common, home, Message::Open(Box::new(leg)))?;
        let end = QueueEnd::new(inner, Arc::clone(&shared));
        Ok((Port::new(shared), end))
    }

    /// The numbers of the media threads.
    #[must_use]
    pub fn stats(&self) -> Vec<ThreadStats> {
        match &self.inner.work {
            Work::Threads { common, .. } => {
                common.crew.members.iter().map(|member: &Member| member.numbers.read()).collect()
            }
            #[cfg(feature = "testing")]
            Work::Fake(_) => Vec::new(),
        }
    }

    /// Tells these packets to the log from now on.
    pub fn trace(&self, packets: TracedPackets) {
        match &self.inner.work {
            Work::Threads { common, .. } => common.crew.trace.set(packets),
            #[cfg(feature = "testing")]
            Work::Fake(_) => {}
        }
    }

    /// Tells RTCP reports of all ports as events while `wanted` says so, which is asked for each report; set once.
    pub fn report_rtcp_while(&self, wanted: impl Fn() -> bool + Send + Sync + 'static) {
        match &self.inner.work {
            Work::Threads { common, .. } => common.crew.report_while(Box::new(wanted)),
            #[cfg(feature = "testing")]
            Work::Fake(_) => drop(wanted),
        }
    }

    /// Closes all ports and ends the threads; waits until they have ended, a tick or two.
    pub fn stop(&self) {
        self.inner.stop();
    }
}

impl Inner {
    fn stop(&self) {
        match &self.work {
            Work::Threads { common, threads } => {
                common.crew.stop();
                let threads = std::mem::take(&mut *threads.lock().unwrap_or_else(PoisonError::into_inner));
                for thread in threads {
                    if thread.join().is_err() {
                        tracing::error!("a media thread ended by a fault");
                    }
                }
                common.crew.stop_recording();
            }
            #[cfg(feature = "testing")]
            Work::Fake(_) => {}
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

fn common(config: EngineConfig, crew: Arc<Crew>) -> Result<Common, EngineError> {
    let epoch = Instant::now();
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let [a, b, c, d, e, f] = sys::random();
    // A name that says nothing about the host (RFC 7022 4.2).
    let cname = format!("{a:02x}{b:02x}{c:02x}{d:02x}{e:02x}{f:02x}@obelus");
    let keys = (0..16).filter_map(Digit::from_code).map(|digit| {
        // In band a key sounds until it is released.
        let tone = Tone::dtmf(digit.to_char(), Duration::from_secs(3600));
        tone.map(Arc::new).map_err(|error| EngineError::Config(error.to_string()))
    });
    let keys = keys.collect::<Result<_, _>>()?;
    Ok(Common { crew, config, epoch, wall: WallClock::new(epoch, unix), cname, keys })
}

fn home_of(common: &Arc<Common>, near: &PortHandle) -> usize {
    let home = near.shared.home.load(Ordering::Acquire);
    if home < common.crew.members.len() { home } else { common.crew.home_of_next() }
}

fn take_room(common: &Arc<Common>, count: usize) -> Result<(), EngineError> {
    if common.crew.take_room(count) { Ok(()) } else { Err(EngineError::Full(common.crew.most_ports())) }
}

fn send(common: &Arc<Common>, home: usize, message: Message) -> Result<(), EngineError> {
    let member = common.crew.members.get(home).ok_or(EngineError::Stopped)?;
    member.send(message).map_err(|_| EngineError::Stopped)
}

fn pack(start: u16, end: u16) -> u32 {
    (u32::from(start) << 16) | u32::from(end)
}

fn unpack(range: u32) -> (u16, u16) {
    ((range >> 16) as u16, range as u16)
}
