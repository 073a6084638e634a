//! The system calls that the standard library does not offer; the only unsafe code of the project.

#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// Turns the -1 of a system call into the error that it means.
fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// A set of descriptors of which some become readable (level-triggered).
#[derive(Debug)]
pub(crate) struct Epoll(OwnedFd);

/// Room for the tokens of one [`Epoll::wait`].
pub(crate) struct Ready {
    events: Vec<libc::epoll_event>,
    count: usize,
}

impl Ready {
    pub(crate) fn new(most: usize) -> Self {
        Self { events: vec![libc::epoll_event { events: 0, u64: 0 }; most.max(1)], count: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn is_full(&self) -> bool {
        self.count == self.events.len()
    }

    pub(crate) fn token(&self, index: usize) -> Option<u64> {
        self.events.get(index).filter(|_| index < self.count).map(|event| event.u64)
    }
}

impl Epoll {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: no memory is passed; the descriptor returned is owned by nobody else.
        unsafe {
            let fd = checked(libc::epoll_create1(libc::EPOLL_CLOEXEC))?;
            Ok(Self(OwnedFd::from_raw_fd(fd)))
        }
    }

    pub(crate) fn add(&self, what: impl AsFd, token: u64) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, what, token)
    }

    pub(crate) fn remove(&self, what: impl AsFd) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_DEL, what, 0)
    }

    fn control(&self, operation: libc::c_int, what: impl AsFd, token: u64) -> io::Result<()> {
        let mut event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: token };
        // SAFETY: both descriptors are open while borrowed, and `event` outlives the call, which copies it.
        unsafe {
            let fd = what.as_fd().as_raw_fd();
            checked(libc::epoll_ctl(self.0.as_raw_fd(), operation, fd, &raw mut event)).map(drop)
        }
    }

    /// Waits until something is readable or `timeout` is over (`None`: for ever); a signal ends it early.
    ///
    /// A timeout is rounded up to whole milliseconds, so that what is due then is due.
    pub(crate) fn wait(&self, ready: &mut Ready, timeout: Option<Duration>) -> io::Result<()> {
        let ms = timeout
            .map_or(-1, |timeout| i32::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX));
        ready.count = 0;
        let most = i32::try_from(ready.events.len()).unwrap_or(i32::MAX);
        // SAFETY: the kernel writes at most `most` events, and the vector has as many.
        let result =
            unsafe { checked(libc::epoll_wait(self.0.as_raw_fd(), ready.events.as_mut_ptr(), most, ms)) };
        match result {
            Ok(count) => ready.count = count.unsigned_abs() as usize,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Wakes a thread that waits in [`Epoll::wait`].
#[derive(Debug)]
pub(crate) struct Bell(OwnedFd);

impl Bell {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: no memory is passed; the descriptor returned is owned by nobody else.
        unsafe {
            let fd = checked(libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK))?;
            Ok(Self(OwnedFd::from_raw_fd(fd)))
        }
    }

    /// Rings; a bell that rings already stays ringing.
    pub(crate) fn ring(&self) {
        let one = 1u64.to_ne_bytes();
        // SAFETY: eight bytes are read from an array of eight. An error means that the counter is full: it rings.
        unsafe {
            libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len());
        }
    }

    /// Stops ringing.
    pub(crate) fn hush(&self) {
        let mut count = [0u8; 8];
        // SAFETY: eight bytes are written to an array of eight. An error means that it did not ring.
        unsafe {
            libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len());
        }
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Sleeps to absolute times, so that a tick does not drift by the time that its work takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sleeper {
    base: Instant,
    base_on_clock: Duration,
}

impl Sleeper {
    pub(crate) fn new() -> Self {
        Self { base: Instant::now(), base_on_clock: clock(libc::CLOCK_MONOTONIC) }
    }

