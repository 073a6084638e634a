//! `pjsip set history` and `pjsip show history`: the SIP messages of late, for whoever looks for a fault.

mod expression;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use obelus_sip::message::call_id_of;

pub use expression::{BadExpression, Expression};

use crate::trace::{Way, masked};

/// So many bytes of messages are kept; the oldest make room.
const MOST: usize = 16 << 20;

/// The messages that were kept since it was switched on.
#[derive(Debug, Default)]
pub struct History {
    is_on: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Arc<Entry>>,
    /// The number of the next one.
    next: u32,
    /// The length of all messages.
    size: usize,
}

/// One message.
#[derive(Debug)]
pub struct Entry {
    /// Its number, from 0.
    pub number: u32,
    /// When it was seen.
    pub time: SystemTime,
    /// Which way it went.
    pub way: Way,
    /// The other side.
    pub remote: SocketAddr,
    bytes: Bytes,
}

impl History {
    /// Keeps messages from now on, or no more; those that were kept stay.
    pub fn switch(&self, on: bool) {
        self.is_on.store(on, Ordering::Relaxed);
    }

    /// Whether messages are kept.
    pub fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    /// Forgets all; numbers begin anew.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    /// Keeps a message.
    pub fn record(&self, time: SystemTime, way: Way, remote: SocketAddr, bytes: &[u8]) {
        if call_id_of(bytes).is_none() {
            // A keep-alive, or noise.
            return;
        }
        let bytes = Bytes::copy_from_slice(bytes);
        let mut kept = self.kept();
        kept.size += bytes.len();
        let number = kept.next;
        kept.next = kept.next.wrapping_add(1);
        kept.entries.push_back(Arc::new(Entry { number, time, way, remote, bytes }));
        while kept.size > MOST {
            let Some(oldest) = kept.entries.pop_front() else { break };
            kept.size -= oldest.bytes.len();
        }
    }

    /// What is kept, oldest first.
    pub fn list(&self) -> Vec<Arc<Entry>> {
        self.kept().entries.iter().cloned().collect()
    }

    /// The message of this number.
    pub fn find(&self, number: u32) -> Option<Arc<Entry>> {
        let kept = self.kept();
        let first = kept.entries.front()?.number;
        kept.entries.get(number.checked_sub(first)? as usize).cloned()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// When it was seen, in seconds since 1970.
    pub fn seconds(&self) -> u64 {
        self.time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }

    /// The request line or status line.
    pub fn first_line(&self) -> Cow<'_, str> {
        let bytes = self.bytes.trim_ascii_start();
        let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
        String::from_utf8_lossy(bytes.get(..end).unwrap_or_default())
    }

    /// The message, without what would let its reader log in or listen.
    pub fn text(&self) -> String {
        masked(&String::from_utf8_lossy(&self.bytes)).into_owned()
    }

    /// The method of a request; `None` for a response.
    fn method(&self) -> Option<String> {
        let line = self.first_line();
        let method = line.split(' ').next().filter(|word| *word != "SIP/2.0")?;
        Some(method.to_owned())
    }

    fn call_id(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(call_id_of(&self.bytes).unwrap_or_default())
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A history with these messages of one second each.
    pub(crate) fn history(messages: &[(Way, &str, &str)]) -> History {
        let history = History::default();
        for (number, (way, remote, text)) in messages.iter().enumerate() {
            let time = UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + number as u64);
            history.record(time, *way, remote.parse().unwrap(), text.as_bytes());
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(history: &History) -> Vec<u32> {
        history.list().iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn messages_are_numbered_and_noise_is_none() {
        let message = (Way::Received, "192.0.2.1:5060", "BYE sip:a SIP/2.0\r\nCall-ID: a\r\n\r\n");
        let history = testing::history(&[message, (Way::Received, "192.0.2.1:5060", "\r\n\r\n"), message]);
        assert_eq!(numbers(&history), [0, 1]);
        assert_eq!(
            history.find(1).map(|entry| entry.first_line().into_owned()).unwrap(),
            "BYE sip:a SIP/2.0"
        );
        assert!(history.find(2).is_none());
        history.clear();
        assert!(numbers(&history).is_empty());
    }

    #[test]
    fn the_oldest_make_room() {
        let history = History::default();
        let long = format!("BYE sip:a SIP/2.0\r\nCall-ID: a\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
        for _ in 0..20 {
            history.record(UNIX_EPOCH, Way::Received, "192.0.2.1:5060".parse().unwrap(), long.as_bytes());
        }
        assert_eq!(numbers(&history), (5..20).collect::<Vec<_>>());
        assert_eq!(history.find(5).map(|entry| entry.number), Some(5));
        assert!(history.find(4).is_none());
    }
}
