//! The first start: three phones with random passwords, so that there is something to register.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use obelus_core::conf::{IncludeKind, Problems};
use obelus_core::files::ConfigFolder;

/// The file with the phones' accounts; `pjsip.conf` includes it with `#tryinclude`.
const FILE: &str = "phones.conf";
/// The phones that the first start makes.
const PHONES: [&str; 3] = ["1001", "1002", "1003"];
/// Letters and digits that cannot be mistaken for one another when typed from a screen.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 16 letters of 32 are 80 bits.
const PASSWORD_LENGTH: usize = 16;
/// The port that a phone takes when none is typed (RFC 3261 19.1.2).
const SIP_PORT: u16 = 5060;

/// A phone's name and its password.
type Account = (&'static str, String);

/// Makes the file where `pjsip.conf` asks for it and it is not there; returns the accounts that were made.
pub fn make_if_missing(folder: &ConfigFolder) -> std::io::Result<Option<Vec<Account>>> {
    if folder.has(FILE) || !wants_phones(folder) {
        return Ok(None);
    }
    let mut entropy = [0; PASSWORD_LENGTH * PHONES.len()];
    getrandom::fill(&mut entropy).map_err(std::io::Error::other)?;
    let passwords = entropy.chunks(PASSWORD_LENGTH).map(password);
    let accounts: Vec<Account> = PHONES.into_iter().zip(passwords).collect();
    write(&folder.path().join(FILE), &accounts)?;
    Ok(Some(accounts))
}

fn wants_phones(folder: &ConfigFolder) -> bool {
    let document = folder.load_if_there("pjsip.conf", &mut Problems::new());
    document
        .includes
        .iter()
        .any(|include| include.kind == IncludeKind::TryInclude && include.argument.ends_with(FILE))
}

fn password(entropy: &[u8]) -> String {
    entropy.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// Only the owner may read it, from the first moment on.
fn write(path: &Path, accounts: &[Account]) -> std::io::Result<()> {
    let mut text =
        String::from("; The accounts that the first start made. Change, add and remove as you like.\n");
    for (phone, password) in accounts {
        let _ = write!(
            text,
            "\n[{phone}](phone)\nauth = {phone}\naors = {phone}\ncallerid = Phone {phone} <{phone}>\n\n\
             [{phone}]\ntype = auth\nauth_type = userpass\nusername = {phone}\npassword = {password}\n\n\
             [{phone}](phone-aor)\n"
        );
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// What to tell the owner of the phones: where they register, and as whom.
pub fn announcement(accounts: &[Account], sip: Option<SocketAddr>) -> String {
    let server = sip.map_or_else(|| "this machine".to_owned(), server);
    let mut text = String::from(
        "Three phones were made. Type these into a SIP phone (shown only now; kept in phones.conf):\n\n",
    );
    for (phone, password) in accounts {
        let _ = writeln!(text, "  server {server}   user {phone}   password {password}");
    }
    text.push_str("\nCall 1001, 1002 or 1003; 600 for an echo test, 100 for a greeting.\n");
    text
}

/// What a phone calls a server that is bound there; SIP's own port goes without saying.
fn server(bound: SocketAddr) -> String {
    let address = if bound.ip().is_unspecified() { local_address() } else { Some(bound.ip()) };
    match (address, bound.port()) {
        (None, _) => "this machine".to_owned(),
        (Some(address), SIP_PORT) => address.to_string(),
        (Some(address), port) => SocketAddr::new(address, port).to_string(),
    }
}

/// The address that this machine would use to reach others; nothing is sent.
fn local_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|address| !address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn phones_are_made_once_and_only_where_they_are_asked_for() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = ConfigFolder::new(place.path(), false);
        std::fs::write(place.path().join("pjsip.conf"), "[x]\ntype=global\n").expect("written");
        assert_eq!(make_if_missing(&folder).expect("works"), None);
        std::fs::write(place.path().join("pjsip.conf"), "#tryinclude phones.conf\n").expect("written");
        let made = make_if_missing(&folder).expect("works").expect("phones");
        let told = announcement(&made, Some("192.0.2.7:5060".parse().expect("an address")));
        assert_eq!(told.matches("server 192.0.2.7   user").count(), 3);
        assert_eq!(told.matches("password").count(), 3);
        assert_eq!(server("192.0.2.7:5070".parse().expect("an address")), "192.0.2.7:5070");
        let mode = std::fs::metadata(place.path().join(FILE)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(make_if_missing(&folder).expect("works"), None);
    }
}
