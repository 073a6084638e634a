//! `Audio`: a phone's RTP socket: it sends numbered speech and keeps everything that it hears.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use obelus_rtp::dtmf::{Digit, Event};
use obelus_rtp::{Header, Packet, PayloadType, Sequence, Ssrc, Timestamp};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::within;

/// Samples in a packet of 20 ms at 8 kHz.
const STEP: u32 = 160;

/// The payload type of digits in the stories' descriptions.
pub const DIGITS: u8 = 101;

/// A packet that came.
#[derive(Clone, Debug)]
pub struct Heard {
    pub header: Header,
    pub payload: Vec<u8>,
}

pub struct Audio {
    socket: Arc<UdpSocket>,
    /// RTCP comes here and is not looked at; without it, it would come to somebody else.
    _control: UdpSocket,
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    count: watch::Receiver<usize>,
    /// The number of the next packet.
    next: Arc<AtomicU32>,
    ear: JoinHandle<()>,
    mouth: Option<JoinHandle<()>>,
}

/// What a phone says in its packet of that number: the number, and what nobody could guess.
pub fn speech(voice: u8, number: u32) -> Vec<u8> {
    let mut state = u64::from(number) << 8 | u64::from(voice) | 1 << 60;
    let mut payload = number.to_be_bytes().to_vec();
    payload.resize_with(STEP as usize, || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    });
    payload
}

impl Audio {
    pub async fn new(ip: IpAddr) -> Audio {
        let (socket, control) = pair(ip).await;
        let address = socket.local_addr().unwrap();
        let socket = Arc::new(socket);
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (counter, count) = watch::channel(0);
        let ear = tokio::spawn(listen(socket.clone(), heard.clone(), counter));
        Audio { socket, _control: control, address, heard, count, next: Arc::default(), ear, mouth: None }
    }

    /// Speaks from now on, a packet every 20 ms.
    pub fn speaks(&mut self, to: SocketAddr, payload_type: u8, voice: u8) {
        self.says(to, payload_type, move |number| speech(voice, number));
    }

