//! Measures the relay: bridged calls driven by a second process, CPU time of this one.
//!
//! `cargo run --release -p obelus-engine --example relay_load -- [seconds] [threads] [calls …]` prints for each number
//! of calls the CPU-µs per bridged call and second (100 packets in, 100 out), loss, and the time that a packet
//! spends between the sockets of the driver.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use obelus_engine::{Engine, EngineConfig, Port, RtpOptions, RtpSettings};
use obelus_media::Codec;
use obelus_rtp::{Header, PayloadType, Sequence, Ssrc, Timestamp};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const FRAME: Duration = Duration::from_millis(20);
/// The driver sends in so many portions of a frame, as telephones are not in step.
const PHASES: usize = 20;
/// The measurement begins when sources are learned and locked.
const WARM_UP: Duration = Duration::from_secs(7);

/// Sockets of the driver: a buffer of one alone would overflow while its thread waits for a core.
const SOCKETS: usize = 4;
/// So long every packet is timed; after that the CPU time of the engine is taken.
const TIMED: Duration = Duration::from_secs(3);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "drive") {
        return drive();
    }
    let numbers: Vec<usize> = arguments.iter().map(|argument| argument.parse()).collect::<Result<_, _>>()?;
    let (seconds, threads) =
        (numbers.first().copied().unwrap_or(10) as u64, numbers.get(1).copied().unwrap_or(1));
    let calls = numbers.get(2..).filter(|calls| !calls.is_empty()).unwrap_or(&[50, 100, 200, 400]);
    let (send, receive) = bare()?;
    println!("this machine: {send} ns to send a packet on loopback, {receive} ns to receive it");
    println!("calls  CPU-us/call/s  us/packet  sent/s  loss%  p50-us  p99-us  max-us  late-ticks");
    for &calls in calls {
        measure(calls, threads, Duration::from_secs(seconds))?;
    }
    Ok(())
}

/// What the system calls alone cost, in ns: the floor under everything else.
fn bare() -> Outcome<(u128, u128)> {
    const ROUNDS: usize = 500;
    const BATCH: usize = 100;
    let (from, to) = (UdpSocket::bind((HERE, 0))?, UdpSocket::bind((HERE, 0))?);
    from.connect(to.local_addr()?)?;
    let (mut send, mut receive) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        for _ in 0..BATCH {
            from.send(&[0; 172])?;
        }
        send += begin.elapsed();
        let begin = Instant::now();
        for _ in 0..BATCH {
            to.recv(&mut [0; 2000])?;
        }
        receive += begin.elapsed();
    }
    let packets = (ROUNDS * BATCH) as u128;
    Ok((send.as_nanos() / packets, receive.as_nanos() / packets))
}

/// One line of the table.
fn measure(calls: usize, threads: usize, length: Duration) -> Outcome<()> {
    let engine = Engine::start(EngineConfig { threads, pin: threads > 1, ..EngineConfig::default() })?;
    let mut driver = Driver::start()?;
    let ports = open_calls(&engine, calls, &driver.addresses)?;
    let addresses: Vec<String> =
        ports.iter().filter_map(|port| Some(port.local_addr()?.to_string())).collect();
    driver.tell(&addresses.join(" "))?;
    driver.tell(&(WARM_UP + TIMED + length).as_millis().to_string())?;
    std::thread::sleep(WARM_UP + TIMED);
    let (cpu, begin, before) = (cpu_time()?, Instant::now(), engine.stats());
    std::thread::sleep(length.saturating_sub(Duration::from_millis(500)));
    let (cpu, elapsed, after) = (cpu_time()? - cpu, begin.elapsed(), engine.stats());
    let report = driver.report()?;
    let seconds = elapsed.as_secs_f64();
    let sum = |stats: &[obelus_engine::ThreadStats]| stats.iter().map(|thread| thread.sent).sum::<u64>();
    let late: u64 = after.iter().zip(&before).map(|(after, before)| after.late - before.late).sum();
    let sent = (sum(&after) - sum(&before)) as f64 / seconds;
    let micros = cpu.as_secs_f64() * 1e6 / seconds;
    println!(
        "{calls:5}  {:13.1}  {:9.2}  {sent:6.0}  {report}  {late:10}",
        micros / calls as f64,
        micros / sent.max(1.0)
    );
    drop(ports);
    engine.stop();
    Ok(())
}

fn open_calls(engine: &Engine, calls: usize, phones: &[SocketAddr]) -> Outcome<Vec<Port>> {
    let mut ports = Vec::new();
    for _ in 0..calls {
        let caller = engine.open_rtp(RtpOptions { rtcp_mux: true, ..RtpOptions::new(HERE) })?;
        let near = Some(caller.handle());
        let callee = engine.open_rtp(RtpOptions { rtcp_mux: true, near, ..RtpOptions::new(HERE) })?;
        for (offset, port) in [&caller, &callee].into_iter().enumerate() {
            let phone = phones.get((ports.len() + offset) % SOCKETS).copied().ok_or("no phone")?;
            let settings = RtpSettings { rtcp_mux: true, ..RtpSettings::simple(phone, Codec::Ulaw) };
            port.configure(settings)?;
        }
        caller.connect(&callee)?;
        ports.extend([caller, callee]);
    }
    Ok(ports)
}

/// The CPU time of all threads of this process.
fn cpu_time() -> Outcome<Duration> {
    let mut sum = Duration::ZERO;
    for task in std::fs::read_dir("/proc/self/task")? {
        let schedule = std::fs::read_to_string(task?.path().join("schedstat"))?;
        let nanos = schedule.split_whitespace().next().ok_or("no schedstat")?;
        sum += Duration::from_nanos(nanos.parse()?);
    }
    Ok(sum)
}

