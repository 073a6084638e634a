//! `House`: a PBX in this process, with its configuration and its log.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use obelus::Pbx;
use obelus::daemon::{Daemon, Overrides};
use obelus_core::Core;
use obelus_core::channel::Channel;
use obelus_core::conf::Problems;
use obelus_core::events::{Delivery, Event, EventKind, Listener};
use obelus_core::registry::Registry;
use obelus_interfaces::control::{Control, ReloadError};
use obelus_interfaces::logger::{Fed, Feed, Level, Line};
use tokio::sync::watch;

use super::{Etc, within};

pub struct House {
    pub etc: Etc,
    pbx: Pbx,
    log: Log,
}

/// The lines of the log so far.
#[derive(Clone)]
struct Log {
    lines: Arc<Mutex<Vec<Arc<Line>>>>,
    count: watch::Receiver<usize>,
}

impl House {
    /// The usual house with this in the context `internal`.
    pub async fn new(internal: &str) -> House {
        House::of(Etc::with_dialplan(internal)).await
    }

    /// A PBX with this configuration.
    pub async fn of(etc: Etc) -> House {
        House::with(etc, |_| {}).await
    }

    /// A PBX with features of the story's own.
    pub async fn with(etc: Etc, more: impl FnOnce(&mut Registry)) -> House {
        let mut problems = Problems::new();
        let overrides = Overrides { file: Some(etc.file("obelus.conf")), ..Overrides::default() };
        let daemon = Daemon::load(&overrides, &mut problems).unwrap();
        let pbx = within("the PBX starts", Pbx::start_with(&daemon, problems, more)).await.unwrap();
        let log = Log::of(pbx.logger().attach(5));
        House { etc, pbx, log }
    }

    /// Where SIP listens.
    pub fn sip(&self) -> SocketAddr {
        self.etc.sip
    }

    pub fn core(&self) -> &Arc<Core> {
        self.pbx.core()
    }

    /// Reads the configuration of a module again, or of all.
    pub async fn reloads(&self, module: Option<&str>) -> Result<(), ReloadError> {
        within("a reload", self.pbx.control().reload(module)).await
    }

    /// What the console prints for a command.
    pub async fn console(&self, command: &str) -> String {
        let registry = self.core().registry();
        match registry.commands().run(self.core(), command, None).await {
            Ok(text) => text,
            Err(error) => panic!("`{command}`: {error}"),
        }
    }

    /// Waits for a line of the log with this text in it.
    pub async fn logs(&self, text: &str) -> Arc<Line> {
        self.log.until(|line| line.message.contains(text) || fields(line).contains(text), text).await
    }

    /// A listener to these kinds of events.
    pub fn listens(&self, kinds: &[EventKind]) -> Listener {
        let mask = kinds.iter().fold(0, |mask, kind| mask | kind.bit());
        self.core().events.listen(mask, None)
    }

    /// Waits until so many packets have come from the phone of the one call of an endpoint.
    pub async fn carries(&self, endpoint: &str, packets: u32) {
        let received = || async {
            let channel = self.core().channels.of_device(&format!("PJSIP/{endpoint}")).pop().unwrap();
            let statistics = |channel: &mut Channel| channel.media().map(|port| port.stats().rtp.received);
            channel
                .run(move |channel| Box::pin(async move { statistics(channel) }))
                .await
                .unwrap()
                .unwrap_or(0)
        };
        within(format_args!("{packets} packets of {endpoint}"), async {
            while received().await < packets {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }

    /// Waits until no channel is left.
    pub async fn quiet(&self) {
        within("no channel is left", self.core().channels.wait_until_none()).await;
    }

    /// Waits until all calls are over, sees that nothing went wrong, and ends the PBX.
    pub async fn ends(self) -> Etc {
        self.quiet().await;
        self.no_errors();
        self.stops().await
    }

    fn no_errors(&self) {
        let lines = self.log.lines.lock().unwrap();
        let errors: Vec<_> = lines.iter().filter(|line| line.level == Level::Error).collect();
        assert!(errors.is_empty(), "the log has errors: {errors:#?}");
    }

    /// Ends the PBX, whatever is going on.
    pub async fn stops(self) -> Etc {
        within("the PBX ends", self.pbx.stop()).await;
        self.etc
    }
}

/// The next event that a listener gets.
pub async fn next(listener: &mut Listener) -> Event {
    match within("an event", listener.next()).await {
        Delivery::Event(record) => record.event.clone(),
        Delivery::Lost(count) => panic!("{count} events are lost"),
    }
}

fn fields(line: &Line) -> String {
    let fields = line.fields.iter().map(|(name, value)| format!("{name}={value}"));
    fields.collect::<Vec<_>>().join(" ")
}

impl Log {
    fn of(mut feed: Feed) -> Log {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (counter, count) = watch::channel(0);
        let written = lines.clone();
        tokio::spawn(async move {
            loop {
                let Fed::Line(line) = feed.next().await else { continue };
                written.lock().unwrap().push(line);
                if counter.send(written.lock().unwrap().len()).is_err() {
                    return;
                }
            }
        });
        Log { lines, count }
    }

    async fn until(&self, fits: impl Fn(&Line) -> bool, what: &str) -> Arc<Line> {
        let find = || self.lines.lock().unwrap().iter().find(|line| fits(line)).cloned();
        let mut count = self.count.clone();
        within(format_args!("the log says `{what}`"), count.wait_for(|_| find().is_some())).await.unwrap();
        find().unwrap()
    }
}
