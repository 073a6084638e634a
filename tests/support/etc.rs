//! `Etc`: a configuration folder of a story's own, in Asterisk's format.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

/// `{sip}` stands for the address of SIP.
const PJSIP: &str = "
[global]
type=global
default_realm=house

[udp]
type=transport
protocol=udp
bind={sip}

[tcp]
type=transport
protocol=tcp
bind={sip}

[phone](!)
type=endpoint
context=internal
disallow=all
allow=alaw,ulaw
direct_media=no
";

/// The phones of the usual house; the password of 1001 is `pass1001`.
const PHONES: [&str; 4] = ["1001", "1002", "1003", "1004"];

/// Ports below those that the system gives away by itself.
static NEXT_PORT: AtomicU16 = AtomicU16::new(6000);

/// A folder with a configuration.
pub struct Etc {
    folder: TempDir,
    /// Where SIP listens, over UDP and TCP.
    pub sip: SocketAddr,
}

impl Etc {
    /// The usual house: SIP over UDP and TCP, four phones, an empty context `internal`.
    pub fn usual() -> Etc {
        Etc::at(own_address())
    }

    /// The usual house with SIP at this address.
    pub fn at(sip: SocketAddr) -> Etc {
        let etc = Etc { folder: tempfile::tempdir().unwrap(), sip };
        let data = env!("CARGO_MANIFEST_DIR");
        etc.write(
            "obelus.conf",
            &format!(
                "[directories]\nastetcdir => .\nastdatadir => {data}\nastvarlibdir => lib\nastspooldir => spool\n\
                 astrundir => run\nastlogdir => log\n[options]\nverbose = 4\n"
            ),
        );
        etc.write("logger.conf", "[logfiles]\nconsole = *\nfull = error,warning,notice,verbose(5)\n");
        etc.write("pjsip.conf", &format!("{PJSIP}{}", PHONES.map(phone).concat()));
        etc.dialplan("");
        etc
    }

    /// The usual house with this in the context `internal`.
    pub fn with_dialplan(internal: &str) -> Etc {
        let etc = Etc::usual();
        etc.dialplan(internal);
        etc
    }

    /// Writes the dialplan: what stands in the context `internal`; more contexts may follow in it.
    pub fn dialplan(&self, internal: &str) {
        self.write("extensions.conf", &format!("[internal]\n{internal}"));
    }

    /// Writes a file; `{sip}` in it becomes the address of SIP.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text.replace("{sip}", &self.sip.to_string())).unwrap();
    }

    /// Adds lines to a file.
    pub fn append(&self, name: &str, text: &str) {
        let before = std::fs::read_to_string(self.file(name)).unwrap_or_default();
        self.write(name, &(before + text));
    }

    /// Replaces a text that stands in a file.
    pub fn change(&self, name: &str, old: &str, new: &str) {
        let before = std::fs::read_to_string(self.file(name)).unwrap();
        assert!(before.contains(old), "{name} has no {old}");
        self.write(name, &before.replace(old, new));
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// An endpoint with its password and its address of record.
fn phone(name: &str) -> String {
    format!(
        "\n[{name}](phone)\nauth={name}\naors={name}\ncallerid=Phone {name} <{name}>\n\
         [{name}]\ntype=auth\nusername={name}\npassword=pass{name}\n\
         [{name}]\ntype=aor\nmax_contacts=2\n"
    )
}

/// A loopback address that belongs to this process alone, so that stories can run beside each other; the port is
/// free for UDP and TCP.
pub fn own_address() -> SocketAddr {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    let address = Ipv4Addr::new(127, high | 0x40, middle, low);
    loop {
        let here = SocketAddr::from((address, NEXT_PORT.fetch_add(1, Ordering::Relaxed)));
        if UdpSocket::bind(here).is_ok() && TcpListener::bind(here).is_ok() {
            return here;
        }
    }
}