/// The process that plays all telephones on one socket.
struct Driver {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    addresses: Vec<SocketAddr>,
}

impl Driver {
    fn start() -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("drive")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let addresses = line.trim().split(' ').map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { child, output, addresses })
    }

    fn tell(&mut self, line: &str) -> Outcome<()> {
        let input = self.child.stdin.as_mut().ok_or("no input")?;
        writeln!(input, "{line}")?;
        Ok(input.flush()?)
    }

    fn report(mut self) -> Outcome<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        self.child.wait()?;
        Ok(line.trim_end().to_owned())
    }
}

/// A socket of the driver with a deep buffer, and the thread that listens to it.
fn open_socket() -> Outcome<Arc<UdpSocket>> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    socket.set_recv_buffer_size(8 << 20)?;
    socket.bind(&SocketAddr::new(HERE, 0).into())?;
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    Ok(Arc::new(socket))
}

/// The second process: sends 50 packets a second to every port, and times what comes back.
fn drive() -> Outcome<()> {
    let sockets = (0..SOCKETS).map(|_| open_socket()).collect::<Outcome<Vec<_>>>()?;
    let addresses = sockets.iter().map(|socket| Ok(socket.local_addr()?.to_string()));
    println!("{}", addresses.collect::<Outcome<Vec<_>>>()?.join(" "));
    let mut lines = std::io::stdin().lines();
    let ports = lines.next().ok_or("no ports")??;
    let ports: Vec<SocketAddr> = ports.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let length = Duration::from_millis(lines.next().ok_or("no length")??.parse()?);
    let (stop, relax) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let listeners = sockets.iter().map(|socket| {
        let (socket, stop, relax) = (Arc::clone(socket), Arc::clone(&stop), Arc::clone(&relax));
        std::thread::spawn(move || listen(&socket, &stop, &relax))
    });
    let listeners: Vec<_> = listeners.collect();
    let sent = speak(&sockets, &ports, length, &relax)?;
    std::thread::sleep(Duration::from_millis(100));
    stop.store(true, Ordering::Relaxed);
    let (mut times, mut counted) = (Vec::new(), 0);
    for listener in listeners {
        let (heard, count) = listener.join().map_err(|_| "a listener failed")??;
        times.extend(heard);
        counted += count;
    }
    times.sort_unstable();
    let at = |share: f64| times.get(((times.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(0);
    let loss = 100.0 * (1.0 - counted as f64 / sent.max(1) as f64);
    println!("{loss:5.2}  {:6}  {:6}  {:6}", at(0.5), at(0.99), at(1.0));
    Ok(())
}

/// Sends until the time is over; returns how many packets after the warm-up.
fn speak(
    sockets: &[Arc<UdpSocket>],
    ports: &[SocketAddr],
    length: Duration,
    relax: &AtomicBool,
) -> Outcome<u64> {
    let begin = Instant::now();
    let mut counted = 0;
    for frame in 0u32.. {
        for phase in 0..PHASES {
            let due = begin + FRAME * frame + FRAME * phase as u32 / PHASES as u32;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let warm = begin.elapsed() >= WARM_UP;
            relax.store(begin.elapsed() >= WARM_UP + TIMED, Ordering::Relaxed);
            for (index, port) in ports.iter().enumerate().skip(phase).step_by(PHASES) {
                sockets[index % SOCKETS].send_to(&packet(frame, index, warm)?, port)?;
                counted += u64::from(warm);
            }
        }
        if begin.elapsed() >= length {
            break;
        }
    }
    Ok(counted)
}

/// A packet of PCMU whose payload tells when it left, and whether it counts.
fn packet(frame: u32, index: usize, warm: bool) -> Outcome<[u8; 172]> {
    let header = Header {
        marker: false,
        payload_type: PayloadType::from_wire(0),
        sequence: Sequence(frame as u16),
        timestamp: Timestamp(frame.wrapping_mul(160)),
        ssrc: Ssrc(index as u32 + 1),
    };
    let mut payload = [0xff; 160];
    payload[..8].copy_from_slice(&micros().to_be_bytes());
    payload[8] = u8::from(warm);
    let mut packet = [0; 172];
    header.write_packet(&payload, &mut packet)?;
    Ok(packet)
}

/// Waits for each packet and times it, or later only takes what has come now and then: a waiting reader is woken by
/// each packet, and the sender's CPU pays for that.
fn listen(socket: &UdpSocket, stop: &AtomicBool, relax: &AtomicBool) -> std::io::Result<(Vec<u64>, u64)> {
    let mut times = Vec::with_capacity(1 << 20);
    let mut counted = 0;
    let mut packet = [0; 2000];
    while !stop.load(Ordering::Relaxed) {
        let relaxed = relax.load(Ordering::Relaxed);
        if relaxed {
            socket.set_nonblocking(true)?;
            std::thread::sleep(Duration::from_millis(2));
        }
        while let Ok(172) = socket.recv(&mut packet) {
            counted += u64::from(packet[20]);
            if packet[20] == 1
                && !relaxed
                && let Some(stamp) = packet[12..].first_chunk()
            {
                times.push(micros().saturating_sub(u64::from_be_bytes(*stamp)));
            }
            if relaxed != relax.load(Ordering::Relaxed) {
                break;
            }
        }
    }
    Ok((times, counted))
}

fn micros() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros() as u64
}