    /// Sleeps until `deadline`; returns at once if it is over.
    pub(crate) fn sleep_until(&self, deadline: Instant) {
        let until = self.base_on_clock + deadline.saturating_duration_since(self.base);
        let until = libc::timespec {
            tv_sec: libc::time_t::try_from(until.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: until.subsec_nanos().into(),
        };
        // SAFETY: `until` outlives the call and nothing is written, since no remainder is asked for.
        unsafe {
            libc::clock_nanosleep(
                libc::CLOCK_MONOTONIC,
                libc::TIMER_ABSTIME,
                &raw const until,
                std::ptr::null_mut(),
            );
        }
    }
}

fn clock(which: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` outlives the call, which writes one timespec.
    unsafe {
        libc::clock_gettime(which, &raw mut time);
    }
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The processor time that the calling thread has used.
pub(crate) fn thread_cpu_time() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Keeps the calling thread on one core.
pub(crate) fn pin_to(core: usize) -> io::Result<()> {
    // SAFETY: a cpu_set_t of zeroes is an empty set; CPU_SET is given an index below its size only.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        if core >= 8 * size_of::<libc::cpu_set_t>() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        libc::CPU_SET(core, &mut set);
        checked(libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set)).map(drop)
    }
}

/// The cores on which this process may run.
pub(crate) fn cores() -> Vec<usize> {
    // SAFETY: a cpu_set_t of zeroes is an empty set, the call fills it, and CPU_ISSET stays below its size.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) != 0 {
            return vec![0];
        }
        (0..8 * size_of::<libc::cpu_set_t>()).filter(|&core| libc::CPU_ISSET(core, &set)).collect()
    }
}

/// Asks for SCHED_FIFO with this priority for the calling thread.
pub(crate) fn run_in_real_time(priority: i32) -> io::Result<()> {
    schedule(libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK, priority)
}

/// Gives real time up again.
pub(crate) fn run_normally() -> io::Result<()> {
    schedule(libc::SCHED_OTHER, 0)
}

fn schedule(policy: libc::c_int, priority: i32) -> io::Result<()> {
    let parameters = libc::sched_param { sched_priority: priority };
    // SAFETY: `parameters` outlives the call, which only reads it; 0 is the calling thread.
    unsafe { checked(libc::sched_setscheduler(0, policy, &raw const parameters)).map(drop) }
}

/// Lets the kernel wake the calling thread on time instead of up to 50 µs late.
pub(crate) fn wake_exactly() {
    // SAFETY: PR_SET_TIMERSLACK takes one number; a refusal leaves the slack as it was.
    unsafe {
        libc::prctl(
            libc::PR_SET_TIMERSLACK,
            1 as libc::c_ulong,
            0 as libc::c_ulong,
            0 as libc::c_ulong,
            0 as libc::c_ulong,
        );
    }
}

/// Lets a UDP socket that was connected hear everybody again (connect(2): an address of family AF_UNSPEC).
///
/// Its number must be one that it was bound to by name.
pub(crate) fn unconnect(socket: impl AsFd) -> io::Result<()> {
    // SAFETY: a sockaddr of zeroes is valid, its family is set, and it outlives the call, which only reads it.
    unsafe {
        let mut nobody: libc::sockaddr = std::mem::zeroed();
        nobody.sa_family = libc::AF_UNSPEC as libc::sa_family_t;
        let len = size_of::<libc::sockaddr>() as libc::socklen_t;
        checked(libc::connect(socket.as_fd().as_raw_fd(), &raw const nobody, len)).map(drop)
    }
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // SAFETY: the kernel writes at most N bytes into an array of N; up to 256 come at once and whole.
    unsafe {
        libc::getrandom(bytes.as_mut_ptr().cast(), N, 0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bell_is_heard_until_it_is_hushed() {
        let (epoll, bell, mut ready) = (Epoll::new().unwrap(), Bell::new().unwrap(), Ready::new(4));
        epoll.add(&bell, 7).unwrap();
        let mut tokens = |timeout| {
            epoll.wait(&mut ready, timeout).unwrap();
            (0..ready.len()).filter_map(|index| ready.token(index)).collect::<Vec<_>>()
        };
        assert_eq!(tokens(Some(Duration::ZERO)), []);
        bell.ring();
        bell.ring();
        assert_eq!(tokens(None), [7]);
        assert_eq!(tokens(None), [7]);
        bell.hush();
        assert_eq!(tokens(Some(Duration::ZERO)), []);
        epoll.remove(&bell).unwrap();
    }

    #[test]
    fn sleeping_ends_at_the_deadline_and_not_before() {
        let sleeper = Sleeper::new();
        let deadline = Instant::now() + Duration::from_millis(3);
        sleeper.sleep_until(deadline);
        assert!(Instant::now() >= deadline);
        sleeper.sleep_until(deadline);
    }

    #[test]
    fn an_unconnected_socket_hears_everybody_again() {
        let bind = |number| std::net::UdpSocket::bind(("127.0.0.1", number)).unwrap();
        let [one, other, stranger] = [0; 3].map(bind);
        // A number that the system chose would be taken back with the connection.
        let number = one.local_addr().unwrap().port();
        drop(one);
        let one = bind(number);
        one.connect(other.local_addr().unwrap()).unwrap();
        stranger.send_to(b"lost", one.local_addr().unwrap()).unwrap();
        unconnect(&one).unwrap();
        stranger.send_to(b"heard", one.local_addr().unwrap()).unwrap();
        let mut bytes = [0; 9];
        assert_eq!(one.recv(&mut bytes).unwrap(), 5);
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(random::<16>(), random::<16>());
    }

    #[test]
    fn this_process_runs_somewhere() {
        assert!(!cores().is_empty());
        assert!(pin_to(usize::MAX).is_err());
    }
}
