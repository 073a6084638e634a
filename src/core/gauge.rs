//! How full the queues between the parts of the program are: `core show taskprocessors`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;

/// A queue that can be looked at.
#[async_trait]
pub trait Gauge: Send + Sync {
    /// Its name: `database`, `pjsip/worker-0`.
    fn name(&self) -> &str;

    /// Its numbers now.
    fn read(&self) -> Reading;

    /// Forgets what was counted; what waits goes on waiting.
    fn reset(&self);

    /// Sends something through the queue and waits until it has come out.
    async fn ping(&self);
}

/// The numbers of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What has come out of it.
    pub processed: u64,
    /// What waits in it.
    pub waiting: u64,
    /// The most that has waited in it.
    pub deepest: u64,
    /// How many find room in it; more are refused.
    pub room: u64,
    /// The shortest and the longest piece of work, where they are measured.
    pub times: Option<(Duration, Duration)>,
}

/// All queues of a PBX.
#[derive(Default)]
pub struct Gauges(Mutex<Vec<Weak<dyn Gauge>>>);

impl Gauges {
    /// Adds a queue, for as long as it lives.
    pub fn add(&self, gauge: &Arc<dyn Gauge>) {
        self.list().push(Arc::downgrade(gauge));
    }

    /// Those that live, by their names.
    pub fn all(&self) -> Vec<Arc<dyn Gauge>> {
        let mut list = self.list();
        list.retain(|gauge| gauge.strong_count() > 0);
        let mut all: Vec<Arc<dyn Gauge>> = list.iter().filter_map(Weak::upgrade).collect();
        drop(list);
        all.sort_by(|one, other| one.name().cmp(other.name()));
        all
    }

    /// The one of this name.
    pub fn find(&self, name: &str) -> Option<Arc<dyn Gauge>> {
        self.all().into_iter().find(|gauge| gauge.name().eq_ignore_ascii_case(name))
    }

    fn list(&self) -> MutexGuard<'_, Vec<Weak<dyn Gauge>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(&'static str);

    #[async_trait]
    impl Gauge for Fixed {
        fn name(&self) -> &str {
            self.0
        }

        fn read(&self) -> Reading {
            Reading::default()
        }

        fn reset(&self) {}

        async fn ping(&self) {}
    }

    #[test]
    fn those_that_live_are_found_by_name() {
        let gauges = Gauges::default();
        let (b, a): (Arc<dyn Gauge>, Arc<dyn Gauge>) = (Arc::new(Fixed("b")), Arc::new(Fixed("a")));
        gauges.add(&b);
        gauges.add(&a);
        let names: Vec<String> = gauges.all().iter().map(|gauge| gauge.name().to_owned()).collect();
        assert_eq!(names, ["a", "b"]);
        drop(b);
        assert!(gauges.find("b").is_none() && gauges.find("A").is_some());
    }
}
