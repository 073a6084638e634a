//! One TCP connection from its first byte to its last.

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use obelus_sip::Flow;
use obelus_sip::framing::{Frame, Framer, FramingError, PING, PONG};
use obelus_sip::message::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::Place;
use crate::monitor::Intake;

/// Whoever connects must say something whole within this time.
const FIRST_MESSAGE: Duration = Duration::from_secs(32);

/// A connection without a byte either way for so long is closed: twice the longest usual registration.
const IDLE: Duration = Duration::from_secs(7200);

/// A message that the other side does not take for so long ends the connection.
const WRITE_DEADLINE: Duration = Duration::from_secs(32);

/// After so many messages the others get their turn.
const BATCH: usize = 64;

/// How a connection ended.
pub(super) enum Ended {
    /// The other side closed it.
    ByPeer,
    /// Nothing went over it for too long.
    Idle,
    /// It never carried a message.
    Silent,
    /// The other side does not take what it is sent.
    Stuck,
    /// What came is not SIP.
    Broken(FramingError),
    /// The system says so.
    Failed(io::Error),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::ByPeer => f.write_str("the other side closed it"),
            Ended::Idle => f.write_str("it was idle"),
            Ended::Silent => f.write_str("no message came over it"),
            Ended::Stuck => f.write_str("the other side does not read"),
            Ended::Broken(error) => error.fmt(f),
            Ended::Failed(error) => error.fmt(f),
        }
    }
}

pub(super) async fn run(stream: TcpStream, place: Place, intake: &Intake) -> Ended {
    let Place { flow, inbox, .. } = place;
    let (reader, writer) = stream.into_split();
    let (pongs, pong_requests) = mpsc::channel(1);
    let mut reading = Reading { reader, flow, intake, pongs, framer: Framer::new(Limits::default()) };
    tokio::select! {
        ended = reading.run() => ended,
        ended = write(writer, inbox, pong_requests, intake) => ended,
    }
}

struct Reading<'a> {
    reader: OwnedReadHalf,
    flow: Flow,
    intake: &'a Intake,
    /// Asks the writer for a pong; one that waits answers for all.
    pongs: mpsc::Sender<()>,
    framer: Framer,
}

impl Reading<'_> {
    async fn run(&mut self) -> Ended {
        let opened = Instant::now();
        let mut has_spoken = false;
        loop {
            let patience = if has_spoken { IDLE } else { FIRST_MESSAGE.saturating_sub(opened.elapsed()) };
            match timeout(patience, self.reader.read_buf(self.framer.buffer())).await {
                Err(_) => return if has_spoken { Ended::Idle } else { Ended::Silent },
                Ok(Err(error)) => return Ended::Failed(error),
                Ok(Ok(0)) => return Ended::ByPeer,
                Ok(Ok(_)) => {}
            }
            match self.take_frames().await {
                Ok(took) => has_spoken |= took,
                Err(error) => return Ended::Broken(error),
            }
        }
    }

    /// Gives whether there was a whole message.
    async fn take_frames(&mut self) -> Result<bool, FramingError> {
        let mut messages = 0;
        while let Some(frame) = self.framer.next_frame()? {
            match frame {
                Frame::Message(bytes) => {
                    messages += 1;
                    self.take(bytes);
                    if messages % BATCH == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                Frame::Ping => {
                    self.intake.counters().keep_alives.count();
                    let _ = self.pongs.try_send(());
                }
                Frame::Pong => self.intake.counters().keep_alives.count(),
            }
        }
        Ok(messages > 0)
    }

    fn take(&self, bytes: Bytes) {
        if let Some(path) = self.intake.paths().find(self.flow.transport) {
            self.intake.take(&path, self.flow, bytes);
        }
    }
}

/// Writes what is queued, pongs, and pings where `keep_alive_interval` asks for them.
async fn write(
    mut writer: OwnedWriteHalf,
    mut inbox: mpsc::Receiver<Bytes>,
    mut pongs: mpsc::Receiver<()>,
    intake: &Intake,
) -> Ended {
    loop {
        let keep_alive = async {
            match intake.keep_alive() {
                Some(interval) => tokio::time::sleep(interval).await,
                None => std::future::pending().await,
            }
        };
        // All branches are cancel safe: bounded queues and a timer.
        let bytes = tokio::select! {
            bytes = inbox.recv() => match bytes {
                Some(bytes) => bytes,
                None => return Ended::Idle,
            },
            Some(()) = pongs.recv() => Bytes::from_static(PONG),
            () = keep_alive => Bytes::from_static(PING),
        };
        match timeout(WRITE_DEADLINE, writer.write_all(&bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Ended::Failed(error),
            Err(_) => return Ended::Stuck,
        }
    }
}
