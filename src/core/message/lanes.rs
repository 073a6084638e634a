//! The messages that wait for the dialplan: a lane for each sender, so that a slow one delays nobody else.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Message;

/// So many messages may wait in all.
const MOST: usize = 1000;

/// So many messages of one sender may wait.
const MOST_OF_ONE: usize = 100;

/// The messages that wait. A sender has a lane while somebody handles what is in it.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    lanes: HashMap<Box<str>, VecDeque<Message>>,
    count: usize,
}

/// No more messages can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many messages wait for the dialplan")]
pub struct TooMany;

impl Lanes {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a message wait; says whether its lane is new, so that somebody must begin to handle it.
    pub(super) fn push(&self, sender: &str, message: Message) -> Result<bool, TooMany> {
        let mut waiting = self.waiting();
        let of_sender = waiting.lanes.get(sender).map_or(0, VecDeque::len);
        if waiting.count >= MOST || of_sender >= MOST_OF_ONE {
            return Err(TooMany);
        }
        waiting.count += 1;
        let is_new = !waiting.lanes.contains_key(sender);
        waiting.lanes.entry(sender.into()).or_default().push_back(message);
        Ok(is_new)
    }

    /// The next message of a sender; after the last one its lane is closed.
    pub(super) fn next(&self, sender: &str) -> Option<Message> {
        let mut waiting = self.waiting();
        let next = waiting.lanes.get_mut(sender).and_then(VecDeque::pop_front);
        match next {
            Some(_) => waiting.count -= 1,
            None => drop(waiting.lanes.remove(sender)),
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Message {
        Message { body: body.to_owned(), ..Message::default() }
    }

    #[test]
    fn a_lane_lives_as_long_as_somebody_handles_it() {
        let lanes = Lanes::default();
        assert_eq!(lanes.push("a", message("1")), Ok(true));
        assert_eq!(lanes.push("a", message("2")), Ok(false));
        assert_eq!(lanes.push("b", message("3")), Ok(true));
        assert_eq!(lanes.next("a").map(|message| message.body).as_deref(), Some("1"));
        assert_eq!(lanes.next("a").map(|message| message.body).as_deref(), Some("2"));
        // The second is being handled.
        assert_eq!(lanes.push("a", message("4")), Ok(false));
        assert!(lanes.next("a").is_some() && lanes.next("a").is_none());
        assert_eq!(lanes.push("a", message("5")), Ok(true));
    }

    #[test]
    fn a_flood_of_one_leaves_room_for_others() {
        let lanes = Lanes::default();
        let taken = (0..MOST).filter(|_| lanes.push("a", message("x")).is_ok()).count();
        assert_eq!((taken, lanes.push("b", message("y"))), (MOST_OF_ONE, Ok(true)));
        let all = (0..MOST).filter(|n| lanes.push(&n.to_string(), message("x")).is_ok()).count();
        assert_eq!(all, MOST - MOST_OF_ONE - 1);
    }
}
