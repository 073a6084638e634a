//! `House`: a PBX with the driver on free ports.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use obelus_core::channel::{Channel, ChannelHandle};
use obelus_core::conf::MemoryFiles;
use obelus_core::engine::testing::FakePort;
use obelus_core::files::ConfigFolder;
use obelus_core::module::Module;
use obelus_core::testing::TestPbx;
use obelus_sip::TransportKind;

use super::apps::{self, Heard};
use super::hangup;
use crate::driver::Driver;
use crate::message::SipMessages;
use crate::module::SipModule;
use crate::tech::SipTech;
use crate::transport::State;

/// Everything that is waited for comes within this time, or the test has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What most houses have.
pub(super) const COMMON: &str = "[global]\ntype=global\ndefault_realm=pbx\nuser_agent=Test\n\
    [udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:0\n\
    [tcp]\ntype=transport\nprotocol=tcp\nbind=127.0.0.1:0\n\
    [phone](!)\ntype=endpoint\ncontext=internal\ndisallow=all\nallow=alaw,ulaw\ndirect_media=no\n\
    [1001](phone)\nauth=1001\naors=1001\n[1001]\ntype=auth\nusername=1001\npassword=secret\n\
    [1001]\ntype=aor\nmax_contacts=2\n\
    [open](phone)\naors=open\ntrust_id_inbound=yes\nsend_pai=yes\n[open]\ntype=aor\nmax_contacts=1\n";

pub(super) struct House {
    pub(super) pbx: TestPbx,
    pub(super) driver: Arc<Driver>,
    pub(super) module: SipModule,
    pub(super) heard: Heard,
    files: Arc<Mutex<MemoryFiles>>,
}

impl House {
    /// A PBX with this pjsip.conf and this dialplan.
    pub(super) async fn new(config: &str, dialplan: &str) -> House {
        let heard = Heard::default();
        let mut driver = None;
        let pbx = TestPbx::new(|core, registry| {
            let new = Driver::new(core.clone(), [7; 32]);
            registry.add_tech(Arc::new(SipTech::new(new.clone())));
            registry.add_message_tech(Arc::new(SipMessages::new(new.clone())));
            apps::register(registry, &heard);
            hangup::register(registry);
            driver = Some(new);
        });
        let driver = driver.unwrap();
        pbx.dialplan(dialplan);
        let files = Arc::new(Mutex::new(MemoryFiles::new().file("pjsip.conf", config)));
        let module = SipModule::new(driver.clone(), ConfigFolder::of(Changing(files.clone())));
        module.start().await.unwrap();
        House { pbx, driver, module, heard, files }
    }

    /// The usual configuration and this dialplan in the context `internal`.
    pub(super) async fn common(dialplan: &str) -> House {
        House::new(COMMON, &format!("[internal]\n{dialplan}")).await
    }

    /// The pjsip.conf that is written there.
    pub(super) fn config(&self) -> String {
        let files = self.files.lock().unwrap();
        obelus_core::conf::Files::read(&*files, "pjsip.conf").unwrap()
    }

    /// Writes another pjsip.conf.
    pub(super) fn write(&self, config: &str) {
        *self.files.lock().unwrap() = MemoryFiles::new().file("pjsip.conf", config);
    }

    /// Where a transport of this kind listens.
    pub(super) fn address(&self, kind: TransportKind) -> SocketAddr {
        let list = self.driver.transports.list();
        let bound = list.iter().filter(|transport| transport.config.kind == kind);
        let mut bound = bound.filter_map(|transport| match transport.state {
            State::Bound(address) => Some(address),
            State::Failed(_) => None,
        });
        bound.next().unwrap()
    }

    pub(super) fn udp(&self) -> SocketAddr {
        self.address(TransportKind::Udp)
    }

    /// Waits until something holds.
    pub(super) async fn until(&self, what: &str, holds: impl Fn(&House) -> bool) {
        let waiting = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{what}");
    }

    /// Waits until no channel is left.
    pub(super) async fn quiet(&self) {
        assert!(tokio::time::timeout(PATIENCE, self.pbx.quiet()).await.is_ok(), "channels are left");
    }
}

/// What is logged on this thread, on which everything of a house runs.
pub(super) struct Log {
    text: Written,
    _guard: tracing::subscriber::DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What is logged from here on.
    pub(super) fn new() -> Log {
        let text = Written::default();
        let writer = text.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        Log { text, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// How many lines have this text.
    pub(super) fn count(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.text.0.lock().unwrap())
            .lines()
            .filter(|line| line.contains(text))
            .count()
    }
}

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn port(channel: &ChannelHandle) -> FakePort {
    let look = |channel: &mut Channel| FakePort::of(channel.media().unwrap()).unwrap();
    channel.run(move |channel| Box::pin(async move { look(channel) })).await.unwrap()
}

/// The ports of all channels.
pub(super) async fn ports(house: &House) -> Vec<FakePort> {
    let mut ports = Vec::new();
    for channel in house.pbx.core.channels.all() {
        ports.push(port(&channel).await);
    }
    ports
}

/// The port of the channel that was called.
pub(super) async fn called_port(house: &House) -> FakePort {
    let channels = house.pbx.core.channels.all();
    port(channels.iter().find(|channel| channel.facts().outgoing).unwrap()).await
}

/// Files that a test writes anew.
struct Changing(Arc<Mutex<MemoryFiles>>);

impl obelus_core::conf::Files for Changing {
    fn read(&self, path: &str) -> Result<String, obelus_core::conf::FileError> {
        self.0.lock().unwrap().read(path)
    }

    fn glob(&self, pattern: &str) -> Vec<String> {
        self.0.lock().unwrap().glob(pattern)
    }
}
