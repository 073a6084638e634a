//! The telephones' audio: a packet every 20 ms into each port of the PBX, and what comes back.

use super::{Heard, Told, tell};
use crate::error::BenchError;
use obelus_rtp::{Header, PayloadType, Sequence, Ssrc, Timestamp};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const FRAME: Duration = Duration::from_millis(20);

/// The packets of a frame go out in so many portions, as telephones are not in step.
const PHASES: usize = 20;

/// Telephones share sockets: one alone would overflow while its thread waits for a core.
const SOCKETS: usize = 4;

/// By then the PBX has learned and locked every source.
const WARM_UP: Duration = Duration::from_secs(7);

/// So long a packet that was counted may still be on its way.
const LATE: Duration = Duration::from_millis(300);

/// Header and 160 samples.
const LENGTH: usize = 172;

/// What is done with packets that come.
mod stage {
    /// Nothing.
    pub(super) const WARMING: u8 = 0;
    /// They are timed.
    pub(super) const TIMED: u8 = 1;
    /// They are counted.
    pub(super) const COUNTED: u8 = 2;
    /// The call is over.
    pub(super) const OVER: u8 = 3;
}

/// The sockets of all telephones.
pub(super) struct Audio {
    sockets: Vec<Arc<UdpSocket>>,
    stage: Arc<AtomicU8>,
    begin: Instant,
}

impl Audio {
    pub(super) fn open() -> Result<Self, BenchError> {
        let sockets = (0..SOCKETS).map(|_| open_socket().map(Arc::new)).collect::<std::io::Result<_>>();
        let sockets = sockets.map_err(BenchError::system("the telephones' sockets"))?;
        Ok(Self { sockets, stage: Arc::new(AtomicU8::new(stage::WARMING)), begin: Instant::now() })
    }

    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().filter_map(|socket| socket.local_addr().ok()).collect()
    }

    /// Talks until everything is timed and counted, and tells when.
    pub(super) fn talk(
        &self,
        ports: &[SocketAddr],
        timed: Duration,
        counted: Duration,
        up: usize,
    ) -> Result<Heard, BenchError> {
        let ears: Vec<_> = self.sockets.iter().map(|socket| self.listen(Arc::clone(socket))).collect();
        let mut mouth = Mouth { audio: self, ports, frame: 0 };
        mouth.speak(WARM_UP, stage::WARMING)?;
        tell(Told::Talking(up));
        mouth.speak(timed, stage::TIMED)?;
        tell(Told::Timed);
        let begin = Instant::now();
        let sent = mouth.speak(counted, stage::COUNTED)?;
        tell(Told::Counted(begin.elapsed().as_secs_f64()));
        std::thread::sleep(LATE);
        self.stage.store(stage::OVER, Ordering::Relaxed);
        let (mut times, mut received) = (Vec::new(), 0);
        for ear in ears {
            let failed = |_| BenchError::Nothing("a telephone's ear failed".into());
            let (timed, counted) =
                ear.join().map_err(failed)?.map_err(BenchError::system("a telephone's ear"))?;
            times.extend(timed);
            received += counted;
        }
        times.sort_unstable();
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
        Ok(Heard { sent, received, median: at(0.5), percentile_99: at(0.99), ..Heard::default() })
    }

    /// Times each packet, or counts what has come now and then: a reader that waits is woken by each packet, and the
    /// PBX's CPU pays for that.
    fn listen(&self, socket: Arc<UdpSocket>) -> JoinHandle<std::io::Result<(Vec<u64>, u64)>> {
        let (stage, begin) = (Arc::clone(&self.stage), self.begin);
        std::thread::spawn(move || {
            let (mut times, mut counted) = (Vec::new(), 0);
            let mut packet = [0; 2048];
            loop {
                let now = stage.load(Ordering::Relaxed);
                let waits = now == stage::TIMED;
                socket.set_nonblocking(!waits)?;
                if !waits {
                    std::thread::sleep(Duration::from_millis(2));
                }
                while let Ok(LENGTH) = socket.recv(&mut packet) {
                    match Stamp::read(&packet) {
                        Some(Stamp { stage: stage::TIMED, at }) if waits => {
                            times.push((begin.elapsed().as_micros() as u64).saturating_sub(at));
                        }
                        Some(Stamp { stage: stage::COUNTED, .. }) => counted += 1,
                        _ => {}
                    }
                    if waits != (stage.load(Ordering::Relaxed) == stage::TIMED) {
                        break;
                    }
                }
                if now == stage::OVER {
                    return Ok((times, counted));
                }
            }
        })
    }
}

/// What is written into the payload: when the packet left, and whether it counts.
struct Stamp {
    stage: u8,
    /// Microseconds since the beginning.
    at: u64,
}

impl Stamp {
    fn read(packet: &[u8]) -> Option<Self> {
        let (at, rest) = packet.get(12..LENGTH)?.split_first_chunk()?;
        Some(Self { stage: *rest.first()?, at: u64::from_be_bytes(*at) })
    }

    fn payload(&self) -> [u8; 160] {
        let mut payload = [0xff; 160];
        let (at, rest) = payload.split_at_mut(8);
        at.copy_from_slice(&self.at.to_be_bytes());
        rest.iter_mut().take(1).for_each(|byte| *byte = self.stage);
        payload
    }
}

/// All telephones as they speak.
struct Mouth<'a> {
    audio: &'a Audio,
    ports: &'a [SocketAddr],
    /// Frames so far.
    frame: u32,
}

impl Mouth<'_> {
    /// Speaks for so long; returns the number of packets.
    fn speak(&mut self, length: Duration, stage: u8) -> Result<u64, BenchError> {
        self.audio.stage.store(stage, Ordering::Relaxed);
        let begin = Instant::now();
        let mut sent = 0;
        for frame in 0u32.. {
            if FRAME * frame >= length {
                break;
            }
            for phase in 0..PHASES {
                let due = begin + FRAME * frame + FRAME * phase as u32 / PHASES as u32;
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                sent += self.portion(phase, stage).map_err(BenchError::system("a telephone's packet"))?;
            }
            self.frame += 1;
        }
        Ok(sent)
    }

    fn portion(&self, phase: usize, stage: u8) -> std::io::Result<u64> {
        let mut sent = 0;
        let sockets = self.audio.sockets.iter().cycle().enumerate();
        for ((index, socket), port) in sockets.zip(self.ports).skip(phase).step_by(PHASES) {
            socket.send_to(&self.packet(index, stage), port)?;
            sent += 1;
        }
        Ok(sent)
    }

    fn packet(&self, telephone: usize, stage: u8) -> [u8; LENGTH] {
        let header = Header {
            marker: self.frame == 0,
            payload_type: PayloadType::from_wire(0),
            sequence: Sequence(self.frame as u16),
            timestamp: Timestamp(self.frame.wrapping_mul(160)),
            ssrc: Ssrc(telephone as u32 + 1),
        };
        let stamp = Stamp { stage, at: self.audio.begin.elapsed().as_micros() as u64 };
        let mut packet = [0; LENGTH];
        // The buffer is as long as the packet.
        let _ = header.write_packet(&stamp.payload(), &mut packet);
        packet
    }
}

fn open_socket() -> std::io::Result<UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    socket.set_recv_buffer_size(8 << 20)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    Ok(socket)
}
