//! A PBX with the manager interface, and programs that talk to it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::conf::{MemoryFiles, Problems, load};
use obelus_core::files::ConfigFolder;
use obelus_core::testing::TestPbx;
use obelus_interfaces::control::{Control, ReloadError, Stop};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::ami::Ami;
use crate::config::Config;
use crate::session::{Peer, Session};

/// What a user of the tests may do.
pub(crate) const ADMIN: &str = "[admin]\nsecret = s3cret\nread = all\nwrite = all\nwritetimeout = 1000\n";

struct NoControl;

#[async_trait]
impl Control for NoControl {
    fn stop(&self, _how: Stop) {}

    async fn stop_settled(&self) {}

    fn restart(&self, _how: Stop) {}

    fn abort_stop(&self) -> bool {
        false
    }

    async fn reload(&self, module: Option<&str>) -> Result<(), ReloadError> {
        match module {
            None | Some("manager") => Ok(()),
            Some(other) => Err(ReloadError::Unknown(other.to_owned())),
        }
    }

    fn last_reload(&self) -> Option<Timestamp> {
        None
    }
}

/// The PBX.
pub(crate) struct House {
    pub(crate) pbx: TestPbx,
    pub(crate) ami: Arc<Ami>,
}

impl House {
    /// A PBX with this `manager.conf`.
    pub(crate) fn new(conf: &str) -> House {
        let mut built = None;
        let pbx = TestPbx::new(|core, registry| {
            let control: Arc<dyn Control> = Arc::new(NoControl);
            let ami = Arc::new(Ami::new(core, &control, &ConfigFolder::of(MemoryFiles::new())));
            crate::actions::register(&ami, registry);
            built = Some(ami);
        });
        let house = House { pbx, ami: built.unwrap() };
        house.configure(conf);
        house
    }

    pub(crate) fn configure(&self, conf: &str) {
        let files = MemoryFiles::new().file("manager.conf", conf);
        let mut problems = Problems::new();
        let document = load(&files, "manager.conf", &mut problems);
        let config = Config::load(&document, &mut problems);
        assert!(problems.is_empty(), "{problems}");
        self.pbx.core.set_shown_variables(&config.general.channel_variables);
        self.ami.config.store(Arc::new(config));
        self.ami.cache.clear();
    }

    /// Somebody connects.
    pub(crate) async fn connect(&self) -> Program {
        self.connect_through(64 * 1024).await
    }

    /// Somebody connects through a pipe that holds so many bytes.
    pub(crate) async fn connect_through(&self, bytes: usize) -> Program {
        let (theirs, ours) = tokio::io::duplex(bytes);
        let peer = Peer {
            remote: "192.0.2.7:40000".parse().unwrap(),
            local: "192.0.2.1:5038".parse().unwrap(),
            protocol: "TCP",
        };
        let session = tokio::spawn(Session::new(&self.ami, ours, peer).run());
        let mut program = Program { stream: theirs, text: String::new(), session };
        assert_eq!(program.until("\r\n").await, "Asterisk Call Manager/11.0.0\r\n");
        program
    }

    /// The admin logs in and wants these events.
    pub(crate) async fn admin(&self, events: &str) -> Program {
        let mut program = self.connect().await;
        program
            .says(&["Action: Login", "Username: admin", "Secret: s3cret", &format!("Events: {events}")])
            .await;
        assert_eq!(program.block().await, "Response: Success\r\nMessage: Authentication accepted\r\n\r\n");
        program
    }
}

/// A program.
pub(crate) struct Program {
    stream: DuplexStream,
    text: String,
    pub(crate) session: tokio::task::JoinHandle<()>,
}

impl Program {
    /// Sends a message.
    pub(crate) async fn says(&mut self, lines: &[&str]) {
        let text: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await.unwrap();
    }

    /// Sends a message and reads the first block of the answer.
    pub(crate) async fn asks(&mut self, lines: &[&str]) -> String {
        self.says(lines).await;
        self.block().await
    }

    /// Reads the next block.
    pub(crate) async fn block(&mut self) -> String {
        self.until("\r\n\r\n").await
    }

    /// Reads blocks until one of this event, which is returned.
    pub(crate) async fn event(&mut self, name: &str) -> String {
        loop {
            let block = self.block().await;
            if block.starts_with(&format!("Event: {name}\r\n")) {
                return block;
            }
        }
    }

    /// The names of the next events.
    pub(crate) async fn names(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            let block = self.block().await;
            names.push(value(&block, "Event").to_owned());
        }
        names
    }

    async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.text.find(end) {
                let rest = self.text.split_off(at + end.len());
                return std::mem::replace(&mut self.text, rest);
            }
            let more = tokio::time::timeout(Duration::from_secs(120), self.more()).await;
            assert!(more.expect("nothing came"), "the connection is closed; there was {:?}", self.text);
        }
    }

    async fn more(&mut self) -> bool {
        let mut piece = [0; 4096];
        let length = self.stream.read(&mut piece).await.unwrap();
        self.text.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        length > 0
    }

    /// Waits for the end of the connection and returns what came before.
    pub(crate) async fn rest(mut self) -> String {
        while self.more().await {}
        self.text
    }

    /// Whether nothing comes for a while.
    pub(crate) async fn hears_nothing(&mut self) -> bool {
        self.text.is_empty() && tokio::time::timeout(Duration::from_secs(5), self.more()).await.is_err()
    }
}

/// The first value of a header.
pub(crate) fn value<'a>(block: &'a str, name: &str) -> &'a str {
    let start = format!("{name}: ");
    block.lines().find_map(|line| line.strip_prefix(start.as_str())).unwrap_or("")
}
