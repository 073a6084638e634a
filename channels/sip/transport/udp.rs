//! UDP: one socket, read in batches.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use obelus_core::rate_limit::RateLimit;
use obelus_sip::Flow;
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;

use super::path::Unsendable;
use super::{Transport, options};
use crate::config;
use crate::counters::Counters;
use crate::monitor::Intake;

/// No datagram is longer.
const LONGEST: usize = 65_536;

/// After so many datagrams the others get their turn.
const BATCH: usize = 128;

/// A bound socket and the task that reads it.
pub(super) struct Socket {
    socket: UdpSocket,
    local: SocketAddr,
    reader: Mutex<Option<AbortHandle>>,
    complaint: RateLimit,
}

impl Socket {
    pub(super) fn bind(config: &config::Transport) -> io::Result<Arc<Socket>> {
        let socket = UdpSocket::from_std(options::udp(config)?)?;
        let local = socket.local_addr()?;
        let complaint = RateLimit::new(std::time::Duration::from_secs(10));
        Ok(Arc::new(Socket { socket, local, reader: Mutex::default(), complaint }))
    }

    pub(super) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(super) fn start(self: &Arc<Self>, transport: &Arc<Transport>, intake: &Arc<Intake>) {
        let reading = self.clone().read(transport.clone(), intake.clone());
        *self.reader() = Some(tokio::spawn(reading).abort_handle());
    }

    pub(super) fn close(&self) {
        if let Some(reader) = self.reader().take() {
            reader.abort();
        }
    }

    fn reader(&self) -> std::sync::MutexGuard<'_, Option<AbortHandle>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(self: Arc<Self>, transport: Arc<Transport>, intake: Arc<Intake>) {
        let mut buffer = vec![0; LONGEST];
        loop {
            if let Err(error) = self.socket.readable().await {
                tracing::error!(transport = %transport.config.name, %error, "the socket cannot be read");
                return;
            }
            self.read_batch(&transport, &intake, &mut buffer);
            tokio::task::yield_now().await;
        }
    }

    fn read_batch(&self, transport: &Arc<Transport>, intake: &Intake, buffer: &mut [u8]) {
        for _ in 0..BATCH {
            match self.socket.try_recv_from(buffer) {
                Ok((length, remote)) => {
                    let datagram = buffer.get(..length).unwrap_or_default();
                    take(transport, intake, remote, datagram);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // The system reports what became of an earlier datagram.
                Err(_) => {}
            }
        }
    }

    pub(super) fn send(&self, to: SocketAddr, bytes: &[u8], counters: &Counters) -> Result<(), Unsendable> {
        match self.socket.try_send_to(bytes, to) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                counters.unsent.count();
                Ok(())
            }
            Err(error) => {
                counters.unsent.count();
                if let Some(left_out) = self.complaint.admit() {
                    tracing::warn!(remote = %to, %error, left_out, "a message cannot be sent");
                }
                Err(Unsendable)
            }
        }
    }
}

fn take(transport: &Arc<Transport>, intake: &Intake, remote: SocketAddr, datagram: &[u8]) {
    if !intake.is_worth_reading(datagram, remote) {
        return;
    }
    let remote = SocketAddr::new(remote.ip().to_canonical(), remote.port());
    let Some(path) = transport.path_to(intake.paths(), remote.ip()) else { return };
    let flow = Flow { transport: path.id, remote, connection: None };
    intake.take(&path, flow, Bytes::copy_from_slice(datagram));
}