    /// Sends what `payload` makes, a packet every 20 ms.
    pub fn says(
        &mut self,
        to: SocketAddr,
        payload_type: u8,
        payload: impl Fn(u32) -> Vec<u8> + Send + 'static,
    ) {
        self.is_silent();
        let (socket, next) = (self.socket.clone(), self.next.clone());
        self.mouth = Some(tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(20));
            loop {
                clock.tick().await;
                let number = next.fetch_add(1, Ordering::Relaxed);
                let header = header(payload_type, number, number * STEP, number == 0);
                send(&socket, to, header, &payload(number)).await;
            }
        }));
    }

    /// Stops speaking.
    pub fn is_silent(&mut self) {
        if let Some(mouth) = self.mouth.take() {
            mouth.abort();
        }
    }

    /// Presses a key for 100 ms (RFC 4733), with the three last packets at once as all phones do.
    pub async fn presses(&self, to: SocketAddr, key: char) {
        let code = Digit::from_char(key).unwrap().code();
        let start = self.next.load(Ordering::Relaxed) * STEP;
        let mut clock = tokio::time::interval(Duration::from_millis(20));
        let lengths = [1, 2, 3, 4, 5, 5, 5];
        for (index, steps) in lengths.into_iter().enumerate() {
            if index < 5 {
                clock.tick().await;
            }
            let event = Event { code, end: index >= 4, volume: 10, duration: (steps * STEP) as u16 };
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            send(&self.socket, to, header(DIGITS, number, start, index == 0), &event.to_bytes()).await;
        }
    }

    /// Forgets what was heard until now.
    pub fn forget(&self) {
        self.heard.lock().unwrap().clear();
    }

    /// What was heard until now.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits until what was heard satisfies.
    pub async fn until(&self, what: &str, enough: impl Fn(&[Heard]) -> bool) -> Vec<Heard> {
        let mut count = self.count.clone();
        within(what, count.wait_for(|_| enough(&self.heard.lock().unwrap()))).await.unwrap();
        self.heard()
    }

    /// Waits for so many packets of that payload type.
    pub async fn hears(&self, packets: usize, payload_type: u8) -> Vec<Heard> {
        let of_type = |heard: &[Heard]| -> Vec<Heard> {
            heard
                .iter()
                .filter(|packet| packet.header.payload_type.number() == payload_type)
                .cloned()
                .collect()
        };
        let what = format!("{packets} packets of type {payload_type} are heard");
        of_type(&self.until(&what, |heard| of_type(heard).len() >= packets).await)
    }

    /// Hears so many packets of a voice, bit for bit, none missing, none twice, in the rhythm in which they were sent.
    pub async fn hears_voice(&self, voice: u8, payload_type: u8, packets: usize) {
        self.forget();
        let heard = self.hears(packets, payload_type).await;
        let first = u32::from_be_bytes(*heard[0].payload.first_chunk().unwrap());
        for (index, packet) in heard.iter().enumerate() {
            assert!(packet.payload == speech(voice, first + index as u32), "packet {index} of {packets}");
            let sequence = heard[0].header.sequence.0.wrapping_add(index as u16);
            assert_eq!(packet.header.sequence, Sequence(sequence), "packet {index}");
            let time = heard[0].header.timestamp.0.wrapping_add(index as u32 * STEP);
            assert_eq!(packet.header.timestamp, Timestamp(time), "packet {index}");
            assert_eq!(packet.header.ssrc, heard[0].header.ssrc, "packet {index}");
        }
    }

    /// Waits for the digit of RFC 4733; gives its length in samples.
    pub async fn hears_digit(&self, key: char) -> u16 {
        let code = Digit::from_char(key).unwrap().code();
        let end = |packet: &Heard| {
            (packet.header.payload_type.number() == DIGITS)
                .then(|| Event::parse(&packet.payload))
                .flatten()
                .filter(|event| event.code == code && event.end)
        };
        let what = format!("the digit {key}");
        let heard = self.until(&what, |heard| heard.iter().any(|packet| end(packet).is_some())).await;
        heard.iter().find_map(end).unwrap().duration
    }
}

impl Drop for Audio {
    fn drop(&mut self) {
        self.ear.abort();
        self.is_silent();
    }
}

fn header(payload_type: u8, number: u32, time: u32, marker: bool) -> Header {
    Header {
        marker,
        payload_type: PayloadType::new(payload_type).unwrap(),
        sequence: Sequence(number as u16),
        timestamp: Timestamp(time),
        ssrc: Ssrc(0x0be1_0500),
    }
}

async fn send(socket: &UdpSocket, to: SocketAddr, header: Header, payload: &[u8]) {
    let mut packet = [0; 1500];
    let length = header.write_packet(payload, &mut packet).unwrap();
    // A port that has just been closed is no failure of the phone's.
    let _ = socket.send_to(&packet[..length], to).await;
}

async fn listen(socket: Arc<UdpSocket>, heard: Arc<Mutex<Vec<Heard>>>, counter: watch::Sender<usize>) {
    let mut buffer = [0; 2000];
    loop {
        let Ok((length, _)) = socket.recv_from(&mut buffer).await else { continue };
        let Ok(packet) = Packet::parse(&buffer[..length]) else { continue };
        let payload = packet.payload().to_vec();
        heard.lock().unwrap().push(Heard { header: packet.header(), payload });
        counter.send_modify(|count| *count += 1);
    }
}

/// An even port and the one after it.
async fn pair(ip: IpAddr) -> (UdpSocket, UdpSocket) {
    loop {
        let media = UdpSocket::bind((ip, 0)).await.unwrap();
        let port = media.local_addr().unwrap().port();
        if port.is_multiple_of(2)
            && let Ok(control) = UdpSocket::bind((ip, port + 1)).await
        {
            return (media, control);
        }
    }
}
