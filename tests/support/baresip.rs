//! `Baresip`: baresip without a screen, whose microphone and loudspeaker are files, told what to do over TCP.

use std::net::SocketAddr;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::etc::own_address;
use super::sound::samples;
use super::within;

const MODULES: [&str; 2] = ["/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules"];

pub struct Baresip {
    child: Child,
    folder: TempDir,
    user: String,
    control: TcpStream,
    buffer: Vec<u8>,
}

impl Baresip {
    /// Starts it with its account in the house; it speaks what is in the sound file, and answers by itself.
    pub async fn starts(server: SocketAddr, user: &str, speech: &str) -> Baresip {
        let folder = tempfile::tempdir().unwrap();
        let control = own_address();
        let modules = MODULES.into_iter().find(|path| std::path::Path::new(path).is_dir());
        let modules = modules.expect("baresip's modules: it is in the package baresip-core");
        let heard = folder.path().join("heard");
        std::fs::create_dir(&heard).unwrap();
        let config = format!(
            "poll_method epoll\nsip_listen {ip}:0\nmodule_path {modules}\nmodule g711.so\nmodule aufile.so\nmodule aubridge.so\n\
             module sndfile.so\nsnd_path {heard}\n\
             module_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\nctrl_tcp_listen {control}\n\
             audio_player aubridge,loudspeaker\naudio_source aufile,{speech}\naudio_alert aubridge,bell\n\
             audio_buffer 20-160\nring_aufile none\nringback_aufile none\nbusy_aufile none\nerror_aufile none\n\
             notfound_aufile none\nsip_autoanswer_beep no\nnet_interface {ip}\n",
            ip = control.ip(),
            heard = heard.display(),
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        let account = format!(
            "<sip:{user}@{server}>;auth_user={user};auth_pass=pass{user};answermode=auto;audio_codecs=PCMA/8000/1\n"
        );
        std::fs::write(folder.path().join("accounts"), account).unwrap();
        std::fs::write(folder.path().join("contacts"), "").unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new("baresip")
            .arg("-f")
            .arg(folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("baresip: {error}; it is in the package baresip-core"));
        let control = within("baresip opens its control", async {
            loop {
                match TcpStream::connect(control).await {
                    Ok(stream) => return stream,
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                }
            }
        });
        let control = control.await;
        Baresip { child, folder, user: user.to_owned(), control, buffer: Vec::new() }
    }

    /// Gives a command, such as `dial` with a URI.
    pub async fn does(&mut self, command: &str, parameters: &str) {
        let order = json!({ "command": command, "params": parameters, "token": "story" }).to_string();
        self.control.write_all(format!("{}:{order},", order.len()).as_bytes()).await.unwrap();
    }

    /// Waits until it tells of an event, such as `CALL_ESTABLISHED`.
    pub async fn tells(&mut self, event: &str) {
        let (user, log) = (self.user.clone(), self.folder.path().join("log"));
        let told = async { while self.next_message().await["type"] != event {} };
        if tokio::time::timeout(super::PATIENCE, told).await.is_err() {
            panic!(
                "baresip {user} never tells {event}: {}",
                std::fs::read_to_string(log).unwrap_or_default()
            );
        }
    }

    /// The next netstring.
    async fn next_message(&mut self) -> Value {
        loop {
            if let Some(message) = self.take_message() {
                return message;
            }
            assert_ne!(self.control.read_buf(&mut self.buffer).await.unwrap(), 0, "baresip has ended");
        }
    }

    fn take_message(&mut self) -> Option<Value> {
        let colon = self.buffer.iter().position(|byte| *byte == b':')?;
        let length: usize = std::str::from_utf8(&self.buffer[..colon]).unwrap().parse().unwrap();
        let end = colon + 1 + length;
        let message = serde_json::from_slice(self.buffer.get(colon + 1..end)?).unwrap();
        if self.buffer.len() <= end {
            return None;
        }
        self.buffer.drain(..=end);
        Some(message)
    }

    /// Ends it; gives what it has heard, decoded.
    pub async fn quits(mut self) -> Vec<i16> {
        self.does("quit", "").await;
        within("baresip ends", self.child.wait()).await.unwrap();
        let files = std::fs::read_dir(self.folder.path().join("heard")).unwrap();
        let mut files = files.map(|file| file.unwrap().path());
        let decoded = files.find(|path| path.to_string_lossy().ends_with("dec.wav"));
        samples(&decoded.unwrap_or_else(|| panic!("baresip {} has heard nothing", self.user)))
    }
}
