//! Stories of call files, in virtual time: what the watcher would see is told by the test.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use obelus_core::cause::Cause;
use obelus_core::settings::Settings;
use obelus_core::testing::TestPbx;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::folder::Folder;
use super::queue::Queue;
use super::watch::Seen;

struct Bench {
    pbx: TestPbx,
    spool: TempDir,
    seen: mpsc::Sender<Seen>,
    queue: JoinHandle<()>,
}

impl Bench {
    fn new() -> Bench {
        let pbx = TestPbx::new(|_, _| {});
        let spool = tempfile::tempdir().unwrap();
        let mut settings = Settings::clone(&pbx.core.settings.load());
        settings.directories.spool = spool.path().to_owned();
        pbx.core.settings.store(Arc::new(settings));
        let folder = Folder::below(spool.path()).unwrap();
        let (seen, listener) = mpsc::channel(8);
        let queue = tokio::spawn(Queue::new(Arc::downgrade(&pbx.core), folder).run(listener));
        Bench { pbx, spool, seen, queue }
    }

    /// With everything started.
    fn booted() -> Bench {
        let bench = Bench::new();
        bench.pbx.core.set_booted();
        bench
    }

    fn path(&self, folder: &str) -> PathBuf {
        self.spool.path().join(folder).join("a.call")
    }

    /// The PBX's own time, which a file's modification time is compared with.
    fn now(&self) -> SystemTime {
        self.pbx.core.clock.now().into()
    }

    /// Puts a file into the folder, whose time is so long from now.
    fn put(&self, text: &str, later: Duration) {
        let path = self.path("outgoing");
        std::fs::write(&path, format!("Channel: Test/1\nExtension: s\nContext: out\n{text}")).unwrap();
        self.put_off(later);
    }

    fn put_off(&self, later: Duration) {
        let file = std::fs::File::options().append(true).open(self.path("outgoing")).unwrap();
        file.set_modified(self.now() + later).unwrap();
    }

    async fn tell(&self, seen: fn(String) -> Seen) {
        self.seen.send(seen("a.call".to_owned())).await.unwrap();
    }

    /// What the file says when it waits; nothing when it is gone.
    fn waiting(&self) -> Option<String> {
        std::fs::read_to_string(self.path("outgoing")).ok()
    }

    async fn until_gone(&self) {
        while self.waiting().is_some() {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// The words at the beginnings of the lines that were added to the file that is done.
    fn done(&self) -> String {
        let text = std::fs::read_to_string(self.path("outgoing_done")).unwrap_or_default();
        let added = text.lines().filter(|line| line.contains("Retry: ") || line.starts_with("Status"));
        let word = |line: &str| match line.split_once(": ") {
            Some(("Status", status)) => status.to_owned(),
            Some((word, numbers)) => format!("{word}{}", numbers.split(' ').nth(1).unwrap_or("")),
            None => String::new(),
        };
        added.filter(|line| !line.starts_with("MaxRetr")).map(word).collect::<Vec<_>>().join(" ")
    }
}

const NOW: Duration = Duration::ZERO;

#[tokio::test(start_paused = true)]
async fn a_file_is_called_and_taken_away_when_the_call_is_over() {
    let bench = Bench::booted();
    bench.put("Callerid: <100>\nSetvar: CALLERID(nothing)=x\nSetvar: A=1\n", NOW);
    bench.tell(Seen::Whole).await;
    let mut far = bench.pbx.rung().await;
    assert_eq!(far.caller.number.text(), "100");
    assert!(bench.waiting().unwrap().contains("StartRetry"));
    far.answers();
    far.is_over().await;
    bench.until_gone().await;
    assert!(!bench.path("outgoing_done").exists());
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_and_the_call_is_tried_again() {
    let bench = Bench::booted();
    bench.put("MaxRetries: 2\nRetryTime: 60\nWaitTime: 5\nArchive: yes\n", NOW);
    bench.tell(Seen::Whole).await;
    let begin = Instant::now();
    bench.pbx.rung().await.hangs_up(Cause::USER_BUSY);
    let _second = bench.pbx.rung().await;
    assert_eq!(begin.elapsed().as_secs(), 60);
    let _third = bench.pbx.rung().await;
    assert_eq!(begin.elapsed().as_secs(), 125);
    bench.until_gone().await;
    assert_eq!(bench.done(), "StartRetry1 EndRetry1 StartRetry2 EndRetry2 StartRetry3 Expired");
}

#[tokio::test(start_paused = true)]
async fn a_file_of_the_future_waits_and_may_be_put_off() {
    let bench = Bench::booted();
    bench.put("", Duration::from_secs(3600));
    bench.tell(Seen::Whole).await;
    sleep(Duration::from_secs(1800)).await;
    bench.put_off(Duration::from_secs(3600));
    let begin = Instant::now();
    bench.pbx.rung().await.hangs_up(Cause::USER_BUSY);
    assert_eq!(begin.elapsed().as_secs(), 3600);
    bench.until_gone().await;
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_a_crash_cut_off_is_noted_and_made_again() {
    let bench = Bench::new();
    bench.put("Archive: yes\n\nStartRetry: 1 1 (1774000000)\n", NOW);
    sleep(Duration::from_secs(10)).await;
    // What lay in the folder is called as soon as everything has started.
    bench.pbx.core.set_booted();
    let mut far = bench.pbx.rung().await;
    far.answers();
    far.is_over().await;
    bench.until_gone().await;
    assert_eq!(bench.done(), "StartRetry1 AbortRetry1 StartRetry1 Completed");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_makes_no_sense_is_a_failure() {
    let bench = Bench::booted();
    std::fs::write(bench.path("outgoing"), "Archive: yes\nExtension: s\n").unwrap();
    bench.put_off(NOW);
    bench.tell(Seen::Whole).await;
    bench.until_gone().await;
    assert_eq!(bench.done(), "Failed");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_put_off_during_its_call_stays_if_it_may() {
    for (always, stays) in [("no", true), ("yes", false)] {
        let bench = Bench::booted();
        bench.put(&format!("AlwaysDelete: {always}\nMaxRetries: 3\n"), NOW);
        bench.tell(Seen::Whole).await;
        let mut far = bench.pbx.rung().await;
        far.answers();
        bench.put_off(Duration::from_secs(86_400));
        far.is_over().await;
        sleep(Duration::from_secs(1)).await;
        assert_eq!(bench.waiting().is_some(), stays, "AlwaysDelete: {always}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hard_link_is_taken_after_a_moment_and_a_file_in_writing_is_not() {
    let bench = Bench::booted();
    // The folder has been looked at when the file appears.
    sleep(Duration::from_secs(1)).await;
    bench.put("", NOW);
    bench.tell(Seen::Created).await;
    bench.tell(Seen::Opened).await;
    sleep(Duration::from_secs(10)).await;
    assert!(!bench.waiting().unwrap().contains("StartRetry"));
    let begin = Instant::now();
    bench.tell(Seen::Created).await;
    bench.pbx.rung().await.hangs_up(Cause::USER_BUSY);
    assert_eq!(begin.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_pbx_waits_until_a_call_is_noted() {
    let bench = Bench::booted();
    bench.put("Archive: yes\n", NOW);
    bench.tell(Seen::Whole).await;
    let mut far = bench.pbx.rung().await;
    far.answers();
    drop(bench.seen.clone());
    let Bench { seen, queue, spool, pbx: _pbx } = bench;
    drop(seen);
    far.is_over().await;
    queue.await.unwrap();
    assert!(spool.path().join("outgoing_done/a.call").exists());
}
