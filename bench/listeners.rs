//! Calls set up while programs listen to all of it over AMI: what that costs the caller in time.

use crate::error::BenchError;
use crate::options::Options;
use crate::pbx::{Pbx, free_port};
use crate::report::Figure;
use crate::setup::configuration;
use crate::sipp::{Answering, Load};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Programs that listen.
const PROGRAMS: usize = 200;

/// So many of them never read.
const STUCK: usize = 10;

/// Calls a second.
const RATE: u32 = 100;

/// Calls of a run.
const TOTAL: u32 = 3000;

/// How long the programs that read do something else.
const PAUSE: Duration = Duration::from_millis(20);

/// Milliseconds from INVITE to 200, without and with listeners.
pub(crate) fn measure(options: &Options) -> Result<Vec<Figure>, BenchError> {
    let mut figures = Vec::new();
    for (programs, name) in [(0, "without programs"), (PROGRAMS, "with 200 programs, 10 stuck")] {
        figures.extend(measure_with(options, programs, name)?);
    }
    Ok(figures)
}

fn measure_with(options: &Options, programs: usize, name: &str) -> Result<Vec<Figure>, BenchError> {
    let (phone, ami) = (free_port()?, free_port()?);
    let manager = format!(
        "[general]\nenabled = yes\nbindaddr = {}\nport = {}\nauthlimit = 1000\nslowclient = drop\n\
         [bench]\nsecret = bench\nread = all\nwrite = all\n",
        ami.ip(),
        ami.port()
    );
    let pbx = Pbx::start_with(&options.program, &configuration(phone), &[("manager.conf", manager)])?;
    let _phone = Answering::start(phone)?;
    let listeners = Listeners::connect(ami, programs)?;
    let load = |total| Load { pbx: pbx.sip(), number: "9100", rate: RATE, total, scenario: None, hold: 500 };
    load(RATE).run()?;
    let before = pbx.cpu_time()?;
    let (outcome, mut times) = load(if options.short { TOTAL / 5 } else { TOTAL }).run_timed()?;
    let used = pbx.cpu_time()? - before;
    if times.is_empty() {
        return Err(pbx.failure("set up no call"));
    }
    times.sort_by(f64::total_cmp);
    let remark = match listeners.end() {
        0 => outcome.remark(),
        read => format!("{} MB of events read {}", read / 1_000_000, outcome.remark()).trim().to_owned(),
    };
    let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied().unwrap_or_default();
    let each = used.as_secs_f64() * 1e3 / f64::from(outcome.successful.max(1));
    Ok(vec![
        Figure::new(format!("INVITE to 200, {RATE}/s {name}, half"), at(0.5), "ms"),
        Figure::new(format!("INVITE to 200, {RATE}/s {name}, 99 of 100"), at(0.99), "ms").remark(remark),
        Figure::new(format!("call set up and ended, {RATE}/s {name}"), each, "CPU-ms"),
    ])
}

/// Programs that are connected.
struct Listeners {
    stop: Arc<AtomicBool>,
    read: Arc<AtomicU64>,
    reader: JoinHandle<()>,
    _stuck: Vec<TcpStream>,
}

impl Listeners {
    /// Connects and logs in; one thread reads for all that read.
    fn connect(at: SocketAddr, programs: usize) -> Result<Listeners, BenchError> {
        let mut all = Vec::new();
        for _ in 0..programs {
            all.push(log_in(at).map_err(BenchError::system("AMI"))?);
        }
        let reading = all.split_off(STUCK.min(all.len()));
        let (stop, read) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, count) = (stop.clone(), read.clone());
        let reader = std::thread::spawn(move || read_all(reading, &stopped, &count));
        Ok(Listeners { stop, read, reader, _stuck: all })
    }

    /// Disconnects; gives the bytes that were read.
    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.reader.join();
        self.read.load(Ordering::Relaxed)
    }
}

fn log_in(at: SocketAddr) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(at)?;
    stream.write_all(b"Action: Login\r\nUsername: bench\r\nSecret: bench\r\n\r\n")?;
    let mut said = Vec::new();
    while !said.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut piece = [0; 512];
        match stream.read(&mut piece)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            length => said.extend_from_slice(piece.get(..length).unwrap_or_default()),
        }
    }
    stream.set_nonblocking(true)?;
    Ok(stream)
}

fn read_all(mut streams: Vec<TcpStream>, stop: &AtomicBool, count: &AtomicU64) {
    let mut piece = vec![0; 64 * 1024];
    while !stop.load(Ordering::Relaxed) {
        for stream in &mut streams {
            while let Ok(length @ 1..) = stream.read(&mut piece) {
                count.fetch_add(length as u64, Ordering::Relaxed);
            }
        }
        std::thread::sleep(PAUSE);
    }
}
