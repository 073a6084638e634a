//! Which file of a class comes next.

use std::sync::Arc;

use crate::music::{Class, Order};
use crate::random::Random;

/// The way of one listener through a class.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    pub(super) class: Arc<Class>,
    /// The file that comes after the announcement, if there is one.
    upcoming: usize,
    announced: bool,
}

/// What is played next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Track {
    /// The announcement.
    Announcement,
    /// The file of this number.
    File(usize),
}

impl Sequence {
    /// From the beginning: the first file, or any.
    pub(super) fn new(class: Arc<Class>, random: &Random) -> Sequence {
        let upcoming = if class.order == Order::Given { 0 } else { any(&class, random) };
        Sequence { class, upcoming, announced: false }
    }

    /// From the file of a number on.
    pub(super) fn from(class: Arc<Class>, file: usize) -> Sequence {
        Sequence { class, upcoming: file, announced: false }
    }

    /// The next track; `None` if the class has no files.
    pub(super) fn advance(&mut self, random: &Random) -> Option<Track> {
        if self.class.files.is_empty() {
            return None;
        }
        if self.class.announcement.is_some() && !std::mem::replace(&mut self.announced, true) {
            return Some(Track::Announcement);
        }
        self.announced = false;
        let file = self.upcoming;
        let last = self.class.files.len() - 1;
        self.upcoming = match self.class.order {
            Order::Random => any(&self.class, random),
            Order::Given | Order::RandomStart if file < last => file + 1,
            Order::Given | Order::RandomStart if self.class.loops_last => last,
            Order::Given | Order::RandomStart => 0,
        };
        Some(Track::File(file))
    }

    /// Whether nothing but this file will ever be played.
    pub(super) fn is_endless(&self, file: usize) -> bool {
        let only = self.class.files.len() == 1;
        let stays =
            self.class.loops_last && self.class.order != Order::Random && file + 1 == self.class.files.len();
        self.class.announcement.is_none() && (only || stays)
    }

    /// The name of a track, as sounds are named.
    pub(super) fn name(&self, track: Track) -> Option<&str> {
        match track {
            Track::Announcement => self.class.announcement.as_deref(),
            Track::File(file) => self.class.files.get(file).map(String::as_str),
        }
    }
}

fn any(class: &Class, random: &Random) -> usize {
    let last = i64::try_from(class.files.len()).unwrap_or(i64::MAX).saturating_sub(1).max(0);
    usize::try_from(random.between(0, last)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::Mode;

    fn class(files: usize, order: Order, loops_last: bool, announcement: Option<&str>) -> Arc<Class> {
        Arc::new(Class {
            name: "default".into(),
            mode: Mode::Playlist,
            order,
            loops_last,
            announcement: announcement.map(str::to_owned),
            digit: None,
            answered_only: false,
            files: (0..files).map(|file| format!("/m/{file}")).collect(),
        })
    }

    fn check(class: Arc<Class>, expected: &str) {
        let mut sequence = Sequence::from(class, 0);
        let letter = |track| match track {
            Track::Announcement => "a".to_owned(),
            Track::File(file) => file.to_string(),
        };
        let count = expected.len();
        let seen: String =
            std::iter::from_fn(|| sequence.advance(&Random::System)).take(count).map(letter).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn files_follow_each_other_and_begin_again() {
        check(class(3, Order::Given, false, None), "0120120");
        check(class(3, Order::Given, true, None), "0122222");
        check(class(2, Order::RandomStart, false, Some("ad")), "a0a1a0a1");
        check(class(1, Order::Random, false, None), "0000");
    }

    #[test]
    fn random_order_reaches_every_file() {
        let mut sequence = Sequence::new(class(3, Order::Random, false, None), &Random::System);
        let mut seen = [false; 3];
        for _ in 0..200 {
            let Some(Track::File(file)) = sequence.advance(&Random::System) else { panic!("a file") };
            seen[file] = true;
        }
        assert_eq!(seen, [true; 3]);
    }

    #[test]
    fn what_repeats_for_ever_is_known() {
        let is_endless = |class: Arc<Class>, file| Sequence::from(class, file).is_endless(file);
        assert!(is_endless(class(1, Order::Given, false, None), 0));
        assert!(!is_endless(class(1, Order::Given, false, Some("ad")), 0));
        assert!(is_endless(class(2, Order::Given, true, None), 1));
        assert!(!is_endless(class(2, Order::Given, true, None), 0));
        assert!(!is_endless(class(2, Order::Random, true, None), 1));
        assert_eq!(
            Sequence::new(class(0, Order::Random, false, None), &Random::System).advance(&Random::System),
            None
        );
    }
}
